"""The rows of who is with a caller. Whoever calls these functions has locked the call and records the event."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from calls import selectors
from calls.conference import (
    GONE,
    HERE,
    MODES,
    Device,
    Kind,
    Mode,
    PartState,
    Presence,
    devices_in_turn,
)
from calls.domain import SPOKEN_CHANNELS, CallStatus, limited
from calls.exchange import PROVIDER as EXCHANGE
from calls.models import ADDRESS_CHARS_MAX, NAME_CHARS_MAX, SID_CHARS_MAX, Call, Participant, Seat
from calls.telephony.port import CALLER_LABEL, Line
from realtime.eventlog import Change
from realtime.jobs import URGENT, defer
from realtime.protocol import Rejected

RING_DISPATCHER = "calls.ring_dispatcher"
RING_PARTICIPANT = "calls.ring_participant"
SHAPE_PARTICIPANT = "calls.shape_participant"
DROP_PARTICIPANT = "calls.drop_participant"
CLOSE_CONFERENCE = "calls.close_conference"

DISPATCHER_RINGS_S = (
    8  # and the five that the provider adds; then the next way to this person is tried
)
PARTICIPANTS_MAX = 10  # legs at once in one call


def has_conference(call: Call) -> bool:
    """An exchange moves its calls itself and tells nothing of who is in them."""
    return call.channel in SPOKEN_CHANNELS and call.provider != EXCHANGE


def of(call: Call) -> list[Participant]:
    return list(call.participants.order_by("added_at", "id"))


def here(rows: Iterable[Participant], *kinds: Kind) -> list[Participant]:
    """Those of these kinds that are in, rung or about to be rung, and whom nobody has let go."""
    return [
        row
        for row in rows
        if row.kind in kinds and row.presence in HERE and row.dismissed_at is None
    ]


# --- how a person of the centre is rung ----------------------------------------------------------


def has_browser_voice() -> bool:
    """Whether the console itself can be a telephone here."""
    return settings.TELEPHONY == "emulator" or bool(
        settings.TWILIO_API_KEY_SID and settings.TWILIO_API_KEY_SECRET
    )


def ways_to_ring(user_id: Any) -> list[tuple[Device, str]]:
    seat = Seat.objects.filter(pk=user_id).first() or Seat(user_id=user_id)
    ways = devices_in_turn(
        Device(seat.device), phone=seat.phone, sip=seat.sip, has_browser=has_browser_voice()
    )
    return ways or [(Device.BROWSER, "browser")]  # it fails, and says so, rather than not ring


def ring_person(
    log: Change, call: Call, *, kind: Kind, user_id: Any, mode: str = "", after: str = ""
) -> Participant | None:
    """Ring a person of the centre into the call, by the way after `after`; None when there is no other way."""
    ways = ways_to_ring(user_id)
    if after:
        tried = [device for device, _ in ways].index(Device(after)) if after in dict(ways) else 0
        ways = ways[tried + 1 :]
    if not ways:
        return None
    device, address = ways[0]
    row = add(
        log,
        call,
        kind=kind,
        name=selectors.name_of(user_id),
        user_id=user_id,
        device=device,
        address="" if device == Device.BROWSER else address,
        mode=mode,
        wants_muted=bool(mode) and MODES[Mode(mode)][0],
    )
    task = RING_DISPATCHER if kind == Kind.DISPATCHER else RING_PARTICIPANT
    more = {"dispatcher_id": str(user_id)} if kind == Kind.DISPATCHER else {}
    defer(task, priority=URGENT, call_id=str(call.pk), participant_id=str(row.pk), **more)
    return row


# --- rows ----------------------------------------------------------------------------------------


def begin(log: Change, call: Call, *, user_id: Any) -> None:
    """Somebody has the call: they and the caller belong to its conference."""
    if not has_conference(call):
        return
    rows = of(call)
    if not here(rows, Kind.CALLER):
        add(log, call, kind=Kind.CALLER, name=call.caller_name)
    ring_person(log, call, kind=Kind.DISPATCHER, user_id=user_id)


def add(log: Change, call: Call, *, kind: Kind, name: str = "", **fields: Any) -> Participant:
    if len(here(of(call), *Kind)) >= PARTICIPANTS_MAX:
        raise Rejected("conference_full", most=PARTICIPANTS_MAX)
    fields["address"] = fields.get("address", "")[:ADDRESS_CHARS_MAX]
    return Participant.objects.create(
        call=call, kind=kind, name=limited(name, NAME_CHARS_MAX), added_at=log.now, **fields
    )


def let_go(log: Change, rows: Iterable[Participant]) -> None:
    """These leave because somebody here says so: their lines are ended, and nobody takes it for a loss."""
    for row in rows:
        if row.dismissed_at is not None or row.presence in GONE:
            continue
        row.dismissed_at = log.now
        row.save(update_fields=["dismissed_at"])
        defer(DROP_PARTICIPANT, call_id=str(row.call_id), participant_id=str(row.pk))


def let_caller_out(log: Change, rows: Iterable[Participant]) -> None:
    """The caller is taken to the queue: what the provider tells of the old conference means nothing any more."""
    for row in rows:
        row.dismissed_at, row.presence = log.now, Presence.LEFT
        row.save(update_fields=["dismissed_at", "presence"])


def ended(log: Change, call: Call) -> None:
    """The call is over. Who still talks with a third party may finish; otherwise everybody's line is ended."""
    if not has_conference(call):
        return
    rows = of(call)
    if not rows:
        return
    let_caller_out(log, here(rows, Kind.CALLER))
    talks_on = call.left_by_caller and here(rows, Kind.THIRD) and here(rows, Kind.DISPATCHER)
    if not talks_on:
        close(log, call, rows)


