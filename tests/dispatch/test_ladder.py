"""A crew that does not acknowledge: SMS, a call that takes a key, then a person is told. On the real database."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls import effects
from calls.messaging.emulator import EmulatedMessages
from calls.models import Notice
from calls.telephony.emulator.in_process import EmulatedVoice, signed_request
from dispatch.engine.ladder import Rung
from dispatch.models import AcknowledgementRule, Alarm, Assignment, AssignmentLadder
from dispatch.services import ladder
from realtime import eventlog
from tests import factories, jobs

pytestmark = pytest.mark.django_db
CREW_PHONE = "+628100000001"


@pytest.fixture
def engine(types):
    return factories.make_unit("DAMKAR-1", phone=CREW_PHONE)


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    """The emulated provider, whose requests come in through the whole HTTP stack."""
    settings.TELEPHONY = "emulator"
    settings.PUBLIC_BASE_URL = "https://112.example.go.id"
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(effects, "telephony", lambda: EmulatedVoice(send=deliver))
    monkeypatch.setattr(effects, "messaging", lambda: EmulatedMessages(send=deliver))


def deliver(url, headers, body):
    return posted(url, headers, body).status_code


def posted(url, headers, body):
    return Client().post(
        url.removeprefix("https://112.example.go.id"),
        data=body,
        content_type=headers["Content-Type"],
        headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
    )


@pytest.fixture
def assigned(ada, engine):
    incident = ada.done(
        "incident.open",
        type="fire",
        priority=1,
        location=factories.PLACE,
        address="Jl. Merdeka 5",
        note="penelepon +628127011001 panik",
    )
    return ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))[
        "assignment_id"
    ]


def after(assignment_id, seconds):
    """Let the assignment be so old, then do what the timers ask for."""
    AssignmentLadder.objects.filter(pk=assignment_id).update(
        started_at=ladder.clock.timer_now() - timedelta(seconds=seconds)
    )
    while jobs.run_all(ladder.CLIMB, even_early=True) and [
        row for row in jobs.waiting(ladder.CLIMB) if row["in_s"] is None or row["in_s"] <= 0
    ]:
        pass
    while jobs.run_all("calls.send_notice"):
        pass


def press(notice, digits):
    path = f"/twilio/notices/{notice.pk}/key"
    params = {"CallSid": notice.provider_sid, "Digits": digits, "CallStatus": "in-progress"}
    return posted(*signed_request(path, params)).content.decode()


def alarms():
    return list(Alarm.objects.filter(cleared_at=None))


def names():
    return [event.name for event in eventlog.events_after(0)]


def test_the_first_timer_is_written_with_the_assignment(assigned):
    (row,) = jobs.waiting(ladder.CLIMB)

    assert row["args"] == {"assignment_id": assigned, "rung": "sms"}
    assert row["queue"] == "timers"
    assert 15 < row["in_s"] <= 20


def test_a_refused_assignment_leaves_no_timer(ada, assigned, engine):
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)
    before = [row["id"] for row in jobs.waiting(ladder.CLIMB)]

    refusal = ada.refused("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))

    assert refusal == "unit_not_available"
    assert [row["id"] for row in jobs.waiting(ladder.CLIMB)] == before


def test_a_silent_crew_gets_an_sms_then_a_call_then_the_dispatcher_an_alarm(ada, assigned):
    factories.make_unit("DAMKAR-4")
    after(assigned, 20)
    sms = Notice.objects.get()
    assert (sms.channel, sms.to, sms.provider_status) == ("sms", CREW_PHONE, "delivered")
    assert "DAMKAR-1" in sms.text
    assert "Kebakaran" in sms.text
    assert "Jl. Merdeka 5" in sms.text
    assert "+628127011001" not in sms.text, "nothing of the caller leaves the centre"

    after(assigned, 45)
    call = Notice.objects.get(channel="voice")
    assert call.provider_status == "completed"
    assert alarms() == []

    after(assigned, 75)
    (alarm,) = alarms()
    assert (alarm.kind, alarm.severity) == ("assignment_unacknowledged", "critical")
    assert alarm.facts["callsign"] == "DAMKAR-1"
    assert alarm.facts["next"]["callsign"] == "DAMKAR-4"
    assert Notice.objects.count() == 2
    assert jobs.waiting() == []


def test_the_call_reads_the_assignment_in_indonesian_and_asks_for_a_key(assigned):
    after(assigned, 45)
    call = Notice.objects.get(channel="voice")
    path = f"/twilio/notices/{call.pk}/voice"

    document = posted(*signed_request(path, {"CallSid": "CA1"})).content.decode()

    assert document.count("<Gather") == 2
    assert f'action="/twilio/notices/{call.pk}/key"' in document
    assert 'language="id-ID"' in document
    for words in ("DAMKAR 1", "Kebakaran", "prioritas 1", "Jl. Merdeka 5", "Tekan satu"):
        assert words in document
    assert "+628127011001" not in document


def test_a_key_pressed_in_the_call_acknowledges_and_nothing_more_comes(ada, assigned):
    after(assigned, 45)
    call = Notice.objects.get(channel="voice")

    again = press(call, "5")
    thanks = press(call, "1")
    repeated = press(call, "1")
    after(assigned, 75)

    assert "<Gather" in again
    assert "Penugasan diterima" in thanks
    assert "Penugasan diterima" in repeated
    assert Assignment.objects.get().status == "acknowledged"
    assert Notice.objects.get(channel="voice").answered_at is not None
    assert alarms() == []
    assert names().count("assignment.acknowledged") == 1
    assert Assignment.objects.count() == 1, "nobody is assigned in its place"


def test_a_key_pressed_after_the_unit_was_taken_off_is_told_so(ada, assigned):
    after(assigned, 45)
    ada.done("assignment.cancel", assignment_id=assigned, reason="salah alamat")

    said = press(Notice.objects.get(channel="voice"), "1")

    assert "sudah ditangani" in said
    assert Assignment.objects.get().status == "cancelled"


ANSWERS = {
    "acknowledge": ("assignment.acknowledge", {}),
    "en_route": ("assignment.advance", {"status": "en_route"}),
    "refuse": ("assignment.refuse", {"reason": "ban bocor"}),
}


@pytest.mark.parametrize("second", [0, 20, 45, 75])
@pytest.mark.parametrize("answer", [*ANSWERS, "cancel"])
def test_whatever_answers_ends_the_ladder_wherever_it_stands(ada, crew, assigned, answer, second):
    for passed in (20, 45, 75):
        if passed <= second:
            after(assigned, passed)
    sent = Notice.objects.count()

    if answer == "cancel":
        ada.done("assignment.cancel", assignment_id=assigned, reason="cukup")
    else:
        name, body = ANSWERS[answer]
        crew.done(name, assignment_id=assigned, **body)
    after(assigned, 500)

    assert Notice.objects.count() == sent
    assert [one.kind for one in alarms()] == (["assignment_refused"] if answer == "refuse" else [])
    assert jobs.waiting(ladder.CLIMB) == []


def test_what_was_written_but_not_sent_is_not_sent_after_the_answer(crew, assigned):
    AssignmentLadder.objects.update(started_at=timezone.now() - timedelta(seconds=21))
    jobs.run_all(ladder.CLIMB)
    crew.done("assignment.acknowledge", assignment_id=assigned)

    jobs.run_all("calls.send_notice")

    assert Notice.objects.get().provider_sid == ""


def test_a_job_run_twice_climbs_once_and_sends_once(assigned):
    AssignmentLadder.objects.update(started_at=timezone.now() - timedelta(seconds=21))
    ladder.climb(assignment_id=assigned, rung=Rung.SMS)
    ladder.climb(assignment_id=assigned, rung=Rung.SMS)
    (row,) = jobs.waiting("calls.send_notice")

    jobs.run_one(row)
    first = Notice.objects.get().taken_at
    jobs.run_one(row)

    assert Notice.objects.get().taken_at == first
    assert names().count("assignment.reminded") == 1
    assert [one["args"]["rung"] for one in jobs.waiting(ladder.CLIMB)] == ["sms", "call"]


def test_a_timer_that_wakes_early_waits_again(assigned):
    jobs.run_all(ladder.CLIMB)

    (row,) = jobs.waiting(ladder.CLIMB)
    assert Notice.objects.count() == 0
    assert 15 < row["in_s"] <= 20


def test_after_a_long_stop_every_rung_that_is_overdue_comes_in_order(assigned):
    after(assigned, 300)

    assert names().count("assignment.reminded") == 2
    assert [one.kind for one in alarms()] == ["assignment_unacknowledged"]
    assert set(Notice.objects.values_list("channel", flat=True)) == {"sms", "voice"}


def test_a_crew_without_a_telephone_is_not_forgotten(ada, ambulance):
    incident = ada.done("incident.open", type="medical", location=factories.PLACE)
    assignment = ada.done(
        "unit.assign", incident_id=incident["incident_id"], unit_id=str(ambulance)
    )["assignment_id"]

    after(assignment, 80)

    (alarm,) = alarms()
    assert alarm.facts["phone_known"] is False
    assert alarm.facts["next"] is None
    assert Notice.objects.count() == 0


def test_each_agency_and_priority_may_have_thresholds_of_its_own(ada, engine):
    from units.models import Agency

    AcknowledgementRule.objects.create(
        agency=Agency.objects.get(code="DAMKAR"), sms_after_s=None, alarm_after_s=10
    )
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)
    ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))

    (row,) = jobs.waiting(ladder.CLIMB)

    assert row["args"]["rung"] == "alarm"
    assert 5 < row["in_s"] <= 10


def test_delivered_seen_and_acknowledged_are_three_times(ada, crew, dee, assigned):
    hours_behind = (timezone.now() - timedelta(hours=2)).isoformat()
    for name in ("notified", "seen", "acknowledge"):
        crew.done(f"assignment.{name}", assignment_id=assigned, device_at=hours_behind)
    crew.done("assignment.seen", assignment_id=assigned)

    row = Assignment.objects.get()
    assert row.notified_at < row.seen_at < row.acknowledged_at
    assert row.acknowledged_at > timezone.now() - timedelta(minutes=1), "the server's time orders"
    assert {key: value[:13] for key, value in row.device_times.items()} == dict.fromkeys(
        ("notified", "seen", "acknowledged"), hours_behind[:13]
    )
    assert dee.refused("assignment.seen", assignment_id=assigned) == "assignment_unknown"


def test_the_words_of_alarms_and_events_are_known_to_the_console():
    from pathlib import Path

    root = Path(__file__).resolve().parent.parent.parent
    console = root / "dispatch/static/dispatch/console"
    alarm_words = (console / "alarms.js").read_text()
    event_words = (console / "event_words.js").read_text()

    for kind in ("assignment_unacknowledged", "crew_not_reached", "clock_jumped", "job_failed"):
        assert re.search(rf"^  {kind}:", alarm_words, re.MULTILINE), kind
    for name in ("assignment.seen", "assignment.reminded", "assignment.given_to_control"):
        assert f'"{name}"' in event_words
