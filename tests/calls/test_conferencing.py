"""Hold, mute, third parties, handing over, listening: what people do with a call, and what becomes of the caller."""

from __future__ import annotations

import pytest

from calls import selectors
from calls.models import Call, Participant
from realtime.models import Event
from tests import jobs
from tests.calls.conference import Line, tasks

pytestmark = pytest.mark.django_db

RSUD = {"who": "RSUD", "number": "0771-123456"}


@pytest.fixture
def line(ring, post, ada):
    """Ada and a caller, both in, with nothing left to be done."""
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    one = Line(post, call)
    one.joins("caller", "dispatcher")
    jobs.forget()
    return one


def wire(line):
    row = next(one for one in selectors.wires() if one["id"] == str(line.call.pk))
    return {one["kind"]: one for one in row["participants"]}, row


def names():
    return list(Event.objects.order_by("seq").values_list("name", flat=True))


def do(person, name, line, **body):
    return person.done(name, call_id=str(line.call.pk), **body)


# --- answering -----------------------------------------------------------------------------------


def test_an_answer_puts_both_on_the_board_and_rings_the_dispatcher(ring, ada):
    ring(sid="CA1")
    ada.done("call.answer", call_id=str(Call.objects.get().pk))

    (row,) = selectors.wires()
    states = [(one["kind"], one["name"], one["state"]) for one in row["participants"]]
    assert states == [("caller", None, "calling"), ("dispatcher", "Ada", "calling")]
    assert tasks() == ["connect_caller", "ring_dispatcher"]


def test_what_the_provider_tells_is_on_the_board(line):
    people, _ = wire(line)
    assert (people["caller"]["state"], people["dispatcher"]["state"]) == ("in", "in")
    line.tells("caller", "participant-mute", Muted="true")
    assert wire(line)[0]["caller"]["settled"] is False  # nobody here had asked for it


# --- hold and mute -------------------------------------------------------------------------------


def test_holding_is_asked_for_once_shown_at_once_and_settled_by_the_provider(line, ada):
    do(ada, "call.hold", line, on=True)
    do(ada, "call.hold", line, on=True)

    assert tasks() == ["shape_participant"]
    held = wire(line)[0]["caller"]
    assert (held["held"], held["settled"]) == (True, False)
    line.tells("caller", "participant-hold", Hold="true")
    assert wire(line)[0]["caller"]["settled"] is True
    do(ada, "call.hold", line, on=False)
    assert [name for name in names() if name in {"call.held", "call.resumed"}] == [
        "call.held",
        "call.resumed",
    ]


def test_muting_is_about_oneself_unless_somebody_is_named(line, ada):
    do(ada, "call.mute", line, on=True)
    people, _ = wire(line)
    assert (people["dispatcher"]["muted"], people["caller"]["muted"]) == (True, False)
    do(ada, "call.mute", line, on=True, participant_id=people["caller"]["id"])
    assert wire(line)[0]["caller"]["muted"] is True


def test_somebody_who_joins_late_is_made_as_they_should_be(ring, post, ada):
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    ada.done("call.hold", call_id=str(call.pk), on=True)
    jobs.forget()
    Line(post, call).joins("caller")
    assert tasks() == ["shape_participant"]


def test_who_is_not_in_the_call_can_neither_mute_nor_be_dropped(line, bo, ada):
    call_id = str(line.call.pk)
    assert bo.refused("call.mute", call_id=call_id, on=True) == "not_in_call"
    own = str(line.row("dispatcher").pk)
    assert ada.refused("call.drop_party", call_id=call_id, participant_id=own) == "hang_up_instead"
    unknown = "0192f1f0-0000-7000-8000-000000000001"
    refused = ada.refused("call.drop_party", call_id=call_id, participant_id=unknown)
    assert refused == "participant_gone"


# --- third parties -------------------------------------------------------------------------------


def test_a_third_party_is_rung_into_the_conversation(line, ada):
    do(ada, "call.add_party", line, **RSUD)
    third = wire(line)[0]["third"]
    assert (third["name"], third["address"], third["state"]) == ("RSUD", "+62771123456", "calling")
    assert wire(line)[0]["caller"]["held"] is False
    line.leg("third", "ringing")
    assert wire(line)[0]["third"]["state"] == "ringing"
    line.joins("third")
    assert wire(line)[0]["third"]["state"] == "in"


