from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from django.test import Client

from calls.telephony.emulator.account_setup import PhoneNumber
from calls.telephony.emulator.in_process import signed_request
from tests.calls.provider_account import NOBODY, NUMBER, SecondHost, serving, webhooks
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

Post = Callable[..., object]


@pytest.fixture(autouse=True)
def provider(settings):
    settings.TELEPHONY = "emulator"
    settings.PUBLIC_BASE_URL = "https://112.example.go.id"
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKEN = "primary-token"
    settings.TWILIO_AUTH_TOKEN_SECONDARY = ""
    settings.TWILIO_NUMBER = "+622155500112"
    settings.AML_HMAC_KEY = ""
    settings.PBX_HMAC_KEY = settings.PBX_HMAC_KEY_SECONDARY = settings.PBX_CONTROL_URL = ""
    settings.SMS_GATEWAY_KEY = settings.SMS_GATEWAY_KEY_SECONDARY = settings.SMS_GATEWAY_URL = ""
    settings.SECURE_SSL_REDIRECT = False
    settings.ALLOWED_HOSTS = ["*"]
    return settings


@pytest.fixture
def post():
    """Send what the provider would send, with its signature, through the whole HTTP stack."""

    def send(path, params, *, token="", **headers):
        _, signed, body = signed_request(path, params)
        if token:
            headers["I-Twilio-Idempotency-Token"] = token
        return Client(raise_request_exception=False).post(
            path,
            data=body,
            content_type=signed["Content-Type"],
            headers={"X-Twilio-Signature": signed["X-Twilio-Signature"], **headers},
        )

    return send


@pytest.fixture
def ring(post):
    """A citizen rings."""

    def ring_with(sid="CA1", caller="+6281234567890", **params):
        return post(
            "/twilio/voice/incoming",
            {
                "CallSid": sid,
                "From": caller,
                "To": "+622155500112",
                "Direction": "inbound",
                "CallStatus": "ringing",
                **params,
            },
        )

    return ring_with


@pytest.fixture
def text(post):
    """A citizen writes."""

    def text_with(body="tolong", sid="SM1", sender="+6281234567890", **params):
        return post(
            "/twilio/messages/incoming",
            {
                "MessageSid": sid,
                "From": sender,
                "To": "+622155500112",
                "Body": body,
                "NumMedia": "0",
                **params,
            },
        )

    return text_with


@pytest.fixture(scope="module")
def background() -> Iterator[Background]:
    with closing(Background()) as running:
        yield running


# --- an account that is set up as it should be ---------------------------------------------------


@pytest.fixture
def second_host() -> Iterator[SecondHost]:
    with serving() as host:
        yield host


@pytest.fixture
def twilio(background, settings, second_host):
    with closing(Provider(background, public_base_url=NOBODY)) as running:
        settings.TELEPHONY = "twilio"
        settings.TWILIO_API_BASE_URL = running.url
        settings.TWILIO_ACCOUNT_SID = running.account
        settings.TWILIO_AUTH_TOKEN = running.token
        settings.TWILIO_WHATSAPP_NUMBER = ""
        settings.PROVIDER_FALLBACK_VOICE_URL = f"{second_host.url}/voice.xml"
        settings.PROVIDER_FALLBACK_MESSAGES_URL = f"{second_host.url}/messages.xml"
        settings.PROVIDER_FALLBACK_METHOD = "POST"
        yield running


@pytest.fixture
def number(twilio, second_host) -> PhoneNumber:
    """Set up as it should be."""
    return twilio.setup.buy(NUMBER, **webhooks(second_host))
