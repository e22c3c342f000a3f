"""Enter afterwards what was done on paper, with its real times and marked as such."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import calls.services
import units.services
from dispatch.engine.assignments import ACTIVE, UNIT_STATUS, AssignmentStatus, check_assignable
from dispatch.engine.incidents import IncidentStatus, check_closable, check_open
from dispatch.engine.paper import (
    PAPER_STEPS,
    PaperTimes,
    check_paper,
    check_steps,
    last_step,
)
from dispatch.models import Assignment, Incident
from dispatch.services.assignments import holder_of
from dispatch.services.incidents import lock_incident, new_incident
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected, stamp
from realtime.registry import Context
from units.domain import DISPATCHABLE

S = AssignmentStatus


@dataclass(frozen=True, slots=True)
class PaperUnit:
    unit_id: Any
    steps: dict[AssignmentStatus, datetime]


@dataclass(frozen=True, slots=True)
class PaperIncident:
    """An event of which the service knows nothing yet."""

    type_key: str | None
    priority: int | None
    location: dict[str, Any] | None
    texts: dict[str, str]
    opened_at: datetime
    caller: str = ""
    received_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PaperEnd:
    closed_at: datetime | None = None
    disposition: str = ""


@dataclass(slots=True)
class _Written:
    """What one entry has touched, for its event."""

    assignments: list[Any] = field(default_factory=list)
    units: list[Any] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    known: list[dict[AssignmentStatus, datetime]] = field(default_factory=list)


def enter_incident(
    ctx: Context, paper: PaperIncident, working: list[PaperUnit], end: PaperEnd
) -> Done:
    """A whole event: its call when there was one, the incident, its units, its end when it is over."""
    check_paper(
        PaperTimes(
            paper.received_at,
            paper.answered_at,
            paper.opened_at,
            end.closed_at,
            [one.steps for one in working],
        ),
        now=ctx.now,
    )
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        incident = new_incident(
            log,
            type_key=paper.type_key,
            priority=paper.priority,
            location=paper.location,
            texts=paper.texts,
        )
        incident.opened_at = paper.opened_at
        incident.opened_by_id = incident.paper_entered_by_id = ctx.viewer.user_id
        incident.paper_entered_at = ctx.now
        incident.save(force_insert=True)
        call_id = None
        if paper.received_at is not None:
            call_id = calls.services.enter_paper_call(
                log,
                caller=paper.caller,
                times=(paper.received_at, paper.answered_at, paper.opened_at),
                incident_id=incident.pk,
                user_id=ctx.viewer.user_id,
            )
        written = _write_units(ctx, log, incident, working)
        _end(ctx, incident, end)
        _record(log, incident, written, [call_id] if call_id else [])
    return log.done


def enter_steps(
    ctx: Context, *, incident_id: Any, working: list[PaperUnit], end: PaperEnd
) -> Done:
    """What happened on paper with an incident that the service knows: steps of its units, further units, its end."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        calls.services.lock_of_incident(incident_id)
        incident = lock_incident(incident_id)
        check_open(incident.status)
        written = _write_units(ctx, log, incident, working)
        if end.closed_at is not None:
            check_paper(PaperTimes(None, None, incident.opened_at, end.closed_at, []), now=ctx.now)
        _end(ctx, incident, end)
        _record(log, incident, written, calls.services.ids_of_incident(incident_id))
    return log.done


def _write_units(
    ctx: Context, log: Change, incident: Incident, working: list[PaperUnit]
) -> _Written:
    written = _Written()
    held = {
        row.unit_id: row
        for row in Assignment.objects.select_for_update(of=("self",))
        .filter(incident=incident, status__in=sorted(ACTIVE))
        .order_by("pk")
    }
    known = units.services.lock([one.unit_id for one in working])
    for one in working:
        unit = known.get(one.unit_id)
        if unit is None:
            raise Rejected("unit_unknown", status=404)
        assignment = held.get(one.unit_id) or Assignment(incident=incident, unit_id=one.unit_id)
        steps = check_steps(
            one.steps, _known_steps(assignment), opened_at=incident.opened_at, now=ctx.now
        )
        status = last_step(steps)
        if assignment.assigned_at is None:
            if status in ACTIVE:
                check_assignable(
                    incident_open=True,
                    unit_status=unit.status,
                    dispatchable=frozenset(DISPATCHABLE),
                    holder=holder_of(one.unit_id),
                )
            assignment.assigned_by_id = ctx.viewer.user_id
            assignment.assigned_by_name = ctx.viewer.name
        was_active = one.unit_id in held
        assignment.status = status
        assignment.paper_entered_at = ctx.now
        for step, at in steps.items():
            setattr(assignment, f"{step.value}_at", at)
        assignment.save()
        if (was_active or status in ACTIVE) and status in UNIT_STATUS:
            units.services.set_status(unit_id=one.unit_id, status=UNIT_STATUS[status], now=ctx.now)
        written.known.append(steps)
        written.assignments.append(assignment.pk)
        written.units.append(one.unit_id)
        written.steps += [
            {"callsign": unit.callsign, "status": step.value, "at": stamp(at)}
            for step, at in sorted(one.steps.items(), key=lambda pair: pair[1])
        ]
    return written


def _known_steps(assignment: Assignment) -> dict[AssignmentStatus, datetime]:
    stamps = {step: getattr(assignment, f"{step.value}_at") for step in PAPER_STEPS}
    return {step: at for step, at in stamps.items() if at is not None}


def _end(ctx: Context, incident: Incident, end: PaperEnd) -> None:
    if end.closed_at is None:
        return
    working = Assignment.objects.filter(incident=incident, status__in=sorted(ACTIVE)).count()
    check_closable(status=incident.status, active_assignments=working)
    incident.status = IncidentStatus.CLOSED
    incident.closed_at = end.closed_at
    incident.closed_by_id = ctx.viewer.user_id
    incident.disposition = end.disposition
    incident.save()


def _record(log: Change, incident: Incident, written: _Written, call_ids: list[Any]) -> None:
    log.record(
        "paper.entered",
        incidents=[incident.pk],
        calls=call_ids,
        assignments=written.assignments,
        units=written.units,
        facts={
            "incident_id": str(incident.pk),
            "number": incident.number,
            "opened_at": stamp(incident.opened_at),
            "closed_at": stamp(incident.closed_at),
            "steps": written.steps,
        },
    )
    log.result = {"incident_id": str(incident.pk), "number": incident.number}
