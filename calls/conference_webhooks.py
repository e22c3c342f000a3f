"""What the provider tells of the conference of a call and of each leg in it, and what it plays to whoever is held."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from django.http import HttpResponse

from calls import lines
from calls.conference import Told
from calls.intake import SEQUENCE_MAX
from calls.provider_request import ProviderRequest as Request
from calls.receiving import Answer, never, webhook
from calls.telephony import twilio_voice

EVENT_CHARS_MAX = 40


def _no_content(*_args: Any, **_arguments: Any) -> HttpResponse:
    return HttpResponse(status=204)


def _held(*_args: Any, **_arguments: Any) -> HttpResponse:
    return HttpResponse(twilio_voice.held(), content_type="text/xml; charset=utf-8")


@webhook("voice_participant", instead=_no_content)
def voice_participant(request: Request, *, participant_id: Any) -> Answer:
    """How a leg goes that we have asked for."""
    outcome = lines.receive_leg(
        participant_id=participant_id,
        sid=request.sid,
        status=request.get("CallStatus").strip().lower(),
        now=request.now,
    )
    return _no_content(), outcome


@webhook("voice_conference", instead=_no_content)
def voice_conference(request: Request, *, call_id: Any) -> Answer:
    """Somebody came in, left, was held or muted."""
    outcome = lines.receive_conference(
        call_id=call_id,
        label=request.get("ParticipantLabel").strip(),
        sid=request.get("CallSid").strip(),
        told=_told(request),
        now=request.now,
    )
    return _no_content(), outcome


@webhook("voice_held", instead=_held, never_fails=True, keeps=never)
def voice_held(request: Request) -> Answer:
    return _held(), "played"


def _told(request: Request) -> Told | None:
    """None for what concerns no participant, or cannot be put in order."""
    event = request.get("StatusCallbackEvent").strip().lower()[:EVENT_CHARS_MAX]
    number = request.get("SequenceNumber").strip()
    if not event.startswith("participant-") or not (number.isascii() and number.isdigit()):
        return None
    if len(number) > len(str(SEQUENCE_MAX)) or int(number) > SEQUENCE_MAX:
        return None
    return Told(
        conference=request.get("ConferenceSid").strip(),
        sequence=int(number),
        at=_instant(request.get("Timestamp")) or request.now,
        event=event,
        held=request.get("Hold").strip().lower() == "true",
        muted=request.get("Muted").strip().lower() == "true",
    )


def _instant(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo is not None else None
