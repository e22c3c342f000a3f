"""What the provider was offered against what the centre has. Pure.

A provider does nothing more when a message webhook and its fallback have failed; its own list is then the only trace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from calls.domain import CallStatus, ProviderState, next_message_status, next_status

WINDOW = timedelta(minutes=15)
# A request may still be under way: 15 s with its retry, and as long again for the fallback address.
GRACE = timedelta(seconds=35)
ALARM_AFTER = timedelta(minutes=5)


class Listed(Protocol):
    """What calls and messages in a provider's list have in common."""

    @property
    def sid(self) -> str: ...
    @property
    def inbound(self) -> bool: ...
    @property
    def at(self) -> datetime: ...
    @property
    def status(self) -> str: ...


T = TypeVar("T", bound=Listed)


@dataclass(frozen=True, slots=True)
class Difference(Generic[T]):
    """`offered`: how many came from outside; `missing`: which of them the centre does not have, oldest first."""

    offered: int
    missing: list[T]


def difference(listed: Iterable[T], *, stored: Collection[str], now: datetime) -> Difference[T]:
    """What came from outside and is not stored. A row listed twice counts once; what is on its way is not missing."""
    offered = {one.sid: one for one in listed if one.sid and one.inbound and one.at <= now - GRACE}
    missing = [one for sid, one in offered.items() if sid not in stored]
    return Difference(len(offered), sorted(missing, key=lambda one: (one.at, one.sid)))


def calls_behind(listed: Iterable[T], states: Mapping[str, ProviderState]) -> list[T]:
    """Calls of which the provider knows more than its callbacks have told: they would wait on the board for ever."""
    return [
        one
        for one in listed
        if one.sid in states
        and next_status(states[one.sid], one.status, None).status != states[one.sid].status
    ]


def messages_behind(listed: Iterable[T], statuses: Mapping[str, str]) -> list[T]:
    """Messages of ours whose fate the provider knows and has not told us."""
    return [
        one
        for one in listed
        if not one.inbound
        and one.sid in statuses
        and next_message_status(statuses[one.sid], one.status) != statuses[one.sid]
    ]


def status_of_missing(provider_status: str) -> CallStatus:
    """Where a call belongs that nobody has heard of: waiting if the caller is on the line, else to be called back."""
    reached = next_status(ProviderState(CallStatus.RINGING), provider_status, None).status
    return CallStatus.QUEUED if reached == CallStatus.RINGING else reached


def is_alarming(*, permanent: bool, good_until: datetime, now: datetime) -> bool:
    """Whether a person must know that the list cannot be read: at once when asking again cannot help."""
    return permanent or now - good_until >= ALARM_AFTER
