"""What the provider tells of a leg that we have made or moved: a key, and how a call of ours goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from calls.domain import LIVE, CallStatus, ProviderState, next_status
from calls.intake import PROVIDER_WORD_CHARS_MAX, move
from calls.models import SID_CHARS_MAX, Call
from realtime.eventlog import change
from realtime.protocol import Actor


def receive_call_back_status(
    *, call_id: Any, sid: str, status: str, sequence: int | None, now: datetime
) -> str:
    """What the provider says of a call of ours to a citizen, known by its own address: the SID may not be here yet."""
    with change(by=Actor.system("call_back"), now=now) as log:
        found = Call.objects.select_for_update(of=("self",))
        call = found.filter(pk=call_id, direction="out").first()
        if call is None:
            return "unknown_call"
        before = ProviderState(
            CallStatus(call.status), call.provider_status, call.provider_sequence
        )
        after = next_status(before, status[:PROVIDER_WORD_CHARS_MAX], sequence)
        if after == before:
            return "nothing_new"
        call.provider_sid = call.provider_sid or sid[:SID_CHARS_MAX]
        call.provider_status = after.provider_status
        call.provider_sequence = after.sequence
        call.save(update_fields=["provider_sid", "provider_status", "provider_sequence"])
        move(log, call, after.status)
    return "applied"


def key_pressed(*, provider: str, sid: str, now: datetime) -> str:
    """Somebody is there, and means it."""
    with change(by=Actor.system(provider), now=now) as log:
        found = Call.objects.select_for_update(of=("self",))
        call = found.filter(provider=provider, provider_sid=sid[:SID_CHARS_MAX]).first()
        if call is None:
            return "unknown_call"
        if call.key_pressed_at is not None or call.status not in LIVE:
            return "nothing_new"
        call.key_pressed_at = now
        call.save(update_fields=["key_pressed_at"])
        log.record("call.key_pressed", calls=[call.pk], facts={"call_id": str(call.pk)})
    return "applied"
