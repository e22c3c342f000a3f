from __future__ import annotations

import hashlib
import json
from urllib.parse import urlencode

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from calls.models import Call, WebhookRecord
from calls.signing import signature
from calls.telephony.emulator.in_process import signed_request
from calls.telephony.twilio_voice import signature_valid
from dispatch.models import Alarm
from tests import shared_data

FORM = "application/x-www-form-urlencoded"
INCOMING = "/twilio/voice/incoming"
PARAMS = {"CallSid": "CA1", "From": "+6281234567890", "Direction": "inbound"}


def unsigned(params):
    return Client().post(INCOMING, data=urlencode(params), content_type=FORM)


@pytest.fixture
def vectors(provider):
    found = json.loads(shared_data.path("standards/twilio/signature_vectors.json").read_text())
    provider.PUBLIC_BASE_URL = "https://mycompany.com"
    provider.TWILIO_AUTH_TOKEN = found["auth_token"]
    return found


def test_the_published_form_signature_is_valid_and_any_change_is_not(vectors):
    form = vectors["form"]
    params = {name: [value] for name, value in form["params"].items()}
    given_ = {
        "path": "/myapp.php",
        "query": "foo=1&bar=2",
        "signature": form["X-Twilio-Signature"],
    }

    assert signature_valid(**given_, params=params)
    assert not signature_valid(**given_, params={**params, "Digits": ["9"]})
    assert not signature_valid(**{**given_, "query": "bar=2&foo=1"}, params=params)
    assert not signature_valid(**{**given_, "signature": ""}, params=params)


def test_the_published_json_signature_is_valid_and_needs_the_hash_of_the_body(vectors):
    sample = vectors["json"]
    query = sample["url"].partition("?")[2]
    given_ = {"path": "/myapp.php", "query": query, "signature": sample["X-Twilio-Signature"]}

    assert signature_valid(**given_, params=sample["body"])
    assert not signature_valid(**given_, params=sample["body"] + " ")
    assert not signature_valid(**{**given_, "query": "foo=1&bar=2"}, params=sample["body"])


@given(st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=3)))
def test_the_emulator_signs_exactly_as_twilios_own_library(params):
    url = "https://112.example.go.id/twilio/voice/incoming?x=1"
    pairs = [(name, value) for name, values in params.items() for value in values]
    ours = signature(token="primary-token", url=url, pairs=pairs)

    class Multi(dict):
        def getlist(self, name):
            return self[name]

    assert ours == RequestValidator("primary-token").compute_signature(url, Multi(params))


@pytest.mark.django_db
def test_an_unsigned_request_is_refused_and_kept_and_is_no_call(types):
    response = unsigned(PARAMS)

    record = WebhookRecord.objects.get()
    assert response.status_code == 403
    assert b"PUBLIC_BASE_URL" in response.content
    assert (record.verified, record.outcome, record.provider_sid) == (False, "rejected", "CA1")
    assert ["From", "+6281234567890"] in record.params
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_a_wrong_signature_is_refused(post, provider, types):
    _, headers, body = signed_request(INCOMING, PARAMS)

    response = Client().post(
        INCOMING,
        data=body + b"&Digits=1",
        content_type=headers["Content-Type"],
        headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
    )

    assert response.status_code == 403
    assert not Call.objects.exists()


@pytest.mark.django_db
def test_headers_of_the_request_do_not_change_the_address_that_was_signed(post):
    response = post(INCOMING, PARAMS, **{"X-Forwarded-Host": "evil.example", "Host": "evil"})

    assert response.status_code == 200


@pytest.mark.django_db
def test_both_tokens_count_while_the_token_is_being_changed(post, provider):
    provider.TWILIO_AUTH_TOKEN_SECONDARY = provider.TWILIO_AUTH_TOKEN
    _, headers, body = signed_request(INCOMING, PARAMS)
    provider.TWILIO_AUTH_TOKEN = "the-new-one"

    response = Client().post(
        INCOMING,
        data=body,
        content_type=headers["Content-Type"],
        headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
    )

    assert response.status_code == 200


@pytest.mark.django_db
def test_without_a_token_nothing_is_believed(provider):
    _, headers, body = signed_request(INCOMING, PARAMS)
    provider.TWILIO_AUTH_TOKEN = ""

    response = Client().post(
        INCOMING,
        data=body,
        content_type=headers["Content-Type"],
        headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
    )

    assert response.status_code == 403


@pytest.mark.django_db
def test_more_than_three_refused_in_five_minutes_raise_one_alarm(types):
    for _ in range(3):
        unsigned(PARAMS)
    assert not Alarm.objects.exists()

    for _ in range(3):
        unsigned(PARAMS)

    assert [alarm.kind for alarm in Alarm.objects.all()] == ["webhook_rejected"]


@pytest.mark.django_db
def test_a_refused_body_is_kept_only_in_part(types):
    unsigned({"From": "x" * 50_000})

    assert len(WebhookRecord.objects.get().params[0][1]) == 1_000


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8"])
def test_a_call_described_in_json_is_the_same_call(provider, content_type):
    body = json.dumps({**PARAMS, "CallStatus": "ringing", "nested": {"a": 1}})
    path = f"{INCOMING}?bodySHA256={hashlib.sha256(body.encode()).hexdigest()}"
    validator = RequestValidator(provider.TWILIO_AUTH_TOKEN)
    headers = {
        "X-Twilio-Signature": validator.compute_signature(provider.PUBLIC_BASE_URL + path, {})
    }

    for _ in range(2):
        answer = Client().post(path, body, content_type=content_type, headers=headers)
        assert answer.status_code == 200

    call = Call.objects.get()
    assert (call.provider_sid, call.caller) == ("CA1", "+6281234567890")
