"""The commands of the incident domain: bodies, roles, handlers; the same for HTTP and the socket."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field, StringConstraints

from dispatch.engine.assignments import AssignmentStatus
from dispatch.models import ADDRESS_CHARS_MAX, NOTE_CHARS_MAX
from dispatch.services import alarms, assignments, incidents, paper, premises
from dispatch.services import units as unit_services
from maps.geo import LatLng
from maps.hospitals import BEDS_MAX
from maps.premises import PREMISE_TEXT_CHARS_MAX, Where, Words
from realtime.eventlog import Done
from realtime.protocol import Rejected, Role
from realtime.registry import CommandBody, Context, register_command, register_rejection

PAPER_UNITS_MAX = 20
CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)
CENTRE_AND_CREW = (*CENTRE, Role.CREW)

NoNul = StringConstraints(pattern=r"^[^\x00]*$")
ShortText = Annotated[str, Field(max_length=ADDRESS_CHARS_MAX), NoNul]
LongText = Annotated[str, Field(max_length=NOTE_CHARS_MAX), NoNul]
Reason = Annotated[str, Field(min_length=1, max_length=ADDRESS_CHARS_MAX), NoNul]
TypeKey = Annotated[str, Field(max_length=40), NoNul]
# Any clock a tablet may have; beyond these years it could not be turned into UTC.
DeviceTime = Annotated[
    AwareDatetime,
    Field(ge=datetime(1970, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
Priority = Annotated[int, Field(ge=1, le=4, strict=True)]
UnitStatusWord = Literal[
    "available",
    "staged",
    "at_patient",
    "returning",
    "available_on_scene",
    "move_up",
    "out_of_service",
    "off_duty",
]
IncidentDisposition = Literal[
    "handled",
    "transported",
    "handed_over",
    "refused",
    "cancelled_before_arrival",
    "cancelled_by_caller",
    "unfounded",
    "false_alarm_good_intent",
    "false_alarm_malicious",
    "duplicate",
]


class Location(CommandBody):
    """A place on earth. `radius_m` null: how exact it is, is unknown."""

    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False)
    radius_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    source: Literal[
        "aml", "whatsapp", "share_link", "text", "address", "network", "history", "operator", None
    ] = None
    label: ShortText | None = None


class OpenIncident(CommandBody):
    type: TypeKey | None = None
    priority: Priority | None = None
    location: Location | None = None
    call_id: UUID | None = None
    note: LongText = ""
    address: ShortText = ""
    landmark: ShortText = ""


class AttachCall(CommandBody):
    incident_id: UUID
    call_id: UUID


class UpdateIncident(CommandBody):
    incident_id: UUID
    type: TypeKey | None = None
    priority: Priority | None = None
    location: Location | None = None
    note: LongText | None = None
    address: ShortText | None = None
    landmark: ShortText | None = None


class CloseIncident(CommandBody):
    incident_id: UUID
    disposition: IncidentDisposition


class AssignUnit(CommandBody):
    incident_id: UUID
    unit_id: UUID
    reason: ShortText = ""


class OneAssignment(CommandBody):
    assignment_id: UUID
    device_at: DeviceTime | None = None


class AdvanceAssignment(OneAssignment):
    status: Literal["en_route", "on_scene", "transporting", "at_destination", "clear"]


class EndAssignment(OneAssignment):
    reason: Reason


class SetUnitStatus(CommandBody):
    unit_id: UUID
    status: UnitStatusWord
    reason: ShortText = ""


class OneAlarm(CommandBody):
    alarm_id: UUID


class Mayday(CommandBody):
    unit_id: UUID
    position: Location | None = None


class PaperUnit(CommandBody):
    """One unit's steps with the real times; those nobody wrote down are left out."""

    unit_id: UUID
    assigned_at: AwareDatetime | None = None
    acknowledged_at: AwareDatetime | None = None
    en_route_at: AwareDatetime | None = None
    on_scene_at: AwareDatetime | None = None
    transporting_at: AwareDatetime | None = None
    at_destination_at: AwareDatetime | None = None
    clear_at: AwareDatetime | None = None


