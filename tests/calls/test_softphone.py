"""The telephone in a dispatcher's browser: its key, its file, what the page lets it reach, and the check of the account."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from calls.provider_check import _browser_key
from calls.provider_setup import Advice, State
from calls.telephony.twilio_setup import TwilioSetup
from tests.calls.conference_api import conference_api

pytestmark = pytest.mark.django_db
VENDOR = Path(__file__).resolve().parents[2] / "dispatch/static/vendor/twilio-voice"
TOKEN = "/api/v1/softphone/token"


@pytest.fixture
def with_key(provider):
    provider.TELEPHONY = "twilio"
    provider.TWILIO_API_KEY_SID = "SK" + "1" * 32
    provider.TWILIO_API_KEY_SECRET = "the-secret-half-of-the-key-of-the-tests"
    return provider


def claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def test_the_key_lets_this_person_be_rung_for_an_hour_and_nothing_else(client, with_key, ada):
    answer = client.get(TOKEN, headers=ada.bearer)
    assert answer.headers["Cache-Control"] == "no-store"
    told = claims(answer.json()["token"])
    assert told["grants"] == {
        "identity": ada.viewer.user_id,
        "voice": {"incoming": {"allow": True}},
    }
    assert told["exp"] - told["nbf"] == 3_600
    assert with_key.TWILIO_API_KEY_SECRET not in answer.content.decode()


def test_without_a_key_there_is_none_and_it_says_so(client, provider, ada):
    provider.TELEPHONY = "twilio"
    answer = client.get(TOKEN, headers=ada.bearer)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_browser_voice")


def test_a_console_loads_the_telephone_only_where_there_is_one(client, with_key, ada):
    client.force_login(ada.user)
    page = client.get("/console/").content.decode()
    assert "data-softphone-sdk" in page
    with_key.TWILIO_API_KEY_SID = ""
    assert "data-softphone-sdk" not in client.get("/console/").content.decode()


def test_no_other_module_of_the_console_knows_the_sdk():
    console = VENDOR.parents[1] / "dispatch/console"
    knows = [
        path.name for path in console.glob("*.js") if re.search(r"Twilio\b", path.read_text())
    ]
    assert sorted(knows) == ["softphone_twilio.js"]


def test_the_file_is_the_one_that_is_written_down_with_its_licence():
    written = (VENDOR / "VERSION.md").read_text()
    digest = hashlib.sha256((VENDOR / "twilio.min.js").read_bytes()).hexdigest()
    assert digest in written
    assert "Apache" in (VENDOR / "LICENSE.md").read_text()


def test_the_account_is_asked_whether_it_takes_the_key(with_key):
    with conference_api() as api:
        with_key.TWILIO_API_BASE_URL = api.url
        api.takes = {f"{with_key.TWILIO_API_KEY_SID}:{with_key.TWILIO_API_KEY_SECRET}"}
        assert _browser_key().state == State.RIGHT
        with_key.TWILIO_API_KEY_SECRET = "another"
        assert (_browser_key().state, _browser_key().advice) == (State.WRONG, Advice.BROWSER_KEY)
        assert not TwilioSetup().takes_key("SK0", "x")
        with_key.TWILIO_API_KEY_SID = ""
        assert _browser_key().state == State.NOT_NEEDED
