"""What people of the centre do with calls. Lock order everywhere: calls before incidents, assignments, units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid6
from django.conf import settings
from django.contrib.gis.geos import Point

from calls import participants, restrictions, selectors
from calls.domain import (
    LIVE,
    OVER,
    PAPER,
    SPOKEN_CHANNELS,
    TEXT_CHANNELS,
    WAITING,
    AddressKind,
    CallStatus,
    Channel,
    Disposition,
    Happening,
    LocationSource,
    address_of,
    limited,
    step,
)
from calls.exchange import PROVIDER as EXCHANGE
from calls.models import (
    LABEL_CHARS_MAX,
    RAW_CHARS_MAX,
    REASON_CHARS_MAX,
    Call,
    Location,
)
from calls.telephony.numbers import e164
from maps.geo import LatLng
from realtime.eventlog import Change, Done, change
from realtime.jobs import URGENT, defer
from realtime.protocol import Rejected, stamp
from realtime.registry import Context

CONNECT_CALLER = "calls.connect_caller"
RING_DISPATCHER = participants.RING_DISPATCHER
RETURN_TO_QUEUE = "calls.return_to_queue"
HANG_UP = "calls.hang_up"
ASK_FOR_A_KEY = "calls.ask_for_a_key"
SEND_MESSAGE = "calls.send_message"

REPEATS_MAX = (
    200  # other calls of a number settled together with one; the rest is settled with the next
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a caller may be. `at` is when it was measured or said; an unknown radius is None."""

    position: LatLng
    source: LocationSource
    at: datetime
    radius_m: float | None = None
    confidence: float | None = None
    label: str = ""
    place_id: str = ""
    method: str = ""
    warnings: tuple[str, ...] = ()
    message_id: Any = None  # what carried it: a pin, a picture


# --- for other packages and for what comes in ---------------------------------------------------


def lock(call_ids: Iterable[Any]) -> dict[UUID, Call]:
    """Lock calls in the order of their keys; unknown ones are left out."""
    found = Call.objects.select_for_update(of=("self",)).filter(pk__in=list(call_ids))
    return {call.pk: call for call in found.order_by("pk")}


def lock_of_incident(incident_id: Any) -> list[UUID]:
    found = Call.objects.select_for_update(of=("self",)).filter(incident=incident_id)
    return [call.pk for call in found.order_by("pk")]


def ids_of_incident(incident_id: Any) -> list[UUID]:
    return list(
        Call.objects.filter(incident=incident_id).order_by("pk").values_list("pk", flat=True)
    )


def enter_paper_call(
    log: Change,
    *,
    caller: str,
    times: tuple[datetime, datetime | None, datetime],
    incident_id: Any,
    user_id: Any,
) -> UUID:
    """A call taken on paper, with its real times: received, answered, and at the latest over when it was opened."""
    received_at, answered_at, over_at = times
    address = address_of(caller)
    is_number = address.kind == AddressKind.NUMBER
    number = e164(address.text, region=settings.PHONE_REGION) if is_number else ""
    call = Call.objects.create(
        channel=Channel.VOICE,
        status=CallStatus.ENDED,
        caller=number,
        caller_raw=limited(caller, RAW_CHARS_MAX),
        provider=PAPER,
        received_at=received_at,
        answered_at=answered_at,
        answered_by_id=user_id if answered_at else None,
        ended_at=over_at,
        disposition=Disposition.EMERGENCY,
        disposed_at=log.now,
        disposed_by_id=user_id,
        incident_id=incident_id,
    )
    return call.pk


def attach(log: Change, *, call_id: Any, incident_id: Any, now: datetime) -> None:
    """Make the call one of the incident's: with that it is an emergency, unless a person has said otherwise.

    Whoever opened the change records the event.
    """
    call = locked_call(call_id)
    before = call.incident_id
    if before == incident_id:
        return
    call.incident_id = incident_id
    if call.disposed_at is None:
        call.disposition = Disposition.EMERGENCY
        call.disposed_at = now
    call.save(update_fields=["incident", "disposition", "disposed_at"])
    if call.disposition == Disposition.EMERGENCY and call.caller:
        restrictions.end(log, call, by=restrictions.BY_ITSELF)
    if before is not None:
        log.record(
            "call.detached",
            calls=[call.pk],
            incidents=[before],
            facts={"call_id": str(call.pk), "incident_id": str(before)},
        )


