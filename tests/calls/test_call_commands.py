from __future__ import annotations

import itertools

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from calls import selectors
from calls.domain import CallStatus, Disposition
from calls.models import DISPOSITION_NAMES, STATUS_NAMES, Call, Location, Message
from realtime.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def call_id(ring):
    ring()
    return str(Call.objects.get().pk)


@pytest.fixture
def conversation_id(text):
    text()
    return str(Call.objects.get().pk)


def jobs():
    return sorted(ProcrastinateJob.objects.values_list("task_name", flat=True))


def test_answering_takes_the_call_and_asks_for_both_legs(call_id, ada):
    ada.done("call.answer", call_id=call_id)

    (row,) = selectors.wires()
    assert row["status"] == "answered"
    assert row["answered_by"] == {"id": ada.viewer.user_id, "name": "Ada"}
    assert row["answered_at"] is not None
    assert jobs() == ["calls.connect_caller", "calls.ring_dispatcher"]


def test_answering_a_text_rings_nobody(conversation_id, ada):
    ada.done("call.answer", call_id=conversation_id)

    assert jobs() == []


def test_answering_twice_oneself_changes_nothing(call_id, ada):
    ada.done("call.answer", call_id=call_id)
    ada.done("call.answer", call_id=call_id)

    assert Event.objects.filter(name="call.answered").count() == 1
    assert len(jobs()) == 2


def test_the_second_dispatcher_is_told_who_was_first(call_id, ada, bo):
    ada.done("call.answer", call_id=call_id)

    answer = bo.does("call.answer", call_id=call_id)

    assert (answer.status, answer.body["code"]) == (409, "call_taken")
    assert "Ada" in answer.body["detail"]


def test_a_released_call_waits_again_and_keeps_when_it_was_first_answered(call_id, ada, bo):
    ada.done("call.answer", call_id=call_id)
    answered_at = Call.objects.get().answered_at

    ada.done("call.release", call_id=call_id)

    assert selectors.wires()[0]["answered_by"] is None
    bo.done("call.answer", call_id=call_id)
    assert Call.objects.get().answered_at == answered_at
    assert "calls.return_to_queue" in jobs()


def test_hanging_up_ends_the_call_here_and_at_the_provider(call_id, ada):
    ada.done("call.answer", call_id=call_id)

    ada.done("call.hang_up", call_id=call_id)

    assert Call.objects.get().status == "ended"
    assert "calls.hang_up" in jobs()
    assert len(selectors.wires()) == 1  # until it has a disposition


@pytest.mark.parametrize("disposition", list(Disposition))
def test_every_disposition_ends_the_call_and_takes_it_off_the_board(call_id, ada, disposition):
    ada.done("call.answer", call_id=call_id)

    ada.done("call.dispose", call_id=call_id, disposition=disposition.value)

    assert selectors.wires() == []
    assert Call.objects.get().disposition == disposition
    assert Event.objects.order_by("-seq").first().data["gone"] == {"calls": [call_id]}


def test_a_voice_call_nobody_has_heard_cannot_be_disposed(call_id, ada):
    assert ada.refused("call.dispose", call_id=call_id, disposition="prank") == "call_not_answered"


def test_a_text_is_disposed_in_one_step_and_counts_as_answered(conversation_id, ada):
    ada.done("call.dispose", call_id=conversation_id, disposition="duplicate")

    call = Call.objects.get()
    assert call.status == "ended"
    assert call.answered_at is not None


