"""What a person is told about calls and messages that the provider was offered and the centre did not get."""

from __future__ import annotations

from dispatch.models import Alarm
from dispatch.services.alarms import clear_alarms, raise_alarm
from realtime.eventlog import Change

NOT_RECEIVED_ALARMS = {"calls": "calls_not_received", "messages": "messages_not_received"}
SUBJECT = "provider"


def on_done(log: Change, *, what: str, missing: int, added: int, **_facts: object) -> None:
    """`missing` is what was found missing this time; of it `added` are on the board now."""
    clear_alarms(log, kind="provider_unlisted", subject_id=what)
    still_missing = missing - added
    alarm = _open(what)
    if alarm is None:
        if missing:
            raise_alarm(
                log,
                kind=NOT_RECEIVED_ALARMS[what],
                severity="critical",
                subject=(SUBJECT, what),
                facts={"added": added, "missing": still_missing},
            )
    elif added or alarm.facts.get("missing") != still_missing:
        _count_up(log, alarm, added=added, still_missing=still_missing)


def on_failed(log: Change, *, what: str, error: str) -> None:
    raise_alarm(
        log,
        kind="provider_unlisted",
        severity="warning",
        subject=(SUBJECT, what),
        facts={"error": error},
    )


def _open(what: str) -> Alarm | None:
    return (
        Alarm.objects.select_for_update()
        .filter(kind=NOT_RECEIVED_ALARMS[what], subject_id=what, cleared_at=None)
        .first()
    )


def _count_up(log: Change, alarm: Alarm, *, added: int, still_missing: int) -> None:
    """One alarm counts a whole outage; more of it is news again for whoever has taken note of the first."""
    alarm.facts = {"added": alarm.facts["added"] + added, "missing": still_missing}
    if added or still_missing:
        alarm.acknowledged_at, alarm.acknowledged_by = None, None
    alarm.save(update_fields=["facts", "acknowledged_at", "acknowledged_by"])
    log.record("alarm.raised", alarms=[alarm.pk], facts={"alarm_id": str(alarm.pk)})