class EnterPaper(OpenIncident):
    """A whole event, or with `incident_id` what happened on paper with one that is open."""

    call_id: None = None
    incident_id: UUID | None = None
    opened_at: AwareDatetime | None = None
    caller: Annotated[str, Field(max_length=40), NoNul] = ""
    received_at: AwareDatetime | None = None
    answered_at: AwareDatetime | None = None
    units: Annotated[list[PaperUnit], Field(max_length=PAPER_UNITS_MAX)] = []
    closed_at: AwareDatetime | None = None
    disposition: IncidentDisposition | None = None


class Circle(CommandBody):
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False)
    radius_m: float = Field(default=30, ge=5, le=5_000, allow_inf_nan=False)


class NotePremise(CommandBody):
    """Around a point, or inside a polygon in GeoJSON; exactly one of the two."""

    kind: Literal["hazard", "access", "contact", "note"]
    severity: Literal["danger", "caution", "info"] = "info"
    text: Annotated[str, Field(min_length=1, max_length=PREMISE_TEXT_CHARS_MAX), NoNul]
    owner: Annotated[str, Field(min_length=1, max_length=120), NoNul]
    circle: Circle | None = None
    area: dict[str, Any] | None = None
    valid_from: DeviceTime | None = None
    valid_to: DeviceTime | None = None


class WithdrawPremise(CommandBody):
    premise_id: UUID
    reason: Reason


class SetCapacity(CommandBody):
    """What a hospital has said; `beds_free` null: it has not said how many."""

    place_id: UUID
    state: Literal["open", "busy", "full", "closed"]
    beds_free: int | None = Field(default=None, ge=0, le=BEDS_MAX)
    note: Annotated[str, Field(max_length=200), NoNul] = ""


def open_incident(ctx: Context, body: OpenIncident) -> Done:
    """Open an incident, from a call when there is one."""
    return incidents.open_incident(
        ctx,
        type_key=body.type,
        priority=body.priority,
        location=body.location.model_dump() if body.location else None,
        call_id=str(body.call_id) if body.call_id else None,
        texts={"note": body.note, "address": body.address, "landmark": body.landmark},
    )


def attach_call(ctx: Context, body: AttachCall) -> Done:
    """Attach a call to an incident that is open already."""
    return incidents.attach_call(ctx, incident_id=body.incident_id, call_id=str(body.call_id))


def update_incident(ctx: Context, body: UpdateIncident) -> Done:
    """Change the fields of an incident that are named; the others stay."""
    changes: dict[str, Any] = body.model_dump(include=body.model_fields_set - {"incident_id"})
    return incidents.update_incident(ctx, incident_id=body.incident_id, changes=changes)


def close_incident(ctx: Context, body: CloseIncident) -> Done:
    """Close an incident on which nobody works any more."""
    return incidents.close_incident(
        ctx, incident_id=body.incident_id, disposition=body.disposition
    )


def assign_unit(ctx: Context, body: AssignUnit) -> Done:
    """Give a free unit to an open incident."""
    return assignments.assign_unit(
        ctx, incident_id=body.incident_id, unit_id=body.unit_id, reason=body.reason
    )


def notified(ctx: Context, body: OneAssignment) -> Done:
    """The tablet shows the assignment."""
    return _step(ctx, body, AssignmentStatus.NOTIFIED)


def seen(ctx: Context, body: OneAssignment) -> Done:
    """A person of the crew has seen the assignment."""
    return assignments.mark_seen(ctx, assignment_id=body.assignment_id, device_at=body.device_at)


def acknowledge(ctx: Context, body: OneAssignment) -> Done:
    """The crew accepts the assignment."""
    return _step(ctx, body, AssignmentStatus.ACKNOWLEDGED)


def advance(ctx: Context, body: AdvanceAssignment) -> Done:
    """The crew goes one step on: en route, on scene, transporting, at destination, clear."""
    return _step(ctx, body, AssignmentStatus(body.status))


