"""What the centre writes: free words while they are allowed, approved templates after that, the question for a position."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from calls import conversation, metrics, segments
from calls.domain import LIVE, TEXT_CHANNELS, Channel, limited
from calls.models import TEXT_CHARS_MAX, Call, Message, MessageTemplate
from calls.services import SEND_MESSAGE, locked_call
from realtime.eventlog import Change, Done, change
from realtime.jobs import URGENT, defer
from realtime.protocol import Rejected
from realtime.registry import Context

CITIZEN_LANGUAGE = "id"
# To the citizen, in their language. WhatsApp has a button for it, which Twilio does not offer: the way there is named.
ASK_FOR_PIN = gettext_noop(
    "Emergency 112: please send your position. Tap the paper clip or +, then Location, then Send your current location."
)
ASK_FOR_PLACE = gettext_noop(
    "Emergency 112: where are you? Answer with the street, the number and the nearest landmark."
)


def channel_of(call: Call) -> Channel:
    """A caller who spoke is written to by SMS."""
    return Channel(call.channel) if call.channel in TEXT_CHANNELS else Channel.SMS


def reply(ctx: Context, *, call_id: UUID, text: str) -> Done:
    """Write to the citizen, in the conversation or as an SMS to a caller who spoke."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _writable(call_id)
        _refuse_outside_window(call, ctx)
        message = write(log, ctx, call, kind="text", text=text)
        log.result = {"call_id": str(call.pk), "message_id": str(message.pk)}
    return log.done


def send_template(ctx: Context, *, call_id: UUID, template_id: UUID, variables: list[str]) -> Done:
    """Write approved words, which WhatsApp carries at any time."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _writable(call_id)
        if channel_of(call) != Channel.WHATSAPP:
            raise Rejected("template_for_whatsapp")
        template = MessageTemplate.objects.filter(pk=template_id, is_active=True).first()
        if template is None:
            raise Rejected("template_unknown", status=404)
        filled = conversation.filled(template.text, variables)
        if filled is None:
            raise Rejected(
                "template_incomplete", status=422, count=len(conversation.places(template.text))
            )
        text, by_number = filled
        message = write(
            log, ctx, call, kind="template", text=text, template=template, variables=by_number
        )
        log.result = {"call_id": str(call.pk), "message_id": str(message.pk)}
    return log.done


def ask_location(ctx: Context, *, call_id: UUID) -> Done:
    """Ask the citizen for a pin: by the approved template for it, else in plain words."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _writable(call_id)
        language = call.language[:2] or CITIZEN_LANGUAGE
        is_whatsapp = channel_of(call) == Channel.WHATSAPP
        template = _location_template(language) if is_whatsapp else None
        if template is not None:
            text = template.text
        else:
            _refuse_outside_window(call, ctx)
            with translation.override(language):
                text = gettext(ASK_FOR_PIN if is_whatsapp else ASK_FOR_PLACE)
        call.location_asked_at = ctx.now
        call.save(update_fields=["location_asked_at"])
        message = write(log, ctx, call, kind="location_request", text=text, template=template)
        log.result = {"call_id": str(call.pk), "message_id": str(message.pk)}
    return log.done


def write(
    log: Change,
    ctx: Context,
    call: Call,
    *,
    kind: str,
    text: str,
    **template: Any,
) -> Message:
    """Put words on their way, inside the change of their cause."""
    channel = channel_of(call)
    words = segments.plain(text) if channel == Channel.SMS else text
    size = segments.parts(words) if channel == Channel.SMS else segments.Parts("", 1)
    message = Message.objects.create(
        call=call,
        direction="out",
        text=limited(words, TEXT_CHARS_MAX),
        at=ctx.now,
        provider=call.provider,
        sent_by_id=ctx.viewer.user_id,
        channel=channel,
        kind=kind,
        encoding=size.encoding,
        parts=size.count,
        **template,
    )
    # Before effects that only tell a crew what its tablet shows anyway.
    defer(SEND_MESSAGE, priority=URGENT, message_id=str(message.pk))
    log.record(
        "call.message_sent",
        calls=[call.pk],
        facts={"call_id": str(call.pk), "message_id": str(message.pk), "kind": kind},
    )
    log.after_commit(
        lambda: metrics.count_sent(str(channel), kind, size.encoding or "none", size.count)
    )
    return message


# --- inside ------------------------------------------------------------------------------------


def _location_template(language: str) -> MessageTemplate | None:
    """One without anything to fill in; another language before none."""
    found = [
        one
        for one in MessageTemplate.objects.filter(asks_location=True, is_active=True)
        if not conversation.places(one.text)
    ]
    return next((one for one in found if one.language == language), found[0] if found else None)


def _writable(call_id: UUID) -> Call:
    call = locked_call(call_id)
    if not (call.caller or (call.party and call.channel in TEXT_CHANNELS)):
        raise Rejected("caller_unknown")
    if call.status not in LIVE and call.channel in TEXT_CHANNELS:
        raise Rejected("call_over")
    return call


def _refuse_outside_window(call: Call, ctx: Context) -> None:
    ends_at = conversation.window_ends(call.last_inbound_at, call.window_closed_at)
    if channel_of(call) == Channel.WHATSAPP and not conversation.is_open(ends_at, now=ctx.now):
        raise Rejected("window_closed")
