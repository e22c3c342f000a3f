"""Read units; a fixed number of queries for any number of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from maps.domain import ready_s_of
from maps.geo import LatLng
from realtime.protocol import stamp
from units.domain import UnitState
from units.models import Agency, Capability, Station, Unit


def wires(ids: Iterable[Any] | None = None) -> list[dict[str, Any]]:
    """Units on the board in wire form, without `assignment_id`, which this package does not know."""
    return [_wire(unit) for unit in _chosen(ids)]


# Asked for every unit with each recommendation: of a thousand units the rows cost a tenth of what objects would.
_STATES = (
    "SELECT u.id, u.callsign, a.code, u.kind, u.status, u.status_at, u.travels_by, u.ready_s,"
    " ST_Y(u.position), ST_X(u.position), u.position_at, ST_Y(s.point), ST_X(s.point),"
    " s.id, ARRAY(SELECT c.capability_id FROM units_unit_capabilities AS c WHERE c.unit_id = u.id)"
    " FROM units_unit AS u JOIN units_agency AS a ON a.id = u.agency_id"
    " LEFT JOIN units_station AS s ON s.id = u.station_id"
    " WHERE u.is_active AND (%(all)s OR u.id = ANY(%(ids)s::uuid[]))"
    ' ORDER BY a."order", u.callsign'
)


def states(ids: Iterable[Any] | None = None) -> list[UnitState]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, {"all": ids is None, "ids": [str(id_) for id_ in ids or ()]})
        rows = cursor.fetchall()
    return [
        UnitState(
            id=id_,
            callsign=callsign,
            agency=agency,
            kind=kind,
            status=status,
            status_at=status_at,
            capabilities=frozenset(capabilities),
            travels_by=travels_by,
            position=None if lat is None else LatLng(lat, lng),
            position_at=position_at,
            home=None if home_lat is None else LatLng(home_lat, home_lng),
            ready_s=ready_s_of(kind) if ready_s is None else ready_s,
            station_id=None if station_id is None else str(station_id),
        )
        for (
            id_, callsign, agency, kind, status, status_at, travels_by, ready_s,
            lat, lng, position_at, home_lat, home_lng, station_id, capabilities,
        ) in rows
    ]  # fmt: skip


def kinds() -> dict[Any, tuple[str, str]]:
    """Kind and way of travelling of every unit, also of those no longer in use."""
    return {
        pk: (kind, by) for pk, kind, by in Unit.objects.values_list("pk", "kind", "travels_by")
    }


def active_ids() -> list[Any]:
    return list(Unit.objects.filter(is_active=True).values_list("pk", flat=True))


def unit_by_callsign(callsign: str) -> UnitState | None:
    unit = _related(Unit.objects.filter(callsign__iexact=callsign, is_active=True)).first()
    return state_of(unit) if unit else None


def phone_of(unit_id: Any) -> str:
    """The crew's telephone in E.164; empty when none is known."""
    return Unit.objects.filter(pk=unit_id).values_list("phone", flat=True).first() or ""


def agency_rows() -> list[dict[str, Any]]:
    return [
        {"code": row.code, "name": row.name, "phone": row.phone} for row in Agency.objects.all()
    ]


def station_rows() -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "agency": row.agency.code,
            "lat": row.point.y if row.point else None,
            "lng": row.point.x if row.point else None,
            "approximate": row.is_approximate,
        }
        for row in Station.objects.select_related("agency")
    ]


def capability_rows(*, indonesian: bool) -> list[dict[str, str]]:
    return [
        {"key": row.key, "name": row.name_id if indonesian else row.name_en}
        for row in Capability.objects.all()
    ]


def state_of(unit: Unit) -> UnitState:
    return UnitState(
        id=unit.pk,
        callsign=unit.callsign,
        agency=unit.agency.code,
        kind=unit.kind,
        status=unit.status,
        status_at=unit.status_at,
        capabilities=frozenset(row.key for row in unit.capabilities.all()),
        travels_by=unit.travels_by,
        position=_latlng(unit.position),
        position_at=unit.position_at,
        home=_latlng(unit.station.point) if unit.station else None,
        station_id=str(unit.station_id) if unit.station_id else None,
        ready_s=ready_s_of(unit.kind) if unit.ready_s is None else unit.ready_s,
    )


def _chosen(ids: Iterable[Any] | None) -> QuerySet[Unit]:
    found = Unit.objects.filter(is_active=True).order_by("agency__order", "callsign")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return _related(found)


def _related(found: QuerySet[Unit]) -> QuerySet[Unit]:
    return found.select_related("agency", "station").prefetch_related("capabilities")


def _latlng(point: Any) -> LatLng | None:
    return LatLng(point.y, point.x) if point else None


def _wire(unit: Unit) -> dict[str, Any]:
    home = unit.station.point if unit.station else None
    return {
        "id": str(unit.pk),
        "callsign": unit.callsign,
        "agency": unit.agency.code,
        "kind": unit.kind,
        "status": unit.status,
        "status_at": stamp(unit.status_at),
        "status_reason": unit.status_reason or None,
        "station": unit.station.name if unit.station else None,
        "home": {"lat": home.y, "lng": home.x} if home else None,
        "capabilities": sorted(row.key for row in unit.capabilities.all()),
        "travels_by": unit.travels_by,
        "phone": unit.phone or None,
        "position": {
            "lat": unit.position.y,
            "lng": unit.position.x,
            "at": stamp(unit.position_at),
            "speed_kph": unit.speed_kph,
            "heading": unit.heading,
            "accuracy_m": unit.accuracy_m,
        }
        if unit.position
        else None,
    }
