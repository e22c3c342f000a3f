"""Alarms: what a person must see and take note of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dispatch.models import Alarm
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected
from realtime.registry import Context

UNSIGNED_IN_WINDOW_MAX = 3


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


def on_webhook_failed(log: Change, *, webhook: str) -> None:
    """A signed request that we could not make sense of: it is kept as it came, but nobody has acted on it."""
    raise_alarm(
        log,
        kind="webhook_failed",
        severity="critical",
        subject=("webhooks", webhook),
        facts={"webhook": webhook},
    )


def on_effect_failed(log: Change, *, act: str, subject_id: str, error: str) -> None:
    """The provider would not do it, and the job has given up: a person must."""
    raise_alarm(
        log,
        kind="effect_failed",
        severity="critical",
        subject=("calls", subject_id),
        facts={"act": act, "error": error},
    )


def _touched(alarm: Alarm) -> dict[str, list[Any]]:
    """An alarm about a unit is told to that unit's tablet, too."""
    about = {"units": [alarm.subject_id]} if alarm.subject_kind == "units" else {}
    return {"alarms": [alarm.pk], **about}
