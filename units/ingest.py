"""Positions of units, from trackers and tablets: the newest wins, history is kept, nobody waits for the screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from maps.geo import LatLng
from realtime import storage, telemetry
from realtime.protocol import Rejected, Role, Viewer, stamp
from realtime.storage import Matter
from realtime.views import api, body_of, refusal
from units import metrics
from units.domain import Fix, Verdict, judge_fix
from units.models import Unit

POSITIONS_IN_BATCH_MAX = 1_000
LOCK_WAIT_S_MAX = 2
BODY_BYTES_MAX = 512 * 1024  # a full batch with every field

_FIX_FIELDS = (
    "position",
    "position_at",
    "position_received_at",
    "accuracy_m",
    "speed_kph",
    "heading",
)


@dataclass(frozen=True, slots=True)
class Report:
    """One position as it came, checked for form only."""

    index: int
    unit_id: UUID
    fix: Fix


def record_positions(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """Store a batch in one transaction; returns the refused ones as `{"index", "code"}`.

    1. lock the units in key order; 2. judge each report against the newest believed one before it; 3. one upsert
    of what is to be shown, one copy of the history; 4. after commit the screens hear the newest of each unit.
    """
    refused: list[dict[str, Any]] = []
    newest: dict[UUID, Fix] = {}
    history: list[tuple[UUID, Fix, str]] = []
    with transaction.atomic():
        known = _lock_positions({report.unit_id for report in reports})
        for report in sorted(reports, key=lambda one: one.fix.at):
            if report.unit_id not in known:
                refused.append({"index": report.index, "code": "unit_unknown"})
                continue
            verdict = judge_fix(known[report.unit_id], report.fix)
            metrics.POSITIONS.labels(verdict.value).inc()
            if verdict is Verdict.REFUSED_CLOCK:
                refused.append({"index": report.index, "code": "device_clock"})
                continue
            history.append((report.unit_id, report.fix, verdict.value))
            if verdict is Verdict.SHOW:
                known[report.unit_id] = newest[report.unit_id] = report.fix
        _store(newest, history if _room_for_history() else [])
    if newest:
        telemetry.publish([_telemetry(unit_id, fix) for unit_id, fix in newest.items()])
    return sorted(refused, key=lambda one: one["index"])


def positions_since(since: datetime) -> list[dict[str, Any]]:
    """Shown positions received since then, for screens whose worker was not rung.

    No index: one would be written with every position, and this is read only while Redis is away.
    """
    moved = Unit.objects.filter(position_received_at__gt=since, position__isnull=False)
    return [_telemetry(unit.pk, _fix(unit)) for unit in moved]


def _room_for_history() -> bool:
    """On a nearly full disk the room is for calls; where the units are now is still kept and shown."""
    room = storage.has_room(Matter.TRACES, home=settings.HOME, folder="pg")
    if not room:
        metrics.HISTORY_SKIPPED.inc()
    return room


def _lock_positions(unit_ids: set[UUID]) -> dict[UUID, Fix | None]:
    """Behind a slow batch the next ones must not pile up for minutes: positions of now come again in a few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_S_MAX}s'")
    known: dict[UUID, Fix | None] = {}
    rows = Unit.objects.select_for_update().filter(pk__in=unit_ids, is_active=True).order_by("pk")
    for unit in rows.only(*_FIX_FIELDS):
        known[unit.pk] = _fix(unit) if unit.position else None
    return known


def _fix(unit: Unit) -> Fix:
    return Fix(
        LatLng(unit.position.y, unit.position.x),
        unit.position_at,
        unit.position_received_at or unit.position_at,
        unit.accuracy_m,
        unit.speed_kph,
        unit.heading,
    )


def _store(newest: dict[UUID, Fix], history: list[tuple[UUID, Fix, str]]) -> None:
    with connection.cursor() as cursor:
        if newest:
            fixes = list(newest.items())
            cursor.execute(
                "UPDATE units_unit AS unit SET"
                " position = ST_SetSRID(ST_MakePoint(new.lng, new.lat), 4326),"
                " position_at = new.at, position_received_at = new.received_at,"
                " accuracy_m = new.accuracy_m, speed_kph = new.speed_kph, heading = new.heading"
                " FROM unnest(%s::uuid[], %s::float8[], %s::float8[], %s::timestamptz[],"
                " %s::timestamptz[], %s::float8[], %s::float8[], %s::float8[])"
                " AS new(id, lat, lng, at, received_at, accuracy_m, speed_kph, heading)"
                " WHERE unit.id = new.id",
                [
                    [unit_id for unit_id, _fix in fixes],
                    *_columns([fix for _id, fix in fixes]),
                ],
            )
        if history:
            columns = _columns([fix for _id, fix, _verdict in history])
            cursor.execute(
                "INSERT INTO units_positionsample (unit_id, verdict, lat, lng, at, received_at,"
                " accuracy_m, speed_kph, heading) SELECT * FROM unnest(%s::uuid[], %s::text[],"
                " %s::float8[], %s::float8[], %s::timestamptz[], %s::timestamptz[],"
                " %s::float8[], %s::float8[], %s::float8[])",
                [
                    [unit_id for unit_id, _fix, _verdict in history],
                    [verdict for _id, _fix, verdict in history],
                    *columns,
                ],
            )


