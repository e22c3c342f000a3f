"""The same thing several times at the same instant, over several connections."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from calls.models import AmlReport, Call, Location, Message, Participant
from realtime.models import Event
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 5
AML = 'A"ML=1;lt=+0.91860;lg=+104.46650;rd=14;top=20261124040000;lc=68;pm=G;ei=123456789012345'


def at_once(*acts):
    """Run all at the same instant; their results in order."""
    barrier = threading.Barrier(len(acts))

    def run(act):
        barrier.wait(timeout=20)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def test_five_equal_voice_webhooks_at_once_are_one_call_and_five_equal_answers(ring):
    answers = at_once(*[lambda: ring(sid="CA1")] * THREADS)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert Call.objects.count() == 1
    assert Event.objects.filter(name="call.received").count() == 1


def test_five_equal_messages_at_once_are_one_message(text):
    answers = at_once(*[lambda: text(sid="SM1")] * THREADS)

    assert {answer.status_code for answer in answers} == {200}
    assert Message.objects.count() == 1
    assert Call.objects.count() == 1


def test_five_equal_messages_without_a_sender_at_once_are_one_message(text):
    at_once(*[lambda: text(sid="SM1", sender="")] * THREADS)

    assert Message.objects.count() == 1
    assert Call.objects.count() == 1


def test_five_messages_of_one_number_at_once_are_one_conversation(text):
    at_once(*[lambda n=n: text(f"pesan {n}", sid=f"SM{n}") for n in range(THREADS)])

    assert Call.objects.count() == 1
    assert Message.objects.count() == THREADS


def test_a_call_and_its_status_at_once_are_one_call(ring, post):
    params = {
        "CallSid": "CA1",
        "From": "+6281234567890",
        "Direction": "inbound",
        "CallStatus": "completed",
    }

    at_once(lambda: ring(sid="CA1"), lambda: post("/twilio/voice/status", params))

    assert Call.objects.get().status == "abandoned"


@pytest.mark.parametrize("round_", range(4))
def test_a_position_at_the_same_instant_as_its_call_is_joined(ring, text, round_):
    at_once(ring, lambda: text(AML, sid="SM1"))

    assert AmlReport.objects.get().call == Call.objects.get()
    assert Location.objects.count() == 1


def test_two_dispatchers_at_once_one_wins_and_the_other_is_told_who(ring):
    factories.make_types()
    ada, bo = factories.person("ada"), factories.person("bo")
    ring()
    call_id = str(Call.objects.get().pk)

    answers = at_once(
        lambda: ada.does("call.answer", call_id=call_id),
        lambda: bo.does("call.answer", call_id=call_id),
    )

    winner, loser = sorted(answers, key=lambda answer: not answer.body["ok"])
    assert winner.body["ok"]
    assert loser.body["code"] == "call_taken"
    assert loser.status == 409
    holder = Call.objects.get().answered_by.get_full_name()
    assert holder in loser.body["detail"]
    assert Participant.objects.filter(kind="dispatcher").count() == 1  # one telephone rings
