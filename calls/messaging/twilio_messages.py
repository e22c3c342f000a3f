"""Twilio: SMS and WhatsApp to a citizen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from django.conf import settings
from django.urls import reverse
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from calls.domain import Channel, ProviderError
from calls.messaging.port import Accepted, ListedMessage, OutgoingMessage

API_TIMEOUT_S = 10.0
BODY_CHARS_MAX = 1_600  # Twilio refuses longer ones
RATE_LIMITED = 429
LIST_PAGE_ROWS = 200  # of each request; all pages are read
MEDIA_URL = "https://api.twilio.com"


def nothing() -> str:
    """The answer to a message: taken, no reply of the machine."""
    return str(MessagingResponse())


class TwilioMessages:
    name = reports_as = "twilio"

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
        taken = _asked(
            lambda: self._client.messages.create(
                to=prefix + message.to,
                from_=prefix + sender.removeprefix("whatsapp:"),
                body=message.text[:BODY_CHARS_MAX],
                status_callback=settings.PUBLIC_BASE_URL
                + (message.report_to or reverse("twilio-messages-status")),
            )
        )
        return Accepted(provider_sid=str(taken.sid), status=str(taken.status))

    def list_messages(self, *, since: datetime) -> list[ListedMessage] | None:
        # The library writes the hour as it is and calls it UTC.
        start = since.astimezone(UTC)
        rows = _asked(
            lambda: self._client.messages.list(date_sent_after=start, page_size=LIST_PAGE_ROWS)
        )
        return [_listed(row) for row in rows]

    def list_media(self, sid: str) -> list[tuple[str, str]]:
        rows = _asked(self._client.messages(sid).media.list)
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
    )


def _asked(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except TwilioRestException as error:
        raise _refused(error.status, error.code) from None
    except TwilioException as error:  # a page of a list: the bare exception with the response
        status = next((one.status_code for one in error.args if hasattr(one, "status_code")), 0)
        raise _refused(status) from None
    except requests.RequestException as error:
        raise ProviderError(type(error).__name__) from None


def _refused(status: int, code: int | None = None) -> ProviderError:
    permanent = 400 <= status < 500 and status != RATE_LIMITED
    note = f"status {status}" + (f" code {code}" if code else "")  # the text may hold the number
    return ProviderError(note, permanent=permanent)


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
