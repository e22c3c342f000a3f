"""What people of the centre do with who is in a call: hold, mute, bring somebody in, hand over, listen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings

from calls import participants
from calls.conference import GONE, MODES, Kind, Mode, Presence
from calls.domain import CallStatus
from calls.models import Call, Participant
from calls.participants import here
from calls.services import lock
from calls.telephony.numbers import dialled
from realtime.eventlog import Change, Done, change
from realtime.jobs import URGENT, defer
from realtime.protocol import Rejected
from realtime.registry import Context


class _Open:
    """A call in somebody's hands, locked, with who is in it."""

    def __init__(self, log: Change, call: Call) -> None:
        self.log, self.call = log, call
        self.rows = participants.of(call)

    def mine(self, user_id: str) -> Participant:
        """The line of this person in this call."""
        own = [
            row
            for row in here(self.rows, Kind.DISPATCHER, Kind.SUPERVISOR)
            if str(row.user_id) == user_id
        ]
        if not own:
            raise Rejected("not_in_call")
        return own[-1]

    def participant(self, participant_id: UUID) -> Participant:
        found = next((row for row in self.rows if row.pk == participant_id), None)
        if found is None or found.presence in GONE or found.dismissed_at is not None:
            raise Rejected("participant_gone")
        return found

    def record(self, name: str, row: Participant, **facts: Any) -> None:
        self.log.record(
            name, calls=[self.call.pk], facts=participants.facts(self.call, row, **facts)
        )


@contextmanager
def _open(ctx: Context, call_id: UUID) -> Iterator[_Open]:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = lock([call_id]).get(call_id)
        if call is None:
            raise Rejected("call_unknown", status=404)
        if call.status != CallStatus.ANSWERED:
            raise Rejected("call_not_answered")
        if not participants.has_conference(call):
            raise Rejected("exchange_cannot")
        log.result = {"call_id": str(call.pk)}
        yield _Open(log, call)


def hold(ctx: Context, *, call_id: UUID, on: bool, participant_id: UUID | None = None) -> Done:
    """The caller, or somebody else who is in, hears music and nobody hears them; or is back."""
    with _open(ctx, call_id) as one:
        callers = here(one.rows, Kind.CALLER)
        row = one.participant(participant_id) if participant_id else (callers or [None])[-1]
        if row is None or row.kind in (Kind.DISPATCHER, Kind.SUPERVISOR):
            raise Rejected("participant_gone")
        if participants.shape(row, wants_held=on):
            one.record("call.held" if on else "call.resumed", row)
    return one.log.done


def mute(ctx: Context, *, call_id: UUID, on: bool, participant_id: UUID | None = None) -> Done:
    """Nobody hears this participant (left out: the person who asks), or everybody does again."""
    with _open(ctx, call_id) as one:
        row = one.participant(participant_id) if participant_id else one.mine(ctx.viewer.user_id)
        if row.kind == Kind.SUPERVISOR and row.mode == Mode.LISTEN and not on:
            raise Rejected("listening_is_silent")
        if participants.shape(row, wants_muted=on):
            one.record("call.muted" if on else "call.unmuted", row)
    return one.log.done


def add_party(
    ctx: Context, *, call_id: UUID, who: str, number: str, first: str = "talk_together"
) -> Done:
    """Ring somebody into the call.

    `first`: talk_together; talk_alone (the caller is held meanwhile: the beginning of a warm transfer); hand_over (the
    dispatcher leaves at once, the caller hears music until they answer: a cold one).
    """
    to = dialled(number, region=settings.PHONE_REGION)
    if not to:
        raise Rejected("number_impossible", status=422)
    with _open(ctx, call_id) as one:
        if any(row.address == to for row in here(one.rows, Kind.THIRD)):
            raise Rejected("party_is_in")
        row = participants.add(
            one.log, one.call, kind=Kind.THIRD, name=who or to, address=to, device="phone"
        )
        defer(
            participants.RING_PARTICIPANT,
            priority=URGENT,
            call_id=str(call_id),
            participant_id=str(row.pk),
        )
        if first != "talk_together":
            for caller in here(one.rows, Kind.CALLER):
                participants.shape(caller, wants_held=True)
        one.record("call.party_added", row, first=first)
        if first == "hand_over":
            _hand_over(one, row)
        one.log.result["participant_id"] = str(row.pk)
    return one.log.done


def drop_party(ctx: Context, *, call_id: UUID, participant_id: UUID) -> Done:
    """End the line of a third party, or of a supervisor."""
    with _open(ctx, call_id) as one:
        row = one.participant(participant_id)
        if row.kind not in (Kind.THIRD, Kind.SUPERVISOR):
            raise Rejected("hang_up_instead")
        participants.let_go(one.log, [row])
        one.record("call.party_dropped", row)
    return one.log.done


def hand_over(ctx: Context, *, call_id: UUID, participant_id: UUID | None = None) -> Done:
    """Leave the caller with the third party. When those are gone, the caller comes back to the front of the queue."""
    with _open(ctx, call_id) as one:
        thirds = here(one.rows, Kind.THIRD)
        row = one.participant(participant_id) if participant_id else (thirds or [None])[-1]
        if row is None or row.kind != Kind.THIRD:
            raise Rejected("nobody_to_hand_over_to")
        if one.call.handed_over_at is None:
            _hand_over(one, row)
    return one.log.done


def _hand_over(one: _Open, row: Participant) -> None:
    one.call.handed_over_at = one.log.now
    one.call.save(update_fields=["handed_over_at"])
    participants.let_go(one.log, here(one.rows, Kind.DISPATCHER, Kind.SUPERVISOR))
    for caller in here(one.rows, Kind.CALLER):
        participants.shape(caller, wants_held=row.presence != Presence.IN)
    one.record("call.handed_over", row)


def monitor(ctx: Context, *, call_id: UUID, mode: Mode) -> Done:
    """A supervisor listens, speaks to the dispatcher alone, or joins; changes between them at will. It is logged."""
    with _open(ctx, call_id) as one:
        if str(one.call.answered_by_id) == ctx.viewer.user_id:
            raise Rejected("your_own_call")
        own = [
            row
            for row in here(one.rows, Kind.SUPERVISOR)
            if str(row.user_id) == ctx.viewer.user_id
        ]
        if own and own[-1].mode != mode:
            row = own[-1]
            row.mode, row.wants_muted = mode, MODES[mode][0]
            row.save(update_fields=["mode", "wants_muted"])
            participants.ask_to_shape(row)
            one.record("call.monitored", row, mode=str(mode))
        elif not own:
            added = participants.ring_person(
                one.log, one.call, kind=Kind.SUPERVISOR, user_id=ctx.viewer.user_id, mode=mode
            )
            assert added is not None, "the first way to a person is always there"
            one.record("call.monitored", added, mode=str(mode))
    return one.log.done


def stop_monitoring(ctx: Context, *, call_id: UUID) -> Done:
    """The supervisor leaves the call."""
    with _open(ctx, call_id) as one:
        row = one.mine(ctx.viewer.user_id)
        if row.kind != Kind.SUPERVISOR:
            raise Rejected("not_in_call")
        participants.let_go(one.log, [row])
        one.record("call.monitoring_ended", row)
    return one.log.done
