"""What lies with a call besides messages and positions: the share link, pictures, recordings, the transcript."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings

from calls.models import (
    Recording,
    SharedPhone,
    SharedPicture,
    ShareLink,
    Transcription,
    TranscriptLine,
)
from calls.sharing import TRAIL_ON_BOARD_MAX, spoken
from realtime.protocol import stamp

PICTURES_ON_BOARD_MAX = 20
RECORDINGS_ON_BOARD_MAX = 20
LINES_ON_BOARD_MAX = 20
PAGE_PATH = "/l/"
NOTHING: dict[str, Any] = {"share": None, "pictures": [], "recordings": [], "transcript": None}

# Part of the query that reads calls: most have none of it, and then nothing more is asked.
HAS_ANY = " OR ".join(
    f"EXISTS (SELECT FROM {table} WHERE call_id = call.id)"
    for table in (
        "calls_sharelink",
        "calls_sharedpicture",
        "calls_recording",
        "calls_transcription",
        "calls_transcriptline",
    )
)

Wires = dict[UUID, dict[str, Any]]


def of(call_ids: Iterable[UUID]) -> Wires:
    """In wire form for each call that has some; a fixed number of queries."""
    ids = list(call_ids)
    found: Wires = {}
    if not ids:
        return found
    shares, pictures = _shares(ids), _pictures(ids)
    recordings, transcripts = _recordings(ids), _transcripts(ids)
    for id_ in ids:
        found[id_] = {
            "share": shares.get(id_),
            "pictures": pictures[id_],
            "recordings": recordings[id_],
            "transcript": transcripts.get(id_),
        }
    return found


def address(code: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{PAGE_PATH}{code}"


def line_wire(line: TranscriptLine) -> dict[str, Any]:
    return {
        "id": str(line.pk),
        "at": stamp(line.at),
        "speaker": line.speaker,
        "text": line.text,
        "language": line.language or None,
        "places": line.places,
    }


def _shares(ids: list[UUID]) -> Wires:
    """The newest link of each call, with the telephones that opened it."""
    newest = (
        ShareLink.objects.filter(call__in=ids)
        .order_by("call_id", "-created_at")
        .distinct("call_id")
    )
    links = {link.pk: link for link in newest}
    phones: dict[UUID, list[SharedPhone]] = defaultdict(list)
    for phone in SharedPhone.objects.filter(link__in=list(links)).order_by("number"):
        phones[phone.link_id].append(phone)
    return {
        link.call_id: {
            "code": link.code,
            "spoken": spoken(link.code),
            "url": address(link.code),
            "made_at": stamp(link.created_at),
            "sent_by": link.sent_by or None,
            "sent_at": stamp(link.sent_at),
            "expires_at": stamp(link.expires_at),
            "revoked_at": stamp(link.revoked_at),
            "phones": [_phone(phone) for phone in phones[link.pk]],
        }
        for link in links.values()
    }


def _phone(phone: SharedPhone) -> dict[str, Any]:
    return {
        "number": phone.number,
        "location_id": str(phone.location_id) if phone.location_id else None,
        "began_at": stamp(phone.began_at),
        "stopped_at": stamp(phone.stopped_at),
        "trail": [row[:2] for row in phone.trail[-TRAIL_ON_BOARD_MAX:]],
    }


def _pictures(ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in SharedPicture.objects.filter(call__in=ids).order_by("at", "id"):
        rows[one.call_id].append(
            {"id": str(one.pk), "at": stamp(one.at), "width": one.width, "height": one.height}
        )
    return _newest(rows, PICTURES_ON_BOARD_MAX)


def _recordings(ids: list[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in Recording.objects.filter(call__in=ids).order_by("at", "id"):
        rows[one.call_id].append(
            {
                "id": str(one.pk),
                "at": stamp(one.at),
                "status": one.status,
                "duration_s": one.duration_s,
            }
        )
    return _newest(rows, RECORDINGS_ON_BOARD_MAX)


def _transcripts(ids: list[UUID]) -> Wires:
    sessions: dict[UUID, Transcription] = {}
    for session in Transcription.objects.filter(call__in=ids).order_by("at", "id"):
        sessions[session.call_id] = session  # the newest stays
    rows: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    newest = TranscriptLine.objects.raw(
        "SELECT part.* FROM unnest(%s::uuid[]) AS call(id) CROSS JOIN LATERAL"
        " (SELECT * FROM calls_transcriptline WHERE call_id = call.id"
        " ORDER BY at DESC, sequence DESC, id DESC LIMIT %s) AS part",
        [ids, LINES_ON_BOARD_MAX],
    )
    for line in sorted(newest, key=lambda one: (one.at, one.sequence, one.pk)):
        rows[line.call_id].append(line_wire(line))
    return {
        id_: {
            "status": sessions[id_].status if id_ in sessions else "started",
            "language": (sessions[id_].language or None) if id_ in sessions else None,
            "error_code": (sessions[id_].error_code or None) if id_ in sessions else None,
            "lines": rows[id_],
        }
        for id_ in {*sessions, *rows}
    }


def _newest(rows: dict[UUID, list[dict[str, Any]]], most: int) -> dict[UUID, list[dict[str, Any]]]:
    return defaultdict(list, {id_: found[-most:] for id_, found in rows.items()})
