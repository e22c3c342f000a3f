"""The old snapshot and the events since are the new snapshot, for everything that happens to calls."""

from __future__ import annotations

import pytest
from django.urls import reverse
from procrastinate.contrib.django import app

from calls import effects, selectors
from calls.models import Call
from calls.telephony.emulator.in_process import EmulatedVoice
from realtime.eventlog import events_after, head_seq
from realtime.protocol import apply_event, state_of
from realtime.registry import loaders

AML = 'A"ML=1;lt=+0.91860;lg=+104.46650;rd=14;top=20261124040000;lc=68;pm=G;ei=123456789012345'


def snapshot():
    return state_of({kind: load(None) for kind, load in loaders.items()})


@pytest.mark.django_db
def test_every_event_of_calls_takes_the_old_board_to_the_new(ring, text, post, ada, bo):
    def voice():
        return str(Call.objects.get(provider_sid="CA1").pk)

    def written():
        return str(Call.objects.filter(channel="sms").latest("received_at").pk)

    def incident():
        return str(Call.objects.get(provider_sid="CA1").incident_id)

    status = "/twilio/voice/status"
    story = [
        ring,
        lambda: post("/twilio/voice/wait", {"CallSid": "CA1"}),
        lambda: text(AML, sid="SM-aml"),
        lambda: ada.done("call.answer", call_id=voice()),
        lambda: ada.done("call.locate", call_id=voice(), location={"lat": 0.92, "lng": 104.46}),
        lambda: ada.done("call.release", call_id=voice()),
        lambda: bo.done("call.answer", call_id=voice()),
        lambda: bo.done("incident.open", type="fire", priority=1, call_id=voice()),
        lambda: text("api besar di 0.918600, 104.466500", sid="SM1"),
        lambda: ada.done("incident.attach_call", incident_id=incident(), call_id=written()),
        lambda: text("asap hitam", sid="SM2"),
        lambda: ada.done("call.reply", call_id=written(), text="Kami datang"),
        lambda: post(status, {"CallSid": "CA1", "CallStatus": "completed"}),
        lambda: bo.done("call.dispose", call_id=voice(), disposition="emergency"),
        lambda: ring(sid="CA2"),
        lambda: post(status, {"CallSid": "CA2", "CallStatus": "no-answer"}),
        lambda: bo.done("incident.close", incident_id=incident(), disposition="handled"),
        lambda: text("masih ada api", sid="SM3"),
        lambda: ada.done("call.dispose", call_id=written(), disposition="duplicate"),
    ]
    for number, act in enumerate(story):
        before, seq = snapshot(), head_seq()
        act()
        after = before
        for event in events_after(seq):
            after = apply_event(after, event.data)

        assert after == snapshot(), f"step {number}"
        assert after != before, f"step {number} changed nothing"


@pytest.mark.django_db
def test_the_queue_is_in_the_order_in_which_the_calls_came(ring, text):
    for n in range(3):
        ring(sid=f"CA{n}", caller="")
    text()

    rows = selectors.wires()
    assert [row["received_at"] for row in rows] == sorted(row["received_at"] for row in rows)
    assert len(rows) == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_an_answer_asks_for(ring, monkeypatch):
    """The job as the real worker runs it: name, arguments and context fit."""
    from tests import factories

    told = []

    def note(url, _headers, _body):
        told.append(url)
        return 200

    monkeypatch.setattr(effects, "telephony", lambda: EmulatedVoice(send=note))
    factories.make_types()
    ada = factories.person("ada")
    ring()
    call_id = str(Call.objects.get().pk)
    ada.done("call.answer", call_id=call_id)

    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, queues=["effects"], install_signal_handlers=False)

    joined = reverse("twilio-voice-join", args=[call_id])
    assert [url for url in told if url.endswith(joined)]
    assert told[-1].endswith(reverse("twilio-voice-conference", args=[call_id]))
