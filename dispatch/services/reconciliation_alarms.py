"""What a person is told about calls and messages that the provider was offered and the centre did not get."""

from __future__ import annotations

from dispatch.models import Alarm
from dispatch.services.alarms import clear_alarms, raise_alarm
from realtime.eventlog import Change

NOT_RECEIVED_ALARMS = {"calls": "calls_not_received", "messages": "messages_not_received"}
SUBJECT = "provider"


def on_done(
    log: Change, *, provider: str, what: str, missing: int, added: int, **_facts: object
) -> None:
    """`missing` is what was found missing this time; of it `added` are on the board now."""
    subject_id = _list(provider, what)
    clear_alarms(log, kind="provider_unlisted", subject_id=subject_id)
    still_missing = missing - added
    alarm = _open(what, subject_id)
    if alarm is None:
        if missing:
            raise_alarm(
                log,
                kind=NOT_RECEIVED_ALARMS[what],
                severity="critical",
                subject=(SUBJECT, subject_id),
                facts={"added": added, "missing": still_missing},
            )
    elif added or alarm.facts.get("missing") != still_missing:
        _count_up(log, alarm, added=added, still_missing=still_missing)


def on_failed(log: Change, *, provider: str, what: str, error: str) -> None:
    raise_alarm(
        log,
        kind="provider_unlisted",
        severity="warning",
        subject=(SUBJECT, _list(provider, what)),
        facts={"error": error, "provider": provider},
    )


def _list(provider: str, what: str) -> str:
    """Each list for itself: one that can be read must not clear the alarm of another that cannot."""
    return f"{provider} {what}"


def _open(what: str, subject_id: str) -> Alarm | None:
    return (
        Alarm.objects.select_for_update()
        .filter(kind=NOT_RECEIVED_ALARMS[what], subject_id=subject_id, cleared_at=None)
        .first()
    )


def _count_up(log: Change, alarm: Alarm, *, added: int, still_missing: int) -> None:
    """One alarm counts a whole outage; more of it is news again for whoever has taken note of the first."""
    alarm.facts = {"added": alarm.facts["added"] + added, "missing": still_missing}
    if added or still_missing:
        alarm.acknowledged_at, alarm.acknowledged_by = None, None
    alarm.save(update_fields=["facts", "acknowledged_at", "acknowledged_by"])
    log.record("alarm.raised", alarms=[alarm.pk], facts={"alarm_id": str(alarm.pk)})
