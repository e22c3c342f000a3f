"""Who is with a caller, and how each of them is: held, muted, gone. Pure.

A provider tells of one participant by two roads, each in any order and more than once: how the leg goes (rung,
answered, busy) and what happens in the conference (came in, left, was held). Two registers that only ever move forward
hold what was told, and the status is read from both: so the order in which they arrive changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from calls.domain import PROVIDER_RANK


class Kind(StrEnum):
    CALLER = "caller"
    DISPATCHER = "dispatcher"
    THIRD = "third"  # an agency, an interpreter, a hospital
    SUPERVISOR = "supervisor"


class Mode(StrEnum):
    """How a supervisor is with a call."""

    LISTEN = "listen"  # hears both, nobody hears them
    WHISPER = "whisper"  # the dispatcher alone hears them
    BARGE = "barge"  # everybody does


class Device(StrEnum):
    """How a call reaches a person of the centre."""

    BROWSER = "browser"
    PHONE = "phone"
    SIP = "sip"


class Presence(StrEnum):
    """Where a participant is."""

    CALLING = "calling"
    RINGING = "ringing"
    IN = "in"
    LEFT = "left"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


GONE = frozenset({Presence.LEFT, Presence.BUSY, Presence.NO_ANSWER, Presence.FAILED})
HERE = frozenset({Presence.CALLING, Presence.RINGING, Presence.IN})
LEG_OVER_RANK = 4
_LEG_OVER: Mapping[str, Presence] = {
    "completed": Presence.LEFT,
    "canceled": Presence.LEFT,
    "busy": Presence.BUSY,
    "no-answer": Presence.NO_ANSWER,
    "failed": Presence.FAILED,
}
# What the provider calls the events that say whether somebody is in; the others carry states alone.
CAME, WENT = "participant-join", "participant-leave"


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a conference about one participant. Every one of them carries both states."""

    conference: str
    sequence: int
    at: datetime
    event: str
    held: bool
    muted: bool


@dataclass(frozen=True, slots=True)
class PartState:
    """`leg` is the furthest word of the leg; the rest is what the newest event of the conference said."""

    leg: str = ""
    conference: str = ""
    sequence: int = -1
    told_at: datetime | None = None
    is_in: bool | None = None  # None: has not come in yet
    held: bool = False
    muted: bool = False

    @property
    def presence(self) -> Presence:
        if self.leg in _LEG_OVER:
            return _LEG_OVER[self.leg]
        if self.is_in is not None:
            return Presence.IN if self.is_in else Presence.LEFT
        return Presence.RINGING if PROVIDER_RANK.get(self.leg, 0) >= 2 else Presence.CALLING


def heard_of_leg(state: PartState, word: str) -> PartState:
    """After one status of the leg. An unknown word changes nothing: the provider adds words without notice."""
    if word not in PROVIDER_RANK:
        return state
    furthest = max(state.leg, word, key=lambda one: (PROVIDER_RANK.get(one, -1), one))
    return replace(state, leg=furthest)


def heard_in_conference(state: PartState, told: Told) -> PartState:
    """After one event of the conference.

    The provider counts within a conference; of two (everybody had left, and a new one of the same name began) the
    later one counts.
    """
    if told.conference == state.conference:
        if told.sequence <= state.sequence:
            return state
    elif state.told_at is not None and told.at < state.told_at:
        return state
    is_in = {CAME: True, WENT: False}.get(told.event, state.is_in)
    return replace(
        state,
        conference=told.conference,
        sequence=told.sequence,
        told_at=told.at,
        is_in=is_in,
        held=told.held,
        muted=told.muted,
    )


# --- what may be done ----------------------------------------------------------------------------

# A supervisor changes between these at will. Each as (muted, heard by the dispatcher alone).
MODES: Mapping[Mode, tuple[bool, bool]] = {
    Mode.LISTEN: (True, False),
    Mode.WHISPER: (False, True),
    Mode.BARGE: (False, False),
}


def devices_in_turn(
    chosen: Device, *, phone: str, sip: str, has_browser: bool
) -> list[tuple[Device, str]]:
    """The ways to ring a person: as they have chosen, then what else there is. The browser has no address of its own."""
    there = {
        Device.BROWSER: "browser" if has_browser else "",
        Device.PHONE: phone,
        Device.SIP: sip,
    }
    order = [chosen, *(one for one in (Device.PHONE, Device.SIP) if one != chosen)]
    return [(one, there[one]) for one in order if there[one]]