@pytest.mark.parametrize(
    ("word", "state"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")]
)
def test_who_cannot_be_reached_is_shown_so_and_the_call_goes_on(line, ada, word, state):
    do(ada, "call.add_party", line, **RSUD)
    line.leg("third", word)
    line.leg("third", "ringing")  # late
    assert wire(line)[0]["third"]["state"] == state
    assert line.now().status == "answered"


@pytest.mark.parametrize("number", ["112233445566778899", "abc", "12", "call me"])
def test_a_number_that_is_none_is_refused(line, ada, number):
    refused = ada.refused("call.add_party", call_id=str(line.call.pk), number=number)
    assert refused == "number_impossible"
    assert not Participant.objects.filter(kind="third").exists()


def test_a_service_number_is_dialled_as_it_is_and_nobody_twice(line, ada):
    do(ada, "call.add_party", line, number="119", who="PSC")
    assert line.row("third").address == "119"
    refused = ada.refused("call.add_party", call_id=str(line.call.pk), number="119")
    assert refused == "party_is_in"


def test_a_call_has_only_so_many_people(line, ada):
    for last in range(8):
        do(ada, "call.add_party", line, number=f"+627711234{last}0")
    refused = ada.refused("call.add_party", call_id=str(line.call.pk), number="+62771123499")
    assert refused == "conference_full"


def test_however_many_have_come_and_gone_caller_and_dispatcher_stay_on_the_board(line, ada):
    for last in range(14):
        do(ada, "call.add_party", line, number=f"+6277112340{last:02d}")
        line.leg("third", "busy")
    _, row = wire(line)
    kinds = [one["kind"] for one in row["participants"]]
    assert kinds[:2] == ["caller", "dispatcher"]
    assert len(kinds) == 12
    assert row["participants"][-1]["address"] == "+627711234013"


def test_dropping_a_third_party_ends_its_line_alone(line, ada):
    do(ada, "call.add_party", line, **RSUD)
    line.joins("third")
    jobs.forget()
    do(ada, "call.drop_party", line, participant_id=str(line.row("third").pk))
    assert tasks() == ["drop_participant"]
    line.tells("third", "participant-leave")
    assert line.now().status == "answered"


# --- handing over --------------------------------------------------------------------------------


def test_a_warm_transfer_holds_the_caller_until_it_is_completed(line, ada):
    do(ada, "call.add_party", line, **RSUD, first="talk_alone")
    assert wire(line)[0]["caller"]["held"] is True
    line.joins("third")
    jobs.forget()
    do(ada, "call.hand_over", line)

    people, row = wire(line)
    assert row["handed_over_at"]
    assert row["status"] == "answered"
    assert people["caller"]["held"] is False
    assert sorted(tasks()) == ["drop_participant", "shape_participant"]
    line.tells("dispatcher", "participant-leave")
    assert line.now().status == "answered"  # ada left on purpose: nobody was lost


def test_a_cold_transfer_lets_the_dispatcher_go_and_the_caller_waits_for_the_answer(line, ada):
    do(ada, "call.add_party", line, **RSUD, first="hand_over")
    line.tells("dispatcher", "participant-leave")
    people, row = wire(line)
    assert (row["status"], people["caller"]["held"]) == ("answered", True)
    line.joins("third")
    assert wire(line)[0]["caller"]["held"] is False


@pytest.mark.parametrize("how", ["busy", "left"])
def test_a_caller_whose_third_party_is_gone_comes_back_to_the_front(line, ada, how):
    do(ada, "call.add_party", line, **RSUD, first="hand_over")
    line.tells("dispatcher", "participant-leave")
    if how == "busy":
        line.leg("third", "busy")
    else:
        line.joins("third")
        line.tells("third", "participant-leave")
    _, row = wire(line)
    assert (row["status"], row["returned_from"]) == ("queued", "RSUD")
    assert "return_to_queue" in tasks()


def test_a_transfer_is_taken_back_by_dropping_and_going_on(line, ada):
    do(ada, "call.add_party", line, **RSUD, first="talk_alone")
    line.joins("third")
    do(ada, "call.drop_party", line, participant_id=str(line.row("third").pk))
    do(ada, "call.hold", line, on=False)
    line.tells("third", "participant-leave")
    people, row = wire(line)
    assert (row["status"], people["caller"]["held"]) == ("answered", False)


def test_judging_a_call_that_was_handed_over_cuts_nobody_off(line, ada):
    do(ada, "call.add_party", line, **RSUD)
    line.joins("third")
    do(ada, "call.hand_over", line)
    jobs.forget()
    do(ada, "call.dispose", line, disposition="non_emergency_transferred")
    assert line.now().status == "answered"
    assert "hang_up" not in tasks()


def test_nobody_is_handed_over_to_nobody(line, ada):
    assert ada.refused("call.hand_over", call_id=str(line.call.pk)) == "nobody_to_hand_over_to"


# --- listening -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "muted"), [("listen", True), ("whisper", False), ("barge", False)]
)
def test_a_supervisor_is_rung_in_logged_and_seen(line, cy, mode, muted):
    do(cy, "call.monitor", line, mode=mode)
    row = wire(line)[0]["supervisor"]
    assert (row["name"], row["mode"], row["muted"]) == ("Cy", mode, muted)
    assert Event.objects.get(name="call.monitored").data["mode"] == mode
    assert tasks() == ["ring_participant"]


