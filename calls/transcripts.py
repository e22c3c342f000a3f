"""The live transcript: each line once, in the order in which it was said, whatever order it arrives in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from calls.domain import limited, storable
from calls.enclosures import line_wire
from calls.models import (
    SID_CHARS_MAX,
    TEXT_CHARS_MAX,
    Call,
    Transcription,
    TranscriptLine,
)
from calls.written_places import places_in
from realtime.eventlog import change
from realtime.protocol import Actor

LANGUAGE_CHARS_MAX = 20
ERROR_CODE_CHARS_MAX = 20
LINES_MAX = 5_000  # of one answer: four hours without a pause
SAID_BEFORE_MAX = timedelta(hours=4)  # the longest that a provider lets a call last
SAID_AFTER_MAX = timedelta(minutes=2)
# A sentence names places by chance ("lantai atas" sounds like a barracks): only those that are likely are offered.
PLACE_CONFIDENCE_MIN = 0.5
# The provider forks the caller's leg: what comes in on it is the citizen, whoever rang whom.
SPEAKERS = {"inbound_track": "caller", "outbound_track": "centre"}
_STATUS_RANK = {"started": 0, "stopped": 1, "failed": 2}


@dataclass(frozen=True, slots=True)
class SeenLine:
    sid: str
    sequence: int
    track: str
    data: str  # JSON of the provider
    language: str
    at: datetime | None
    provider: str = "twilio"


def receive_line(call_id: Any, seen: SeenLine, *, now: datetime) -> str:
    """Keep what was said; answers what became of it. Silence and a track that we do not know are no lines."""
    said = said_in(seen.data)
    speaker = SPEAKERS.get(seen.track)
    if said is None or speaker is None:
        return "nothing_said"
    text, confidence = said
    places = [] if speaker != "caller" else _places(text, now=now)
    with change(by=Actor.system(seen.provider), now=now) as log:
        call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
        if call is None:
            return "unknown_call"
        try:
            with transaction.atomic():
                line = TranscriptLine.objects.create(
                    call=call,
                    provider=seen.provider,
                    provider_sid=storable(seen.sid)[:SID_CHARS_MAX],
                    sequence=seen.sequence,
                    speaker=speaker,
                    text=limited(text, TEXT_CHARS_MAX),
                    language=limited(seen.language, LANGUAGE_CHARS_MAX),
                    confidence=confidence,
                    at=_believed(seen.at, now=now),
                    received_at=now,
                    places=places,
                )
        except IntegrityError:
            return "nothing_new"
        log.record(
            "call.line_transcribed",
            calls=[call.pk],
            facts={"call_id": str(call.pk), "line_id": str(line.pk), "speaker": speaker},
        )
    return "applied"


def receive_session(  # noqa: PLR0913 - each is named where it is used
    call_id: Any,
    *,
    sid: str,
    status: str,
    now: datetime,
    language: str = "",
    error_code: str = "",
    provider: str = "twilio",
) -> str:
    """Whether the provider listens. A start that arrives after the end does not begin it again."""
    with change(by=Actor.system(provider), now=now) as log:
        call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
        if call is None:
            return "unknown_call"
        row, created = Transcription.objects.select_for_update().get_or_create(
            provider=provider,
            provider_sid=storable(sid)[:SID_CHARS_MAX],
            defaults={"call": call, "status": status, "at": now},
        )
        before = (row.status, row.language, row.error_code)
        if _STATUS_RANK[status] > _STATUS_RANK[row.status]:
            row.status = status
        row.language = row.language or limited(language, LANGUAGE_CHARS_MAX)
        row.error_code = row.error_code or limited(error_code, ERROR_CODE_CHARS_MAX)
        if not created and before == (row.status, row.language, row.error_code):
            return "nothing_new"
        row.save()
        log.record(
            "call.transcription_changed",
            calls=[call.pk],
            facts={"call_id": str(call.pk), "status": row.status},
        )
    return "applied"


def whole(call_id: UUID) -> list[dict[str, Any]] | None:
    """Every line of a call in wire form; None: there is no such call."""
    if not Call.objects.filter(pk=call_id).exists():
        return None
    lines = TranscriptLine.objects.filter(call=call_id).order_by("at", "sequence", "id")
    return [line_wire(line) for line in lines[:LINES_MAX]]


def said_in(data: str) -> tuple[str, float | None] | None:
    """(text, confidence) of the provider's JSON; None when nothing was said, or it cannot be read. Never raises."""
    try:
        fields = json.loads(data)
    except (ValueError, RecursionError):
        return None
    text = fields.get("transcript") if isinstance(fields, dict) else None
    if not isinstance(text, str) or not text.strip():
        return None
    sure = fields.get("confidence")
    is_share = isinstance(sure, (int, float)) and not isinstance(sure, bool) and 0 <= sure <= 1
    return storable(text.strip()), float(sure) if is_share else None


def _believed(at: datetime | None, *, now: datetime) -> datetime:
    if at is None or not now - SAID_BEFORE_MAX <= at <= now + SAID_AFTER_MAX:
        return now
    return at.astimezone(UTC)


def _places(text: str, *, now: datetime) -> list[dict[str, Any]]:
    """What a person may choose as evidence; nothing of it is used by itself."""
    return [
        {
            "lat": one.position.lat,
            "lng": one.position.lng,
            "radius_m": one.radius_m,
            "label": one.label or None,
            "place_id": one.place_id or None,
        }
        for one in places_in(text, now=now)
        if (one.confidence or 0) >= PLACE_CONFIDENCE_MIN
    ]
