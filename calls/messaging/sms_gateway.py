"""Any gateway of SMS that signs what it says: what an aggregator's own interface needs is a translator of a page.

It sends text and says how that went; it keeps no list, so what never reaches us is not found afterwards.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from calls.domain import Channel, ProviderError
from calls.messaging.port import Accepted, ListedMessage, OutgoingMessage
from calls.signed_json import ID_CHARS_MAX
from calls.signed_partner import Partner

PROVIDER = "sms_gateway"
BODY_CHARS_MAX = 1_600  # ten parts of an SMS in Unicode and more; gateways refuse longer ones


class SmsGateway:
    name = reports_as = PROVIDER

    def __init__(self) -> None:
        keys = (settings.SMS_GATEWAY_KEY, settings.SMS_GATEWAY_KEY_SECONDARY)
        self._gateway = Partner(url=settings.SMS_GATEWAY_URL, keys=keys)

    def send_message(self, message: OutgoingMessage) -> Accepted:
        if message.channel != Channel.SMS:
            note = f"a gateway of SMS does not carry {message.channel}"
            raise ProviderError(note, permanent=True)
        answer = self._gateway.ask(
            {
                "act": "send_sms",
                "act_id": str(message.message_id),
                "to": message.to,
                "text": message.text[:BODY_CHARS_MAX],
                "report_url": settings.PUBLIC_BASE_URL + reverse("sms-messages"),
            }
        )
        sid = str(answer.get("message_id") or "")[:ID_CHARS_MAX]
        if not sid:
            raise ProviderError("the answer has no message_id")
        return Accepted(provider_sid=sid, status="queued")

    def list_messages(self, *, since: datetime) -> list[ListedMessage] | None:
        """No two gateways list alike, and a list that is not understood would be worse than none."""
        return None

    def list_media(self, sid: str) -> list[tuple[str, str]]:
        return []
