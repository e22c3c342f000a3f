"""What citizens have sent, to whoever may see it: the centre all of it, a crew that of its own incident."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

import calls.media
from calls.accesses import note_access
from calls.media import Stored
from dispatch.engine.assignments import ACTIVE
from dispatch.models import Assignment
from dispatch.views.api import viewer_of_api
from realtime.protocol import Role, Viewer
from realtime.views import api, refusal

THUMB_KEPT_S = 600
# Of whatever is in the file nothing may run, load or be taken for another kind.
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
_RANGE = re.compile(r"^bytes=(\d{1,12})-(\d{0,12})$")


@api("GET")
def media(request: HttpRequest, media_id: UUID, variant: str) -> HttpResponse:
    """A re-coded file; every look is noted with who and when."""
    viewer = viewer_of_api(request)
    found = calls.media.stored(media_id, variant)
    if found is None or not _may_see(viewer, found):
        return refusal(404, "media_unknown", _("There is no such picture or recording."))
    answer = _answer(found.path, request.headers.get("Range", ""))
    if answer.status_code != 416:
        begins = answer.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-")
        if begins:  # a player that asks for the rest of a film is still the same look
            what = "thumb" if variant == "thumb" else "media"
            note_access(viewer, found.call_id, what=what, subject_id=found.id, now=timezone.now())
    answer.headers["Content-Type"] = found.content_type
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Disposition"] = f'inline; filename="{found.path.name}"'
    answer.headers["Cache-Control"] = (
        f"private, max-age={THUMB_KEPT_S}" if variant == "thumb" else "private, no-store"
    )
    for name, value in SAFE.items():
        answer.headers[name] = value
    return answer


def _may_see(viewer: Viewer, found: Stored) -> bool:
    if viewer.role in {Role.DISPATCHER, Role.SUPERVISOR}:
        return True
    if viewer.role != Role.CREW or found.incident_id is None:
        return False
    mine = Assignment.objects.filter(incident=found.incident_id, unit_id=viewer.unit_id)
    return mine.filter(status__in=sorted(ACTIVE)).exists()


def _answer(path: Path, asked: str) -> HttpResponse:
    """The file or the part that a player asks for; it has an upper bound, so it is read as a whole."""
    size = path.stat().st_size
    wanted = _RANGE.match(asked)
    if wanted is None:
        return HttpResponse(path.read_bytes())
    first = int(wanted[1])
    last = min(int(wanted[2]) if wanted[2] else size - 1, size - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with path.open("rb") as file:
        file.seek(first)
        part = file.read(last - first + 1)
    return HttpResponse(
        part, status=206, headers={"Content-Range": f"bytes {first}-{last}/{size}"}
    )
