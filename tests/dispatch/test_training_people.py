"""Emulated citizens and the emulated dispatcher: whom they call, whom they answer, whom they leave."""

import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from calls import aml
from calls.telephony.emulator.people import Position, aml_text
from dispatch.demo.incident_types import INCIDENT_TYPES
from dispatch.training import dispatching
from dispatch.training.access import Access, NoAccess, access_of, read_access
from dispatch.training.citizens import SPOTS, STORIES, Citizens, is_emulated, pause_s
from dispatch.training.dispatching import LEFT_MAX, Intentions
from dispatch.training.provider import signed

NOW = 100.0
CREDENTIALS = {
    "base_url": "http://127.0.0.1:8000",
    "twilio": {"account_sid": "AC1", "auth_token": "t", "public_base_url": "https://112.test"},
    "users": [
        {"username": "dispatcher1", "role": "dispatcher", "token": "one"},
        {"username": "dispatcher3", "role": "dispatcher", "token": "three"},
        {"username": "crew.damkar-1", "role": "crew", "unit": "DAMKAR-1", "token": "crew"},
    ],
}


def waiting(*ids):
    return [{"id": id_} for id_ in ids]


def location(source, radius_m, **more):
    row = {"lat": 0.9, "lng": 104.4, "source": source, "radius_m": radius_m, "label": None}
    return row | more


# --- citizens ----------------------------------------------------------------------------------


def test_the_same_seed_draws_the_same_citizens():
    one, other = Citizens(random.Random(5)), Citizens(random.Random(5))

    assert [one.next_caller() for _ in range(50)] == [other.next_caller() for _ in range(50)]


def test_citizens_call_about_types_the_demo_city_knows():
    assert {story.type for story in STORIES} <= {row[0] for row in INCIDENT_TYPES}


def test_among_many_callers_there_is_every_channel_noise_and_witnesses():
    citizens = Citizens(random.Random(2))
    callers = [citizens.next_caller() for _ in range(500)]

    matters = Counter(caller.matter for caller in callers)
    assert {caller.channel for caller in callers} == {"voice", "whatsapp", "sms"}
    assert {caller.disposition for caller in callers} > {"emergency", "prank", "ghost"}
    assert max(matters.values()) > 1
    assert len({caller.number for caller in callers}) > 495


def test_silence_comes_by_voice_only():
    citizens = Citizens(random.Random(3))
    callers = [citizens.next_caller(real=False) for _ in range(200)]

    assert {caller.channel for caller in callers if not caller.words} == {"voice"}


def test_only_numbers_of_the_demonstration_are_taken_for_emulated():
    assert is_emulated(Citizens(random.Random(1)).next_caller().number)
    assert not any(is_emulated(number) for number in (None, "+6281299123456", "+14155550100"))


def test_calls_come_as_often_as_asked():
    chance = random.Random(4)
    pauses = [pause_s(chance, per_minute=6) for _ in range(5000)]

    assert 60 / (sum(pauses) / len(pauses)) == pytest.approx(6, rel=0.1)


def test_the_aml_text_is_read_by_the_product_as_it_was_meant():
    at = datetime(2026, 3, 1, 4, 5, 6, tzinfo=UTC)
    spot = SPOTS[0]

    found = aml.from_text(
        aml_text("+6281277123456", Position(spot.lat, spot.lng, 25), at=at), now=at
    )

    assert (found.lat, found.lng, found.radius_m, found.at) == (spot.lat, spot.lng, 25, at)
    assert found.warnings == ()


def test_two_telephones_never_send_the_same_device_number():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    texts = [
        aml_text(number, Position(1, 104, 9), at=at)
        for number in ("+6281277123456", "+6281277123457", "+14155550123")
    ]

    assert len({aml.from_text(text, now=at).imei for text in texts}) == 3


def test_a_webhook_is_signed_for_the_public_address():
    from twilio.request_validator import RequestValidator

    access = access_of(CREDENTIALS)
    params = {"CallSid": "CA1", "From": "+6281277123456"}

    headers, _body = signed("/twilio/voice/incoming", params, access=access)

    sent = {"AccountSid": "AC1", "ApiVersion": "2010-04-01", **params}
    url, proof = "https://112.test/twilio/voice/incoming", headers["X-Twilio-Signature"]
    assert RequestValidator("t").validate(url, sent, proof)


# --- the dispatcher ----------------------------------------------------------------------------


def test_the_first_calls_are_answered_within_seconds():
    desk = Intentions(random.Random(1), brisk=2)
    desk.to_answer(waiting("a", "b"), now=NOW)

    assert desk.to_answer(waiting("a", "b"), now=NOW + 3) != []


