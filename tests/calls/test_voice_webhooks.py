from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import pytest
from django.db import DatabaseError

from calls import intake, selectors
from calls.models import Call, Recording, WebhookRecord
from realtime.models import Event
from tests.calls import twiml

pytestmark = pytest.mark.django_db
STATUS = "/twilio/voice/status"


def the_call():
    return Call.objects.get()


def names():
    return list(Event.objects.order_by("seq").values_list("name", flat=True))


def test_a_ringing_citizen_is_greeted_in_both_languages_and_queued(ring):
    response = ring()

    root = ET.fromstring(response.content)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/xml")
    assert twiml.errors(response.content.decode()) == []
    assert [one.get("language") for one in root.iter("Say")] == ["id-ID", "en-GB"]
    assert root[-1].tag == "Enqueue"
    assert root[-1].get("waitUrl") == "/twilio/voice/wait"
    assert root[-1].get("action") == "/twilio/voice/left-queue"


def test_the_call_is_on_the_board_with_its_number(ring):
    ring(caller="0812 3456 7890", CallerName="Budi")

    (row,) = selectors.wires()
    assert row["channel"] == "voice"
    assert row["status"] == "ringing"
    assert row["caller"] == "+6281234567890"
    assert row["caller_name"] == "Budi"
    assert row["locations"] == []
    assert row["answered_at"] is None
    assert names() == ["call.received"]


@pytest.mark.parametrize("caller", ["Anonymous", "+266696687", "", "unavailable", "sip:a@b.c"])
def test_a_caller_without_a_number_is_unknown_and_still_a_call(ring, caller):
    response = ring(caller=caller)

    assert response.status_code == 200
    assert the_call().caller == ""
    assert the_call().caller_raw == caller
    assert selectors.wires()[0]["caller"] is None


def test_hints_of_the_network_are_no_position(ring):
    ring(FromCity="Tanjungpinang", FromCountry="ID", CallerLat="0", CallerLon="0")

    assert the_call().locations.count() == 0


def test_the_same_webhook_twice_is_one_call_with_the_same_answer(ring):
    first, second = ring(), ring()

    assert first.content == second.content
    assert Call.objects.count() == 1
    assert names() == ["call.received"]


def test_without_a_sid_the_idempotency_token_tells_a_repetition(post):
    params = {"From": "+6281234567890", "Direction": "inbound"}

    post("/twilio/voice/incoming", params, token="t1")
    post("/twilio/voice/incoming", params, token="t1")
    post("/twilio/voice/incoming", params, token="t2")

    assert Call.objects.count() == 2


def test_waiting_puts_the_call_into_the_queue_and_speaks_both_languages(ring, post):
    ring()

    response = post("/twilio/voice/wait", {"CallSid": "CA1", "QueuePosition": "1"})

    assert the_call().status == "queued"
    assert the_call().queued_at is not None
    assert twiml.errors(response.content.decode()) == []
    assert b"id-ID" in response.content
    assert b"en-GB" in response.content
    assert names() == ["call.received", "call.queued"]


def test_a_caller_who_hangs_up_before_the_answer_has_abandoned(ring, post):
    ring()

    response = post(STATUS, {"CallSid": "CA1", "CallStatus": "completed", "SequenceNumber": "3"})

    assert response.status_code == 204
    assert the_call().status == "abandoned"
    assert the_call().ended_at is not None
    assert [row["id"] for row in selectors.wires()] == [str(the_call().pk)]
    assert names()[-1] == "call.abandoned"


def test_a_caller_who_hangs_up_after_the_answer_has_ended(ring, post, ada):
    ring()
    ada.done("call.answer", call_id=str(the_call().pk))

    post(STATUS, {"CallSid": "CA1", "CallStatus": "completed"})

    assert the_call().status == "ended"
    assert str(the_call().answered_by_id) == ada.viewer.user_id


def test_all_orders_of_five_callbacks_end_the_same_in_the_database(ring, post):
    words = ["queued", "initiated", "ringing", "in-progress", "completed"]
    ends = set()
    for number, order in enumerate(list(itertools.permutations(range(5)))[::11]):
        ring(sid=f"CA{number}")
        for sequence in order:
            params = {
                "CallSid": f"CA{number}",
                "CallStatus": words[sequence],
                "SequenceNumber": str(sequence),
            }
            post(STATUS, params)
        call = Call.objects.get(provider_sid=f"CA{number}")
        ends.add((call.status, call.provider_status, call.provider_sequence))

    assert ends == {("abandoned", "completed", 4)}


