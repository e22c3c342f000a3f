"""What the centre asks of any telephone provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Leg:
    """The caller's side of a call, as an adapter must know it."""

    call_id: UUID
    provider_sid: str
    caller: str
    to_number: str
    live: bool


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


class Telephony(Protocol):
    """Each act may be asked for twice: jobs run at least once. Failures are `calls.domain.ProviderError`."""

    name: str

    def connect_caller(self, leg: Leg) -> None:
        """Take the caller out of the queue into the call's own conference."""

    def ring_dispatcher(self, leg: Leg, *, dispatcher_id: str) -> None:
        """Bring the dispatcher into the same conference."""

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
