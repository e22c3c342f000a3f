"""Change units inside an open change of the event log; whoever opened it records the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import Point

from maps.geo import LatLng
from units.domain import UnitState, UnitStatus
from units.models import Agency, Capability, Station, Unit
from units.selectors import state_of


def lock(unit_ids: Iterable[Any]) -> dict[UUID, UnitState]:
    """Lock units in the order of their keys; unknown and unused ones are left out."""
    locked = (
        Unit.objects.select_for_update(of=("self",))
        .filter(pk__in=list(unit_ids), is_active=True)
        .select_related("agency", "station")
        .prefetch_related("capabilities")
        .order_by("pk")
    )
    return {unit.pk: state_of(unit) for unit in locked}


def set_status(*, unit_id: Any, status: str, now: datetime, reason: str | None = None) -> None:
    """The row must be locked by `lock` before."""
    Unit.objects.filter(pk=unit_id).update(
        status=status, status_at=now, status_reason=reason or ""
    )


# --- setting up a city -------------------------------------------------------------------------


def add_capability(*, key: str, name_id: str, name_en: str) -> None:
    Capability.objects.get_or_create(key=key, defaults={"name_id": name_id, "name_en": name_en})


def add_agency(*, code: str, name: str, phone: str, order: int) -> None:
    Agency.objects.get_or_create(
        code=code, defaults={"name": name, "phone": phone, "order": order}
    )


def add_station(
    *, agency: str, name: str, position: LatLng, is_approximate: bool, address: str
) -> None:
    Station.objects.get_or_create(
        agency=Agency.objects.get(code=agency),
        name=name,
        defaults={
            "point": Point(position.lng, position.lat, srid=4326),
            "is_approximate": is_approximate,
            "address": address,
        },
    )


def add_unit(  # noqa: PLR0913 - the columns of one row
    *,
    callsign: str,
    agency: str,
    station: str,
    kind: str,
    travels_by: str,
    capabilities: Iterable[str],
    now: datetime,
    status: str = UnitStatus.AVAILABLE,
    reason: str = "",
    phone: str = "",
) -> UUID:
    """A new unit; returns its id. Its position is unknown until it reports one."""
    unit = Unit(
        callsign=callsign,
        agency=Agency.objects.get(code=agency),
        station=Station.objects.filter(agency__code=agency, name=station).first(),
        kind=kind,
        travels_by=travels_by,
        status=status,
        status_at=now,
        status_reason=reason,
        phone=phone,
    )
    unit.full_clean()
    unit.save()
    unit.capabilities.set(Capability.objects.filter(key__in=list(capabilities)))
    return unit.pk