def _columns(fixes: list[Fix]) -> list[list[Any]]:
    return [
        [fix.position.lat for fix in fixes],
        [fix.position.lng for fix in fixes],
        [fix.at for fix in fixes],
        [fix.received_at for fix in fixes],
        [fix.accuracy_m for fix in fixes],
        [fix.speed_kph for fix in fixes],
        [fix.heading for fix in fixes],
    ]


def _telemetry(unit_id: UUID, fix: Fix) -> dict[str, Any]:
    return {
        "id": str(unit_id),
        "lat": fix.position.lat,
        "lng": fix.position.lng,
        "at": stamp(fix.at),
        "speed_kph": fix.speed_kph,
        "heading": fix.heading,
        "accuracy_m": fix.accuracy_m,
    }


# --- the two doors -----------------------------------------------------------------------------


@api("POST", roles=frozenset({Role.CREW, Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN}))
def positions(request: HttpRequest) -> HttpResponse:
    """`{"positions": [{"unit_id" or "callsign", "lat", "lng", "at", …}]}` -> accepted and refused ones."""
    try:
        rows = body_of(request, bytes_max=BODY_BYTES_MAX)["positions"]
        if not isinstance(rows, list):
            raise TypeError
    except ValueError as error:
        return refusal(422, "invalid", str(error))
    except (KeyError, TypeError):
        return refusal(422, "invalid", _('Send {"positions": […]}.'))
    if len(rows) > POSITIONS_IN_BATCH_MAX:
        return refusal(
            422, "too_many", _("Send at most %d positions at once.") % POSITIONS_IN_BATCH_MAX
        )
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    callsigns = _callsigns(rows)
    reports, refused = [], []
    for index, row in enumerate(rows):
        try:
            reports.append(Report(index, _unit_of(row, viewer, callsigns), fix_of(row, now=now)))
        except Rejected as error:
            refused.append({"index": index, "code": error.code})
    refused += record_positions(reports)
    refused.sort(key=lambda one: one["index"])
    return JsonResponse({"ok": True, "accepted": len(rows) - len(refused), "refused": refused})


def take_position(viewer: Viewer, frame: dict[str, Any], now: datetime) -> None:
    """A position over the socket: a crew's own."""
    if viewer.role != Role.CREW or viewer.unit_id is None:
        raise Rejected("forbidden", status=403)
    refused = record_positions([Report(0, UUID(viewer.unit_id), fix_of(frame, now=now))])
    if refused:
        raise Rejected(refused[0]["code"])


def fix_of(row: Any, *, now: datetime) -> Fix:
    """A position from its wire form; raises Rejected("position_invalid")."""
    try:
        at = parse_datetime(row["at"]) if row.get("at") else now
        if at is None or at.tzinfo is None:
            raise ValueError
        at = at.astimezone(
            UTC
        )  # at the edge of the calendar this overflows, and so would the database
        heading = _number(row, "heading", 0, 360)
        return Fix(
            position=LatLng(float(row["lat"]), float(row["lng"])),
            at=at,
            received_at=now,
            accuracy_m=_number(row, "accuracy_m", 0, 1_000_000),
            speed_kph=_number(row, "speed_kph", 0, 2_000),
            heading=0.0 if heading == 360 else heading,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise Rejected("position_invalid", status=422) from None


def _number(row: dict[str, Any], name: str, low: float, high: float) -> float | None:
    """A measured value; nonsense in it makes the value unknown, not the position."""
    value = row.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
        return None
    return float(value)


def _callsigns(rows: list[Any]) -> dict[str, UUID]:
    wanted = {
        str(row["callsign"]).upper() for row in rows if isinstance(row, dict) and "callsign" in row
    }
    wanted = {
        callsign for callsign in wanted if callsign.isprintable()
    }  # PostgreSQL refuses NUL and half signs
    if not wanted:
        return {}
    return {
        callsign.upper(): unit_id
        for callsign, unit_id in Unit.objects.filter(callsign__in=wanted).values_list(
            "callsign", "id"
        )
    }


def _unit_of(row: Any, viewer: Viewer, callsigns: dict[str, UUID]) -> UUID:
    if not isinstance(row, dict):
        raise Rejected("position_invalid", status=422)
    try:
        unit_id = (
            UUID(str(row["unit_id"]))
            if "unit_id" in row
            else callsigns[str(row["callsign"]).upper()]
        )
    except (KeyError, ValueError):
        raise Rejected("unit_unknown") from None
    if viewer.role == Role.CREW and str(unit_id) != viewer.unit_id:
        raise Rejected("unit_unknown")
    return unit_id
