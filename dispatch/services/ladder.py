"""The acknowledgement ladder at work: begun with the assignment, climbed by timers, ended by whatever answers.

Lock order: the timers' clock, the assignment, its ladder, its notices.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

import calls.notices
import units.selectors
from calls.domain import Channel
from dispatch.engine.assignments import AssignmentStatus
from dispatch.engine.ladder import (
    RUNGS,
    Climb,
    Ladder,
    Over,
    Rule,
    Rung,
    Thresholds,
    Verdict,
    Wait,
    next_step,
    thresholds_for,
)
from dispatch.models import AcknowledgementRule, Assignment, AssignmentLadder, Incident
from dispatch.services.alarms import clear_alarms, raise_alarm
from dispatch.services.recommendation import replacement_for
from realtime import clock
from realtime.eventlog import Change, change
from realtime.jobs import TIMERS_QUEUE, URGENT, defer
from realtime.protocol import Actor

logger = logging.getLogger(__name__)

CLIMB = "dispatch.climb_ladder"
ALARM = "assignment_unacknowledged"
EARLY_S = 0.5  # the wall clock by which jobs wake may differ so much from the timers' clock
AGAIN_S = 0.5
PLACE_CHARS_MAX = 200
CREW_LANGUAGE = "id"


def start(log: Change, assignment: Assignment, *, agency: str, priority: int | None) -> None:
    """Begin the ladder, in the change that makes the assignment."""
    rules = [
        Rule(
            agency=row.agency.code if row.agency else None,
            priority=row.priority,
            thresholds=Thresholds(row.sms_after_s, row.call_after_s, row.alarm_after_s),
        )
        for row in AcknowledgementRule.objects.select_related("agency")
    ]
    thresholds = thresholds_for(rules, agency=agency, priority=priority)
    row = AssignmentLadder.objects.create(
        assignment=assignment,
        started_at=clock.timer_now(),
        sms_after_s=thresholds.sms_after_s,
        call_after_s=thresholds.call_after_s,
        alarm_after_s=thresholds.alarm_after_s,
        phone_known=bool(units.selectors.phone_of(assignment.unit_id)),
    )
    _defer_next(row, AssignmentStatus(assignment.status), now=row.started_at)


def end(log: Change, assignment: Assignment) -> None:
    """Somebody has answered, or the assignment is over: nothing more is sent, and the alarm leaves the board."""
    ended = AssignmentLadder.objects.filter(assignment=assignment, ended_at=None)
    if ended.update(ended_at=log.now):
        calls.notices.withdraw(log, subject_id=str(assignment.pk))
        for kind in (ALARM, "crew_not_reached"):
            clear_alarms(log, kind=kind, subject_id=str(assignment.pk))


def climb(*, assignment_id: Any, rung: Rung) -> None:
    """What the timer of a rung does. A second time, early, late or after the answer it does no harm."""
    verdict = _look(assignment_id)
    if isinstance(verdict, Wait):
        # The wall clock has jumped and nobody has noticed yet: put it right before the timer is set again.
        clock.correct()
    due = isinstance(verdict, Climb) and verdict.rung == rung
    following = _following(assignment_id) if due and rung == Rung.ALARM else None
    with change(by=Actor.system("ladder"), now=timezone.now()) as log:
        now = clock.timer_now()
        found = _locked(assignment_id)
        if found is None:
            return
        assignment, row = found
        status = AssignmentStatus(assignment.status)
        verdict = next_step(_ladder(row), status=status, now=now + timedelta(seconds=EARLY_S))
        if isinstance(verdict, Wait) and verdict.rung == rung:
            _defer(row, rung, at=max(verdict.until, clock.wall_now() + timedelta(seconds=AGAIN_S)))
        if isinstance(verdict, Climb) and verdict.rung == rung:
            _do(log, assignment, row, rung, following=following)
            setattr(row, f"{rung.value}_at", log.now)
            row.save()
            _defer_next(row, status, now=now)


def shift(by: timedelta) -> None:
    """The wall clock has jumped: open ladders go with it. Called inside the correction's change."""
    AssignmentLadder.objects.filter(ended_at=None).update(started_at=F("started_at") + by)


# --- rungs -------------------------------------------------------------------------------------


