"""Without a provider: answered, joined, held, handed over, through the whole stack with the emulator's signed words."""

from __future__ import annotations

import pytest
from django.test import Client

from calls import effects, selectors
from calls.models import Call
from calls.telephony.emulator.in_process import EmulatedVoice
from tests import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def emulated(monkeypatch):
    def send(url, headers, body):
        path = "/" + url.split("/", 3)[3]
        answer = Client().post(
            path,
            data=body,
            content_type=headers["Content-Type"],
            headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
        )
        return answer.status_code

    monkeypatch.setattr(effects, "telephony", lambda: EmulatedVoice(send))


def work():
    while jobs.run_all():
        pass


def people():
    (row,) = selectors.wires()
    return {
        one["kind"]: (one["state"], one["held"], one["settled"]) for one in row["participants"]
    }


def test_a_call_with_a_third_party_from_the_answer_to_the_handing_over(ring, ada):
    ring(sid="CA1")
    call_id = str(Call.objects.get().pk)
    ada.done("call.answer", call_id=call_id)
    work()
    assert people() == {"caller": ("in", False, True), "dispatcher": ("in", False, True)}

    ada.done("call.add_party", call_id=call_id, number="0771-000101", first="talk_alone")
    work()
    assert people()["caller"] == ("in", True, True)
    assert people()["third"] == ("in", False, True)

    ada.done("call.hand_over", call_id=call_id)
    work()
    assert people()["caller"] == ("in", False, True)
    assert people()["dispatcher"][0] == "left"
    assert Call.objects.get().status == "answered"

    ada.done("call.hang_up", call_id=call_id)
    work()
    assert Call.objects.get().status == "ended"


def test_a_supervisor_listens_joins_and_leaves(ring, ada, cy):
    ring(sid="CA1")
    call_id = str(Call.objects.get().pk)
    ada.done("call.answer", call_id=call_id)
    cy.done("call.monitor", call_id=call_id, mode="listen")
    work()
    assert people()["supervisor"][0] == "in"
    cy.done("call.monitor", call_id=call_id, mode="barge")
    cy.done("call.stop_monitoring", call_id=call_id)
    work()
    assert people()["supervisor"][0] == "left"
    assert people()["dispatcher"][0] == "in"


def test_a_repeated_job_rings_nobody_twice(ring, ada):
    ring(sid="CA1")
    call_id = str(Call.objects.get().pk)
    ada.done("call.answer", call_id=call_id)
    (job,) = jobs.waiting("calls.ring_dispatcher")
    jobs.run_one(job)
    before = Call.objects.get().participants.get(kind="dispatcher")
    jobs.run_one(job)
    after = Call.objects.get().participants.get(kind="dispatcher")
    assert (before.sequence, before.leg_sid) == (after.sequence, after.leg_sid)
