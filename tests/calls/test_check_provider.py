"""manage.py check_provider against a provider that behaves like Twilio, asked over HTTP by Twilio's own client."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from calls import provider_check, twilio_api
from calls.telephony.emulator.account_setup import (
    Application,
    MessagingService,
    WhatsAppSender,
    sid,
)
from deploy.machine.places import REPOSITORY
from tests.calls.provider_account import (
    BASE,
    NOBODY,
    NUMBER,
    check,
    check_json,
    refused,
    webhooks,
    wrong,
)

# --- what it finds -------------------------------------------------------------------------------


def test_an_account_that_is_set_up_right_ends_with_0(number) -> None:
    status, text = check()

    assert status == 0, text
    assert "All that can be read is right." in text
    assert f"{BASE}/twilio/voice/incoming" in text
    assert "WRONG" not in text
    assert "to do:" not in text, "nothing is asked of anybody"


def test_a_number_just_bought_is_told_everything_it_needs(twilio, second_host) -> None:
    twilio.setup.buy(NUMBER)

    status, text = check()

    assert status == 1
    assert "5 settings are wrong." in text
    for address in webhooks(second_host).values():
        assert f"wanted: {address}\n" in text, "an address is never broken over two lines"
    assert "Set VoiceUrl to the wanted value" in text


def test_in_indonesian_too(twilio) -> None:
    twilio.setup.buy(NUMBER)

    _, text = check(language="id")

    assert "5 pengaturan salah." in text
    assert "SALAH" in text
    assert "wanted" not in text


def test_one_wrong_letter_is_found_and_nothing_else(number) -> None:
    number.values["voice_url"] = f"{BASE}/twilio/voice/incomming"
    number.values["voice_fallback_method"] = "GET"

    status, answer = check_json()

    assert (status, answer["checked"], answer["ok"]) == (1, True, False)
    assert wrong(answer) == [("VoiceUrl", "set"), ("VoiceFallbackMethod", "set")]


def test_other_numbers_that_contain_this_one_are_not_taken_for_it(twilio, second_host) -> None:
    twilio.setup.buy(NUMBER + "9")
    twilio.setup.buy(NUMBER, **webhooks(second_host))
    assert check()[0] == 0


def test_every_page_of_the_numbers_is_read(twilio, second_host, monkeypatch) -> None:
    monkeypatch.setattr(twilio_api, "LIST_PAGE_ROWS", 2)
    for digit in range(5):
        twilio.setup.buy(f"{NUMBER}{digit}")
    twilio.setup.buy(NUMBER, **webhooks(second_host))
    assert check()[0] == 0


def test_a_trunk_that_takes_the_calls_is_named(number) -> None:
    number.change({"TrunkSid": sid("TK", 7)})

    status, text = check()

    assert status == 1
    assert sid("TK", 7) in text
    assert "The trunk takes every call" in text


def test_an_application_is_read_in_place_of_the_number(twilio, number, second_host) -> None:
    number.values["voice_application_sid"] = sid("AP", 7)
    _, gone = check_json()
    application = Application(sid("AP", 7), webhooks(second_host))
    twilio.setup.applications.append(application)
    right = check()[0]
    application.values["voice_url"] = "https://demo.twilio.com/welcome/voice/"
    _, other = check_json()

    assert wrong(gone) == [("VoiceApplicationSid", "application_gone")]
    assert right == 0
    assert wrong(other) == [("VoiceUrl", "set")]


def test_a_messaging_service_is_read_unless_it_leaves_the_answer_to_the_number(
    twilio, number, second_host
) -> None:
    service = MessagingService(sid("MG", 7), [number.sid])
    twilio.setup.services += [MessagingService(sid("MG", 6)), service]
    _, answer = check_json()
    service.values["use_inbound_webhook_on_number"] = True

    assert wrong(answer) == [("InboundRequestUrl", "set"), ("FallbackUrl", "set")]
    assert check()[0] == 0


def test_a_whatsapp_sender_is_read_with_its_webhooks(
    twilio, number, second_host, settings
) -> None:
    settings.TWILIO_WHATSAPP_NUMBER = "+6281100000112"
    _, missing = check_json()
    sender = WhatsAppSender(sid("XE", 7), "+6281100000112")
    twilio.setup.senders += [WhatsAppSender(sid("XE", 6), "+6281100000113"), sender]
    _, bare = check_json()
    sender.webhook = {
        "callback_url": f"{BASE}/twilio/messages/incoming",
        "callback_method": "POST",
        "fallback_url": f"{second_host.url}/messages.xml",
    }
    right = check()[0]
    sender.status = "OFFLINE"
    _, offline = check_json()

    assert wrong(missing) == [("WhatsApp", "sender_missing")]
    assert wrong(bare) == [("callback_url", "set"), ("fallback_url", "set")]
    assert right == 0
    assert wrong(offline) == [("status", "sender_offline")]


@pytest.mark.parametrize("path", ["/v2/Channels/Senders", "/v1/Services"])
def test_what_the_account_may_not_read_is_to_be_looked_at_by_hand(twilio, number, path) -> None:
    twilio.fails(path, status=403)

    status, text = check()

    assert status == 0
    assert "1 thing must be looked at by hand." in text
    assert "provider's console, Messaging" in text
    if "Senders" in path:
        assert f"webhook {BASE}/twilio/messages/incoming" in text


def test_an_address_that_the_provider_cannot_ask_is_named(number, settings) -> None:
    settings.PUBLIC_BASE_URL = "http://127.0.0.1:8000"

    status, answer = check_json()

    assert status == 1
    assert ("PUBLIC_BASE_URL", "public_address") in wrong(answer)


def test_without_a_named_second_host_it_is_said_what_callers_miss(number, settings) -> None:
    settings.PROVIDER_FALLBACK_VOICE_URL = settings.PROVIDER_FALLBACK_MESSAGES_URL = ""

    status, text = check()

    assert status == 1
    assert "fallback_documents" in text
    assert "Second host" not in text


# --- the second host -----------------------------------------------------------------------------


def test_the_second_host_is_asked_as_the_provider_would_without_anything_about_a_person(
    number, second_host
) -> None:
    check()

    assert [(method, path) for method, path, _ in second_host.asked] == [
        ("POST", "/voice.xml"),
        ("POST", "/messages.xml"),
    ]
    assert all("ErrorCode=11200" in body and "From" not in body for *_, body in second_host.asked)


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"status": 405}, "host_method"),
        ({"status": 404}, "host_status"),
        ({"content_type": "application/octet-stream"}, "host_type"),
        ({"body": "<Response><Say>Maaf</Say></Response>"}, "host_document"),
        ({"body": "<Response>" + " " * 200_000}, "host_document"),
    ],
)
def test_a_second_host_that_would_not_help_is_named(number, second_host, change, advice) -> None:
    for name, value in change.items():
        setattr(second_host, name, value)

    status, answer = check_json()

    assert status == 1
    assert ("POST voice", advice) in wrong(answer)


def test_a_second_host_that_is_gone_is_named(number, settings) -> None:
    number.values["voice_fallback_url"] = f"{NOBODY}/voice.xml"
    settings.PROVIDER_FALLBACK_VOICE_URL = f"{NOBODY}/voice.xml"

    status, text = check()

    assert status == 1
    assert "ConnectError" in text
    assert "The second host does not answer from here." in text


# --- what stands in the way ----------------------------------------------------------------------


def test_the_emulator_has_nothing_to_check(settings) -> None:
    settings.TELEPHONY = "emulator"

    status, text = check()

    assert (status, text) == (0, "TELEPHONY is emulator: there is no provider to check.\n")
    assert check_json()[1]["checked"] is False


def test_a_number_that_is_not_in_the_account_is_named_with_it(twilio) -> None:
    twilio.setup.buy("+622155500113")
    words = refused()
    assert twilio.account in words
    assert NUMBER in words
    assert "TWILIO_NUMBER" in words


def test_wrong_credentials_are_called_that_and_never_shown(number, settings) -> None:
    settings.TWILIO_AUTH_TOKEN = "of-somebody-else"
    words = refused()
    assert "refuses the credentials (status 401)" in words
    assert "of-somebody-else" not in words


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "knows no account"),
        (429, "asks us to wait"),
        (503, "itself has trouble (status 503)"),
        (400, "refuses the question (status 400)"),
    ],
)
def test_what_the_provider_answers_is_put_into_words(twilio, number, status, words) -> None:
    twilio.fails("IncomingPhoneNumbers", status=status)
    assert words in refused()


def test_trouble_in_the_middle_is_no_statement_about_the_account(twilio, number) -> None:
    twilio.fails("/v2/Channels/Senders", status=503)
    assert "itself has trouble" in refused()


def test_no_network_is_told_from_no_answer_in_time(twilio, number, settings, monkeypatch) -> None:
    twilio.fails("IncomingPhoneNumbers", delay_s=5.0)
    monkeypatch.setattr(twilio_api, "API_TIMEOUT_S", 0.3)
    late = refused()
    settings.TWILIO_API_BASE_URL = NOBODY
    cut = refused()

    assert "did not answer within" in late
    assert "cannot be reached (ConnectionError)" in cut


def test_something_else_that_answers_in_the_providers_place_is_noticed(
    number, settings, second_host
) -> None:
    settings.TWILIO_API_BASE_URL = second_host.url
    assert "cannot be reached (answer is no JSON)" in refused()


def test_trouble_is_json_too(twilio) -> None:
    status, answer = check_json()

    assert (status, answer["checked"], answer["ok"], answer["rows"]) == (1, False, False, [])
    assert NUMBER in answer["note"]


# --- as it is really run -------------------------------------------------------------------------


def test_the_command_runs_by_itself_without_a_database(twilio, second_host) -> None:
    twilio.setup.buy(NUMBER, **webhooks(second_host))
    done = subprocess.run(
        [sys.executable, REPOSITORY / "manage.py", "check_provider", "--language", "en"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "of-the-test-" * 5,
            "DATABASE_URL": "postgis://nobody@127.0.0.1:1/nothing",
            "PUBLIC_BASE_URL": BASE,
            "TELEPHONY": "twilio",
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_ACCOUNT_SID": twilio.account,
            "TWILIO_AUTH_TOKEN": twilio.token,
            "TWILIO_API_BASE_URL": twilio.url,
            "PROVIDER_FALLBACK_VOICE_URL": f"{second_host.url}/voice.xml",
            "PROVIDER_FALLBACK_MESSAGES_URL": f"{second_host.url}/messages.xml",
        },
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "", "the provider's library fills the log with numbers"
    assert "All that can be read is right." in done.stdout
    assert provider_check.needs().voice_url in done.stdout
