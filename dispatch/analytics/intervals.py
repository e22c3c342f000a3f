"""The chain of intervals between a call and its end, and how they are summed up. Pure.

The time stamps are those of NFPA 1225 and NENA-STA-020 in this product's words: answer is received to answered,
processing is answered to the first unit assigned, turnout is assigned to en route, travel is en route to on scene,
total response is the first call received to the first unit on scene.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

CHAIN = ("answer", "processing", "turnout", "travel", "total")
# Below this many cases a share or a percentile says nothing about a standard.
JUDGED_FROM_N = 10


@dataclass(frozen=True, slots=True)
class Stamps:
    """What is known of one unit's response to one incident; None is unknown."""

    received_at: datetime | None = None
    answered_at: datetime | None = None
    first_assigned_at: datetime | None = None
    assigned_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    first_on_scene_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """`n` counted, `missing` without one of the two stamps, `negative` with stamps the wrong way round.

    Negative ones are not part of mean and percentiles: a clock was wrong. Nothing is dropped without being counted.
    """

    n: int
    missing: int
    negative: int
    mean_s: float | None
    p50_s: float | None
    p90_s: float | None

    @property
    def missing_share(self) -> float | None:
        whole = self.n + self.missing + self.negative
        return (self.missing + self.negative) / whole if whole else None


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def chain(stamps: Stamps) -> dict[str, float | None]:
    """Seconds of each interval of the chain; None when a stamp is missing."""
    return {
        "answer": seconds(stamps.received_at, stamps.answered_at),
        "processing": seconds(stamps.answered_at, stamps.first_assigned_at),
        "turnout": seconds(stamps.assigned_at, stamps.en_route_at),
        "travel": seconds(stamps.en_route_at, stamps.on_scene_at),
        "total": seconds(stamps.received_at, stamps.first_on_scene_at),
    }


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Linear interpolation between the two nearest ranks, as PostgreSQL's percentile_cont computes it."""
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = math.ceil(place)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def summarise(values: Iterable[float | None]) -> Summary:
    known = []
    missing = negative = 0
    for value in values:
        if value is None:
            missing += 1
        elif value < 0:
            negative += 1
        else:
            known.append(value)
    known.sort()
    return Summary(
        n=len(known),
        missing=missing,
        negative=negative,
        mean_s=math.fsum(known) / len(known) if known else None,
        p50_s=percentile(known, 0.5),
        p90_s=percentile(known, 0.9),
    )


def share_within(values: Iterable[float | None], limit_s: float) -> float | None:
    """Share of the known, non-negative values at or under a limit."""
    known = [value for value in values if value is not None and value >= 0]
    return sum(value <= limit_s for value in known) / len(known) if known else None
