"""What the centre may rely on, whoever carries the calls: one suite over all adapters of telephony."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from calls.domain import PROVIDER_RANK, Channel, ProviderError
from calls.models import SID_CHARS_MAX
from calls.telephony.port import CrewCall, Leg, Line
from tests.calls import providers
from tests.calls.providers import CALL, HANGS_S

CALLER = "+6281234567890"
LEG = Leg(
    call_id=UUID(int=7),
    provider_sid=CALL,
    caller=CALLER,
    to_number="+622155500112",
    live=True,
    seat="ada",
    act_id="act-1",
)
ACTS = {
    "connect_caller": lambda voice: voice.connect_caller(LEG),
    "ring_dispatcher": lambda voice: voice.ring_dispatcher(LEG, dispatcher_id=str(UUID(int=9))),
    "return_to_queue": lambda voice: voice.return_to_queue(LEG),
    "hang_up": lambda voice: voice.hang_up(LEG),
    "call_crew": lambda voice: voice.call_crew(
        CrewCall(notice_id=UUID(int=8), to="+6281399990001", text="Kebakaran di Jalan Merdeka.")
    ),
}
LINE = Line(participant_id=UUID(int=5), label=str(UUID(int=5)), to="+6277112345")
# What an exchange cannot do from here: its adapter says so for good.
CONFERENCE_ACTS = {
    "ring_participant": lambda voice: voice.ring_participant(LEG, LINE),
    "shape_participant": lambda voice: voice.shape_participant(LEG, replace(LINE, held=True)),
    "drop_participant": lambda voice: voice.drop_participant(LEG, LINE),
    "close_conference": lambda voice: voice.close_conference(LEG),
}
EACH_ACT = pytest.mark.parametrize("act", ACTS.values(), ids=list(ACTS))


@pytest.fixture(params=providers.VOICES.values(), ids=list(providers.VOICES))
def case(request, settings, monkeypatch):
    with providers.running(request.param, settings, monkeypatch) as one:
        yield one


@EACH_ACT
def test_every_act_reaches_the_other_side_with_a_signature_or_a_password_it_takes(case, act):
    before = len(case.asked)
    act(case.voice())

    nothing_to_say = act is ACTS["ring_dispatcher"] and case.voice is providers.EmulatedVoice
    assert len(case.asked) > before or nothing_to_say


@pytest.mark.parametrize("name", ["connect_caller", "return_to_queue", "hang_up"])
def test_an_act_names_the_call_by_the_providers_own_number(case, name):
    before = len(case.asked)
    ACTS[name](case.voice())

    assert all(CALL in asked for asked in case.asked[before:])


@EACH_ACT
def test_the_same_act_asked_for_twice_is_no_error(case, act):
    act(case.voice())
    act(case.voice())


def test_a_third_party_is_rung_held_and_let_go_each_twice_or_it_is_said_that_it_cannot_be(case):
    voice = case.voice()
    for act in CONFERENCE_ACTS.values():
        if voice.has_conferences:
            act(voice)
            act(voice)
        else:
            with pytest.raises(ProviderError) as error:
                act(voice)
            assert error.value.permanent


def test_who_is_rung_has_an_id_by_which_the_reports_are_known(case):
    voice = case.voice()
    if voice.has_conferences:
        assert 0 < len(voice.ring_participant(LEG, LINE)) <= SID_CHARS_MAX


def test_a_crew_is_called_with_an_id_by_which_its_reports_are_known(case):
    sid = ACTS["call_crew"](case.voice())

    assert 0 < len(sid) <= SID_CHARS_MAX
    assert any("+6281399990001" in asked for asked in case.asked)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (403, True), (404, True), (429, False), (500, False), (503, False)],
)
def test_a_refusal_says_whether_another_try_is_worth_it(case, status, permanent):
    case.refuses(status)

    with pytest.raises(ProviderError) as error:
        ACTS["connect_caller"](case.voice())

    assert error.value.permanent is permanent
    assert str(status) in str(error.value)


@pytest.mark.parametrize("name", ["connect_caller", "return_to_queue"])
def test_a_call_that_the_provider_does_not_know_is_not_asked_for_again(case, name):
    case.forgets_the_call()

    with pytest.raises(ProviderError) as error:
        ACTS[name](case.voice())

    assert error.value.permanent
    assert CALLER not in str(error.value)


def test_a_provider_that_hangs_is_given_up_in_time_and_tried_again(case):
    case.hangs()
    begun_s = time.monotonic()

    with pytest.raises(ProviderError) as error:
        ACTS["connect_caller"](case.voice())

    assert time.monotonic() - begun_s < HANGS_S
    assert not error.value.permanent


def test_a_provider_that_cannot_be_reached_is_tried_again_and_the_reason_has_no_number(case):
    case.is_gone()

    with pytest.raises(ProviderError) as error:
        ACTS["connect_caller"](case.voice())

    assert not error.value.permanent
    assert CALLER not in str(error.value)


def test_a_list_has_words_and_times_that_are_understood_or_there_is_none(case):
    listed = case.voice().list_calls(since=timezone.now() - timedelta(minutes=15))

    assert listed is None or listed
    for one in listed or []:
        assert one.sid
        assert one.status in PROVIDER_RANK
        assert one.at.tzinfo is not None
        assert one.ended_at is None or one.ended_at >= one.at


def test_a_list_that_cannot_be_read_is_an_error_and_no_empty_list(case):
    case.refuses(503)
    try:
        listed = case.voice().list_calls(since=timezone.now())
    except ProviderError as error:
        assert not error.permanent  # noqa: PT017 - a provider without a list raises nothing
    else:
        assert listed is None


def test_an_adapter_says_who_it_is_and_what_it_brings(case):
    voice = case.voice()

    assert voice.name in providers.VOICES
    assert voice.channel in (Channel.VOICE, Channel.PBX)
    assert voice.is_metered in (True, False)
