"""Somebody is on the line and says nothing: perhaps they cannot. One command asks for a key; nobody is lost by it."""

from __future__ import annotations

import pytest

from calls import selectors
from calls.models import Call
from tests import jobs
from tests.calls.twiml import verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(ring, ada):
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    return call


def row():
    return selectors.wires()[0]


def test_the_caller_is_taken_aside_and_asked_in_both_languages(silent, ada, post):
    ada.done("call.ask_for_key", call_id=str(silent.pk))

    assert len(jobs.waiting("calls.ask_for_a_key")) == 1
    asked = post(f"/twilio/voice/ask/{silent.pk}", {"CallSid": "CA1"})
    assert verbs(asked) == ["Gather", "Redirect"]


@pytest.mark.parametrize(("digits", "pressed"), [("7", True), ("", False)])
def test_with_a_key_or_without_the_caller_comes_back_to_the_dispatcher(
    silent, ada, post, digits, pressed
):
    ada.done("call.ask_for_key", call_id=str(silent.pk))

    back = post(f"/twilio/voice/silent-key/{silent.pk}", {"CallSid": "CA1", "Digits": digits})

    assert verbs(back) == ["Dial"]
    assert row()["key_pressed"] is pressed


def test_asking_again_forgets_the_key_of_before(silent, ada, post):
    post(f"/twilio/voice/silent-key/{silent.pk}", {"CallSid": "CA1", "Digits": "1"})
    assert row()["key_pressed"] is True
    ada.done("call.ask_for_key", call_id=str(silent.pk))
    assert row()["key_pressed"] is False


def test_who_was_given_back_meanwhile_waits_in_the_queue_again(silent, ada, post):
    ada.done("call.ask_for_key", call_id=str(silent.pk))
    ada.done("call.release", call_id=str(silent.pk))
    back = post(f"/twilio/voice/silent-key/{silent.pk}", {"CallSid": "CA1", "Digits": "1"})
    assert verbs(back) == ["Enqueue"]


def test_only_who_is_on_the_line_can_be_asked(ring, text, ada):
    ring(sid="CA9")
    text()
    for call in Call.objects.all():
        assert (
            ada.does("call.ask_for_key", call_id=str(call.pk)).body["code"] == "call_not_answered"
        )
