"""The way on the map, and the streets by which it is told."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from maps.domain import group_of
from maps.geo import LatLng, distance_m, point_along
from maps.routing.graph import Roads
from maps.routing.network import Network
from maps.routing.search import Leg, Starts
from maps.routing.spread import p90_s
from maps.routing.topology import NO_EDGE, SAIL, WALK
from maps.routing.travel import (
    Begun,
    Question,
    Searches,
    Source,
    Travel,
    flight,
    off_line_s,
    straight_line,
)

STILL_M = 0.5  # steps shorter than this are not drawn


@dataclass(frozen=True, slots=True)
class Street:
    """A stretch under one name, empty where the road has none. `by`: road, boat (a ferry, too) or foot."""

    name: str
    distance_m: int
    eta_s: int
    by: str


@dataclass(frozen=True, slots=True)
class Route:
    """The way on the map. seconds[i] is when points[i] is reached, counted from the start."""

    points: tuple[LatLng, ...]
    seconds: tuple[float, ...]
    distance_m: int
    by: str
    p90_s: int = 0
    streets: tuple[Street, ...] = ()
    ready_s: int = 0
    is_straight_line: bool = False
    notes: tuple[str, ...] = ()

    @property
    def eta_s(self) -> int:
        return round(self.seconds[-1])

    def position_after(self, elapsed_s: float) -> LatLng:
        """Where a unit that keeps to the route is; its end when the time is over."""
        if elapsed_s <= 0:
            return self.points[0]
        pairs = zip(itertools.pairwise(self.points), itertools.pairwise(self.seconds), strict=True)
        for (a, b), (begin_s, end_s) in pairs:
            if elapsed_s < end_s:
                share = (elapsed_s - begin_s) / (end_s - begin_s)
                return point_along((a, b), distance_m(a, b) * share)
        return self.points[-1]


def route_in(
    network: Network,
    start: LatLng,
    target: LatLng,
    by: str,
    *,
    kind: str = "",
    now: datetime | None = None,
) -> Route | None:
    """The fastest way; None where there is none. Without `now` every closure holds."""
    source = Source(start, by, kind)
    if by == "air":
        return _straight(target, source, flight(source, target))
    question = Question(network, target, now)
    if not question.knows(by):
        return _straight(target, source, straight_line(source, target), is_fallback=True)
    terms = network.terms(group_of(kind, by), question.slot)
    searches = question.searches(terms)
    if searches.end is None:
        return _straight(target, source, straight_line(source, target), is_fallback=True)
    begun = next(one for one in searches.begin([start]) if one.rows or one.lost)
    if begun.lost:
        return _straight(target, source, straight_line(source, target), is_fallback=True)
    if not np.isfinite(searches.find(begun).seconds[0]):
        return None
    return _Drawing(network, searches, begun, scale=terms.scale).route(source)


def _straight(
    target: LatLng, source: Source, travel: Travel, *, is_fallback: bool = False
) -> Route:
    return Route(
        (source.position, target),
        (0.0, float(max(1, travel.eta_s))),
        travel.distance_m,
        "air",
        travel.p90_s,
        is_straight_line=is_fallback,
    )


@dataclass(slots=True)
class Stretch:
    """A street while it is being put together."""

    name: str
    by: str
    metres: float
    seconds: float


class _Drawing:
    def __init__(
        self, network: Network, searches: Searches, begun: Begun, *, scale: float
    ) -> None:
        self.network = network
        self.roads: Roads = network.roads
        self.searches = searches
        self.begun = begun
        self.scale = scale
        self.points: list[LatLng] = []
        self.seconds: list[float] = [0.0]
        self.told: list[Stretch] = []

    def route(self, source: Source) -> Route:
        searches, snaps = self.searches, self.begun.snaps
        starts = Starts(self.begun.use, snaps.edge, snaps.share)
        legs = searches.search(searches.leaves(self.begun)).legs(starts)
        target = searches.question.target
        assert target is not None
        off_m = float(snaps.off_m[0])
        edge, share = int(snaps.edge[0]), float(snaps.share[0])
        is_boat = bool(self.roads.is_boat[edge])
        self.points.append(source.position)
        self._walk([self._point(edge, share)], off_line_s(off_m, is_boat=is_boat))
        metres = off_m + searches.end_off_m
        for leg in legs:
            seconds = leg.seconds / self.scale
            self._walk(self._line(leg), seconds)
            self._tell(leg, seconds)
            metres += leg.metres
        self._walk([target], searches.end_off_s)
        if len(self.points) > 1:
            self.points[-1] = target  # a last step of centimetres is not walked, but it is the end
        else:
            self.points.append(target)
            self.seconds.append(self.seconds[-1])
        took_s, far_m = np.array([self.seconds[-1]]), np.array([metres])
        late_s = p90_s(took_s, far_m, source.by, self.network.speeds.spread)
        rides = any(self._by(leg) == "boat" for leg in legs) and source.by == "road"
        return Route(
            tuple(self.points),
            tuple(self.seconds),
            round(metres),
            source.by,
            round(float(late_s[0])),
            tuple(
                Street(one.name, round(one.metres), round(one.seconds), one.by)
                for one in self.told
            ),
            notes=(*self.begun.notes, *(("ferry",) if rides else ())),
        )

    def _tell(self, leg: Leg, seconds: float) -> None:
        """The streets in their order; parts under one name are one stretch."""
        if leg.edge == NO_EDGE:
            return
        name, by = self.roads.names[leg.edge], self._by(leg)
        last = self.told[-1] if self.told else None
        if last is not None and (last.name, last.by) == (name, by):
            last.metres += leg.metres
            last.seconds += seconds
        elif leg.metres >= STILL_M:
            self.told.append(Stretch(name, by, leg.metres, seconds))

    def _by(self, leg: Leg) -> str:
        if leg.use == WALK:
            return "foot"
        afloat = leg.use == SAIL or (leg.edge != NO_EDGE and bool(self.roads.is_boat[leg.edge]))
        return "boat" if afloat else "road"

    def _line(self, leg: Leg) -> list[LatLng]:
        """The points of a part of an edge in the order of travel, without its first."""
        if leg.edge == NO_EDGE:
            return []
        part = self.roads.points_of(leg.edge)
        along, points = self.roads.along[part], self.roads.points[part]
        shares = along / along[-1] if along[-1] else along
        low, high = min(leg.begin, leg.end), max(leg.begin, leg.end)
        inner = shares[(shares > low) & (shares < high)]
        wanted = np.append(inner if leg.begin <= leg.end else inner[::-1], leg.end)
        local = np.column_stack([np.interp(wanted, shares, points[:, side]) for side in (0, 1)])
        return [LatLng(lat, lng) for lng, lat in self.roads.degrees(local).tolist()]

    def _point(self, edge: int, share: float) -> LatLng:
        return self._line(Leg(edge, 0.0, share, 0, 0.0, 0.0))[-1]

    def _walk(self, onward: Sequence[LatLng], cost_s: float) -> None:
        """Adds points with the time of the leg spread over their distances; points that do not move are dropped."""
        lengths = [distance_m(a, b) for a, b in itertools.pairwise((self.points[-1], *onward))]
        whole = sum(lengths)
        if whole < STILL_M:
            self.seconds[-1] += cost_s
            return
        for point, length in zip(onward, lengths, strict=True):
            if length > 0:
                self.points.append(point)
                self.seconds.append(self.seconds[-1] + cost_s * length / whole)
