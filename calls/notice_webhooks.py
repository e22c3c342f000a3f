"""What the provider asks and reports of notices to crews. A crew that answers always hears a sentence meant for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from calls import notices, selectors
from calls.provider_request import ProviderRequest as Request
from calls.receiving import Answer, never, webhook
from calls.telephony import twilio_voice


def _document(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/xml; charset=utf-8")


def _trouble(*_args: Any, **_arguments: Any) -> HttpResponse:
    """A crew is told to look at the tablet and to use the radio. A key that was pressed is kept, and counts later."""
    return _document(twilio_voice.tell_crew(twilio_voice.CREW_TROUBLE))


def _no_content(*_args: Any, **_arguments: Any) -> HttpResponse:
    return HttpResponse(status=204)


@webhook("notice_voice", instead=_trouble, never_fails=True, keeps=never)
def notice_voice(_request: Request, *, notice_id: Any) -> Answer:
    return _read(notice_id)


@webhook("notice_key", instead=_trouble, never_fails=True)
def notice_key(request: Request, *, notice_id: Any) -> Answer:
    if request.get("Digits").strip() != twilio_voice.ACCEPT_KEY:
        return _read(notice_id)  # another key: once more
    if notices.accept(notice_id=notice_id, now=request.now):
        return _document(twilio_voice.tell_crew(twilio_voice.CREW_ACCEPTED)), "accepted"
    return _document(twilio_voice.tell_crew(twilio_voice.CREW_SETTLED)), "settled"


@webhook("notice_status", instead=_no_content)
def notice_status(request: Request, *, notice_id: Any) -> Answer:
    word = request.get("CallStatus") or request.get("MessageStatus") or request.get("SmsStatus")
    return _no_content(), notices.report(notice_id=notice_id, status=word.strip().lower())


def _read(notice_id: Any) -> Answer:
    notice = selectors.notice(notice_id)
    if notice is None or notice.withdrawn_at is not None:
        return _document(twilio_voice.tell_crew(twilio_voice.CREW_SETTLED)), "settled"
    key_path = reverse("twilio-notice-key", args=[notice.pk])
    return _document(twilio_voice.read_notice(notice.text, key_path=key_path)), "read"
