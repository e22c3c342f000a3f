"""A call by the city's telephone exchange: signed, once, in any order, and never taken back."""

from __future__ import annotations

import itertools
import json
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls import selectors
from calls.exchange import event_of
from calls.models import Call, Recording, WebhookRecord
from calls.signed_json import CLOCK_TOLERANCE_S, SIGNATURE_HEADER, NotUnderstood, sign
from realtime.models import Event
from tests import jobs
from tests.calls.exchange import CALLER, KEY, ago, event, post, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def set_up(provider):
    provider.PBX_HMAC_KEY = KEY
    provider.PBX_CONTROL_URL = "http://127.0.0.1:9/acts"


def facts_of(name):
    return Event.objects.get(name=name).data


# --- the call ----------------------------------------------------------------------------------


def test_a_caller_at_the_exchange_rings_on_the_board():
    assert tell("ringing", offered_at=ago(3), caller_name="Wartel Bintan") == "received"

    call = Call.objects.get()
    assert (call.provider, call.channel, call.status) == ("pbx", "pbx", "ringing")
    assert (call.caller, call.to_number, call.caller_name) == (CALLER, "112", "Wartel Bintan")
    assert facts_of("call.received")["trunk"] == "telkom-1"
    shown = selectors.wires()[0]
    assert (shown["channel"], shown["status"], shown["caller"]) == ("pbx", "ringing", CALLER)


def test_the_time_is_when_the_call_reached_the_exchange_not_when_we_heard_of_it():
    tell("ringing", offered_at=ago(90), at=ago(60))

    waited = datetime.now().astimezone() - Call.objects.get().received_at
    assert timedelta(seconds=89) < waited < timedelta(seconds=100)


@pytest.mark.parametrize("wrong", [-3600, 5 * 3600, "0001-01-02T00:00:00Z"])
def test_a_time_that_cannot_be_is_not_taken_over(wrong):
    wrong = wrong if isinstance(wrong, str) else ago(wrong)
    tell("ringing", at=wrong, offered_at=wrong)

    waited = datetime.now().astimezone() - Call.objects.get().received_at
    assert timedelta() <= waited < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("written", "caller"),
    [
        ("081234567890", CALLER),
        ("sip:+6281234567890@ims.mnc010.mcc510.3gppnetwork.org;user=phone", CALLER),
        ("tel:+6281234567890", CALLER),
        ('"Pak Budi" <sip:081234567890@10.0.0.1>', CALLER),
        ("anonymous", ""),
        ("sip:anonymous@anonymous.invalid", ""),
        (None, ""),
        ("110", ""),
    ],
)
def test_the_callers_number_is_understood_as_trunks_write_it(written, caller):
    tell("ringing", **{"from": written})

    assert Call.objects.get().caller == caller


def test_hanging_up_before_the_answer_is_an_abandoned_call_with_its_cause():
    tell("ringing")
    assert tell("ended", at=ago(1), cause="normal_clearing") == "applied"

    assert Call.objects.get().status == "abandoned"
    assert facts_of("call.abandoned")["cause"] == "normal_clearing"


def test_an_end_after_the_answer_on_the_console_is_an_ended_call(ada):
    tell("ringing")
    ada.done("call.answer", call_id=str(Call.objects.get().pk))
    assert tell("answered", agent="ada", act_id="the-act") == "confirmed"
    tell("ended")

    assert Call.objects.get().status == "ended"


def test_a_recording_is_linked_to_its_call_also_when_it_is_here_first():
    recording = {"recording_id": "r1", "url": "https://pbx.example/r1.wav", "duration_s": 95}
    assert tell("recording", **recording) == "unknown_call"
    tell("ringing")

    kept = Recording.objects.get()
    assert (kept.call, kept.duration_s) == (Call.objects.get(), 95)
    assert kept.url == "https://pbx.example/r1.wav"


# --- who answered ------------------------------------------------------------------------------


def test_a_call_picked_up_at_the_telephone_is_that_dispatchers_on_the_board(ada):
    tell("ringing")
    assert tell("answered", agent="ada") == "applied"

    call = Call.objects.get()
    assert (call.status, call.answered_by.username) == ("answered", "ada")
    assert jobs.waiting() == [], "they talk already: nothing must be moved"


