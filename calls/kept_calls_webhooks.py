"""What the provider reports of recordings and transcripts of one call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse

from calls import recordings, transcripts
from calls.provider_request import ProviderRequest as Request
from calls.receiving import Answer, webhook

DURATION_S_MAX = 2**31 - 1
LINE_SEQUENCE_MAX = 2**53
_SESSION = {
    "transcription-started": "started",
    "transcription-stopped": "stopped",
    "transcription-error": "failed",
}


def _no_content(*_args: Any, **_arguments: Any) -> HttpResponse:
    return HttpResponse(status=204)


@webhook("voice_recording", instead=_no_content)
def voice_recording(request: Request) -> Answer:
    """Of a leg, or of anything without a call in its address."""
    return _no_content(), _recording(request, call_id=None)


@webhook("voice_recording_of", instead=_no_content)
def voice_recording_of(request: Request, *, call_id: Any) -> Answer:
    """Of the conference of one call: it names no leg."""
    return _no_content(), _recording(request, call_id=call_id)


@webhook("voice_transcription", instead=_no_content)
def voice_transcription(request: Request, *, call_id: Any) -> Answer:
    event, sid = request.get("TranscriptionEvent").strip(), request.get("TranscriptionSid").strip()
    if not sid:
        return _no_content(), "incomplete"
    if event in _SESSION:
        outcome = transcripts.receive_session(
            call_id,
            sid=sid,
            status=_SESSION[event],
            language=request.get("LanguageCode").strip(),
            error_code=request.get("TranscriptionErrorCode").strip(),
            now=request.now,
        )
        return _no_content(), outcome
    if event != "transcription-content":
        return _no_content(), "unknown_event"
    sequence = _whole(request.get("SequenceId"), LINE_SEQUENCE_MAX)
    if sequence is None:
        return _no_content(), "incomplete"
    if request.get("Final").strip().lower() == "false":
        return _no_content(), "partial"
    seen = transcripts.SeenLine(
        sid=sid,
        sequence=sequence,
        track=request.get("Track").strip(),
        data=request.get("TranscriptionData"),
        language=request.get("LanguageCode").strip(),
        at=_instant(request.get("Timestamp")),
    )
    return _no_content(), transcripts.receive_line(call_id, seen, now=request.now)


def _recording(request: Request, *, call_id: Any) -> str:
    if not request.get("RecordingSid").strip():
        return "incomplete"
    seen = {
        "sid": request.get("RecordingSid").strip(),
        "call_sid": request.get("CallSid").strip(),
        "status": request.get("RecordingStatus").strip().lower(),
        "url": request.get("RecordingUrl"),
        "duration_s": _whole(request.get("RecordingDuration"), DURATION_S_MAX),
    }
    return recordings.receive_recording(seen, provider="twilio", now=request.now, call_id=call_id)


def _whole(text: str, largest: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    return int(text) if int(text) <= largest else None


def _instant(text: str) -> datetime | None:
    """ISO 8601; a time without a zone is not believed."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