def cancel(ctx: Context, body: EndAssignment) -> Done:
    """The centre takes the unit off the incident."""
    return _step(ctx, body, AssignmentStatus.CANCELLED, reason=body.reason)


def refuse(ctx: Context, body: EndAssignment) -> Done:
    """The crew cannot go, and says why."""
    return _step(ctx, body, AssignmentStatus.REFUSED, reason=body.reason)


def set_unit_status(ctx: Context, body: SetUnitStatus) -> Done:
    """Set a unit's status by hand."""
    return unit_services.set_unit_status(
        ctx, unit_id=body.unit_id, status=body.status, reason=body.reason
    )


def mayday(ctx: Context, body: Mayday) -> Done:
    """The crew itself is in danger."""
    position = body.position.model_dump() if body.position else None
    return unit_services.mayday(ctx, unit_id=body.unit_id, position=position)


def acknowledge_alarm(ctx: Context, body: OneAlarm) -> Done:
    """Take note of an alarm."""
    return alarms.acknowledge_alarm(ctx, alarm_id=str(body.alarm_id))


def clear_alarm(ctx: Context, body: OneAlarm) -> Done:
    """Put an acknowledged alarm away."""
    return alarms.clear_alarm(ctx, alarm_id=str(body.alarm_id))


def note_premise(ctx: Context, body: NotePremise) -> Done:
    """Note what crews should know of a place."""
    if (body.circle is None) == (body.area is None):
        raise Rejected("premise_needs_one_place", status=422)
    circle = body.circle
    where = (
        Where(position=LatLng(circle.lat, circle.lng), radius_m=circle.radius_m)
        if circle
        else Where(polygon=body.area)
    )
    words = Words(**body.model_dump(exclude={"circle", "area"}))
    return premises.note_premise(ctx, where=where, words=words)


def withdraw_premise(ctx: Context, body: WithdrawPremise) -> Done:
    """Withdraw a note that is no longer true."""
    return premises.withdraw_premise(ctx, premise_id=body.premise_id, reason=body.reason)


def set_capacity(ctx: Context, body: SetCapacity) -> Done:
    """Note whether a hospital takes patients, as it has told."""
    return premises.set_capacity(
        ctx,
        place_id=body.place_id,
        state=body.state,
        beds_free=body.beds_free,
        note=body.note,
    )


def enter_paper(ctx: Context, body: EnterPaper) -> Done:
    """Enter afterwards what was done on paper, with its real times."""
    _check_sheet(body)
    working = [
        paper.PaperUnit(
            one.unit_id,
            {
                AssignmentStatus(name.removesuffix("_at")): at
                for name, at in one.model_dump(exclude={"unit_id"}).items()
                if at is not None
            },
        )
        for one in body.units
    ]
    end = paper.PaperEnd(body.closed_at, body.disposition or "")
    if body.incident_id is not None:
        return paper.enter_steps(ctx, incident_id=body.incident_id, working=working, end=end)
    assert body.opened_at is not None, "the body's own check"
    event = paper.PaperIncident(
        type_key=body.type,
        priority=body.priority,
        location=body.location.model_dump() if body.location else None,
        texts={"note": body.note, "address": body.address, "landmark": body.landmark},
        opened_at=body.opened_at,
        caller=body.caller,
        received_at=body.received_at,
        answered_at=body.answered_at,
    )
    return paper.enter_incident(ctx, event, working, end)


def _check_sheet(body: EnterPaper) -> None:
    """What a person may forget on the sheet, in words."""
    if body.incident_id is None and body.opened_at is None:
        raise Rejected("paper_no_opening", status=422)
    if (body.closed_at is None) != (body.disposition is None):
        raise Rejected("paper_end_incomplete", status=422)
    if len({one.unit_id for one in body.units}) < len(body.units):
        raise Rejected("paper_unit_twice", status=422)
    if body.answered_at is not None and body.received_at is None:
        raise Rejected("paper_no_call_time", status=422)


def _step(
    ctx: Context, body: OneAssignment, status: AssignmentStatus, *, reason: str = ""
) -> Done:
    return assignments.advance(
        ctx,
        assignment_id=body.assignment_id,
        status=status,
        reason=reason,
        device_at=body.device_at,
    )


