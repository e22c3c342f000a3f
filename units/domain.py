"""What a unit's status means, which changes a person may make, which positions are believed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from maps.geo import LatLng, distance_m
from realtime.protocol import Rejected


class UnitStatus(StrEnum):
    """Base meanings behind every name a city may show; times and recommendation depend on these alone."""

    AVAILABLE = "available"
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    STAGED = "staged"
    ON_SCENE = "on_scene"
    AT_PATIENT = "at_patient"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    RETURNING = "returning"
    AVAILABLE_ON_SCENE = "available_on_scene"
    MOVE_UP = "move_up"
    OUT_OF_SERVICE = "out_of_service"
    OFF_DUTY = "off_duty"
    MAYDAY = "mayday"


class UnitKind(StrEnum):
    ENGINE = "engine"
    TANKER = "tanker"
    LADDER = "ladder"
    RESCUE = "rescue"
    AMBULANCE = "ambulance"
    MOTORCYCLE = "motorcycle"
    PATROL = "patrol"
    PICKUP = "pickup"
    BOAT = "boat"
    AMBULANCE_BOAT = "ambulance_boat"
    COMMAND = "command"


class TravelsBy(StrEnum):
    ROAD = "road"
    BOAT = "boat"
    AIR = "air"


U = UnitStatus

# Units with these may be sent.
DISPATCHABLE = frozenset({U.AVAILABLE, U.RETURNING, U.AVAILABLE_ON_SCENE, U.MOVE_UP})
# Of those that may be sent, these have left their station already.
UNDER_WAY = frozenset({U.RETURNING, U.AVAILABLE_ON_SCENE, U.MOVE_UP})
# These come from an assignment's steps and are never set by hand.
FROM_ASSIGNMENT = frozenset(
    {
        U.ASSIGNED,
        U.ACKNOWLEDGED,
        U.EN_ROUTE,
        U.ON_SCENE,
        U.TRANSPORTING,
        U.AT_DESTINATION,
    }
)
_RESTING = frozenset({U.AVAILABLE, U.RETURNING, U.MOVE_UP, U.OUT_OF_SERVICE, U.OFF_DUTY})

# What a person may set on a unit that has no assignment. STAGED, AT_PATIENT and AVAILABLE_ON_SCENE are parts of
# work on an incident, so a unit without one cannot take them; from them it can only go back to resting.
ALLOWED_MANUAL: Mapping[UnitStatus, frozenset[UnitStatus]] = {
    U.AVAILABLE: _RESTING - {U.AVAILABLE},
    U.RETURNING: _RESTING - {U.RETURNING},
    U.MOVE_UP: _RESTING - {U.MOVE_UP},
    U.OUT_OF_SERVICE: frozenset({U.AVAILABLE, U.OFF_DUTY}),
    U.OFF_DUTY: frozenset({U.AVAILABLE, U.OUT_OF_SERVICE}),
    U.STAGED: _RESTING,
    U.AT_PATIENT: _RESTING,
    U.AVAILABLE_ON_SCENE: _RESTING,
    U.MAYDAY: _RESTING,
    # Left behind by an assignment that ended oddly: a person puts it right.
    U.ASSIGNED: _RESTING,
    U.ACKNOWLEDGED: _RESTING,
    U.EN_ROUTE: _RESTING,
    U.ON_SCENE: _RESTING,
    U.TRANSPORTING: _RESTING,
    U.AT_DESTINATION: _RESTING,
}
NEEDS_REASON = frozenset({U.OUT_OF_SERVICE})


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as decisions see it. `home` is its station's place, `position` its own, None when unknown."""

    id: UUID
    callsign: str
    agency: str
    kind: str
    status: str
    status_at: datetime
    capabilities: frozenset[str]
    travels_by: str
    position: LatLng | None
    position_at: datetime | None
    home: LatLng | None
    station_id: str | None = None
    ready_s: int = 0  # from the order to leaving


def check_manual_status(old: str, new: UnitStatus, *, reason: str) -> None:
    """May a person set this? The same status again is no mistake. Raises Rejected."""
    if old == new:
        return
    if new not in ALLOWED_MANUAL[UnitStatus(old)]:
        raise Rejected("status_not_possible", old=old, new=new.value)
    if new in NEEDS_REASON and not reason:
        raise Rejected("reason_needed", status=422)


# --- positions ---------------------------------------------------------------------------------

DEVICE_AHEAD_MAX = timedelta(minutes=2)
DEVICE_BEHIND_MAX = timedelta(hours=24)
ACCURACY_M_MAX = 5_000.0
SPEED_KPH_MAX = 300.0
STALE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Fix:
    """One reported position; `at` by the device's clock, `received_at` by ours."""

    position: LatLng
    at: datetime
    received_at: datetime
    accuracy_m: float | None = None
    speed_kph: float | None = None
    heading: float | None = None


class Verdict(StrEnum):
    SHOW = "show"
    HISTORY_ONLY = "history_only"  # older than what is shown: kept, not shown
    DOUBTFUL = "doubtful"  # kept, not shown: impossible jump or useless accuracy
    REFUSED_CLOCK = "clock"  # the device's clock is too far off to be kept


def judge_fix(previous: Fix | None, new: Fix) -> Verdict:
    """Whether a new position is shown. The newest device time wins; a jump faster than a unit can go is doubted."""
    if new.at - new.received_at > DEVICE_AHEAD_MAX or new.received_at - new.at > DEVICE_BEHIND_MAX:
        return Verdict.REFUSED_CLOCK
    if new.accuracy_m is not None and new.accuracy_m > ACCURACY_M_MAX:
        return Verdict.DOUBTFUL
    if previous is None:
        return Verdict.SHOW
    if new.at <= previous.at:
        return Verdict.HISTORY_ONLY
    seconds = (new.at - previous.at).total_seconds()
    slack_m = (new.accuracy_m or 0.0) + (previous.accuracy_m or 0.0) + 200.0
    possible_m = SPEED_KPH_MAX / 3.6 * seconds + slack_m
    if distance_m(previous.position, new.position) > possible_m:
        return Verdict.DOUBTFUL
    return Verdict.SHOW


def is_stale(position_at: datetime | None, *, now: datetime) -> bool:
    return position_at is None or now - position_at > STALE_AFTER