def test_a_status_heard_before_its_call_is_kept_and_the_call_joins_it(ring, post):
    params = {"CallSid": "CA1", "From": "+6281234567890", "Direction": "inbound"}

    post(STATUS, {**params, "CallStatus": "completed"})
    response = ring()

    assert response.status_code == 200
    assert the_call().status == "abandoned"


def test_a_status_of_a_leg_of_our_own_is_no_call(post):
    response = post(
        STATUS, {"CallSid": "CA9", "CallStatus": "completed", "Direction": "outbound-api"}
    )

    assert response.status_code == 204
    assert not Call.objects.exists()
    assert WebhookRecord.objects.get().outcome == "unknown_call"


@pytest.mark.parametrize(
    "result", ["queue-full", "error", "system-error", "leave", "", "new-word"]
)
def test_who_falls_out_of_the_queue_is_queued_again(ring, post, result):
    ring()

    response = post("/twilio/voice/left-queue", {"CallSid": "CA1", "QueueResult": result})

    assert twiml.errors(response.content.decode()) == []
    assert b"<Enqueue" in response.content
    assert the_call().status == "ringing"


@pytest.mark.parametrize("result", ["redirected", "bridged", "hangup"])
def test_who_left_the_queue_on_purpose_is_not_queued_again(ring, post, result):
    ring()

    response = post("/twilio/voice/left-queue", {"CallSid": "CA1", "QueueResult": result})

    assert b"<Enqueue" not in response.content
    assert twiml.errors(response.content.decode()) == []
    assert the_call().status == ("abandoned" if result == "hangup" else "ringing")


def test_an_answered_caller_joins_the_conference_of_the_call(ring, post, ada):
    ring()
    call = the_call()
    ada.done("call.answer", call_id=str(call.pk))

    response = post(f"/twilio/voice/join/{call.pk}", {"CallSid": "CA1"})

    conference = ET.fromstring(response.content).find("Dial/Conference")
    assert twiml.errors(response.content.decode()) == []
    assert conference.text == f"call-{call.pk}"
    assert conference.get("endConferenceOnExit") == "false"


def test_a_call_nobody_holds_any_more_goes_back_into_the_queue(ring, post):
    ring()

    response = post(f"/twilio/voice/join/{the_call().pk}", {"CallSid": "CA1"})

    assert b"<Enqueue" in response.content


def test_returning_to_the_queue_needs_no_second_greeting(ring, post):
    ring()

    response = post(f"/twilio/voice/requeue/{the_call().pk}", {"CallSid": "CA1"})

    assert b"<Enqueue" in response.content
    assert b"<Say" not in response.content
    assert twiml.errors(response.content.decode()) == []


def test_when_storing_fails_the_caller_still_hears_and_is_queued(ring, monkeypatch):
    def broken(*_args, **_kwargs):
        raise DatabaseError("the row (+62812…) cannot be stored")

    monkeypatch.setattr(intake, "receive_call", broken)

    response = ring()

    assert response.status_code == 200
    assert b"<Enqueue" in response.content
    assert twiml.errors(response.content.decode()) == []
    assert WebhookRecord.objects.get().outcome == "error"


def test_a_failure_is_logged_without_the_callers_number(ring, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise ValueError("+6281234567890")

    monkeypatch.setattr(intake, "receive_call", broken)

    ring()

    assert "voice_incoming failed with ValueError" in caplog.text
    assert "6281234567890" not in caplog.text


def test_a_status_that_cannot_be_stored_is_answered_with_503_for_a_retry(post, monkeypatch):
    def broken(*_args, **_kwargs):
        raise DatabaseError

    monkeypatch.setattr(intake, "receive_status", broken)

    assert post(STATUS, {"CallSid": "CA1", "CallStatus": "ringing"}).status_code == 503


def test_a_recording_is_noted_once_with_its_call(ring, post):
    ring()
    params = {"RecordingSid": "RE1", "CallSid": "CA1", "RecordingUrl": "https://api.twilio.com/x"}

    post("/twilio/voice/recording", {**params, "RecordingStatus": "in-progress"})
    post(
        "/twilio/voice/recording",
        {**params, "RecordingStatus": "completed", "RecordingDuration": "61"},
    )

    recording = Recording.objects.get()
    assert (recording.status, recording.duration_s) == ("completed", 61)
    assert recording.call == the_call()


def test_repeated_calls_of_one_number_are_counted(ring):
    for number in range(3):
        ring(sid=f"CA{number}")
    ring(sid="CA-other", caller="")

    repeats = Call.objects.order_by("received_at").values_list("repeats", flat=True)
    assert list(repeats) == [0, 1, 2, 0]


def test_only_post_is_answered(client):
    assert client.get("/twilio/voice/incoming").status_code == 405