def register() -> None:
    for name, body, roles, handle in (
        ("incident.open", OpenIncident, CENTRE, open_incident),
        ("incident.attach_call", AttachCall, CENTRE, attach_call),
        ("incident.update", UpdateIncident, CENTRE, update_incident),
        ("incident.close", CloseIncident, CENTRE, close_incident),
        ("unit.assign", AssignUnit, CENTRE, assign_unit),
        ("assignment.notified", OneAssignment, (Role.CREW,), notified),
        ("assignment.seen", OneAssignment, (Role.CREW,), seen),
        ("assignment.acknowledge", OneAssignment, CENTRE_AND_CREW, acknowledge),
        ("assignment.advance", AdvanceAssignment, CENTRE_AND_CREW, advance),
        ("assignment.cancel", EndAssignment, CENTRE, cancel),
        ("assignment.refuse", EndAssignment, (Role.CREW,), refuse),
        ("unit.set_status", SetUnitStatus, CENTRE_AND_CREW, set_unit_status),
        ("unit.mayday", Mayday, (Role.CREW,), mayday),
        ("alarm.acknowledge", OneAlarm, CENTRE, acknowledge_alarm),
        ("alarm.clear", OneAlarm, CENTRE, clear_alarm),
        ("paper.enter", EnterPaper, CENTRE, enter_paper),
        ("premise.note", NotePremise, CENTRE, note_premise),
        ("premise.withdraw", WithdrawPremise, CENTRE, withdraw_premise),
        ("hospital.set_capacity", SetCapacity, CENTRE, set_capacity),
    ):
        register_command(name, body, roles=roles, handle=handle)
    for code, words in {
        "incident_unknown": _("There is no such incident."),
        "incident_closed": _("The incident is closed."),
        "incident_type_unknown": _("There is no incident type “%(type)s”."),
        "units_still_assigned": _(
            "%(count)s unit(s) still work on it. Clear or cancel them first."
        ),
        "location_impossible": _("This position is not possible."),
        "unit_unknown": _("There is no such unit."),
        "unit_not_available": _("%(by)s was first: the unit is assigned to #%(number)s."),
        "unit_out_of_service": _("The unit is not available."),
        "unit_is_assigned": _("%(callsign)s has an assignment; its steps set the status."),
        "assignment_unknown": _("There is no such assignment."),
        "step_not_possible": _("This step is not possible any more."),
        "alarm_gone": _("The alarm is not on the board any more."),
        "alarm_not_acknowledged": _("Acknowledge the alarm first."),
        "paper_in_the_future": _("A time lies in the future. Paper tells what has happened."),
        "paper_no_opening": _("Write when the incident was opened."),
        "paper_end_incomplete": _("An end needs both: when, and what it turned out to be."),
        "paper_unit_twice": _("A unit stands twice on the sheet; write its steps in one line."),
        "paper_no_call_time": _("Write when the call came."),
        "paper_too_old": _("A time is older than %(hours)s hours."),
        "paper_order": _(
            "The times are not in their order: received, answered, opened, steps, end."
        ),
        "paper_not_assigned": _("A unit has steps but no time at which it was assigned."),
        "paper_not_over": _(
            "The incident has an end, but a unit has no time at which it was clear."
        ),
        "paper_known_already": _(
            "The service knows another time of this step; paper corrects nothing."
        ),
        "premise_unknown": _("There is no such note."),
        "premise_needs_one_place": _("Give a circle or an area, one of the two."),
        "premise_ends_before_it_begins": _("The note must end after it begins."),
        "premise_area_impossible": _(
            "The area must be one polygon whose border does not cross itself."
        ),
        "premise_area_too_detailed": _("The area may have %(most)s corners at most."),
        "premise_area_too_large": _("The area may have %(most)s km² at most."),
        "hospital_unknown": _("There is no such hospital."),
        "unknown_command": _("There is no such command."),
    }.items():
        register_rejection(code, words)
