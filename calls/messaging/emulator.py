"""Messages without a provider: taken, and reported as sent and delivered by signed status callbacks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx
from django.conf import settings
from django.urls import reverse

from calls.domain import ProviderError
from calls.messaging.port import Accepted, ListedMessage, OutgoingMessage
from calls.signing import form, signature

REQUEST_TIMEOUT_S = 10.0
TOO_MANY = 429  # what nginx says to more than it lets through

Send = Callable[[str, dict[str, str], bytes], int]


def send_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    try:
        return httpx.post(
            url, headers=headers, content=body, timeout=REQUEST_TIMEOUT_S
        ).status_code
    except httpx.HTTPError as error:
        raise ProviderError(type(error).__name__) from None


class EmulatedMessages:
    name = "emulator"
    reports_as = "twilio"

    def __init__(self, send: Send = send_over_http) -> None:
        self._send = send

    def send_message(self, message: OutgoingMessage) -> Accepted:
        # The same message sent twice by a repeated job is one message to the emulated provider.
        sid = f"SM{message.message_id.hex}"
        url = settings.PUBLIC_BASE_URL + (message.report_to or reverse("twilio-messages-status"))
        for word in ("sent", "delivered"):
            pairs = [
                ("MessageSid", sid),
                ("MessageStatus", word),
                ("SmsStatus", word),
                ("To", message.to),
                ("From", settings.TWILIO_NUMBER),
                ("AccountSid", settings.TWILIO_ACCOUNT_SID),
            ]
            headers = {
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
                "X-Twilio-Signature": signature(
                    token=settings.TWILIO_AUTH_TOKEN, url=url, pairs=pairs
                ),
            }
            status = self._send(url, headers, form(pairs))
            if status >= 400:
                note = f"own service answered {status}"
                raise ProviderError(note, permanent=status < 500 and status != TOO_MANY)
        return Accepted(provider_sid=sid, status="queued")

    def list_messages(self, *, since: datetime) -> list[ListedMessage] | None:
        """Nobody remembers an emulated message but this service itself."""
        return None

    def list_media(self, sid: str) -> list[tuple[str, str]]:
        return []
