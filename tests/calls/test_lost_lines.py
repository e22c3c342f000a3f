"""A dispatcher's line is lost: the caller waits before all others, hears a word, and is never dropped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls import conference_effects, lines, selectors
from calls.domain import ProviderError
from calls.models import Call, Seat
from realtime.jobs import ATTEMPTS_MAX
from realtime.models import Event
from tests import jobs
from tests.calls.conference import Line, tasks
from tests.calls.twiml import errors, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(ring, post, ada):
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    one = Line(post, call)
    one.joins("caller", "dispatcher")
    jobs.forget()
    return one


def wire(line):
    return next(one for one in selectors.wires() if one["id"] == str(line.call.pk))


def test_a_browser_that_dies_brings_the_caller_back_before_all_others(line, post):
    line.tells("dispatcher", "participant-leave")
    row = wire(line)
    assert (row["status"], row["answered_by"]) == ("queued", None)
    assert (row["returned_from"], row["returned_at"] is not None) == ("Ada", True)
    assert tasks() == ["return_to_queue"]
    document = post(f"/twilio/voice/requeue/{line.call.pk}", {"CallSid": "CA1"})
    assert verbs(document) == ["Say", "Say", "Enqueue"]
    assert b"terputus" in document.content
    assert b"you are next" in document.content
    assert errors(document.content.decode()) == []


def test_a_desk_phone_put_down_by_a_command_is_no_loss(line, ada):
    ada.done("call.hang_up", call_id=str(line.call.pk))
    line.tells("dispatcher", "participant-leave")
    assert line.now().status == "ended"
    assert not Event.objects.filter(name="call.returned").exists()


def test_a_call_given_back_waits_by_its_age_and_the_old_line_means_nothing(line, ada):
    ada.done("call.release", call_id=str(line.call.pk))
    line.tells("dispatcher", "participant-leave")
    row = wire(line)
    assert (row["status"], row["returned_at"]) == ("queued", None)


def test_who_takes_the_call_again_is_not_disturbed_by_the_line_that_was_lost(line, ada, bo):
    old = line.row("dispatcher")
    line.tells("dispatcher", "participant-leave")
    bo.done("call.answer", call_id=str(line.call.pk))
    row = wire(line)
    assert (row["returned_at"], row["returned_from"]) == (None, None)
    line.post(f"/twilio/voice/participant/{old.pk}", {"CallStatus": "completed"})
    assert line.now().status == "answered"


def test_a_caller_who_leaves_and_a_line_that_ends_after_it_is_just_the_end(line, post):
    post("/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "completed"})
    line.tells("dispatcher", "participant-leave")
    assert line.now().status == "ended"


def test_a_caller_with_a_hospital_stays_with_them_and_leads_the_queue(line, ada, bo):
    ada.done("call.add_party", call_id=str(line.call.pk), who="RSUD", number="0771-123456")
    line.joins("third")
    jobs.forget()
    line.tells("dispatcher", "participant-leave")
    assert wire(line)["returned_from"] == "Ada"
    assert tasks() == []  # nobody is pulled out of a conversation
    bo.done("call.answer", call_id=str(line.call.pk))
    assert tasks() == ["ring_dispatcher"]  # bo comes to them


def test_when_the_hospital_leaves_too_the_caller_hears_the_queue(line, ada):
    ada.done("call.add_party", call_id=str(line.call.pk), who="RSUD", number="0771-123456")
    line.joins("third")
    line.tells("dispatcher", "participant-leave")
    jobs.forget()
    line.tells("third", "participant-leave")
    assert tasks() == ["return_to_queue"]


# --- the next way to a person --------------------------------------------------------------------


def test_a_browser_that_is_not_there_is_followed_by_the_desk_phone(ring, post, ada):
    ada.done("seat.choose", device="browser", phone="0771-20002", sip="ada@pbx.example")
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    one = Line(post, call)
    one.joins("caller")
    seen = []
    for _ in range(3):
        row = one.row("dispatcher")
        seen.append((row.device, row.address))
        one.leg("dispatcher", "no-answer")
    assert seen == [("browser", ""), ("phone", "+6277120002"), ("sip", "sip:ada@pbx.example")]
    assert Event.objects.filter(name="call.rung_elsewhere").count() == 2
    assert wire(one)["returned_from"] == "Ada"


def test_a_dispatcher_whom_the_provider_never_rings_is_rung_the_next_way_and_then_the_caller_comes_back(
    ring, post, ada, monkeypatch
):
    class Away:
        name, is_metered = "away", False

        def ring_dispatcher(self, *_args, **_more):
            raise ProviderError("status 503")

    monkeypatch.setattr(conference_effects, "telephony_of", lambda _leg: Away())
    ada.done("seat.choose", device="browser", phone="0771-20002")
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    one = Line(post, call)
    one.joins("caller")
    for device in ("browser", "phone"):
        assert (one.row("dispatcher").device, one.now().status) == (device, "answered")
        (job,) = jobs.waiting("calls.ring_dispatcher")
        with pytest.raises(ProviderError):
            jobs.run_one({**job, "attempts": ATTEMPTS_MAX - 1})

    assert wire(one)["returned_from"] == "Ada"


def test_a_line_that_was_up_and_is_lost_is_not_rung_elsewhere(line, ada):
    ada.done("seat.choose", device="browser", phone="0771-20002")
    line.tells("dispatcher", "participant-leave")
    assert line.now().status == "queued"


# --- a console that is gone ----------------------------------------------------------------------


def later(seconds):
    return timezone.now() + timedelta(seconds=seconds)


def test_a_console_that_does_not_answer_the_question_has_lost_its_caller(line, ada):
    lines.ask_after([ada.viewer.user_id], now=timezone.now())
    asked = Event.objects.get(name="seat.asked")
    assert asked.data["user_id"] == ada.viewer.user_id
    (job,) = jobs.waiting("calls.check_lost_seats")
    assert (
        3 < job["in_s"] <= 5
    )  # the caller waits again within ten seconds, whatever else there is to do
    jobs.run_one(job)
    assert wire(line)["returned_from"] == "Ada"


def test_another_console_of_the_same_person_keeps_the_caller(line, ada):
    lines.ask_after([ada.viewer.user_id], now=timezone.now())
    ada.done("seat.report", line_state="ready")
    jobs.run_all("calls.check_lost_seats")
    assert line.now().status == "answered"
    assert Seat.objects.get().line_state == "ready"


def test_after_a_restart_of_the_whole_service_consoles_are_asked_again_and_nobody_is_cut_off(
    line, ada
):
    lines.ask_after([ada.viewer.user_id], now=later(-60))
    jobs.run_all("calls.check_lost_seats")
    assert line.now().status == "answered"
    assert Event.objects.filter(name="seat.asked").count() == 2
    (again,) = jobs.waiting("calls.check_lost_seats")
    jobs.run_one(again)
    assert line.now().status == "queued"


def test_a_report_from_before_the_question_is_no_answer(line, ada):
    ada.done("seat.report", line_state="ready")
    lines.ask_after([ada.viewer.user_id], now=later(0.5))
    jobs.run_all("calls.check_lost_seats")
    assert line.now().status == "queued"


def test_a_desk_phone_tells_by_itself_and_its_console_may_go(ring, post, ada):
    ada.done("seat.choose", device="phone", phone="0771-20002")
    ring(sid="CA1")
    call = Call.objects.get()
    ada.done("call.answer", call_id=str(call.pk))
    Line(post, call).joins("caller", "dispatcher")
    lines.ask_after([ada.viewer.user_id], now=timezone.now())
    assert jobs.waiting("calls.check_lost_seats") == []


def test_nobody_is_asked_who_has_nobody_on_the_line(ada, bo, ring):
    ring(sid="CA1")
    lines.ask_after([ada.viewer.user_id, bo.viewer.user_id], now=timezone.now())
    assert not Event.objects.filter(name="seat.asked").exists()
    assert jobs.waiting() == []


# --- a key first ---------------------------------------------------------------------------------


def test_every_caller_is_asked_for_a_key_only_while_a_supervisor_has_switched_it_on(
    ring, post, cy
):
    assert verbs(ring(sid="CA1")) == ["Say", "Say", "Enqueue"]
    cy.done("voice.ask_for_key_first", on=True)
    document = ring(sid="CA2", caller="+6281234567891")
    assert verbs(document) == ["Say", "Say", "Gather", "Redirect"]
    for words in (b"tekan tombol apa saja", b"press any key"):
        assert words in document.content
    assert verbs(post("/twilio/voice/key", {"CallSid": "CA2"})) == [
        "Enqueue"
    ]  # no key: all the same
    cy.done("voice.ask_for_key_first", on=False)
    assert verbs(ring(sid="CA3", caller="+6281234567892")) == ["Say", "Say", "Enqueue"]
    switched = Event.objects.filter(name="seat.key_first_switched").order_by("seq")
    assert [(one.data["on"], one.by_name) for one in switched] == [(True, "Cy"), (False, "Cy")]


# --- the seat ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"device": "phone"}, "seat_needs_address"),
        ({"device": "sip"}, "seat_needs_address"),
        ({"device": "phone", "phone": "abc"}, "number_impossible"),
        ({"device": "sip", "sip": "nobody"}, "sip_address_impossible"),
    ],
)
def test_a_seat_that_cannot_be_rung_is_refused(ada, body, code):
    assert ada.refused("seat.choose", **body) == code
    assert not Seat.objects.exists()


def test_where_there_is_no_browser_voice_nobody_can_choose_it(ada, provider):
    provider.TELEPHONY = "twilio"
    assert ada.refused("seat.choose", device="browser") == "no_browser_voice"
