"""Assign units and take them through their steps. Lock order: incident, assignment, unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

import units.services
from dispatch.engine.assignments import (
    ACTIVE,
    UNIT_STATUS,
    AssignmentStatus,
    Holder,
    check_assignable,
    step,
)
from dispatch.engine.incidents import IncidentStatus
from dispatch.engine.ladder import UNANSWERED
from dispatch.models import Assignment
from dispatch.services import ladder
from dispatch.services.alarms import raise_alarm
from dispatch.services.incidents import lock_incident
from dispatch.services.recommendation import eta_of_unit
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected, Role, stamp
from realtime.registry import Context
from units.domain import DISPATCHABLE

S = AssignmentStatus
_EVENT = {
    S.NOTIFIED: "assignment.notified",
    S.ACKNOWLEDGED: "assignment.acknowledged",
    S.CANCELLED: "assignment.cancelled",
    S.REFUSED: "assignment.refused",
}


def assign_unit(ctx: Context, *, incident_id: Any, unit_id: Any, reason: str) -> Done:
    """Give a unit to an incident. Of two at the same instant one wins; the other is told who was first."""
    # The travel time is an estimate for the record; it is read before any row is locked.
    travel = eta_of_unit(incident_id=incident_id, unit_id=unit_id)
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        incident = lock_incident(incident_id)
        unit = units.services.lock([unit_id]).get(unit_id)
        if unit is None:
            raise Rejected("unit_unknown", status=404)
        check_assignable(
            incident_open=incident.status == IncidentStatus.OPEN,
            unit_status=unit.status,
            dispatchable=frozenset(DISPATCHABLE),
            holder=holder_of(unit_id),
        )
        assignment = Assignment(
            incident=incident,
            unit_id=unit_id,
            assigned_at=ctx.now,
            assigned_by_id=ctx.viewer.user_id,
            assigned_by_name=ctx.viewer.name,
            reason=reason,
            eta_s=travel.eta_s if travel else None,
            eta_by=travel.by if travel else "",
            eta_p90_s=travel.p90_s if travel else None,
            eta_distance_m=travel.distance_m if travel else None,
        )
        try:
            with transaction.atomic():
                assignment.save(force_insert=True)
        except IntegrityError:
            # The unit's row lock makes this unreachable; the constraint is the second of the pair.
            raise Rejected("unit_not_available", by="?", number="?", at=None) from None
        units.services.set_status(unit_id=unit_id, status=UNIT_STATUS[S.ASSIGNED], now=ctx.now)
        ladder.start(log, assignment, agency=unit.agency, priority=incident.priority)
        log.record(
            "unit.assigned",
            assignments=[assignment.pk],
            incidents=[incident.pk],
            units=[unit_id],
            facts=_facts(assignment) | {"number": incident.number, "callsign": unit.callsign},
        )
        log.result = {"assignment_id": str(assignment.pk)}
    return log.done


def advance(
    ctx: Context,
    *,
    assignment_id: Any,
    status: AssignmentStatus,
    reason: str = "",
    device_at: datetime | None = None,
) -> Done:
    """Take an assignment one step on: notified, acknowledged, en route …, cancelled, refused."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        assignment = (
            Assignment.objects.select_for_update(of=("self",)).filter(pk=assignment_id).first()
        )
        if assignment is None or not _may_act(ctx, assignment):
            raise Rejected("assignment_unknown", status=404)
        old = AssignmentStatus(assignment.status)
        # A second tablet of the same crew may show it after the first has acknowledged it: nothing to do.
        late_showing = status == S.NOTIFIED and old in ACTIVE and old != S.ASSIGNED
        if not late_showing and step(old, status):
            _take(log, assignment, status, reason=reason, device_at=device_at)
        log.result = {"assignment_id": str(assignment.pk), "status": assignment.status}
    return log.done


def mark_seen(ctx: Context, *, assignment_id: Any, device_at: datetime | None = None) -> Done:
    """A person of the crew has the assignment before their eyes. No step: it may be seen and not accepted."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        assignment = (
            Assignment.objects.select_for_update(of=("self",)).filter(pk=assignment_id).first()
        )
        if assignment is None or not _may_act(ctx, assignment):
            raise Rejected("assignment_unknown", status=404)
        if assignment.seen_at is None and AssignmentStatus(assignment.status) in ACTIVE:
            assignment.seen_at = ctx.now
            if device_at is not None:
                assignment.device_times = {**assignment.device_times, "seen": stamp(device_at)}
            assignment.save(update_fields=["seen_at", "device_times"])
            log.record("assignment.seen", assignments=[assignment.pk], facts=_facts(assignment))
        log.result = {"assignment_id": str(assignment.pk), "status": assignment.status}
    return log.done


def accept_by_call(log: Change, *, subject_id: str) -> None:
    """The crew has pressed the key while the assignment was read to it. Accepted already, by whomever, is accepted."""
    assignment = Assignment.objects.select_for_update(of=("self",)).filter(pk=subject_id).first()
    if assignment is None:
        return
    status = AssignmentStatus(assignment.status)
    if status in UNANSWERED:
        _take(log, assignment, S.ACKNOWLEDGED, reason="", device_at=None)
    log.result = {"accepted": status in ACTIVE}


def _take(
    log: Change,
    assignment: Assignment,
    status: AssignmentStatus,
    *,
    reason: str,
    device_at: datetime | None,
) -> None:
    unit = units.services.lock([assignment.unit_id])[assignment.unit_id]
    assignment.status = status
    setattr(assignment, f"{status.value}_at", log.now)
    if reason:
        assignment.reason = reason
    if device_at is not None:
        assignment.device_times = {**assignment.device_times, status.value: stamp(device_at)}
    assignment.save()
    if status not in UNANSWERED:
        ladder.end(log, assignment)
    if status in UNIT_STATUS:
        units.services.set_status(
            unit_id=assignment.unit_id, status=UNIT_STATUS[status], now=log.now
        )
    log.record(
        _EVENT.get(status, "assignment.advanced"),
        assignments=[assignment.pk],
        incidents=[assignment.incident_id],
        units=[assignment.unit_id],
        facts=_facts(assignment)
        | {"callsign": unit.callsign, "status": status.value}
        | ({"reason": reason} if reason else {}),
    )
    if status == S.REFUSED:
        raise_alarm(
            log,
            kind="assignment_refused",
            severity="critical",
            subject=("assignments", str(assignment.pk)),
            facts={"callsign": unit.callsign, "reason": reason, **_facts(assignment)},
        )


def _may_act(ctx: Context, assignment: Assignment) -> bool:
    """A crew acts on its own unit's assignments only; for others they do not exist."""
    return ctx.viewer.role != Role.CREW or str(assignment.unit_id) == ctx.viewer.unit_id


def holder_of(unit_id: Any) -> Holder | None:
    """The active assignment that holds a unit; None when it is free."""
    held = (
        Assignment.objects.filter(unit=unit_id, status__in=sorted(ACTIVE))
        .select_related("incident")
        .first()
    )
    if held is None:
        return None
    return Holder(
        incident_id=str(held.incident_id),
        incident_number=held.incident.number,
        assigned_by=held.assigned_by_name,
        assigned_at=held.assigned_at,
    )


def _facts(assignment: Assignment) -> dict[str, Any]:
    return {
        "assignment_id": str(assignment.pk),
        "incident_id": str(assignment.incident_id),
        "unit_id": str(assignment.unit_id),
    }
