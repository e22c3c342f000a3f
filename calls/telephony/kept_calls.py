"""What is kept of a spoken call where the deployment wants it: its recording, its transcript. And what is said first.

Of one conference whoever enters first begins the recording, so both the caller's document and the dispatcher's leg ask
for it; the second one is not a second recording.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from twilio.twiml.voice_response import Start, VoiceResponse

RECORDING_EVENTS = ("in-progress", "completed", "absent")

CONSENT = (
    ("id-ID", "Panggilan ini dicatat untuk penanganan keadaan darurat."),
    ("en-GB", "This call is recorded for the handling of your emergency."),
)


def consent() -> tuple[tuple[str, str], ...]:
    """Said to the caller before anything is kept; nothing when nothing is."""
    return CONSENT if settings.RECORD_CALLS or settings.TRANSCRIBE_CALLS else ()


def conference(call_id: Any) -> dict[str, Any]:
    """Attributes of <Conference>."""
    if not settings.RECORD_CALLS:
        return {}
    return {
        "record": "record-from-start",
        "recording_status_callback": _recording_path(call_id),
        "recording_status_callback_method": "POST",
        "recording_status_callback_event": " ".join(RECORDING_EVENTS),
    }


def participant(call_id: Any) -> dict[str, Any]:
    """Arguments of the REST call that brings somebody in."""
    if not settings.RECORD_CALLS:
        return {}
    return {
        "conference_record": "record-from-start",
        "conference_recording_status_callback": settings.PUBLIC_BASE_URL
        + _recording_path(call_id),
        "conference_recording_status_callback_method": "POST",
        "conference_recording_status_callback_event": list(RECORDING_EVENTS),
    }


def begin_transcript(response: VoiceResponse, call_id: Any) -> None:
    """Before the caller enters the conference. Finished sentences alone: half ones would only flicker."""
    if not settings.TRANSCRIBE_CALLS:
        return
    start = Start()
    start.transcription(
        name=f"call-{call_id}",
        status_callback_url=reverse("twilio-voice-transcription", args=[call_id]),
        status_callback_method="POST",
        language_code=settings.TRANSCRIPTION_LANGUAGE,
        track="both_tracks",
        partial_results=False,
    )
    response.append(start)


def _recording_path(call_id: Any) -> str:
    return reverse("twilio-voice-recording-of", args=[call_id])
