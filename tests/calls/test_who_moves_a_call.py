"""A call is moved by whoever brought it, and each provider's list is compared by itself."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from calls import effects, housekeeping, recovery
from calls.domain import ProviderError
from calls.models import Call
from calls.telephony.pbx import PbxVoice
from dispatch.models import Alarm
from tests import jobs
from tests.calls.exchange import CALLER, KEY, control_address, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def exchange(provider):
    with control_address() as one:
        provider.PBX_HMAC_KEY, provider.PBX_CONTROL_URL = KEY, one.url
        yield one


def names(found):
    return [one.name for one in found]


@pytest.mark.parametrize("telephony", ["twilio", "pbx", "emulator"])
def test_a_call_by_the_exchange_is_moved_by_the_exchange(exchange, provider, ada, telephony):
    provider.TELEPHONY = telephony
    tell("ringing")
    call_id = str(Call.objects.get().pk)
    ada.done("call.answer", call_id=call_id)
    jobs.run_all("calls.connect_caller")
    jobs.run_all("calls.ring_dispatcher")
    ada.done("call.release", call_id=call_id)
    jobs.run_all("calls.return_to_queue")
    ada.done("call.answer", call_id=call_id)
    ada.done("call.hang_up", call_id=call_id)
    jobs.run_all("calls.hang_up")

    acts = [(one["act"], one["call_id"], one.get("seat")) for one in exchange.asked]
    sid = Call.objects.get().provider_sid
    assert acts == [
        ("connect_caller", sid, None),
        ("ring_dispatcher", sid, "ada"),
        ("return_to_queue", sid, None),
        ("hang_up", sid, None),
    ]


def test_a_call_by_twilio_is_moved_by_twilio_beside_an_exchange(exchange, provider, ring):
    provider.TELEPHONY = "pbx"
    ring()
    leg = effects.selectors.leg(Call.objects.get().pk)

    assert effects.telephony_of(leg).name == "twilio"


def test_a_job_that_is_tried_again_asks_for_the_same_act_and_the_same_click_later_for_another(
    exchange, provider, ada
):
    tell("ringing")
    call_id = str(Call.objects.get().pk)
    exchange.answers += [500]
    ada.done("call.answer", call_id=call_id)
    (job,) = jobs.waiting("calls.connect_caller")
    with pytest.raises(ProviderError):
        jobs.run_one(job)
    jobs.run_one(job)
    first, second = (one["act_id"] for one in exchange.asked)
    ada.done("call.release", call_id=call_id)
    jobs.forget()
    ada.done("call.answer", call_id=call_id)
    jobs.run_all("calls.connect_caller")

    assert first == second
    assert exchange.asked[-1]["act_id"] != first


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"act_id": "another"}, None),
        ({"ok": True}, None),
        (b"<html>Welcome to nginx</html>", None),
        (b"[]", None),
        ({"act_id": None}, "x" * 40),
    ],
)
def test_a_yes_that_is_not_the_exchanges_is_no_yes(exchange, fields, key):
    tell("ringing")
    leg = effects.selectors.leg(Call.objects.get().pk, act_id="mine")
    if isinstance(fields, dict) and "act_id" in fields and fields["act_id"] is None:
        fields = {"act_id": "mine"}
    exchange.answers.append(lambda handler: exchange.reply(handler, 200, fields, key=key))

    with pytest.raises(ProviderError) as error:
        PbxVoice().hang_up(leg)

    assert not error.value.permanent


def test_an_answer_without_end_is_given_up(exchange):
    tell("ringing")
    leg = effects.selectors.leg(Call.objects.get().pk)
    exchange.answers.append(lambda handler: exchange.reply(handler, 200, b"x" * 2_000_000))

    with pytest.raises(ProviderError, match="too large"):
        PbxVoice().hang_up(leg)


# --- lists -------------------------------------------------------------------------------------


def test_every_provider_that_may_bring_a_call_is_compared(exchange, provider):
    provider.TELEPHONY = "twilio"
    assert names(effects.telephonies()) == ["twilio", "pbx"]
    provider.TELEPHONY = "pbx"
    assert names(effects.telephonies()) == ["pbx", "twilio"]
    provider.TWILIO_NUMBER = ""
    assert names(effects.telephonies()) == ["pbx"]


def test_a_call_that_the_exchange_never_told_is_found_and_marked(exchange):
    at = timezone.now() - timedelta(minutes=5)
    exchange.says = {
        "calls": [
            {"call_id": "1.1", "from": "0812345678", "to": "112", "status": "ended",
             "at": at.isoformat(), "ended_at": (at + timedelta(seconds=9)).isoformat()},
            {"call_id": "1.2", "from": CALLER, "to": "112", "status": "ringing", "at": at.isoformat()},
        ]
    }  # fmt: skip
    assert recovery.reconcile_calls(PbxVoice(), now=timezone.now()) == 2

    over, waits = Call.objects.order_by("provider_sid")
    assert (over.status, over.channel, over.provider, over.recovered) == (
        "abandoned",
        "pbx",
        "pbx",
        True,
    )
    assert (over.received_at, over.ended_at) == (at, at + timedelta(seconds=9))
    assert (waits.status, waits.caller) == ("queued", CALLER)
    assert Alarm.objects.get().kind == "calls_not_received"


def test_a_call_of_which_the_exchange_knows_that_it_is_over_does_not_wait_for_ever(exchange):
    tell("ringing", call_id="1.1")
    at = timezone.now()
    exchange.says = {"calls": [{"call_id": "1.1", "status": "ended", "at": at.isoformat(), "ended_at": at.isoformat()}]}  # fmt: skip
    recovery.reconcile_calls(PbxVoice(), now=timezone.now())

    assert Call.objects.get().status == "abandoned"


def test_a_list_that_can_be_read_does_not_clear_the_alarm_of_one_that_cannot(exchange, provider):
    provider.TELEPHONY, provider.TWILIO_API_BASE_URL = "twilio", "http://127.0.0.1:9"
    exchange.says = {"calls": []}
    for minutes in (0, 6, 7):
        for one in effects.telephonies():
            with suppress(ProviderError):
                recovery.reconcile_calls(one, now=timezone.now() + timedelta(minutes=minutes))

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.cleared_at) == ("provider_unlisted", None)
    assert alarm.facts["provider"] == "twilio"


@pytest.mark.parametrize(
    "calls", ["text", [1], [{"call_id": "1"}], [{"call_id": "1", "status": "eaten", "at": "x"}]]
)
def test_a_list_that_is_not_understood_is_an_error(exchange, calls):
    exchange.says = {"calls": calls}

    with pytest.raises(ProviderError):
        PbxVoice().list_calls(since=timezone.now())


def test_one_provider_that_does_not_answer_does_not_keep_back_another(
    exchange, provider, monkeypatch
):
    provider.TELEPHONY, provider.TWILIO_API_BASE_URL = "twilio", "http://127.0.0.1:9"
    at = (timezone.now() - timedelta(minutes=5)).isoformat()
    exchange.says = {"calls": [{"call_id": "1.1", "from": CALLER, "status": "ringing", "at": at}]}

    with pytest.raises(ProviderError):
        housekeeping._reconcile_with_each()

    assert Call.objects.get().recovered


def test_beside_the_emulator_the_real_adapters_ask_it(provider):
    """What a newcomer tries is what a city runs."""
    provider.TELEPHONY = "emulator"
    provider.TWILIO_API_BASE_URL = ""
    assert (effects.telephony().name, effects.messaging().name) == ("emulator", "emulator")

    provider.TWILIO_API_BASE_URL = "http://127.0.0.1:8001"

    assert (effects.telephony().name, effects.messaging().name) == ("twilio", "twilio")
