"""Who looks at, listens to or reads what was kept of a call: written before anything is given out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from calls.models import MediaAccess
from realtime.protocol import Viewer

ACCESS_MERGED = timedelta(minutes=10)  # a player asks for many parts of one recording


def note_access(
    viewer: Viewer, call_id: Any, *, what: str, subject_id: Any, now: datetime
) -> None:
    """`what` is a word of MediaAccess, `subject_id` the recording, picture or file, or the call of a transcript."""
    same = MediaAccess.objects.filter(
        person_id=viewer.user_id,
        what=what,
        subject_id=subject_id,
        last_at__gt=now - ACCESS_MERGED,
    )
    known = same.order_by("-last_at").first()
    if known is None:
        MediaAccess.objects.create(
            person_id=viewer.user_id,
            call_id=call_id,
            what=what,
            subject_id=subject_id,
            first_at=now,
            last_at=now,
        )
        return
    known.last_at, known.requests = now, known.requests + 1
    known.save(update_fields=["last_at", "requests"])
