"""What a number's earlier calls say about it: told to a person, and at worst a later place in the queue. Pure.

In an Indonesian centre one or two calls of a hundred are real. Yet the child who played with the telephone on Monday
sees the fire on Friday: what is remembered fades, a real emergency outweighs it, and nobody is ever shut out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from calls.domain import Disposition

HISTORY_CALLS_MAX = 50  # the newest judged calls of a number that are looked at
COUNTED_WITHIN = timedelta(days=7)
EMERGENCY_REMEMBERED = timedelta(days=366)
# After so long a nuisance counts half as much.
HALF_LIFE = timedelta(days=3)
# Silence may be a person who cannot speak: four of them weigh like one prank.
NUISANCE = {Disposition.PRANK: 1.0, Disposition.GHOST: 0.25}
RESTRICT_SCORE_MIN = 2.5  # three pranks of one day
# A number from which a real emergency came so recently is not restricted, whatever else came from it.
TRUSTED_AFTER_EMERGENCY = timedelta(days=30)
# A number that calls again and again: so many calls within so short a time. Fear does that, and so does a machine: it
# is asked for a key. One prank is then enough for a restriction.
BURST_CALLS_MIN = 3
BURST_WITHIN = timedelta(minutes=10)
RESTRICTION_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Judged:
    """An earlier call of the number. `incident_type` is the key of its incident's type, if it had one."""

    at: datetime
    disposition: str
    incident_type: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Counts are over COUNTED_WITHIN; the emergency is the newest that is remembered."""

    pranks: int = 0
    ghosts: int = 0
    emergency_at: datetime | None = None
    emergency_type: str | None = None

    def wire(self) -> dict[str, Any]:
        """For the board; empty when there is nothing to say."""
        if not (self.pranks or self.ghosts or self.emergency_at):
            return {}
        return {
            "days": COUNTED_WITHIN.days,
            "pranks": self.pranks,
            "ghosts": self.ghosts,
            "emergency_at": self.emergency_at.isoformat() if self.emergency_at else None,
            "emergency_type": self.emergency_type,
        }


def history(calls: Iterable[Judged], *, now: datetime) -> History:
    known = [call for call in calls if call.at <= now]
    counted = [call.disposition for call in known if now - call.at <= COUNTED_WITHIN]
    newest = max(
        (call for call in _emergencies(known) if now - call.at <= EMERGENCY_REMEMBERED),
        key=lambda call: (
            call.at,
            call.incident_type or "",
        ),  # of two at one instant the one that is known
        default=None,
    )
    return History(
        pranks=counted.count(Disposition.PRANK),
        ghosts=counted.count(Disposition.GHOST),
        emergency_at=newest.at if newest else None,
        emergency_type=newest.incident_type if newest else None,
    )


def score(calls: Iterable[Judged], *, now: datetime) -> float:
    """How much of a nuisance the number has been, fading by HALF_LIFE. Never negative."""
    return sum(
        NUISANCE.get(Disposition(call.disposition), 0.0) * 0.5 ** ((now - call.at) / HALF_LIFE)
        for call in calls
        if call.at <= now
    )


def should_restrict(calls: Iterable[Judged], *, in_burst: int = 0, now: datetime) -> bool:
    """`in_burst`: how often the number has called within BURST_WITHIN, judged or not."""
    known = list(calls)
    if any(now - call.at <= TRUSTED_AFTER_EMERGENCY for call in _emergencies(known)):
        return False
    pranked = any(
        call.disposition == Disposition.PRANK and now - call.at <= BURST_WITHIN for call in known
    )
    return (pranked and in_burst >= BURST_CALLS_MIN) or score(known, now=now) >= RESTRICT_SCORE_MIN


def _emergencies(calls: Iterable[Judged]) -> list[Judged]:
    return [call for call in calls if call.disposition == Disposition.EMERGENCY]
