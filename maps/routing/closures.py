"""What is closed, flooded or slow, laid over the seconds of the edges without building anything again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely

from maps.domain import FLOODED_SAIL_KPH, FLOODED_SPEED_SHARE, Gait
from maps.routing.graph import Floats, Ints, Roads
from maps.routing.topology import DRIVE, SAIL, WALK

CLOSED, FLOODED, SLOW = "closed", "flooded", "slow"
COVERED_M_MIN = 1.0  # less is a border that touches the end of a road
SAILED_SHARE_MIN = 0.8  # a road that is under water for less of its length is no way for a boat


@dataclass(frozen=True, slots=True)
class Closed:
    """One closure and the part of each edge that lies in it, as shares of its length."""

    id: str
    kind: str
    valid_from: datetime | None
    valid_to: datetime | None
    speed_share: float | None
    edge: Ints
    low: Floats
    high: Floats
    area: shapely.Geometry | None = None  # in degrees

    def holds_at(self, now: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_to is None or now < self.valid_to)


def shuts(kind: str, use: int, *, wades: bool) -> bool:
    """Whether nobody comes through who travels like this."""
    if kind == CLOSED:
        return use in (DRIVE, SAIL, WALK)
    if kind == FLOODED:
        return use == WALK or (use == DRIVE and not wades)
    return False


def lay_over(
    seconds: Floats, closed: Sequence[Closed], roads: Roads, gait: Gait, *, uses: Iterable[int]
) -> None:
    """Change a table of seconds (use, edge) in place; what is shut comes last, so that it wins."""
    for one in closed:
        if one.kind == SLOW:
            _slow(seconds, one, uses)
        elif one.kind == FLOODED:
            _flood(seconds, one, roads, gait, uses)
    for one in closed:
        covered = one.edge
        if one.kind == FLOODED:  # high water shuts roads, not crossings
            covered = covered[~roads.is_boat[covered]]
        for use in uses:
            if shuts(one.kind, use, wades=gait.wades):
                seconds[use, covered] = np.inf


def _slow(seconds: Floats, one: Closed, uses: Iterable[int]) -> None:
    assert one.speed_share is not None
    longer = 1.0 + (one.high - one.low) * (1.0 / one.speed_share - 1.0)
    for use in uses:
        if use in (DRIVE, SAIL):
            seconds[use, one.edge] *= longer


def _flood(seconds: Floats, one: Closed, roads: Roads, gait: Gait, uses: Iterable[int]) -> None:
    at_road = ~roads.is_boat[one.edge]
    edge, covered = one.edge[at_road], (one.high - one.low)[at_road]
    if DRIVE in uses and gait.wades:
        seconds[DRIVE, edge] *= 1.0 + covered * (1.0 / FLOODED_SPEED_SHARE - 1.0)
    if SAIL in uses:
        edge = edge[covered >= SAILED_SHARE_MIN]
        seconds[SAIL, edge] = roads.length_m[edge] / (FLOODED_SAIL_KPH / 3.6)


class Shut:
    """Where along an edge nobody comes through, by use: for positions that lie between two junctions."""

    def __init__(self, closed: Sequence[Closed], roads: Roads, gait: Gait) -> None:
        self.parts: dict[tuple[int, int], list[tuple[float, float]]] = {}
        for one in closed:
            rows = zip(one.edge.tolist(), one.low.tolist(), one.high.tolist(), strict=True)
            for edge, low, high in rows:
                if one.kind == FLOODED and roads.is_boat[edge]:
                    continue
                for use in (DRIVE, SAIL, WALK):
                    if shuts(one.kind, use, wades=gait.wades):
                        self.parts.setdefault((use, edge), []).append((low, high))

    def touches(self, use: int, edge: int) -> bool:
        return (use, edge) in self.parts

    def is_free(self, use: int, edge: int, begin: float, end: float) -> bool:
        """Whether one may go from one share of the edge to another."""
        low, high = min(begin, end), max(begin, end)
        return all(high <= one or other <= low for one, other in self.parts.get((use, edge), ()))


def around(closed: Iterable[Closed], edge: int, share: float) -> frozenset[str]:
    """The closures in which a position on an edge lies."""
    found = set()
    for one in closed:
        at = int(np.searchsorted(one.edge, edge))
        if at < len(one.edge) and one.edge[at] == edge and one.low[at] <= share <= one.high[at]:
            found.add(one.id)
    return frozenset(found)