def add_location(log: Change, call: Call, evidence: Evidence) -> Location | None:
    """Keep a position as one more piece of evidence; the same one again is not a second."""
    point = Point(evidence.position.lng, evidence.position.lat, srid=4326)
    same = call.locations.filter(source=evidence.source, at=evidence.at, point=point)
    if same.exists():
        return None
    location = Location.objects.create(
        call=call,
        point=point,
        radius_m=evidence.radius_m,
        source=evidence.source,
        at=evidence.at,
        received_at=log.now,
        confidence=evidence.confidence,
        label=limited(evidence.label, LABEL_CHARS_MAX),
        place_id=evidence.place_id,
        method=evidence.method,
        warnings=list(evidence.warnings),
        message_id=evidence.message_id,
    )
    log.record(
        "call.location_added",
        calls=[call.pk],
        facts={
            "call_id": str(call.pk),
            "location_id": str(location.pk),
            "source": str(evidence.source),
        },
    )
    return location


def end(
    log: Change, call: Call, *, status: CallStatus, at: datetime | None = None, cause: str = ""
) -> None:
    """The call is over; `status` says whether somebody had answered, `at` when, if we hear of it late."""
    call.status = status
    call.ended_at = at or log.now
    if status == CallStatus.ABANDONED:
        call.answered_by = None
    call.save(update_fields=["status", "ended_at", "answered_by", "left_by_caller"])
    facts = _facts(call)
    if cause:
        facts["cause"] = cause
    if call.left_by_caller:
        facts["left_by_caller"] = True
    participants.ended(log, call)
    log.record(f"call.{status.value}", calls=[call.pk], facts=facts)


def return_to_queue(log: Change, call: Call, *, status: CallStatus, lost: str = "") -> None:
    """Nobody has the call any more; the caller stays on the line and waits where the others wait.

    `lost`: whose line was lost, when nobody wanted that: the caller then waits before all others. Whoever still has a
    third party to talk with is left with them until somebody takes the call.
    """
    call.status = status
    call.answered_by = None
    call.queued_at = call.queued_at or log.now
    call.handed_over_at = None
    call.returned_at, call.returned_from = (log.now, lost) if lost else (None, "")
    call.save(
        update_fields=[
            "status", "answered_by", "queued_at", "handed_over_at", "returned_at", "returned_from"
        ]
    )  # fmt: skip
    if not participants.left_with_third(log, call) and call.channel in SPOKEN_CHANNELS:
        _defer_act(RETURN_TO_QUEUE, call, priority=URGENT)
    if lost:
        log.record("call.returned", calls=[call.pk], facts={**_facts(call), "from": lost})
    else:
        log.record("call.released", calls=[call.pk], facts=_facts(call))


# --- commands ----------------------------------------------------------------------------------


def answer(ctx: Context, *, call_id: UUID) -> Done:
    """Take a call. Of two at the same instant one wins; the other is told who and when."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = locked_call(call_id)
        if not _mine(ctx, call):
            _answer(ctx, log, call)
        log.result = {"call_id": str(call.pk)}
    return log.done


def release(ctx: Context, *, call_id: UUID) -> Done:
    """Give an answered call back to the queue; the caller stays on the line."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = locked_call(call_id)
        status = step(CallStatus(call.status), Happening.RELEASE)
        if status is None:
            raise Rejected("call_not_answered")
        return_to_queue(log, call, status=status)
        log.result = {"call_id": str(call.pk)}
    return log.done


def ask_for_a_key(ctx: Context, *, call_id: UUID) -> Done:
    """Somebody is on the line and says nothing: ask for a key. A key already pressed is forgotten first."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = locked_call(call_id)
        if call.status != CallStatus.ANSWERED or call.channel in TEXT_CHANNELS:
            raise Rejected("call_not_answered")
        if call.provider == EXCHANGE:
            raise Rejected("ask_aloud")
        call.key_pressed_at = None
        call.save(update_fields=["key_pressed_at"])
        _defer_act(ASK_FOR_A_KEY, call, priority=URGENT)
        log.record("call.asked_for_key", calls=[call.pk], facts=_facts(call))
        log.result = {"call_id": str(call.pk)}
    return log.done


def hang_up(ctx: Context, *, call_id: UUID) -> Done:
    """End an answered call or conversation."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = locked_call(call_id)
        if call.status in WAITING:
            raise Rejected("call_not_answered")
        if call.status == CallStatus.ANSWERED:
            _hang_up(log, call)
        log.result = {"call_id": str(call.pk)}
    return log.done


