"""Restricted numbers: begun by a person or by what the number did, ended by time, a click or a real emergency."""

from __future__ import annotations

from uuid import UUID

from calls import known_numbers, reputation
from calls.domain import WAITING, Disposition, limited
from calls.models import REASON_CHARS_MAX, Call, CallerRestriction
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected
from realtime.registry import Context

BY_ITSELF = "system"


# --- commands ----------------------------------------------------------------------------------


def restrict(ctx: Context, *, call_id: UUID, reason: str = "") -> Done:
    """Give the number of this call a later place for RESTRICTION_LASTS. It is never refused."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _with_number(call_id)
        begin(log, call, by=ctx.actor.name, reason=reason)
        log.result = {"call_id": str(call.pk)}
    return log.done


def lift(ctx: Context, *, call_id: UUID) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = _with_number(call_id)
        end(log, call, by=ctx.actor.name)
        log.result = {"call_id": str(call.pk)}
    return log.done


# --- for what is done with calls ---------------------------------------------------------------


def after_judgement(log: Change, call: Call) -> None:
    """What a judgement means for the number: too many pranks restrict it, a real emergency frees it."""
    if not call.caller:
        return
    if call.disposition == Disposition.EMERGENCY:
        end(log, call, by=BY_ITSELF)
    elif call.disposition in reputation.NUISANCE:
        judged = known_numbers.judged_calls(call.caller)
        burst = known_numbers.calls_since(call.caller, log.now - reputation.BURST_WITHIN)
        if reputation.should_restrict(judged, in_burst=burst, now=log.now):
            begin(log, call, by=BY_ITSELF)


def begin(log: Change, call: Call, *, by: str, reason: str = "") -> None:
    """Nothing when the number is restricted already."""
    known = known_numbers.restriction(call.caller)
    if known is not None and known.ends_at > log.now:
        return
    if known is not None:
        _close(known, at=known.ends_at, by=BY_ITSELF)
    ends_at = log.now + reputation.RESTRICTION_LASTS
    CallerRestriction.objects.create(
        number=call.caller,
        reason=limited(reason, REASON_CHARS_MAX),
        begun_at=log.now,
        ends_at=ends_at,
        begun_by=by,
    )
    _mark(log, call, "caller.restricted", restricted=True, until=ends_at.isoformat(), who=by)


def end(log: Change, call: Call, *, by: str) -> None:
    """Nothing when the number is not restricted."""
    known = known_numbers.restriction(call.caller)
    if known is None:
        return
    _close(known, at=min(log.now, known.ends_at), by=by)
    _mark(log, call, "caller.restriction_lifted", restricted=False, who=by)


# --- inside ------------------------------------------------------------------------------------


def _with_number(call_id: UUID) -> Call:
    call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise Rejected("call_unknown", status=404)
    if not call.caller:
        raise Rejected("caller_unknown")
    return call


def _close(known: CallerRestriction, *, at: object, by: str) -> None:
    known.lifted_at, known.lifted_by = at, by
    known.save(update_fields=["lifted_at", "lifted_by"])


def _mark(log: Change, call: Call, event: str, *, restricted: bool, **facts: str) -> None:
    """The calls of the number that wait now, and the one at hand, show it."""
    marked = Call.objects.select_for_update(of=("self",)).filter(
        caller=call.caller, status__in=sorted(WAITING)
    )
    ids = {call.pk, *(one.pk for one in marked.order_by("pk"))}
    Call.objects.filter(pk__in=ids).update(restricted=restricted)
    call.restricted = restricted
    log.record(event, calls=ids, facts={"call_id": str(call.pk), **facts})
