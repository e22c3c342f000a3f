"""What was kept of a call, for who may see and hear it: pictures, recordings, the whole transcript. Every access is noted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from calls import recording_sound, recordings, shared_pictures, transcripts
from calls.accesses import note_access
from calls.domain import ProviderError
from calls.recording_sound import Part, PastTheEnd
from dispatch.views.api import viewer_of_api
from realtime.protocol import Rejected, Role
from realtime.registry import words_for
from realtime.views import api, refusal

CENTRE = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
BAD_GATEWAY = 502


@api("GET", roles=CENTRE)
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    viewer = viewer_of_api(request)
    found = shared_pictures.stored(picture_id)
    if found is None:
        return refusal(404, "picture_unknown", _("There is no such picture."))
    call_id, data = found
    note_access(viewer, call_id, what="picture", subject_id=picture_id, now=timezone.now())
    answer = HttpResponse(data, content_type="image/jpeg")
    answer["Cache-Control"] = "private, no-store"
    return answer


@api("GET", roles=CENTRE)
def transcript(request: HttpRequest, call_id: UUID) -> HttpResponse:
    lines = transcripts.whole(call_id)
    if lines is None:
        return refusal(404, "call_unknown", _("There is no such call."))
    note_access(
        viewer_of_api(request), call_id, what="transcript", subject_id=call_id, now=timezone.now()
    )
    return JsonResponse({"lines": lines})


@api("GET", roles=CENTRE)
def sound(request: HttpRequest, recording_id: UUID) -> HttpResponse:
    """The sound of a recording, whole or the part that a player asks for (RFC 9110, one range)."""
    viewer = viewer_of_api(request)
    with translation.override(viewer.language):
        try:
            recording = recordings.for_listening(viewer, recording_id)
            note_access(
                viewer,
                recording.call_id,
                what="recording",
                subject_id=recording_id,
                now=timezone.now(),
            )
            return _sounding(recording, request.headers.get("Range", ""))
        except PastTheEnd:
            return HttpResponse(status=416)
        except Rejected as error:
            return refusal(error.status, error.code, words_for(error))
        except ProviderError:
            words = words_for(Rejected("recording_unavailable"))
            return refusal(BAD_GATEWAY, "recording_unavailable", words)


def _sounding(recording: Any, asked: str) -> HttpResponse | StreamingHttpResponse:
    wanted = _RANGE.fullmatch(asked.strip())
    start = int(wanted[1]) if wanted else 0
    length = recording_sound.PART_BYTES_MAX
    if wanted and wanted[2]:
        if int(wanted[2]) < start:
            wanted, start = None, 0  # no range at all, says the standard: the whole
        else:
            length = int(wanted[2]) - start + 1
    part = recording_sound.part(recording, start=start, length=length)
    answer: HttpResponse | StreamingHttpResponse
    if wanted:
        # Fewer bytes than were asked for are allowed: the player asks for the next ones.
        answer = HttpResponse(part.data, status=206, content_type=part.content_type)
        last, total = start + len(part.data) - 1, "*" if part.total is None else part.total
        answer["Content-Range"] = f"bytes {start}-{last}/{total}"
    else:
        answer = StreamingHttpResponse(_whole(recording, part), content_type=part.content_type)
        if part.total is not None:
            answer["Content-Length"] = str(part.total)
    answer["Accept-Ranges"] = "bytes"
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = f'inline; filename="{recording.pk}.wav"'
    return answer


async def _whole(recording: Any, first: Part) -> AsyncIterator[bytes]:
    """Part by part: an hour of sound must not lie in the memory of the process."""
    part = first
    while part.data:
        yield part.data
        start = part.start + len(part.data)
        if part.total is not None and start >= part.total:
            return
        try:
            part = await asyncio.to_thread(recording_sound.part, recording, start=start)
        except PastTheEnd:
            return
