"""What the provider tells of the people in a call, and what follows: above all that no caller is left with nobody.

A dispatcher's line that ends while they have the call (a browser died, a telephone was put down) sends the caller to
the front of the queue. Ending it by a command of ours is never that: the command has changed the call first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from calls import participants, selectors
from calls.conference import (
    GONE,
    HERE,
    Device,
    Kind,
    PartState,
    Presence,
    Told,
    heard_in_conference,
    heard_of_leg,
)
from calls.domain import OVER, WAITING, CallStatus, Channel, id_or_none
from calls.models import SID_CHARS_MAX, Call, Participant, Seat
from calls.participants import here
from calls.services import RETURN_TO_QUEUE, lock, return_to_queue
from calls.telephony.port import CALLER_LABEL
from realtime.eventlog import Change, change
from realtime.jobs import TIMERS_QUEUE, URGENT, defer
from realtime.protocol import Actor

LEG_WORD_CHARS_MAX = 20
NEVER_RUNG = "failed"  # the provider's word for a number that it cannot ring
CHECK_LOST_SEATS = "calls.check_lost_seats"
# A page that is loaded again is back by then; the caller of one that is not has waited long enough.
SEAT_SILENT_S = 5

ACTOR = Actor.system("voice")


def receive_leg(*, participant_id: UUID, sid: str, status: str, now: datetime) -> str:
    """How the leg of one participant goes."""
    found = Participant.objects.filter(pk=participant_id).values_list("call_id", flat=True).first()
    if found is None:
        return "unknown_participant"

    def hear(row: Participant) -> PartState:
        row.leg_sid = row.leg_sid or sid[:SID_CHARS_MAX]
        return heard_of_leg(participants.state_of(row), status[:LEG_WORD_CHARS_MAX])

    return _receive(
        found, lambda rows: [row for row in rows if row.pk == participant_id], hear, now
    )


def receive_conference(
    *, call_id: UUID, label: str, sid: str, told: Told | None, now: datetime
) -> str:
    """What happened to one participant in the conference of a call. Others' words (it began, it ended) say nothing."""
    if told is None:
        return "nothing_new"

    def whom(rows: list[Participant]) -> list[Participant]:
        if label == CALLER_LABEL:
            return [row for row in rows if row.kind == Kind.CALLER][-1:]
        named = [row for row in rows if str(row.pk) == label]
        return named or [row for row in rows if sid and row.leg_sid == sid]

    return _receive(
        call_id, whom, lambda row: heard_in_conference(participants.state_of(row), told), now
    )


def on_job_given_up(log: Change, *, task: str, arguments: Mapping[str, Any], **_: Any) -> None:
    """The provider has never rung them. For the people in the call it is the same as nobody there: by the next way, or
    the caller is first in the queue again."""
    if task not in {participants.RING_DISPATCHER, participants.RING_PARTICIPANT}:
        return
    row = Participant.objects.filter(pk=id_or_none(arguments.get("participant_id"))).first()
    if row is None or row.leg_sid:
        return
    _hear(
        log,
        row.call_id,
        lambda rows: [one for one in rows if one.pk == row.pk],
        lambda one: heard_of_leg(participants.state_of(one), NEVER_RUNG),
    )


def _receive(call_id: UUID, whom: Any, hear: Any, now: datetime) -> str:
    with change(by=ACTOR, now=now) as log:
        return _hear(log, call_id, whom, hear)


def _hear(log: Change, call_id: UUID, whom: Any, hear: Any) -> str:
    call = lock([call_id]).get(call_id)
    rows = participants.of(call) if call is not None else []
    found = whom(rows)
    if call is None or not found:
        return "unknown_participant"
    row = found[0]
    before, was = participants.state_of(row), Presence(row.presence)
    after = hear(row)
    if after == before:
        return "nothing_new"
    if row.kind == Kind.CALLER and row.dismissed_at is not None:
        return "nothing_new"  # of a conference that the caller has been taken out of
    participants.save_state(row, after, presence=after.presence)
    log.record(
        "call.participant_changed",
        calls=[call.pk],
        facts=participants.facts(
            call, row, state=str(after.presence), held=after.held, muted=after.muted
        ),
    )
    _follow(log, call, row, rows, was=was)
    return "applied"


# --- what follows --------------------------------------------------------------------------------