def close(log: Change, call: Call, rows: Iterable[Participant]) -> None:
    let_go(log, here(rows, Kind.DISPATCHER, Kind.THIRD, Kind.SUPERVISOR))
    defer(CLOSE_CONFERENCE, call_id=str(call.pk))


def is_caller_in(call: Call) -> bool:
    """Whether the caller waits in the conference already, with a third party."""
    return has_conference(call) and any(
        row.presence == Presence.IN for row in here(of(call), Kind.CALLER)
    )


def left_with_third(log: Change, call: Call) -> bool:
    """Nobody of the centre is with the caller any more; whether a third party is. Then the two hear each other."""
    if not has_conference(call):
        return False
    rows = of(call)
    let_go(log, here(rows, Kind.DISPATCHER, Kind.SUPERVISOR))
    thirds, callers = here(rows, Kind.THIRD), here(rows, Kind.CALLER)
    if any(row.presence == Presence.IN for row in thirds) and callers:
        shape(callers[-1], wants_held=False)
        return True
    let_go(log, thirds)
    let_caller_out(log, callers)
    return False


def ask_to_shape(row: Participant) -> None:
    defer(SHAPE_PARTICIPANT, priority=URGENT, call_id=str(row.call_id), participant_id=str(row.pk))


def shape(row: Participant, **wants: Any) -> bool:
    """Ask for another state of a participant; whether that changes anything."""
    changed = [name for name, value in wants.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wants[name])
    if changed:
        row.save(update_fields=changed)
        ask_to_shape(row)
    return bool(changed)


# --- for the jobs --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """One participant as a job finds it."""

    call_id: Any
    kind: str
    user_id: Any
    line: Line
    is_wanted: bool  # not let go, and the call has somebody


def wanted(participant_id: Any) -> Wanted | None:
    row = Participant.objects.select_related("call").filter(pk=participant_id).first()
    if row is None:
        return None
    whisper = row.mode != "" and MODES[Mode(row.mode)][1]
    talks_on = row.call.status == CallStatus.ENDED and row.kind == Kind.THIRD
    return Wanted(
        call_id=row.call_id,
        kind=row.kind,
        user_id=row.user_id,
        line=Line(
            participant_id=row.pk,
            label=CALLER_LABEL if row.kind == Kind.CALLER else str(row.pk),
            to=_dialled(row),
            sid=row.leg_sid,
            held=row.wants_held,
            muted=row.wants_muted,
            coaches=_coached_label(row) if whisper else "",
            rings_s=DISPATCHER_RINGS_S if row.kind == Kind.DISPATCHER else 0,
        ),
        is_wanted=row.dismissed_at is None
        and row.presence in HERE
        and (row.call.status == CallStatus.ANSWERED or talks_on),
    )


def _dialled(row: Participant) -> str:
    if row.device == Device.BROWSER:
        return f"client:{row.user_id}"
    return row.address


def _coached_label(row: Participant) -> str:
    dispatchers = here(of(row.call), Kind.DISPATCHER)
    return str(dispatchers[-1].pk) if dispatchers else ""


def rung(*, participant_id: Any, sid: str) -> None:
    """The provider rings them, under this id. Let go meanwhile: they must not be left ringing."""
    if not sid:
        return
    with transaction.atomic():
        row = Participant.objects.select_for_update().get(pk=participant_id)
        row.leg_sid = row.leg_sid or sid[:SID_CHARS_MAX]
        row.save(update_fields=["leg_sid"])
        if row.dismissed_at is not None:
            defer(DROP_PARTICIPANT, call_id=str(row.call_id), participant_id=str(row.pk))


# --- state ---------------------------------------------------------------------------------------


def state_of(row: Participant) -> PartState:
    return PartState(
        leg=row.leg_status,
        conference=row.conference_sid,
        sequence=row.sequence,
        told_at=row.told_at,
        is_in=row.is_in,
        held=row.held,
        muted=row.muted,
    )


def save_state(row: Participant, state: PartState, *, presence: Presence) -> None:
    row.leg_status, row.conference_sid, row.sequence = state.leg, state.conference, state.sequence
    row.told_at, row.is_in, row.held, row.muted = (
        state.told_at,
        state.is_in,
        state.held,
        state.muted,
    )
    row.presence = presence
    row.save()


def facts(call: Call, row: Participant, **more: Any) -> dict[str, Any]:
    return {
        "call_id": str(call.pk),
        "participant_id": str(row.pk),
        "kind": row.kind,
        "who": row.name,
        **more,
    }
