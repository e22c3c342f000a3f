"""Alarms: what a person must see and take note of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import calls.selectors
import units.selectors
from calls.domain import id_or_none
from dispatch.models import Alarm, Assignment
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected
from realtime.registry import Context

UNSIGNED_IN_WINDOW_MAX = 3
# What a person reads when a job has been given up.
_JOB_ALARMS = {
    "calls.connect_caller": "connection_failed",
    "calls.ring_dispatcher": "connection_failed",
    "calls.return_to_queue": "connection_failed",
    "calls.hang_up": "connection_failed",
    "calls.ring_participant": "connection_failed",
    "calls.shape_participant": "connection_failed",
    "calls.drop_participant": "connection_failed",
    "calls.close_conference": "connection_failed",
    "calls.send_message": "message_failed",
    "calls.send_notice": "crew_not_reached",
}
_OTHER_JOB_ALARM = "job_failed"


def raise_alarm(
    log: Change,
    *,
    kind: str,
    severity: str,
    subject: tuple[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Alarm:
    """Raise, or keep the one that is open for the same kind and subject: one condition, one alarm."""
    subject_kind, subject_id = subject or ("", "")
    alarm, created = Alarm.objects.get_or_create(
        kind=kind,
        subject_id=subject_id,
        cleared_at=None,
        defaults={
            "severity": severity,
            "subject_kind": subject_kind,
            "facts": dict(facts or {}),
            "raised_at": log.now,
        },
    )
    if created:
        log.record(
            "alarm.raised", facts={"alarm_id": str(alarm.pk), "kind": kind}, **_touched(alarm)
        )
    return alarm


def clear_alarms(log: Change, *, kind: str, subject_id: str) -> None:
    for alarm in Alarm.objects.select_for_update().filter(
        kind=kind, subject_id=subject_id, cleared_at__isnull=True
    ):
        alarm.cleared_at = log.now
        alarm.save(update_fields=["cleared_at"])
        log.record("alarm.cleared", facts={"alarm_id": str(alarm.pk)}, **_touched(alarm))


def acknowledge_alarm(ctx: Context, *, alarm_id: str) -> Done:
    """Take note of an alarm. One whose cause has passed with that leaves the board."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        alarm = Alarm.objects.select_for_update().filter(pk=alarm_id, cleared_at=None).first()
        if alarm is None:
            raise Rejected("alarm_gone", status=404)
        if alarm.acknowledged_at is None:
            alarm.acknowledged_at = ctx.now
            alarm.acknowledged_by_id = ctx.viewer.user_id
            alarm.save(update_fields=["acknowledged_at", "acknowledged_by"])
            log.record("alarm.acknowledged", facts={"alarm_id": str(alarm.pk)}, **_touched(alarm))
        log.result = {"alarm_id": str(alarm.pk)}
    return log.done


def clear_alarm(ctx: Context, *, alarm_id: str) -> Done:
    """Put an acknowledged alarm away."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        alarm = Alarm.objects.select_for_update().filter(pk=alarm_id, cleared_at=None).first()
        if alarm is None:
            raise Rejected("alarm_gone", status=404)
        if alarm.acknowledged_at is None:
            raise Rejected("alarm_not_acknowledged")
        clear_alarms(log, kind=alarm.kind, subject_id=alarm.subject_id)
        log.result = {"alarm_id": str(alarm.pk)}
    return log.done


def on_webhook_rejected(log: Change, *, recent: int, **_facts: object) -> None:
    """More than a few unsigned webhooks in five minutes: a rotated token, or somebody tries."""
    if recent > UNSIGNED_IN_WINDOW_MAX:
        raise_alarm(log, kind="webhook_rejected", severity="warning", facts={"recent": recent})


def on_key_first(log: Change, *, on: bool, by: str) -> None:
    """As long as every caller is asked for a key, everybody sees that it is so, and who has switched it on."""
    if on:
        raise_alarm(log, kind="key_first_on", severity="notice", facts={"by": by})
    else:
        clear_alarms(log, kind="key_first_on", subject_id="")


def on_webhook_failed(log: Change, *, webhook: str) -> None:
    """A signed request that we could not make sense of: it is kept as it came, but nobody has acted on it."""
    raise_alarm(
        log,
        kind="webhook_failed",
        severity="critical",
        subject=("webhooks", webhook),
        facts={"webhook": webhook},
    )


def on_job_given_up(
    log: Change, *, job_id: Any, task: str, arguments: Mapping[str, Any], error: str
) -> None:
    """A job has been given up: a person must do what it was for."""
    kind = _JOB_ALARMS.get(task, _OTHER_JOB_ALARM)
    subject, whom = _whom(kind, job_id=job_id, arguments=arguments)
    raise_alarm(
        log,
        kind=kind,
        severity="critical",
        subject=subject,
        facts={"job_id": job_id, "task": task, "error": error, **whom},
    )


def on_job_settled(log: Change, *, job_id: Any) -> None:
    for alarm in Alarm.objects.filter(facts__job_id=job_id, cleared_at__isnull=True):
        clear_alarms(log, kind=alarm.kind, subject_id=alarm.subject_id)


def on_message_not_delivered(
    log: Change, *, call_id: str, message_id: str, channel: str, reason: str, can_ring: bool
) -> None:
    """The provider has taken a message and the citizen has not got it: one alarm for a conversation."""
    raise_alarm(
        log,
        kind="message_not_delivered",
        severity="critical",
        subject=("calls", call_id),
        facts={
            "call_id": call_id,
            "message_id": message_id,
            "channel": channel,
            "cause": reason,
            "can_ring": can_ring,
        },
    )


def on_message_arrived(log: Change, *, call_id: str, message_id: str) -> None:
    """It came after all, or a later one did: the citizen reads us."""
    clear_alarms(log, kind="message_not_delivered", subject_id=call_id)


def on_clock_jumped(log: Change, *, jump_s: float, jobs: int) -> None:
    raise_alarm(
        log,
        kind="clock_jumped",
        severity="warning",
        facts={"seconds": round(jump_s), "jobs": jobs},
    )


def _whom(
    kind: str, *, job_id: Any, arguments: Mapping[str, Any]
) -> tuple[tuple[str, str], dict[str, Any]]:
    """What the alarm is about, and for whom the job was; one alarm for one call or one crew."""
    if kind == "crew_not_reached":
        notice = calls.selectors.notice(id_or_none(arguments.get("notice_id")))
        found = Assignment.objects.filter(pk=notice.subject_id).first() if notice else None
        if notice and found:
            unit = units.selectors.states([found.unit_id])
            facts = {
                "assignment_id": str(found.pk),
                "incident_id": str(found.incident_id),
                "unit_id": str(found.unit_id),
                "callsign": unit[0].callsign if unit else "",
                "channel": notice.channel,
            }
            return ("assignments", str(found.pk)), facts
    if message := calls.selectors.outgoing(id_or_none(arguments.get("message_id"))):
        return ("messages", str(message.message_id)), {
            "message_id": str(message.message_id),
            "call_id": str(message.call_id),
            "can_ring": message.to.startswith("+"),
        }
    if call_id := arguments.get("call_id"):
        return ("calls", str(call_id)), {"call_id": str(call_id)}
    return ("jobs", str(job_id)), {}


def _touched(alarm: Alarm) -> dict[str, list[Any]]:
    """An alarm about a unit is told to that unit's tablet, too."""
    about = {"units": [alarm.subject_id]} if alarm.subject_kind == "units" else {}
    return {"alarms": [alarm.pk], **about}