def _follow(
    log: Change, call: Call, row: Participant, rows: list[Participant], *, was: Presence
) -> None:
    now_in = row.presence == Presence.IN and was != Presence.IN
    if now_in and (row.wants_held, row.wants_muted) != (row.held, row.muted):
        participants.ask_to_shape(row)
    if now_in and row.kind == Kind.THIRD and call.handed_over_at is not None:
        _caller_hears_again(rows)
    if row.presence not in GONE or was in GONE:
        return
    if call.status in OVER:
        _close_if_alone(log, call, rows)
    elif row.kind == Kind.DISPATCHER:
        _dispatcher_gone(log, call, row, rows, was=was)
    elif row.kind == Kind.THIRD:
        _third_gone(log, call, row, rows)


def _caller_hears_again(rows: list[Participant]) -> None:
    for caller in here(rows, Kind.CALLER):
        participants.shape(caller, wants_held=False)


def _dispatcher_gone(
    log: Change, call: Call, row: Participant, rows: list[Participant], *, was: Presence
) -> None:
    """Not reached: by the next way to them. Lost, or no other way: the caller goes to the front of the queue."""
    has_it = call.status == CallStatus.ANSWERED and call.answered_by_id == row.user_id
    if not has_it or row.dismissed_at is not None or here(rows, Kind.DISPATCHER):
        return
    if row.is_in is None:
        elsewhere = participants.ring_person(
            log, call, kind=Kind.DISPATCHER, user_id=row.user_id, after=row.device
        )
        if elsewhere is not None:
            log.record(
                "call.rung_elsewhere",
                calls=[call.pk],
                facts=participants.facts(call, elsewhere, device=str(elsewhere.device)),
            )
            return
    return_to_queue(log, call, status=CallStatus.QUEUED, lost=row.name)


def _third_gone(log: Change, call: Call, row: Participant, rows: list[Participant]) -> None:
    """The caller was theirs, or talked with them while nobody of the centre had the call."""
    if here(rows, Kind.THIRD):
        return
    if call.status == CallStatus.ANSWERED and call.handed_over_at is not None:
        return_to_queue(log, call, status=CallStatus.QUEUED, lost=row.name)
    elif call.status in WAITING:
        participants.let_caller_out(log, here(rows, Kind.CALLER))
        defer(RETURN_TO_QUEUE, priority=URGENT, call_id=str(call.pk))


def _close_if_alone(log: Change, call: Call, rows: list[Participant]) -> None:
    left = [row for row in rows if row.presence in HERE and row.dismissed_at is None]
    if len(left) < 2 and left:
        participants.close(log, call, rows)


# --- a console that is gone ----------------------------------------------------------------------


def ask_after(user_ids: Iterable[str], *, now: datetime) -> None:
    """A console of these people has gone. Whoever holds a caller by the browser is asked whether another is open.

    The question is an event that every console of theirs answers (`seat.report`); the check comes by the clock.
    """
    with change(by=ACTOR, now=now) as log:
        held = _held_by_browser(user_ids)
        for call_id, user_id in held:
            log.record(
                "seat.asked",
                calls=[call_id],
                facts={"call_id": str(call_id), "user_id": str(user_id)},
            )
        if held:
            defer(
                CHECK_LOST_SEATS,
                queue=TIMERS_QUEUE,
                at=now + timedelta(seconds=SEAT_SILENT_S),
                user_ids=sorted({str(user_id) for _, user_id in held}),
                since=now.isoformat(),
            )


def return_of_silent(user_ids: Iterable[str], *, since: datetime, now: datetime) -> list[UUID]:
    """Of those who were asked and have not answered: their callers go to the front of the queue."""
    heard = Seat.objects.filter(user__in=list(user_ids), reported_at__gte=since)
    silent = set(user_ids) - {str(pk) for pk in heard.values_list("pk", flat=True)}
    returned = []
    for call_id, user_id in _held_by_browser(silent):
        with change(by=ACTOR, now=now) as log:
            call = lock([call_id])[call_id]
            if call.status == CallStatus.ANSWERED and call.answered_by_id == user_id:
                name = selectors.name_of(user_id)
                return_to_queue(log, call, status=CallStatus.QUEUED, lost=name)
                returned.append(call_id)
    return returned


def _held_by_browser(user_ids: Iterable[str]) -> list[tuple[UUID, UUID]]:
    """(call, person): whose telephone is the browser. A desk phone tells by itself that it was put down."""
    rows = Participant.objects.filter(
        kind=Kind.DISPATCHER,
        device=Device.BROWSER,
        user__in=list(user_ids),
        dismissed_at=None,
        presence__in=[one.value for one in HERE],
        call__status=CallStatus.ANSWERED,
        call__channel=Channel.VOICE,
        call__handed_over_at=None,
    )
    return sorted(set(rows.values_list("call_id", "user_id")))
