"""Who hung up, or whose line went, is rung by one command: both into one conference, into the same incident, once."""

from __future__ import annotations

import pytest
from django.test import Client

from calls import effects, selectors
from calls.call_back import being_rung
from calls.models import Call
from calls.telephony.emulator.in_process import EmulatedVoice
from realtime.models import Event
from tests import jobs
from tests.calls.twiml import verbs

pytestmark = pytest.mark.django_db

CITIZEN = "+6281234567890"


@pytest.fixture
def gone(ring, post):
    """A citizen who rang and hung up before anybody answered; `times` of them."""

    def hang_up(sid="CA1", caller=CITIZEN):
        ring(sid=sid, caller=caller)
        post("/twilio/voice/status", {"CallSid": sid, "CallStatus": "completed"})
        return Call.objects.get(provider_sid=sid)

    return hang_up


@pytest.fixture
def through_the_door(post, monkeypatch):
    """The emulated provider's requests go through the whole HTTP stack of this test."""

    def send(url, headers, body):
        path = "/" + url.split("/", 3)[3]
        return (
            Client()
            .post(
                path,
                data=body,
                content_type=headers["Content-Type"],
                headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
            )
            .status_code
        )

    monkeypatch.setattr(effects, "telephony", lambda: EmulatedVoice(send))


def call_back(person, call):
    return Call.objects.get(pk=person.done("call.call_back", call_id=str(call.pk))["call_id"])


def row(call):
    return next((one for one in selectors.wires() if one["id"] == str(call.pk)), None)


def report(post, call, status, **params):
    return post(
        f"/twilio/voice/call-back/{call.pk}",
        {"CallSid": "CAout", "CallStatus": status, "Direction": "outbound-api", **params},
    )


def test_a_caller_who_hung_up_is_on_the_board_at_once_as_one_to_call_back(gone):
    call = gone()
    assert (row(call)["status"], row(call)["disposition"]) == ("abandoned", None)


def test_calling_back_rings_both_sides_and_settles_all_calls_of_the_number(gone, ada):
    first, second, other = gone("CA1"), gone("CA2"), gone("CA3", "+6281234567891")

    call = call_back(ada, second)

    assert row(call)["direction"] == "out"
    assert row(call)["call_back_of"] == str(second.pk)
    assert row(call)["answered_by"]["name"] == "Ada"
    assert (row(first), row(second)) == (None, None)
    assert row(other) is not None
    assert [job["task"] for job in jobs.waiting()] == [
        "calls.ring_dispatcher",
        "calls.ring_caller",
    ]


def test_a_line_that_went_in_the_middle_is_called_back_into_the_same_incident(ring, post, ada):
    ring(sid="CA1")
    before = Call.objects.get()
    ada.done("call.answer", call_id=str(before.pk))
    incident = ada.done("incident.open", type="fire", call_id=str(before.pk))["incident_id"]
    post("/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "completed"})
    assert row(before)["left_by_caller"] is True

    call = call_back(ada, before)

    assert row(call)["incident_id"] == incident
    assert row(call)["disposition"] == "emergency"


def test_a_call_that_we_have_ended_was_not_left_by_the_caller(ring, post, ada):
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    ada.done("call.hang_up", call_id=str(call.pk))
    post("/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "completed"})
    assert row(call)["left_by_caller"] is False


@pytest.mark.parametrize(
    ("word", "reached"),
    [("no-answer", False), ("busy", False), ("failed", False), ("completed", True)],
)
def test_it_says_whether_somebody_was_reached(gone, ada, post, word, reached):
    call = call_back(ada, gone())
    assert row(call)["reached"] is None
    report(post, call, "ringing", SequenceNumber="1")
    report(post, call, word, SequenceNumber="3")
    report(post, call, "ringing", SequenceNumber="1")  # late, and again

    assert (row(call)["status"], row(call)["reached"]) == ("ended", reached)


def test_the_citizen_who_answers_comes_into_the_conference(gone, ada, post, through_the_door):
    call = call_back(ada, gone())
    jobs.run_all("calls.ring_caller")

    call.refresh_from_db()
    assert call.provider_status == "in-progress"
    assert call.provider_sid
    joined = post(f"/twilio/voice/join/{call.pk}", {"CallSid": call.provider_sid})
    assert verbs(joined) == ["Dial"]


def test_a_repeated_job_rings_nobody_twice(gone, ada, through_the_door):
    call_back(ada, gone())
    (job,) = jobs.waiting("calls.ring_caller")
    jobs.run_one(job)
    count = Event.objects.count()
    jobs.run_one(job)
    assert Event.objects.count() == count


def test_who_is_given_up_before_the_provider_has_answered_is_not_left_ringing(gone, ada):
    call = call_back(ada, gone())
    ada.done("call.hang_up", call_id=str(call.pk))
    being_rung(call_id=call.pk, provider="emulator", sid="CAout")
    assert (
        len(jobs.waiting("calls.hang_up")) == 2
    )  # one at the command, one now that there is what to end


def test_a_number_is_called_once_at_a_time(gone, ada, bo):
    first, second = gone("CA1"), gone("CA2")
    call_back(ada, first)
    refused = bo.does("call.call_back", call_id=str(second.pk))
    assert refused.body["code"] == "call_back_under_way"


def test_who_is_still_on_the_line_or_unknown_is_not_called_back(ring, gone, ada):
    ring(sid="CA9")
    live = Call.objects.get(provider_sid="CA9")
    assert ada.does("call.call_back", call_id=str(live.pk)).body["code"] == "call_not_over"
    unknown = gone("CA8", "anonymous")
    assert ada.does("call.call_back", call_id=str(unknown.pk)).body["code"] == "caller_unknown"


def test_calling_back_does_not_make_the_number_one_that_calls_again_and_again(
    gone, ada, post, ring
):
    call = call_back(ada, gone("CA1"))
    report(post, call, "completed")
    ring(sid="CA2")
    assert row(Call.objects.get(provider_sid="CA2"))["burst"] is False