def _do(
    log: Change,
    assignment: Assignment,
    row: AssignmentLadder,
    rung: Rung,
    *,
    following: dict[str, Any] | None,
) -> None:
    phone = units.selectors.phone_of(assignment.unit_id)
    row.phone_known = bool(phone)
    incident = Incident.objects.select_related("type").get(pk=assignment.incident_id)
    callsign = units.selectors.states([assignment.unit_id])[0].callsign
    facts = {
        "assignment_id": str(assignment.pk),
        "incident_id": str(incident.pk),
        "unit_id": str(assignment.unit_id),
        "number": incident.number,
        "callsign": callsign,
    }
    if rung == Rung.ALARM:
        raise_alarm(
            log,
            kind=ALARM,
            severity="critical",
            subject=("assignments", str(assignment.pk)),
            facts={**facts, "phone_known": bool(phone), "next": following},
        )
        log.record("assignment.given_to_control", assignments=[assignment.pk], facts=facts)
    elif phone:
        spoken = rung == Rung.CALL
        calls.notices.send(
            log,
            key=f"{assignment.pk}:{rung.value}",
            channel=Channel.VOICE if spoken else Channel.SMS,
            to=phone,
            text=_spoken(incident, callsign) if spoken else _written(incident, callsign),
            subject_id=str(assignment.pk),
        )
        log.record(
            "assignment.reminded",
            assignments=[assignment.pk],
            facts={**facts, "channel": rung.value},
        )


def _written(incident: Incident, callsign: str) -> str:
    """The SMS: what, where, what to do; nothing of the caller."""
    with translation.override(CREW_LANGUAGE):
        lines = [
            f"SIAGA 112 {callsign}: {_what(incident)}. #{incident.number}",
            _where(incident),
            f"{incident.location.y:.5f},{incident.location.x:.5f}" if incident.location else "",
            gettext("Accept it on the tablet: %(address)s")
            % {"address": f"{settings.PUBLIC_BASE_URL}/tablet/"},
        ]
    return "\n".join(line for line in lines if line)


def _spoken(incident: Incident, callsign: str) -> str:
    """What is read out; digits and letters of a callsign are spoken one after the other."""
    with translation.override(CREW_LANGUAGE):
        return gettext("Attention %(callsign)s. Assignment: %(what)s. %(where)s.") % {
            "callsign": callsign.replace("-", " "),
            "what": _what(incident),
            "where": _where(incident),
        }


def _what(incident: Incident) -> str:
    name = incident.type.name_id if incident.type else gettext("type unknown")
    if incident.priority is None:
        return str(name)
    return f"{name}, {gettext('priority %(priority)s') % {'priority': incident.priority}}"


def _where(incident: Incident) -> str:
    parts = [
        incident.address or incident.location_label,
        incident.landmark,
        f"Kel. {incident.district}" if incident.district else "",
    ]
    place = ", ".join(part for part in parts if part)[:PLACE_CHARS_MAX]
    return place or gettext("Place unknown, ask the centre")


def _following(assignment_id: Any) -> dict[str, Any] | None:
    """The next best unit. A recommendation that fails must not keep the alarm back."""
    assignment = Assignment.objects.filter(pk=assignment_id).first()
    if assignment is None:
        return None
    try:
        return replacement_for(incident_id=assignment.incident_id, unit_id=assignment.unit_id)
    except Exception as error:
        logger.error("no recommendation for the alarm: %s", type(error).__name__)
        return None


# --- timers ------------------------------------------------------------------------------------


def _defer_next(row: AssignmentLadder, status: AssignmentStatus, *, now: datetime) -> None:
    verdict = next_step(_ladder(row), status=status, now=now)
    if isinstance(verdict, Wait):
        _defer(row, verdict.rung, at=verdict.until)
    elif isinstance(verdict, Climb):
        _defer(row, verdict.rung, at=None)


def _defer(row: AssignmentLadder, rung: Rung, *, at: datetime | None) -> None:
    defer(
        CLIMB,
        queue=TIMERS_QUEUE,
        at=at,
        priority=URGENT,
        assignment_id=str(row.assignment_id),
        rung=rung.value,
    )


def _look(assignment_id: Any) -> Verdict:
    """Without any lock: what would be due. It is judged again under the locks."""
    row = AssignmentLadder.objects.select_related("assignment").filter(pk=assignment_id).first()
    if row is None:
        return Over()
    now = clock.timer_now() + timedelta(seconds=EARLY_S)
    return next_step(_ladder(row), status=AssignmentStatus(row.assignment.status), now=now)


def _locked(assignment_id: Any) -> tuple[Assignment, AssignmentLadder] | None:
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).filter(pk=assignment_id).first()
    )
    row = AssignmentLadder.objects.select_for_update(of=("self",)).filter(pk=assignment_id).first()
    return (assignment, row) if assignment and row else None


def _ladder(row: AssignmentLadder) -> Ladder:
    return Ladder(
        started_at=row.started_at,
        thresholds=Thresholds(row.sms_after_s, row.call_after_s, row.alarm_after_s),
        climbed=frozenset(rung for rung in RUNGS if getattr(row, f"{rung.value}_at")),
    )
