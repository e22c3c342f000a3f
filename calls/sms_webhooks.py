"""What a gateway of SMS tells us over HTTP: words of citizens, and how our own words went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from calls import aml as aml_rules
from calls import delivery, intake, notices, selectors
from calls.domain import Channel
from calls.exchange import dialled
from calls.intake import SeenMessage
from calls.messaging.sms_gateway import PROVIDER
from calls.models import TEXT_CHARS_MAX
from calls.provider_request import ProviderRequest as Request
from calls.signed_json import (
    NotUnderstood,
    believed,
    fields_of,
    id_of,
    instant_of,
    text_of,
)
from calls.signed_webhooks import signed_webhook
from calls.written_places import places_in

STATUSES = ("sent", "delivered", "undelivered", "failed")


@dataclass(frozen=True, slots=True)
class SmsEvent:
    """A message of a citizen, or with `status` a report of one of ours."""

    message_id: str
    at: datetime
    sender: str = ""
    to: str = ""
    text: str = ""
    status: str = ""
    error_code: str = ""
    act_id: str = ""


def sms_event_of(body: bytes, *, now: datetime) -> SmsEvent:
    fields = fields_of(body)
    word = text_of(fields, "event", required=True)
    if word not in ("message", "status"):
        raise NotUnderstood("event", "must be message or status")
    event = SmsEvent(
        message_id=id_of(fields, "message_id"),
        at=believed(instant_of(fields, "at", required=True), now=now),
        sender=dialled(text_of(fields, "from")),
        to=text_of(fields, "to"),
        text=text_of(fields, "text", chars_max=TEXT_CHARS_MAX),
        status=text_of(fields, "status") if word == "status" else "",
        error_code=text_of(fields, "error_code"),
        act_id=text_of(fields, "act_id"),
    )
    if word == "status" and event.status not in STATUSES:
        raise NotUnderstood("status", f"must be one of {', '.join(STATUSES)}")
    if word == "message" and not event.sender:
        raise NotUnderstood("from", "is needed with event “message”")
    return event


def _event(request: Request) -> SmsEvent:
    return sms_event_of(request.body, now=request.now)


@signed_webhook("sms_messages", key="SMS_GATEWAY_KEY", read=_event)
def sms_messages(event: SmsEvent, request: Request) -> str:
    return _reported(event, request) if event.status else _received(event, request)


def _received(event: SmsEvent, request: Request) -> str:
    report = aml_rules.from_text(event.text, now=request.now)
    if report is not None:
        joined = intake.receive_aml(
            report,
            from_raw=event.sender,
            route="sms",
            raw=event.text,
            sid=event.message_id,
            now=request.now,
        )
        return f"aml_{joined}"
    intake.receive_message(
        SeenMessage(
            sid=event.message_id,
            channel=Channel.SMS,
            from_raw=event.sender,
            to=event.to,
            text=event.text,
            evidence=places_in(event.text, now=request.now),
            provider=PROVIDER,
            offered_at=event.at,
        ),
        now=request.now,
    )
    return "received"


def _reported(event: SmsEvent, request: Request) -> str:
    """`act_id` is the number of ours: a notice to a crew is found by it even before its own answer was here."""
    try:
        notice = selectors.notice(UUID(event.act_id)) if event.act_id else None
    except ValueError:
        notice = None
    if notice is not None:
        return notices.report(notice_id=notice.pk, status=event.status)
    return delivery.reported(
        provider=PROVIDER,
        sid=event.message_id,
        status=event.status,
        error_code=event.error_code,
        now=request.now,
    )
