"""What happens to one assignment: a table of steps, and what each step means for the unit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from realtime.protocol import Rejected


class AssignmentStatus(StrEnum):
    ASSIGNED = "assigned"
    NOTIFIED = "notified"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    CLEAR = "clear"
    CANCELLED = "cancelled"
    REFUSED = "refused"


S = AssignmentStatus

ENDED = frozenset({S.CLEAR, S.CANCELLED, S.REFUSED})
ACTIVE = frozenset(S) - ENDED

# Forward steps may be skipped: a crew that forgot to press "en route" may still press "on scene"; the skipped
# time stays unknown and is counted as missing in the reports. No step goes back.
ALLOWED: Mapping[AssignmentStatus, frozenset[AssignmentStatus]] = {
    S.ASSIGNED: frozenset(
        {S.NOTIFIED, S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.CANCELLED, S.REFUSED}
    ),
    S.NOTIFIED: frozenset({S.ACKNOWLEDGED, S.EN_ROUTE, S.ON_SCENE, S.CANCELLED, S.REFUSED}),
    S.ACKNOWLEDGED: frozenset({S.EN_ROUTE, S.ON_SCENE, S.CANCELLED, S.REFUSED}),
    S.EN_ROUTE: frozenset({S.ON_SCENE, S.CANCELLED, S.REFUSED}),
    S.ON_SCENE: frozenset({S.TRANSPORTING, S.CLEAR, S.CANCELLED}),
    S.TRANSPORTING: frozenset({S.AT_DESTINATION, S.CLEAR, S.CANCELLED}),
    S.AT_DESTINATION: frozenset({S.CLEAR, S.CANCELLED}),
    S.CLEAR: frozenset(),
    S.CANCELLED: frozenset(),
    S.REFUSED: frozenset(),
}

# Steps that `assignment.advance` takes; the others have commands of their own with a reason.
ADVANCE = frozenset({S.EN_ROUTE, S.ON_SCENE, S.TRANSPORTING, S.AT_DESTINATION, S.CLEAR})

# The unit's status after a step; a step that is not here leaves it as it is.
UNIT_STATUS: Mapping[AssignmentStatus, str] = {
    S.ASSIGNED: "assigned",
    S.ACKNOWLEDGED: "acknowledged",
    S.EN_ROUTE: "en_route",
    S.ON_SCENE: "on_scene",
    S.TRANSPORTING: "transporting",
    S.AT_DESTINATION: "at_destination",
    S.CLEAR: "available",
    S.CANCELLED: "available",
    S.REFUSED: "available",
}


@dataclass(frozen=True, slots=True)
class Holder:
    """The active assignment that holds a unit: for which incident, by whom, since when."""

    incident_id: str
    incident_number: str
    assigned_by: str
    assigned_at: datetime


def can_step(old: AssignmentStatus, new: AssignmentStatus) -> bool:
    return new in ALLOWED[old]


def step(old: AssignmentStatus, new: AssignmentStatus) -> bool:
    """True when the step is to be taken, False when it has been taken already; refuses every other.

    A second press of the same button, here or by the dispatcher, is no mistake.
    """
    if old == new:
        return False
    if not can_step(old, new):
        raise Rejected("step_not_possible", old=old.value, new=new.value)
    return True


def check_assignable(
    *, incident_open: bool, unit_status: str, dispatchable: frozenset[str], holder: Holder | None
) -> None:
    """May this unit be assigned now? Raises Rejected with who was first, when somebody was."""
    if not incident_open:
        raise Rejected("incident_closed")
    if holder is not None:
        raise Rejected(
            "unit_not_available",
            by=holder.assigned_by,
            number=holder.incident_number,
            at=holder.assigned_at,
        )
    if unit_status not in dispatchable:
        raise Rejected("unit_out_of_service", unit_status=unit_status)
