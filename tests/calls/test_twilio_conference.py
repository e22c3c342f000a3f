"""What Twilio is asked for to put people into a call, hold them, mute them, let them go: by its own resources."""

from __future__ import annotations

import dataclasses
from uuid import UUID

import pytest

from calls.domain import ProviderError
from calls.telephony.pbx import PbxVoice
from calls.telephony.port import Leg, Line
from calls.telephony.twilio_voice import TwilioVoice, held, join, queue_after_loss
from tests.calls import twilio_spec
from tests.calls.conference_api import AC, CF, conference_api
from tests.calls.twiml import errors

CALL, THIRD, ADA = UUID(int=7), UUID(int=8), UUID(int=9)
LEG = Leg(call_id=CALL, provider_sid="CA1", caller="+62812", to_number="+622155500112", live=True)
HOSPITAL = Line(participant_id=THIRD, label=str(THIRD), to="+62771000101")
DISPATCHER = Line(participant_id=ADA, label=str(ADA), to="client:ada", rings_s=8)


@pytest.fixture
def api(provider):
    provider.TELEPHONY = "twilio"
    with conference_api() as one:
        provider.TWILIO_API_BASE_URL = one.url
        yield one


@pytest.fixture
def voice(api):
    voice = TwilioVoice()
    voice.ring_dispatcher(LEG, dispatcher_id="ada", line=DISPATCHER)
    voice.ring_participant(LEG, HOSPITAL)
    return voice


def test_somebody_is_rung_into_the_conference_of_the_call_and_ends_it_for_nobody(voice, api):
    first, second = api.of("POST", "Participants")
    assert api.asked[0][1].endswith(f"/Conferences/call-{CALL}/Participants.json")
    assert (first["To"], first["Timeout"]) == ("client:ada", "8")
    assert (second["To"], second["From"]) == ("+62771000101", "+622155500112")
    for asked in (first, second):
        assert (asked["EndConferenceOnExit"], asked["Beep"]) == ("false", "false")
        base = "https://112.example.go.id/twilio/voice"
        assert asked["ConferenceStatusCallback"] == f"{base}/conference/{CALL}"
    assert second["StatusCallback"].endswith(f"/participant/{THIRD}")


def test_ringing_the_same_line_again_rings_nobody_twice(voice, api):
    assert voice.ring_participant(LEG, HOSPITAL) == ""
    assert len(api.people) == 2


@pytest.mark.parametrize("status", ["init", "in-progress"])
def test_a_caller_is_held_with_our_own_music_also_before_anybody_has_joined(voice, api, status):
    api.status = status
    voice.shape_participant(LEG, dataclasses.replace(HOSPITAL, held=True, muted=True))
    person = api.people[str(THIRD)]
    assert (person["Hold"], person["Muted"]) == ("true", "true")
    assert person["HoldUrl"] == "https://112.example.go.id/twilio/voice/held"
    assert api.asked[-1][1].endswith(f"/Conferences/{CF}/Participants/{THIRD}.json")


def test_who_whispers_is_heard_by_the_dispatchers_leg_alone(voice, api):
    supervisor = Line(participant_id=UUID(int=5), label="s", to="client:cy", coaches=str(ADA))
    voice.ring_participant(LEG, supervisor)
    coached = api.people[str(ADA)]["call_sid"]
    assert (api.people["s"]["Coaching"], api.people["s"]["CallSidToCoach"]) == ("true", coached)
    voice.shape_participant(LEG, dataclasses.replace(supervisor, coaches=""))
    assert api.people["s"]["Coaching"] == "false"


def test_who_listens_comes_in_muted(api):
    listener = Line(participant_id=UUID(int=5), label="s", to="client:cy", muted=True)
    TwilioVoice().ring_participant(LEG, listener)
    assert api.people["s"]["Muted"] == "true"


def test_a_line_that_still_rings_is_ended_by_its_own_id(voice, api):
    voice.drop_participant(LEG, dataclasses.replace(HOSPITAL, sid="CA9"))
    assert api.asked[-1][1].endswith("/Calls/CA9.json")
    assert api.asked[-1][3] == {"Status": "completed"}
    voice.drop_participant(LEG, HOSPITAL)
    assert str(THIRD) not in api.people


def test_what_is_gone_already_is_no_error(voice, api):
    voice.drop_participant(LEG, HOSPITAL)
    voice.drop_participant(LEG, HOSPITAL)
    voice.shape_participant(LEG, HOSPITAL)
    voice.close_conference(LEG)
    assert api.status == "completed"
    api.people.clear()
    voice.close_conference(LEG)
    voice.shape_participant(LEG, HOSPITAL)


def test_every_request_is_one_that_twilio_describes(voice, api):
    voice.ring_participant(
        LEG, Line(participant_id=CALL, label="w", to="sip:a@b", coaches=str(ADA))
    )
    voice.shape_participant(LEG, dataclasses.replace(HOSPITAL, held=True, coaches=str(ADA)))
    voice.drop_participant(LEG, dataclasses.replace(HOSPITAL, sid="CA" + "3" * 32))
    voice.drop_participant(LEG, HOSPITAL)
    voice.close_conference(LEG)
    assert {asked[0] for asked in api.asked} == {"GET", "POST", "DELETE"}
    for method, path, query, params in api.asked:
        assert twilio_spec.request_errors(method, path, query, params) == [], (method, path)
        assert f"/Accounts/{AC}/" in path


def test_every_document_is_valid_and_the_caller_ends_the_conference_for_nobody(db):
    for document in (join(CALL), held(), queue_after_loss()):
        assert errors(document) == []
    assert 'endConferenceOnExit="false"' in join(CALL)
    for words in ("Mohon tunggu", "One moment"):
        assert words in held()


@pytest.mark.parametrize(
    "act",
    [
        lambda voice: voice.ring_participant(LEG, HOSPITAL),
        lambda voice: voice.shape_participant(LEG, HOSPITAL),
        lambda voice: voice.drop_participant(LEG, HOSPITAL),
        lambda voice: voice.close_conference(LEG),
    ],
)
def test_an_exchange_refuses_for_good_what_it_cannot_do(act):
    assert PbxVoice.has_conferences is False
    with pytest.raises(ProviderError) as error:
        act(PbxVoice())
    assert error.value.permanent
