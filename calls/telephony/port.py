"""What the centre asks of any telephone provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from calls.domain import Channel


@dataclass(frozen=True, slots=True)
class Leg:
    """The caller's side of a call, as an adapter must know it.

    `seat` is the sign-in name of whoever has the call now. `act_id` is the same for every try of one act.
    """

    call_id: UUID
    provider_sid: str
    caller: str
    to_number: str
    live: bool
    provider: str = ""
    seat: str = ""
    act_id: str = ""


CALLER_LABEL = "caller"  # under which the caller is known in the conference


@dataclass(frozen=True, slots=True)
class Line:
    """One participant of the conference as it shall be. `to` is a number, `sip:…` or `client:…`.

    `label` names it in the conference, `sid` is the provider's id of its leg, empty when that is not known. `coaches`
    is the label of the one participant who hears it; empty: everybody does. `rings_s` 0: as long as the provider rings.
    """

    participant_id: UUID
    label: str
    to: str = ""
    sid: str = ""
    held: bool = False
    muted: bool = False
    coaches: str = ""
    rings_s: int = 0


@dataclass(frozen=True, slots=True)
class ListedCall:
    """One call as the provider's own list has it."""

    sid: str
    from_raw: str
    to: str
    caller_name: str
    status: str
    inbound: bool
    at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CrewCall:
    """A call to a crew; what it says and takes is fetched by the provider when somebody answers."""

    notice_id: UUID
    to: str
    text: str = ""  # for a provider that does not fetch it


class Telephony(Protocol):
    """Each act may be asked for twice: jobs run at least once. Failures are `calls.domain.ProviderError`."""

    name: str
    channel: Channel  # of the calls that it brings
    is_metered: bool  # it takes so many new calls a second and no more
    has_conferences: (
        bool  # it brings third parties in, holds and mutes; the other acts on lines are refused
    )

    def connect_caller(self, leg: Leg) -> None:
        """Take the caller out of the queue into the call's own conference."""

    def ring_dispatcher(self, leg: Leg, *, dispatcher_id: str, line: Line | None = None) -> str:
        """Bring the dispatcher into the same conference, on this line; the provider's id of that leg, if it has one."""

    def ring_participant(self, leg: Leg, line: Line) -> str:
        """Ring somebody else into the conference. Ringing the same line again rings nobody twice."""

    def shape_participant(self, leg: Leg, line: Line) -> None:
        """Make the participant held, muted and heard as the line says."""

    def drop_participant(self, leg: Leg, line: Line) -> None:
        """End that line, rung or answered; one that has gone already is no error."""

    def close_conference(self, leg: Leg) -> None:
        """End the lines of everybody who is still in; a conference that is over already is no error."""

    def ring_caller(self, leg: Leg) -> str:
        """Ring the citizen into the call's conference; the provider's id of that leg."""

    def return_to_queue(self, leg: Leg) -> None:
        """Put the caller back where the others wait."""

    def ask_for_a_key(self, leg: Leg) -> None:
        """Take the caller aside, ask for a key, and bring them back into the conference either way."""

    def hang_up(self, leg: Leg) -> None:
        """End the caller's leg."""

    def list_calls(self, *, since: datetime) -> list[ListedCall] | None:
        """All calls offered since then, and all that are live; None: this provider keeps no list."""

    def call_crew(self, call: CrewCall) -> str:
        """Ring a crew and read a notice to it; returns the provider's id of the call."""