def dispose(
    ctx: Context,
    *,
    call_id: UUID,
    disposition: Disposition,
    reason: str = "",
    with_repeats: bool = False,
) -> Done:
    """Say what the call was. Ends it when it is still live; may be corrected later.

    `with_repeats`: and the same of the number's other calls that are over and not judged (at most REPEATS_MAX).
    """
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        repeats = selectors.unjudged_repeats(call_id, most=REPEATS_MAX) if with_repeats else []
        locked = lock([call_id, *repeats])
        call = locked.pop(call_id, None)
        if call is None:
            raise Rejected("call_unknown", status=404)
        if call.status in WAITING:
            if call.channel not in TEXT_CHANNELS:
                raise Rejected("call_not_answered")  # nobody has heard what it is
            _answer(ctx, log, call)
        if call.status in LIVE and call.handed_over_at is None:
            _hang_up(log, call)
        others = [one for one in locked.values() if one.disposed_at is None and one.status in OVER]
        for one in (call, *others):
            one.disposition = disposition
            one.disposition_reason = limited(reason, REASON_CHARS_MAX)
            one.disposed_at = ctx.now
            one.disposed_by_id = ctx.viewer.user_id
            one.save(
                update_fields=["disposition", "disposition_reason", "disposed_at", "disposed_by"]
            )
        log.record(
            "call.disposed",
            calls=[call.pk, *(one.pk for one in others)],
            facts={**_facts(call), "disposition": str(disposition)},
        )
        restrictions.after_judgement(log, call)
        log.result = {"call_id": str(call.pk), "judged": 1 + len(others)}
    return log.done


def locate(
    ctx: Context,
    *,
    call_id: UUID,
    position: tuple[float, float],
    radius_m: float | None = None,
    label: str = "",
    place_id: str = "",
) -> Done:
    """Where the dispatcher, having asked, believes the caller to be. `position` is (lat, lng)."""
    try:
        where = LatLng(*position)
    except ValueError:
        raise Rejected("location_impossible", status=422) from None
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = locked_call(call_id)
        add_location(
            log,
            call,
            Evidence(
                position=where,
                source=LocationSource.OPERATOR,
                at=ctx.now,
                radius_m=radius_m,
                label=label,
                place_id=place_id,
            ),
        )
        log.result = {"call_id": str(call.pk)}
    return log.done


# --- inside ------------------------------------------------------------------------------------


def locked_call(call_id: Any) -> Call:
    # No select_related: after waiting for the lock PostgreSQL reads the call again but not what was joined to it,
    # and the loser of a race would see an answered call without the one who answered.
    call = Call.objects.select_for_update(of=("self",)).filter(pk=call_id).first()
    if call is None:
        raise Rejected("call_unknown", status=404)
    return call


def _mine(ctx: Context, call: Call) -> bool:
    return call.status == CallStatus.ANSWERED and str(call.answered_by_id) == ctx.viewer.user_id


def _answer(ctx: Context, log: Change, call: Call) -> None:
    status = step(CallStatus(call.status), Happening.ANSWER)
    if status is None:
        holder = call.answered_by
        if call.status == CallStatus.ANSWERED and holder is not None:
            raise Rejected(
                "call_taken",
                by=holder.get_full_name() or holder.username,
                at=stamp(call.answered_at),
            )
        raise Rejected("call_over")
    call.status = status
    call.answered_at = call.answered_at or log.now
    call.answered_by_id = ctx.viewer.user_id
    call.returned_at, call.returned_from = None, ""
    call.save(
        update_fields=["status", "answered_at", "answered_by", "returned_at", "returned_from"]
    )
    if call.channel in SPOKEN_CHANNELS:
        # Two jobs: when ringing the dispatcher fails, the retry must not move the caller again.
        if not participants.is_caller_in(call):
            _defer_act(CONNECT_CALLER, call, priority=URGENT)
        if participants.has_conference(call):
            participants.begin(log, call, user_id=ctx.viewer.user_id)
        else:
            _defer_act(RING_DISPATCHER, call, priority=URGENT, dispatcher_id=ctx.viewer.user_id)
    log.record(
        "call.answered",
        calls=[call.pk],
        facts={**_facts(call), "answered_by": ctx.viewer.user_id},
    )


def _hang_up(log: Change, call: Call) -> None:
    if call.channel in SPOKEN_CHANNELS:
        _defer_act(HANG_UP, call)
    status = step(CallStatus(call.status), Happening.HANG_UP)
    assert status is not None
    end(log, call, status=status)


def _defer_act(task: str, call: Call, **arguments: Any) -> None:
    """`act_id` is the same at every try of this job, and another when the same is asked for again later."""
    defer(task, call_id=str(call.pk), act_id=str(uuid6.uuid7()), **arguments)


def _facts(call: Call) -> dict[str, Any]:
    return {"call_id": str(call.pk), "channel": call.channel}