def test_an_abandoned_call_is_disposed_and_a_disposition_is_corrected(call_id, post, ada):
    post("/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "completed"})
    ada.done("call.dispose", call_id=call_id, disposition="ghost")
    ada.done("call.dispose", call_id=call_id, disposition="emergency", reason="called back")

    call = Call.objects.get()
    assert (call.status, call.disposition) == ("abandoned", "emergency")
    assert call.answered_at is None


def test_an_unknown_disposition_and_call_are_refused(call_id, ada):
    assert ada.refused("call.dispose", call_id=call_id, disposition="nonsense") == "invalid"
    unknown = "0190a5b0-0000-7000-8000-000000000000"
    assert ada.refused("call.answer", call_id=unknown) == "call_unknown"


def test_an_operators_location_is_one_more_and_never_null_island(call_id, ada):
    ada.done("call.locate", call_id=call_id, location={"lat": 0.9186, "lng": 104.4665})
    ada.done(
        "call.locate",
        call_id=call_id,
        location={"lat": 0.92, "lng": 104.46, "radius_m": 50, "label": "Simpang"},
    )

    locations = selectors.wires()[0]["locations"]
    assert [one["source"] for one in locations] == ["operator", "operator"]
    assert [one["radius_m"] for one in locations] == [None, 50]
    refused = ada.refused("call.locate", call_id=call_id, location={"lat": 0, "lng": 0})
    assert refused == "location_impossible"


def test_a_reply_is_kept_and_sent_by_a_job(conversation_id, ada):
    ada.done("call.reply", call_id=conversation_id, text="Petugas menuju lokasi")

    messages = selectors.wires()[0]["messages"]
    assert [one["direction"] for one in messages] == ["in", "out"]
    assert jobs() == ["calls.send_message"]


def test_nobody_can_write_to_an_unknown_caller(ring, ada):
    ring(caller="Anonymous")

    assert ada.refused("call.reply", call_id=str(Call.objects.get().pk), text="halo") == (
        "caller_unknown"
    )


def test_moving_a_call_to_another_incident_tells_the_old_one(call_id, ada):
    first = ada.done("incident.open", type="fire", priority=1, call_id=call_id)["incident_id"]
    second = ada.done("incident.open", type="fire", priority=1)["incident_id"]

    ada.done("incident.attach_call", incident_id=second, call_id=call_id)

    detached = Event.objects.get(name="call.detached")
    assert first in detached.subjects
    assert selectors.incident_ids([call_id]) == {Call.objects.get().incident_id}
    assert str(Call.objects.get().incident_id) == second


def test_callers_words_and_times_belong_to_the_incident(text, ada):
    text("satu", sid="SM1")
    call = Call.objects.get()
    incident_id = ada.done("incident.open", type="fire", priority=1, call_id=str(call.pk))[
        "incident_id"
    ]
    text("dua", sid="SM2")

    key = Call.objects.get().incident_id
    words = selectors.words([incident_id])[key]
    summary = selectors.summaries([incident_id])[key]
    assert [one["text"] for one in words] == ["satu", "dua"]
    assert {one["channel"] for one in words} == {"sms"}
    assert summary.call_ids == [call.pk]
    assert summary.received_at == call.received_at


@pytest.mark.parametrize(
    ("name", "role"),
    list(
        itertools.product(
            [
                "call.answer",
                "call.release",
                "call.hang_up",
                "call.dispose",
                "call.locate",
                "call.reply",
            ],
            ["crew", "root"],
        )
    ),
)
def test_crews_and_admins_touch_no_calls(call_id, request, name, role):
    person = request.getfixturevalue(role)

    assert person.refused(name, call_id=call_id) == "forbidden"


# --- what the database itself refuses -----------------------------------------------------------

GOOD = {"channel": "voice", "status": "ringing", "provider": "twilio"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "fax"},
        {"status": "lost"},
        {"status": "answered"},
        {"status": "ended"},
        {"direction": "up"},
        {"disposition": "prank"},
        {"caller": "0812"},
    ],
)
def test_the_database_refuses_a_call_that_cannot_be(wrong):
    Call.objects.create(**GOOD, received_at=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.create(**{**GOOD, **wrong}, received_at=timezone.now())


def test_the_database_refuses_a_second_open_conversation_and_null_island():
    now = timezone.now()
    one = {"channel": "sms", "status": "queued", "provider": "twilio", "party": "+62811"}
    call = Call.objects.create(**one, received_at=now)

    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.create(**one, received_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.create(
            call=call, point="SRID=4326;POINT(0 0)", source="aml", at=now, received_at=now
        )


def test_every_word_has_a_name_for_people():
    assert set(STATUS_NAMES) == {status.value for status in CallStatus}
    assert set(DISPOSITION_NAMES) == {one.value for one in Disposition}
    assert Message._meta.get_field("direction").max_length == 3
