from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from calls.telephony.emulator import signed_request

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
