"""manage.py check_provider --fix: it writes what differs, and never takes the calls off the line."""

from __future__ import annotations

import httpx

from calls.telephony.emulator.account_setup import Application, sid
from tests.calls import twilio_spec
from tests.calls.provider_account import (
    BASE,
    check,
    check_json,
    refused,
    webhooks,
)


def changes_sent(twilio) -> list[dict[str, str]]:
    return [one.params for one in twilio.api.asked if one.method == "POST"]


def test_fix_writes_what_differs_in_one_request_and_looks_again(
    twilio, number, second_host
) -> None:
    number.values |= {"voice_url": "https://old.example/call", "sms_method": "GET"}

    status, text = check("--fix")

    assert status == 0
    assert changes_sent(twilio) == [
        {"VoiceUrl": f"{BASE}/twilio/voice/incoming", "SmsMethod": "POST"}
    ]
    assert "Written: VoiceUrl, before: https://old.example/call, now: " in text
    assert number.values["voice_url"] == f"{BASE}/twilio/voice/incoming"
    assert number.values["status_callback"] == f"{BASE}/twilio/voice/status"


def test_fix_writes_nothing_where_nothing_differs(twilio, number) -> None:
    assert check("--fix")[0] == 0
    assert check()[0] == 0
    assert changes_sent(twilio) == []


def test_fix_never_sends_the_calls_to_an_address_that_nobody_can_ask(
    twilio, number, settings
) -> None:
    """Run on somebody's own machine with the real account, it would take the city off the line."""
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"

    assert "every call would be lost" in refused("--fix")
    assert changes_sent(twilio) == []


def test_fix_leaves_the_fallback_alone_while_the_second_host_does_not_help(
    twilio, number, second_host
) -> None:
    number.values |= {"voice_fallback_url": "https://works.example/v", "voice_method": "GET"}
    second_host.status = 405

    status, answer = check_json("--fix")

    assert status == 1
    assert answer["written"] == {"VoiceMethod": {"from": "GET", "to": "POST"}}
    assert number.values["voice_fallback_url"] == "https://works.example/v"


def test_fix_does_not_touch_an_application_or_a_trunk(twilio, number) -> None:
    number.change({"TrunkSid": sid("TK", 7)})
    number.values["sms_application_sid"] = sid("AP", 7)
    twilio.setup.applications.append(Application(sid("AP", 7)))

    assert check("--fix")[0] == 1
    assert changes_sent(twilio) == []


def test_a_change_that_the_provider_refuses_is_said(twilio, number) -> None:
    number.values["voice_method"] = "GET"
    twilio.fails("IncomingPhoneNumbers/", method="POST", status=400)
    assert "refuses the question" in refused("--fix")


# --- the stand-in is like the provider -----------------------------------------------------------


def test_the_stand_in_answers_and_is_asked_as_the_provider_describes_it(
    twilio, number, second_host
) -> None:
    number.values |= {"voice_url": None, "sms_application_sid": sid("AP", 7)}
    twilio.setup.applications.append(Application(sid("AP", 7), webhooks(second_host)))
    check("--fix")
    described = [one for one in twilio.api.asked if one.path.startswith("/2010-04-01/")]

    assert {(one.method, one.path.rpartition("/")[2][:2]) for one in described} == {
        ("GET", "In"),
        ("GET", "AP"),
        ("POST", "PN"),
    }
    for one in described:
        assert twilio_spec.request_errors(one.method, one.path, one.query, one.params) == [], (
            one.path
        )
    with httpx.Client(auth=(twilio.account, twilio.token), trust_env=False) as client:
        for one in described:
            method = "GET" if one.method == "POST" else one.method
            answer = client.request(method, twilio.url + one.path).json()
            assert twilio_spec.answer_errors(method, one.path, answer) == [], one.path


def test_the_stand_in_refuses_what_the_provider_refuses(twilio, number) -> None:
    for params in ({"VoiceUrl": "not an address"}, {"VoiceMethod": "PUT"}, {"Voice": "x"}):
        path = f"/2010-04-01/Accounts/{twilio.account}/IncomingPhoneNumbers/{number.sid}.json"
        answer = httpx.post(
            twilio.url + path,
            data=params,
            auth=(twilio.account, twilio.token),
            trust_env=False,
        )
        assert answer.status_code == 400, params
