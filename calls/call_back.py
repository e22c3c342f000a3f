"""Ring a citizen: who hung up before the answer, whose line dropped in the middle, or who only wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from calls import participants, selectors
from calls.domain import LIVE, OVER, SPOKEN_CHANNELS, CallStatus, Channel, Disposition
from calls.models import SID_CHARS_MAX, Call
from calls.services import HANG_UP, REPEATS_MAX, lock
from realtime.eventlog import Change, Done, change
from realtime.jobs import URGENT, defer
from realtime.protocol import Rejected
from realtime.registry import Context

RING_CALLER = "calls.ring_caller"


def call_back(ctx: Context, *, call_id: UUID) -> Done:
    """Ring this dispatcher and the citizen into one conference; the new call belongs to the same incident.

    The number's unjudged calls are settled by it: what it was, the new call will tell.
    """
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        repeats = selectors.unjudged_repeats(call_id, most=REPEATS_MAX)
        locked = lock([call_id, *repeats])
        before = locked.get(call_id)
        if before is None:
            raise Rejected("call_unknown", status=404)
        if not before.caller:
            raise Rejected("caller_unknown")
        if before.status in LIVE and before.channel in SPOKEN_CHANNELS:
            raise Rejected("call_not_over")
        if settings.TELEPHONY == "pbx" and not settings.TWILIO_NUMBER:
            raise Rejected("dial_by_hand", number=before.caller)
        if selectors.is_being_called(before.caller):
            raise Rejected("call_back_under_way")
        call = _outgoing(ctx, log, before)
        _settle(ctx, log, locked.values())
        log.record(
            "call.called_back",
            calls=[call.pk, *locked],
            facts={"call_id": str(call.pk), "call_back_of": str(before.pk)},
        )
        participants.begin(log, call, user_id=ctx.viewer.user_id)
        defer(RING_CALLER, priority=URGENT, call_id=str(call.pk))
        log.result = {"call_id": str(call.pk)}
    return log.done


def being_rung(*, call_id: Any, provider: str, sid: str) -> None:
    """The provider rings the citizen. Whoever has hung up meanwhile must not leave them ringing."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
        call.provider, call.provider_sid = provider, sid[:SID_CHARS_MAX]
        call.save(update_fields=["provider", "provider_sid"])
        if call.status in OVER:
            defer(HANG_UP, call_id=str(call.pk))


# --- inside ------------------------------------------------------------------------------------


def _outgoing(ctx: Context, log: Change, before: Call) -> Call:
    emergency = before.incident_id is not None
    return Call.objects.create(
        channel=Channel.VOICE,
        direction="out",
        status=CallStatus.ANSWERED,
        caller=before.caller,
        party=before.caller,
        caller_name=before.caller_name,
        to_number=before.to_number,
        language=before.language,
        history=before.history,
        received_at=log.now,
        answered_at=log.now,
        answered_by_id=ctx.viewer.user_id,
        call_back_of=before,
        incident_id=before.incident_id,
        disposition=Disposition.EMERGENCY if emergency else "",
        disposed_at=log.now if emergency else None,
    )


def _settle(ctx: Context, log: Change, calls: Iterable[Call]) -> None:
    for call in calls:
        if call.disposed_at is None and call.status in OVER:
            call.disposition = Disposition.ABANDONED
            call.disposed_at = log.now
            call.disposed_by_id = ctx.viewer.user_id
            call.save(update_fields=["disposition", "disposed_at", "disposed_by"])
