"""Twilio: SMS and WhatsApp to a citizen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from calls.domain import Channel, ProviderError
from calls.messaging.port import Accepted, OutgoingMessage

API_TIMEOUT_S = 10.0
BODY_CHARS_MAX = 1_600  # Twilio refuses longer ones
RATE_LIMITED = 429


def nothing() -> str:
    """The answer to a message: taken, no reply of the machine."""
    return str(MessagingResponse())


class TwilioMessages:
    name = "twilio"

    def __init__(self) -> None:
        kind = _StandInHttpClient if settings.TWILIO_API_BASE_URL else TwilioHttpClient
        self._client = Client(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            http_client=kind(timeout=API_TIMEOUT_S),
        )

    def send_message(self, message: OutgoingMessage) -> Accepted:
        prefix, sender = "", settings.TWILIO_NUMBER
        if message.channel == Channel.WHATSAPP:
            prefix, sender = "whatsapp:", settings.TWILIO_WHATSAPP_NUMBER or settings.TWILIO_NUMBER
        try:
            taken = self._client.messages.create(
                to=prefix + message.to,
                from_=prefix + sender.removeprefix("whatsapp:"),
                body=message.text[:BODY_CHARS_MAX],
                status_callback=settings.PUBLIC_BASE_URL
                + (message.report_to or reverse("twilio-messages-status")),
            )
        except TwilioRestException as error:
            permanent = 400 <= error.status < 500 and error.status != RATE_LIMITED
            note = f"status {error.status} code {error.code}"  # the text may hold the number
            raise ProviderError(note, permanent=permanent) from None
        except requests.RequestException as error:
            raise ProviderError(type(error).__name__) from None
        return Accepted(provider_sid=str(taken.sid), status=str(taken.status))


class _StandInHttpClient(TwilioHttpClient):
    """Twilio's own client with another host: a stand-in of the provider in tests."""

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        base, parts = urlsplit(settings.TWILIO_API_BASE_URL), urlsplit(url)
        return super().request(
            method,
            urlunsplit((base.scheme, base.netloc, parts.path, parts.query, "")),
            *args,
            **kwargs,
        )