def test_a_call_picked_up_by_somebody_unknown_stays_where_everybody_sees_it_waiting(crew):
    tell("ringing")
    answer = post(event("answered", agent="extension 204"))
    of_a_crew = tell("answered", agent=crew.user.username)

    assert answer.json()["outcome"] == of_a_crew == "unknown_agent"
    assert "signs in" in answer.json()["detail"]
    assert Call.objects.get().status == "ringing"


def test_of_a_telephone_and_a_console_the_first_has_the_call(ada, bo):
    tell("ringing")
    ada.done("call.answer", call_id=str(Call.objects.get().pk))

    assert tell("answered", agent="bo") == "taken_by_another"
    assert Call.objects.get().answered_by.username == "ada"


def test_a_telephone_that_rang_in_vain_puts_the_caller_back_for_everybody(ada):
    tell("ringing")
    ada.done("call.answer", call_id=str(Call.objects.get().pk))
    jobs.forget()

    assert tell("no_answer", agent="ada", act_id="the-act") == "returned_to_queue"
    assert Call.objects.get().returned_from == "Ada"

    call = Call.objects.get()
    assert (call.status, call.answered_by) == ("queued", None)
    assert [job["task"] for job in jobs.waiting()] == ["calls.return_to_queue"]


def test_a_telephone_that_rang_in_vain_does_not_take_the_call_from_somebody_else(ada, bo):
    tell("ringing")
    bo.done("call.answer", call_id=str(Call.objects.get().pk))

    assert tell("no_answer", agent="ada", act_id="the-act") == "nothing_new"
    assert Call.objects.get().answered_by.username == "bo"


def test_a_pick_up_told_again_does_not_bind_a_dispatcher_who_has_released_the_call(ada):
    tell("ringing")
    picked_up = event("answered", agent="ada")
    post(picked_up)
    ada.done("call.release", call_id=str(Call.objects.get().pk))

    assert post(picked_up).json()["outcome"] == "nothing_new"
    assert Call.objects.get().status == "queued"


# --- once, in any order ------------------------------------------------------------------------


def test_the_same_event_again_changes_nothing():
    ringing = event()
    answers = [post(ringing).json()["outcome"] for _ in range(3)]

    assert answers == ["received", "nothing_new", "nothing_new"]
    assert Call.objects.count() == 1
    assert Event.objects.filter(name="call.received").count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_times_the_same_event_at_once_is_one_call():
    ringing, start, answers = event(), threading.Barrier(5), []

    def one():
        start.wait()
        try:
            answers.append(post(ringing).json()["ok"])
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [True] * 5
    assert Call.objects.count() == 1
    assert Event.objects.filter(name="call.received").count() == 1


WHOLE_CALL = [
    ("ringing", {"sequence": 1}),
    ("answered", {"sequence": 2, "agent": "ada"}),
    ("recording", {"sequence": 3, "recording_id": "r1"}),
    ("ended", {"sequence": 4}),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_in_whatever_order_the_events_come_the_call_is_the_same(ada, order):
    offered_at = ago(60)
    for number in (*order, *order):
        told, fields = WHOLE_CALL[number]
        fields = {**fields, "event_id": f"e{number}", "at": ago(50 - 10 * number)}
        post(event(told, offered_at=offered_at, **fields))

    call = Call.objects.get()
    assert (call.status, call.answered_by.username) == ("ended", "ada")
    assert call.received_at < call.answered_at < call.ended_at
    assert call.recordings.count() == 1
    assert call.provider_sequence == 4


@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(st.sampled_from(["ringing", "answered", "ended", "no_answer"]), max_size=6))
def test_a_call_that_is_over_never_comes_back(ada, later):
    tell("ringing", call_id="over")
    tell("ended", call_id="over")
    for told in later:
        tell(told, call_id="over", agent="ada")

    assert Call.objects.get(provider_sid="over").status in {"abandoned", "ended"}


# --- what is not believed ----------------------------------------------------------------------


def outcomes():
    return list(WebhookRecord.objects.order_by("id").values_list("outcome", flat=True))


def unsigned(header=None, body=None):
    headers = {} if header is None else {SIGNATURE_HEADER: header}
    return Client().post(
        "/pbx/calls",
        data=body or json.dumps(event()).encode(),
        content_type="application/json",
        headers=headers,
    )