def test_changing_between_listening_and_speaking_changes_the_same_line(line, cy):
    do(cy, "call.monitor", line, mode="listen")
    line.joins("supervisor")
    jobs.forget()
    do(cy, "call.monitor", line, mode="whisper")
    do(cy, "call.monitor", line, mode="barge")
    do(cy, "call.monitor", line, mode="barge")
    assert Participant.objects.filter(kind="supervisor").count() == 1
    assert tasks() == ["shape_participant"] * 2
    assert Event.objects.filter(name="call.monitored").count() == 3


def test_who_listens_disturbs_nothing_and_leaves_without_a_trace_in_the_call(line, cy):
    do(cy, "call.monitor", line, mode="listen")
    line.joins("supervisor")
    refused = cy.refused("call.mute", call_id=str(line.call.pk), on=False)
    assert refused == "listening_is_silent"
    do(cy, "call.stop_monitoring", line)
    line.tells("supervisor", "participant-leave")
    people, row = wire(line)
    assert row["status"] == "answered"
    assert (people["caller"]["state"], people["dispatcher"]["state"]) == ("in", "in")
    assert names()[-2] == "call.monitoring_ended"


def test_nobody_listens_to_themselves(ring, cy):
    ring(sid="CA1")
    call_id = str(Call.objects.get().pk)
    cy.done("call.answer", call_id=call_id)
    assert cy.refused("call.monitor", call_id=call_id, mode="listen") == "your_own_call"


# --- ends ----------------------------------------------------------------------------------------


def test_hanging_up_ends_everybodys_line(line, ada):
    do(ada, "call.add_party", line, **RSUD)
    line.joins("third")
    jobs.forget()
    do(ada, "call.hang_up", line)
    assert sorted(tasks()) == [
        "close_conference",
        "drop_participant",
        "drop_participant",
        "hang_up",
    ]


def test_when_the_caller_hangs_up_dispatcher_and_hospital_finish_their_talk(line, ada, post):
    do(ada, "call.add_party", line, **RSUD)
    line.joins("third")
    jobs.forget()
    post("/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "completed"})
    assert line.now().status == "ended"
    assert tasks() == []
    line.tells("third", "participant-leave")
    assert "close_conference" in tasks()


def test_before_an_answer_nothing_of_this_can_be_done(ring, ada, cy):
    ring(sid="CA1")
    call_id = str(Call.objects.get().pk)
    assert ada.refused("call.hold", call_id=call_id, on=True) == "call_not_answered"
    assert cy.refused("call.monitor", call_id=call_id, mode="listen") == "call_not_answered"


def test_what_an_exchange_cannot_do_is_refused_in_words(db, ada):
    from django.utils import timezone

    from calls.domain import Channel
    from calls.intake import SeenCall, receive_call

    call = receive_call(
        SeenCall(sid="x1", from_raw="0812", provider="pbx", channel=Channel.PBX),
        now=timezone.now(),
    )
    ada.done("call.answer", call_id=str(call.pk))
    answer = ada.does("call.hold", call_id=str(call.pk), on=True)
    assert answer.body["code"] == "exchange_cannot"
    assert "exchange" in answer.body["detail"] or "sentral" in answer.body["detail"].lower()
    assert tasks() == ["connect_caller", "ring_dispatcher"]


def test_words_of_the_provider_that_mean_nothing_here_change_nothing(line, post):
    before = Event.objects.count()
    path = f"/twilio/voice/conference/{line.call.pk}"
    for params in (
        {"StatusCallbackEvent": "conference-end", "SequenceNumber": "9"},
        {"StatusCallbackEvent": "participant-join", "SequenceNumber": "x", "ParticipantLabel": "caller"},
        {"StatusCallbackEvent": "participant-join", "SequenceNumber": "9" * 30},
        {"StatusCallbackEvent": "participant-join", "SequenceNumber": "9", "ParticipantLabel": "nobody"},
        {},
    ):  # fmt: skip
        assert post(path, params).status_code == 204
    unknown = "0192f1f0-0000-7000-8000-000000000001"
    assert post(f"/twilio/voice/participant/{unknown}", {"CallStatus": "busy"}).status_code == 204
    assert Event.objects.count() == before
