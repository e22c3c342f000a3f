"""Messages in wire form, and a conversation page by page: of one call, or of all calls of an incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from calls import conversation
from calls.domain import LocationSource
from calls.models import Call, Location, Media, Message, MessageTemplate, QuickReply
from realtime.protocol import stamp

PAGE_MESSAGES_MAX = 50
TEMPLATES_MAX = 100
QUICK_REPLIES_MAX = 30


def with_parts(messages: list[Message]) -> list[Message]:
    """Their media and their writers, whatever their number."""
    prefetch_related_objects(messages, Prefetch("media", queryset=Media.objects.order_by("id")))
    if any(message.sent_by_id for message in messages):
        prefetch_related_objects(messages, "sent_by")
    return messages


def message_wire(message: Message, pins: Mapping[Any, Location]) -> dict[str, Any]:
    person = message.sent_by if message.sent_by_id else None
    ours = message.direction == "out"
    reason = conversation.reason(message.provider_status, message.error_code) if ours else None
    pin = pins.get(message.pk)
    return {
        "id": str(message.pk),
        "at": stamp(message.at),
        "direction": message.direction,
        "text": message.text,
        "recovered": message.recovered,
        "kind": message.kind,
        "channel": message.channel or None,
        "by": {"id": str(person.pk), "name": person.get_full_name() or person.username}
        if person
        else None,
        "delivery": str(conversation.delivery(message.provider_status)) if ours else None,
        "reason": reason,
        "error_code": (message.error_code or None) if reason else None,
        "pin": {"lat": pin.point.y, "lng": pin.point.x, "label": pin.label or None}
        if pin
        else None,
        "media": [media_wire(one) for one in message.media.all()],
    }


def media_wire(media: Media) -> dict[str, Any]:
    return {
        "id": str(media.pk),
        "content_type": media.content_type,
        "state": media.state,
        "kind": media.kind or None,
        "problem": media.problem or None,
        "width": media.width,
        "height": media.height,
        "duration_s": media.duration_s,
    }


def pins_of(locations: Iterable[Location]) -> dict[Any, Location]:
    """What the citizen has set by hand, not the places that we found in the words."""
    return {one.message_id: one for one in locations if one.source == LocationSource.WHATSAPP}


def page(
    *, call_id: UUID | None = None, incident_id: UUID | None = None, before: UUID | None = None
) -> dict[str, Any] | None:
    """The newest messages before one of them, oldest first; None: there is no such call or message."""
    calls = (
        Call.objects.filter(pk=call_id)
        if call_id is not None
        else Call.objects.filter(incident=incident_id)
    )
    ids = list(calls.values_list("pk", flat=True))
    if not ids:
        return None
    found = Message.objects.filter(call__in=ids).order_by("-at", "-id")
    if before is not None:
        edge = Message.objects.filter(pk=before, call__in=ids).values_list("at", "id").first()
        if edge is None:
            return None
        found = found.extra(where=["(calls_message.at, calls_message.id) < (%s, %s)"], params=edge)
    rows = list(found[: PAGE_MESSAGES_MAX + 1])
    more = len(rows) > PAGE_MESSAGES_MAX
    shown = with_parts(rows[:PAGE_MESSAGES_MAX][::-1])
    pins = pins_of(Location.objects.filter(message__in=[one.pk for one in shown]))
    messages = [{**message_wire(one, pins), "call_id": str(one.call_id)} for one in shown]
    return {"messages": messages, "more": more}


def quick_replies() -> list[dict[str, str]]:
    """Both languages: the reader's to choose by, the citizen's to send."""
    rows = QuickReply.objects.filter(is_active=True)[:QUICK_REPLIES_MAX]
    return [{"id": one.text_id, "en": one.text_en} for one in rows]


def templates() -> list[dict[str, Any]]:
    return [
        {
            "id": str(one.pk),
            "name": one.name,
            "language": one.language,
            "text": one.text,
            "variables": conversation.places(one.text),
            "asks_location": one.asks_location,
        }
        for one in MessageTemplate.objects.filter(is_active=True)[:TEMPLATES_MAX]
    ]
