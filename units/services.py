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


def add_unit(
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
    )
    unit.full_clean()
    unit.save()
    unit.capabilities.set(Capability.objects.filter(key__in=list(capabilities)))
    return unit.pk


# --- a new centre: what is there already stays as people have edited it ------------------------------


def ensure_capabilities(names: Mapping[str, tuple[str, str]]) -> int:
    """`names`: key -> (Indonesian, English)."""
    rows = [Capability(key=key, name_id=id_, name_en=en) for key, (id_, en) in names.items()]
    Capability.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def ensure_agencies(rows: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    """`rows`: code -> (name, telephone), in the order of the screens. Returns code -> key."""
    made = [
        Agency(code=code, name=name, phone=phone, order=10 * number)
        for number, (code, (name, phone)) in enumerate(rows.items(), start=1)
    ]
    Agency.objects.bulk_create(made, ignore_conflicts=True)
    return dict(Agency.objects.filter(code__in=rows).values_list("code", "pk"))


def ensure_stations(rows: Mapping[Any, tuple[int, Stand]]) -> dict[Any, int]:
    """`rows`: any name of the caller's -> (agency's key, where it stands). Returns the same names -> key."""
    keys = {}
    for name, (agency_id, stand) in rows.items():
        station, _made = Station.objects.get_or_create(
            agency_id=agency_id,
            name=stand.name,
            defaults={
                "point": Point(stand.position.lng, stand.position.lat, srid=4326),
                "is_approximate": stand.is_demo_position,
                "address": stand.address,
            },
        )
        keys[name] = station.pk
    return keys


def ensure_unit(
    *, callsign: str, capabilities: Iterable[str], fields: Mapping[str, Any], now: datetime
) -> UUID:
    unit, made = Unit.objects.get_or_create(
        callsign=callsign, defaults={"status_at": now, **fields}
    )
    if made:
        unit.capabilities.set(capabilities)
    return unit.pk