def test_somebody_is_always_left_waiting_for_the_newcomer():
    desk = Intentions(random.Random(1), brisk=0)
    everybody = waiting(*"abcdefgh")
    desk.to_answer(everybody, now=NOW)

    taken = desk.to_answer(everybody, now=NOW + 3600)

    assert 0 < len(taken) < len(everybody)
    assert desk.to_answer(waiting("z"), now=NOW + 9999) == []


def test_no_more_are_left_than_a_newcomer_can_want():
    desk = Intentions(random.Random(1), brisk=0)
    everybody = waiting(*(str(number) for number in range(60)))
    desk.to_answer(everybody, now=NOW)

    taken = desk.to_answer(everybody, now=NOW + 60)

    assert len(everybody) - len(taken) == LEFT_MAX


def test_about_two_thirds_are_answered_after_a_humans_time():
    desk = Intentions(random.Random(1), brisk=0)
    desk.to_answer(waiting(*(str(number) for number in range(3))), now=NOW)
    thoughts = [desk._first_thought(NOW) for _ in range(3000)]

    taken = [at for at in thoughts if at is not None]
    assert len(taken) / len(thoughts) == pytest.approx(2 / 3, abs=0.04)
    assert all(15 <= at - NOW <= 45 for at in taken)


def test_the_most_exact_position_is_believed_and_a_pin_more_than_a_district():
    aml_, district, pin = location("aml", 12), location("address", 600), location("whatsapp", None)

    assert dispatching.best_location({"locations": [district, aml_, pin]})["source"] == "aml"
    assert dispatching.best_location({"locations": [district, pin]})["source"] == "whatsapp"
    assert dispatching.best_location({"locations": []}) is None


def test_a_unit_left_to_people_is_replaced_by_the_next_of_its_kind():
    def row(id_, callsign, kind, *reasons):
        return {"unit_id": id_, "callsign": callsign, "kind": kind, "reasons": list(reasons)}

    found = {
        "units": [row("1", "DAMKAR-1", "engine"), row("3", "DAMKAR-3", "tanker")],
        "left_out": [
            row("9", "AMB-1", "ambulance", "farther"),
            row("5", "DAMKAR-5", "engine", "busy"),
            row("4", "DAMKAR-4", "engine", "farther"),
        ],
    }

    assert dispatching.units_to_assign(found, without={"DAMKAR-1"}) == ["4", "3"]
    assert dispatching.units_to_assign(found, without={"DAMKAR-1", "DAMKAR-4"}) == ["3"]
    assert dispatching.units_to_assign(found, without=()) == ["1", "3"]


def test_only_own_incidents_on_which_nobody_works_any_more_are_closed():
    def incident(id_, by, assigned, active):
        opened_by = {"id": by, "name": by} if by else None
        stamp = "2026-01-01T00:00:00Z" if assigned else None
        return {
            "id": id_,
            "opened_by": opened_by,
            "first_assigned_at": stamp,
            "assignment_ids": active,
        }

    board = [
        incident("done", "me", True, []),
        incident("working", "me", True, ["a"]),
        incident("unserved", "me", False, []),
        incident("newcomers", "you", True, []),
        incident("nobodys", None, True, []),
    ]

    assert dispatching.to_close(board, own_id="me") == ["done"]
    assert dispatching.unserved(board, own_id="me") == ["unserved"]


# --- access ------------------------------------------------------------------------------------


def test_the_credentials_give_addresses_and_tokens():
    access = access_of(CREDENTIALS, base_url="http://127.0.0.1:9000/")

    assert isinstance(access, Access)
    assert (access.base_url, access.public_base_url) == (
        "http://127.0.0.1:9000",
        "https://112.test",
    )
    assert access.crews == {"DAMKAR-1": "crew"}
    assert access.dispatcher_token("dispatcher3") == "three"
    assert access.dispatcher_token("dispatcher9") == "three"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"base_url": "x", "twilio": {}, "users": [{}]}', "nonsense"]
)
def test_credentials_that_cannot_be_used_are_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "credentials.json"
    path.write_text(content)

    with pytest.raises(NoAccess, match=r"credentials\.json"):
        read_access(path)


def test_a_city_without_dispatchers_is_refused_with_a_sentence():
    access = access_of({**CREDENTIALS, "users": []})

    with pytest.raises(NoAccess, match="no dispatcher"):
        access.dispatcher_token("dispatcher3")
