"""What the provider asks and reports of notices to crews. A crew that answers always hears a sentence meant for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from calls import notices, selectors
from calls.telephony import twilio_voice
from calls.webhooks import Answer, Request, twilio_webhook

logger = logging.getLogger(__name__)


@twilio_webhook("notice_voice", speaks=True)
def notice_voice(request: Request, *, notice_id: Any) -> Answer:
    return _spoken("notice_voice", lambda: _read(notice_id))


@twilio_webhook("notice_key", speaks=True)
def notice_key(request: Request, *, notice_id: Any) -> Answer:
    digits = request.get("Digits").strip()
    return _spoken("notice_key", lambda: _pressed(digits, notice_id, request))


@twilio_webhook("notice_status", speaks=False)
def notice_status(request: Request, *, notice_id: Any) -> Answer:
    word = request.get("CallStatus") or request.get("MessageStatus") or request.get("SmsStatus")
    return HttpResponse(status=204), notices.report(
        notice_id=notice_id, status=word.strip().lower()
    )


def _read(notice_id: Any) -> tuple[str, str]:
    notice = selectors.notice(notice_id)
    if notice is None or notice.withdrawn_at is not None:
        return twilio_voice.tell_crew(twilio_voice.CREW_SETTLED), "settled"
    key_path = reverse("twilio-notice-key", args=[notice.pk])
    return twilio_voice.read_notice(notice.text, key_path=key_path), "read"


def _pressed(digits: str, notice_id: Any, request: Request) -> tuple[str, str]:
    if digits != twilio_voice.ACCEPT_KEY:
        return _read(notice_id)  # another key: once more
    if notices.accept(notice_id=notice_id, now=request.now):
        return twilio_voice.tell_crew(twilio_voice.CREW_ACCEPTED), "accepted"
    return twilio_voice.tell_crew(twilio_voice.CREW_SETTLED), "settled"


def _spoken(kind: str, answer: Callable[[], tuple[str, str]]) -> Answer:
    """The frame would greet a citizen and put them into the queue; a crew is told to look and to use the radio."""
    try:
        document, outcome = answer()
    except Exception as error:
        logger.error("webhook %s failed with %s", kind, type(error).__name__)
        document, outcome = twilio_voice.tell_crew(twilio_voice.CREW_TROUBLE), "error"
    return HttpResponse(document, content_type="text/xml; charset=utf-8"), outcome
