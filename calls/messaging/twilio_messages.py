"""Twilio: SMS and WhatsApp to a citizen."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from twilio.twiml.messaging_response import MessagingResponse

from calls import twilio_api
from calls.domain import Channel
from calls.messaging.port import Accepted, ListedMessage, OutgoingMessage
from calls.twilio_api import asked

BODY_CHARS_MAX = 1_600  # Twilio refuses longer ones
MEDIA_URL = "https://api.twilio.com"


def nothing() -> str:
    """The answer to a message: taken, no reply of the machine."""
    return str(MessagingResponse())


class TwilioMessages:
    name = reports_as = "twilio"

    def __init__(self) -> None:
        self._client = twilio_api.client()

    def send_message(self, message: OutgoingMessage) -> Accepted:
        prefix, sender = "", settings.TWILIO_NUMBER
        if message.channel == Channel.WHATSAPP:
            prefix, sender = "whatsapp:", settings.TWILIO_WHATSAPP_NUMBER or settings.TWILIO_NUMBER
        words: dict[str, str] = {"body": message.text[:BODY_CHARS_MAX]}
        if message.content_sid:
            words = {"content_sid": message.content_sid}
            if message.variables:
                words["content_variables"] = json.dumps(dict(message.variables))
        taken = asked(
            lambda: self._client.messages.create(
                to=prefix + message.to,
                from_=prefix + sender.removeprefix("whatsapp:"),
                **words,
                status_callback=settings.PUBLIC_BASE_URL
                + (message.report_to or reverse("twilio-messages-status")),
            )
        )
        return Accepted(provider_sid=str(taken.sid), status=str(taken.status))

    def list_messages(self, *, since: datetime) -> list[ListedMessage] | None:
        # The library writes the hour as it is and calls it UTC.
        start = since.astimezone(UTC)
        rows = asked(
            lambda: self._client.messages.list(
                date_sent_after=start, page_size=twilio_api.LIST_PAGE_ROWS
            )
        )
        return [_listed(row) for row in rows]

    def list_media(self, sid: str) -> list[tuple[str, str]]:
        rows = asked(self._client.messages(sid).media.list)
        return [
            (MEDIA_URL + str(row.uri).removesuffix(".json"), str(row.content_type)) for row in rows
        ]


def _listed(row: Any) -> ListedMessage:
    return ListedMessage(
        sid=str(row.sid),
        from_raw=str(row.from_ or ""),
        to=str(row.to or ""),
        text=str(row.body or ""),
        status=str(row.status or ""),
        error_code=str(row.error_code or ""),
        inbound=row.direction == "inbound",
        at=row.date_sent or row.date_created,
        media_count=int(row.num_media or 0),
        price=str(row.price or ""),
        price_unit=str(row.price_unit or ""),
    )
