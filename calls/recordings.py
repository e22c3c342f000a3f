"""Recordings of calls: what the provider tells of them, who may hear them, and the trace of who did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from calls import selectors
from calls.domain import limited, storable
from calls.models import (
    SID_CHARS_MAX,
    URL_CHARS_MAX,
    Call,
    Recording,
)
from realtime.eventlog import change
from realtime.protocol import Actor, Rejected, Role, Viewer

STATUS_CHARS_MAX = 20


def receive_recording(
    seen: dict[str, Any], *, provider: str, now: datetime, call_id: Any = None
) -> str:
    """Keep the provider's word; repeated and reordered ones never take it back. `call_id` when the address names it:
    a recording of a conference knows no leg."""
    with change(by=Actor.system(provider), now=now) as log:
        call = _call_of(seen, provider=provider, call_id=call_id)
        row, created = Recording.objects.select_for_update().get_or_create(
            provider=provider,
            provider_sid=storable(seen["sid"])[:SID_CHARS_MAX],
            defaults={
                "call": call,
                "call_sid": storable(seen["call_sid"])[:SID_CHARS_MAX],
                "status": limited(seen["status"], STATUS_CHARS_MAX),
                "url": limited(seen["url"], URL_CHARS_MAX),
                "duration_s": seen["duration_s"],
                "at": now,
            },
        )
        if not created:
            row.call = row.call or call
            row.call_sid = row.call_sid or storable(seen["call_sid"])[:SID_CHARS_MAX]
            if seen["status"] != "in-progress":  # what comes late must not make it run again
                row.status = limited(seen["status"], STATUS_CHARS_MAX)
            row.url = limited(seen["url"], URL_CHARS_MAX) or row.url
            row.duration_s = row.duration_s if seen["duration_s"] is None else seen["duration_s"]
            row.save()
        if row.call is None:
            return "unknown_call"
        facts = {"call_id": str(row.call_id), "recording_id": str(row.pk), "status": row.status}
        log.record("call.recording_told", calls=[row.call_id], facts=facts)
    return "applied"


def for_listening(viewer: Viewer, recording_id: Any) -> Recording:
    """The recording, when this person may hear it; Rejected otherwise. A stranger learns no more than that it is not."""
    found = Recording.objects.select_related("call").filter(pk=recording_id).first()
    if found is None or found.call is None:
        raise Rejected("recording_unknown", status=404)
    if viewer.role != Role.SUPERVISOR and str(found.call.answered_by_id) != viewer.user_id:
        raise Rejected("recording_not_yours", status=403)
    return found


def _call_of(seen: dict[str, Any], *, provider: str, call_id: Any) -> Call | None:
    if call_id is not None:
        return Call.objects.filter(pk=call_id).first()
    return selectors.call_by_sid(provider, seen["call_sid"][:SID_CHARS_MAX])