@pytest.mark.parametrize(
    "header",
    [None, "", "v1=abc", "t=,v1=", "t=now,v1=00", "t=1,v1=é", "t=" + "9" * 40, "," * 5_000],
)
def test_an_unsigned_event_is_refused_and_kept_as_a_record_and_makes_no_call(header):
    answer = unsigned(header)

    assert answer.status_code == 403
    assert b"signature" in answer.content
    assert outcomes() == ["rejected"]
    assert not Call.objects.exists()


def test_a_body_changed_on_its_way_is_refused():
    header = sign(json.dumps(event()).encode(), key=KEY, at_s=int(time.time()))

    assert b"wrong" in unsigned(header, json.dumps(event(to="113")).encode()).content
    assert not Call.objects.exists()


def test_a_signature_of_another_time_is_refused():
    body = json.dumps(event()).encode()
    now_s = int(time.time())
    moved = sign(body, key=KEY, at_s=now_s - 9_999).replace(str(now_s - 9_999), str(now_s))

    assert unsigned(moved, body).status_code == 403


@pytest.mark.parametrize(
    ("off_s", "status"),
    [
        (0, 200),
        (CLOCK_TOLERANCE_S - 5, 200),
        (5 - CLOCK_TOLERANCE_S, 200),
        (CLOCK_TOLERANCE_S + 5, 403),
        (-5 - CLOCK_TOLERANCE_S, 403),
    ],
)
def test_a_recorded_request_is_of_no_use_later_and_a_wrong_clock_is_named(off_s, status):
    answer = post(event(), at_s=time.time() + off_s)

    assert answer.status_code == status
    assert status == 200 or b"Set the clock" in answer.content


def test_the_clock_is_told_to_nobody_without_the_key():
    answer = post(event(), key="k" * 40, at_s=1)

    assert answer.status_code == 403
    assert b"clock" not in answer.content


def test_both_keys_are_accepted_while_the_key_is_being_changed(provider):
    provider.PBX_HMAC_KEY_SECONDARY = "n" * 40

    assert post(event(), key="n" * 40).status_code == post(event()).status_code == 200


def test_without_a_key_nothing_is_believed_not_even_what_an_empty_key_signs(provider):
    provider.PBX_HMAC_KEY = ""

    assert post(event(), key="").status_code == 403
    assert not Call.objects.exists()


def test_a_twilio_signature_opens_no_way_into_the_exchange():
    answer = Client().post(
        "/pbx/calls",
        data=json.dumps(event()).encode(),
        content_type="application/json",
        headers={"X-Twilio-Signature": "x", "I-Twilio-Idempotency-Token": "y"},
    )
    assert answer.status_code == 403


def test_only_post_is_answered():
    assert Client().get("/pbx/calls").status_code == 405


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event": "exploded"}, "event"),
        ({"event": None}, "event"),
        ({"event_id": ""}, "event_id"),
        ({"event_id": "e" * 101}, "event_id"),
        ({"call_id": None}, "call_id"),
        ({"call_id": {"a": 1}}, "call_id"),
        ({"call_id": True}, "call_id"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-28T01:25:29"}, "at"),
        ({"at": None}, "at"),
        ({"sequence": -1}, "sequence"),
        ({"sequence": "1"}, "sequence"),
        ({"sequence": 2**60}, "sequence"),
        ({"event": "recording"}, "recording_id"),
        ({"event": "no_answer"}, "agent"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_field_and_what_it_should_be(fields, field):
    answer = post({**event(), **fields})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{field}: ")
    assert outcomes() == ["invalid"]
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"[" * 50_000, b'{"call_id": ' + b"9" * 9_000 + b"}"],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused_in_words(body):
    answer = post(body)

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("body: ")


def test_a_huge_body_is_refused_and_makes_no_call():
    assert post(event(caller_name="x" * 2_000_000)).status_code == 413
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    "value", ["\x00", "\ud800", "x" * 100_000, "<script>", "🔥", 112, "\u202e211"]
)
@pytest.mark.parametrize("field", ["from", "to", "trunk", "caller_name", "cause", "agent"])
def test_any_value_in_any_field_still_makes_the_call(field, value):
    for told in ("ringing", "answered", "ended"):
        assert post(event(told, **{field: value})).status_code == 200

    assert Call.objects.count() == 1
    assert "error" not in outcomes()


def test_fields_that_nobody_knows_are_ignored():
    assert tell("ringing", jitter_ms=3, nested={"a": [1]}) == "received"


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_no_body_raises_anything_but_that_it_is_not_understood(body):
    with suppress(NotUnderstood):
        event_of(body, now=datetime.now().astimezone())
