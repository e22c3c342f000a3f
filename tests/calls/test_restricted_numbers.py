"""A number that only ever pranks waits longer and is asked for a key; it is shown why, and never shut out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls import reputation, selectors
from calls.models import Call, CallerRestriction
from realtime.models import Event
from tests.calls.twiml import verbs

pytestmark = pytest.mark.django_db

CHILD = "+6281300000007"
KEY = "/twilio/voice/key"


@pytest.fixture
def calls(ring, post, ada):
    """A citizen rings, is answered, and is judged."""

    class Calls:
        count = 0

        def comes(self, caller=CHILD):
            self.count += 1
            sid = f"CA{self.count}"
            answer = ring(sid=sid, caller=caller)
            return Call.objects.get(provider_sid=sid), answer

        def judged(self, disposition, caller=CHILD):
            call, _ = self.comes(caller)
            ada.done("call.answer", call_id=str(call.pk))
            ada.done("call.dispose", call_id=str(call.pk), disposition=disposition)
            return call

    return Calls()


def row(call):
    return next(one for one in selectors.wires() if one["id"] == str(call.pk))


def names():
    return list(Event.objects.filter(name__startswith="caller.").values_list("name", flat=True))


def test_the_dispatcher_sees_what_the_number_has_done_before(calls):
    calls.judged("prank")
    calls.judged("prank")
    assert not names()
    call, _ = calls.comes()

    seen = row(call)["history"]
    assert (seen["pranks"], seen["ghosts"], seen["emergency_at"]) == (2, 0, None)
    assert row(call)["restricted"] is False


def test_a_number_without_history_says_nothing(calls):
    call, _ = calls.comes()
    assert row(call)["history"] is None


def test_an_unknown_caller_has_no_history_and_cannot_be_restricted(calls, ada):
    for _ in range(4):
        calls.judged("prank", caller="anonymous")
    call, answer = calls.comes("anonymous")

    assert row(call)["history"] is None
    assert "Enqueue" in verbs(answer)
    assert ada.does("caller.restrict", call_id=str(call.pk)).body["code"] == "caller_unknown"


def test_after_three_pranks_the_next_call_is_asked_for_a_key_and_comes_into_the_queue(calls, post):
    for _ in range(3):
        calls.judged("prank")
    call, answer = calls.comes()

    assert verbs(answer)[-2:] == ["Gather", "Redirect"]
    assert row(call)["restricted"] is True
    assert names() == ["caller.restricted"]

    pressed = post(KEY, {"CallSid": call.provider_sid, "Digits": "5"})
    assert verbs(pressed) == ["Enqueue"]
    assert row(call)["key_pressed"] is True


def test_one_prank_is_enough_for_a_number_that_calls_again_and_again(calls):
    calls.comes()
    calls.comes()
    calls.judged("prank")
    call, answer = calls.comes()
    assert row(call)["restricted"] is True
    assert "Gather" in verbs(answer)


def test_who_calls_for_the_third_time_within_minutes_is_asked_for_a_key(calls, post):
    """Fear does that, and so does a machine; only one of them presses a key."""
    documents = [verbs(calls.comes()[1]) for _ in range(3)]
    assert ["Gather" in one for one in documents] == [False, False, True]

    call = Call.objects.latest("received_at")
    assert (row(call)["burst"], row(call)["restricted"]) == (True, False)
    post(KEY, {"CallSid": call.provider_sid, "Digits": "1"})
    assert row(call)["key_pressed"] is True


def test_who_presses_no_key_comes_into_the_queue_all_the_same(calls, post):
    for _ in range(3):
        calls.judged("prank")
    call, _ = calls.comes()

    silent = post(KEY, {"CallSid": call.provider_sid})

    assert verbs(silent) == ["Enqueue"]
    assert row(call)["key_pressed"] is False


def test_the_same_webhook_again_gets_the_same_document(calls, ring):
    for _ in range(3):
        calls.judged("prank")
    call, answer = calls.comes()
    again = ring(sid=call.provider_sid, caller=CHILD)
    assert again.content == answer.content


def test_it_ends_by_itself_after_a_day_and_can_begin_again(calls):
    for _ in range(3):
        calls.judged("prank")
    a_day_later = timezone.now() - reputation.RESTRICTION_LASTS - timedelta(seconds=1)
    CallerRestriction.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    Call.objects.update(received_at=a_day_later)

    call, answer = calls.comes()
    assert row(call)["restricted"] is False
    assert "Gather" not in verbs(answer)

    calls.judged("prank")
    assert CallerRestriction.objects.count() == 2
    assert CallerRestriction.objects.filter(lifted_at=None).count() == 1


def test_it_lasts_a_day(calls):
    for _ in range(3):
        calls.judged("prank")
    known = CallerRestriction.objects.get()
    assert known.ends_at - known.begun_at == reputation.RESTRICTION_LASTS == timedelta(hours=24)
    assert known.begun_by == "system"


def test_one_click_lifts_it_for_those_who_wait_and_is_logged_with_who_did_it(calls, bo):
    for _ in range(3):
        calls.judged("prank")
    call, _ = calls.comes()

    bo.done("caller.lift_restriction", call_id=str(call.pk))

    assert row(call)["restricted"] is False
    known = CallerRestriction.objects.get()
    assert known.lifted_by == "Bo"
    assert names() == ["caller.restricted", "caller.restriction_lifted"]


def test_a_person_may_restrict_a_number_and_the_waiting_call_shows_it_at_once(calls, ada):
    call, _ = calls.comes()
    ada.done("caller.restrict", call_id=str(call.pk), reason="berulang kali")
    ada.done("caller.restrict", call_id=str(call.pk))  # again: nothing new

    assert row(call)["restricted"] is True
    assert [(one.reason, one.begun_by) for one in CallerRestriction.objects.all()] == [
        ("berulang kali", "Ada")
    ]


def test_a_real_emergency_lifts_it(calls, ada):
    for _ in range(3):
        calls.judged("prank")
    call, _ = calls.comes()
    ada.done("call.answer", call_id=str(call.pk))

    ada.done("incident.open", type="fire", call_id=str(call.pk))

    assert row(call)["restricted"] is False
    assert CallerRestriction.objects.get().lifted_by == "system"
    later, _ = calls.comes()
    assert row(later)["history"]["emergency_type"] == "fire"


def test_one_judgement_counts_for_all_calls_of_the_number_that_are_over(calls, ada, post):
    mine = [calls.comes()[0] for _ in range(3)]
    waiting, _ = calls.comes()
    other, _ = calls.comes("+6281300000008")
    for call in (*mine, other):
        post("/twilio/voice/status", {"CallSid": call.provider_sid, "CallStatus": "completed"})

    done = ada.done(
        "call.dispose", call_id=str(mine[1].pk), disposition="ghost", with_repeats=True
    )

    assert done["judged"] == 3
    assert {one["id"] for one in selectors.wires()} == {str(waiting.pk), str(other.pk)}
    assert Event.objects.filter(name="call.disposed").count() == 1


def test_without_asking_for_it_only_the_one_is_judged(calls, ada, post):
    mine = [calls.comes()[0] for _ in range(2)]
    for call in mine:
        post("/twilio/voice/status", {"CallSid": call.provider_sid, "CallStatus": "completed"})
    ada.done("call.dispose", call_id=str(mine[0].pk), disposition="ghost")
    assert [one["id"] for one in selectors.wires()] == [str(mine[1].pk)]
