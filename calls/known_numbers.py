"""What is known of a number from its earlier calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from calls.models import Call, CallerRestriction
from calls.reputation import BURST_WITHIN, HISTORY_CALLS_MAX, Judged
from maps.geo import LatLng
from realtime import prepared

REPEATS_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class KnownOfNumber:
    """`earlier_calls` in REPEATS_WINDOW; whether a position of the telephone waits for a call to belong to; whether
    earlier calls were judged; whether the number is restricted now; its calls within BURST_WITHIN."""

    earlier_calls: int = 0
    has_reports: bool = False
    has_history: bool = False
    is_restricted: bool = False
    in_burst: int = 0


def known_of_number(number: str, *, now: datetime, reports_since: datetime) -> KnownOfNumber:
    """Unknown callers are not counted together."""
    if not number:
        return KnownOfNumber()
    found = prepared.rows(
        "SELECT (SELECT count(*) FROM calls_call"
        " WHERE caller = %(n)s AND direction = 'in' AND received_at > %(day)s),"
        " EXISTS (SELECT FROM calls_amlreport"
        " WHERE number = %(n)s AND call_id IS NULL AND received_at >= %(reports)s),"
        " EXISTS (SELECT FROM calls_call WHERE caller = %(n)s AND disposed_at IS NOT NULL),"
        " EXISTS (SELECT FROM calls_callerrestriction"
        " WHERE number = %(n)s AND lifted_at IS NULL AND ends_at > %(now)s),"
        " (SELECT count(*) FROM calls_call"
        " WHERE caller = %(n)s AND direction = 'in' AND received_at > %(burst)s)",
        {
            "n": number,
            "day": now - REPEATS_WINDOW,
            "reports": reports_since,
            "now": now,
            "burst": now - BURST_WITHIN,
        },
    )
    return KnownOfNumber(*found[0])


@dataclass(frozen=True, slots=True)
class EarlierPlace:
    """Where an earlier incident of a number was."""

    position: LatLng
    radius_m: float | None
    at: datetime
    label: str


def earlier_places(number: str, *, since: datetime, until: datetime) -> list[EarlierPlace]:
    """The places of the incidents that calls of this number belonged to, the newest first, each incident once."""
    rows = (
        Call.objects.filter(
            caller=number,
            received_at__range=(since, until),
            incident__location__isnull=False,
        )
        .order_by("-received_at")
        .values_list(
            "incident_id",
            "incident__location",
            "incident__location_radius_m",
            "incident__opened_at",
            "incident__address",
            "incident__location_label",
        )[:HISTORY_CALLS_MAX]
    )
    found: dict[Any, EarlierPlace] = {}
    for id_, point, radius_m, at, address, label in rows:
        place = EarlierPlace(LatLng(point.y, point.x), radius_m, at, address or label)
        found.setdefault(id_, place)
    return list(found.values())


def judged_calls(number: str) -> list[Judged]:
    """What the newest earlier calls of a number were; the type is that of their incident."""
    rows = (
        Call.objects.filter(caller=number, disposed_at__isnull=False)
        .order_by("-received_at")
        .values_list("received_at", "disposition", "incident__type_id")[:HISTORY_CALLS_MAX]
    )
    return [Judged(at, disposition, type_) for at, disposition, type_ in rows]


def calls_since(number: str, since: datetime) -> int:
    return Call.objects.filter(caller=number, direction="in", received_at__gt=since).count()


def restriction(number: str) -> CallerRestriction | None:
    """The one that has not been lifted; it may have ended by itself."""
    if not number:
        return None
    return CallerRestriction.objects.filter(number=number, lifted_at=None).first()
