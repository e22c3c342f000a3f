"""Everything a question needs at one moment: roads, closures, speeds. Never changed; a new moment is a new object."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np

from maps.domain import (
    BOARDING_S,
    FERRY_WAIT_S,
    LANDING_S,
    ON_FOOT_KPH,
    Gait,
    Group,
    gait_of,
)
from maps.geo import LatLng
from maps.routing import closures as overlays
from maps.routing import topology as topologies
from maps.routing.closures import Closed, Shut
from maps.routing.graph import ACCESS, Edge, Floats, Ints, Roads, Turn, roads_of
from maps.routing.snapping import Lines, lines_of
from maps.routing.speeds import Slot, Speeds
from maps.routing.topology import BOARD, DRIVE, LAND, NO_EDGE, SAIL, USES, WALK, Topology

WAYS_KEPT_MAX = 48  # of gaits, times of the week and closures that were asked for lately
WEIGHT_S_MIN = 0.01  # scipy reads a stored zero as "no road"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms somebody travels: `scale` is how many times faster than the table of seconds says."""

    group: Group
    gait: Gait
    ratios: tuple[float, ...]
    factor: float  # 1 where it is applied as `scale` afterwards, so that groups share a search
    scale: float


@dataclass(frozen=True, slots=True)
class Ways:
    """The arcs of one way of travelling with their seconds, and the lines on which it begins and ends."""

    topology: Topology
    free: Floats  # seconds by use and edge without what is shut; the last column is of no edge
    seconds: Floats  # the same with it
    weights: Floats  # seconds of each arc
    shut: Shut
    ends: Lines | None
    starts: Lines | None
    ashore: Lines | None  # where a crew begins that has to get to its boat first
    rides: bool  # whether a vehicle may have to take a ferry


class Network:
    """The roads and what depends on them alone is shared by all networks made of them."""

    def __init__(
        self,
        roads: Roads,
        *,
        closures: Sequence[Closed] = (),
        closures_version: int = 0,
        speeds: Speeds | None = None,
        parts: Parts | None = None,
    ) -> None:
        self.roads = roads
        self.closures = tuple(closures)
        self.closures_version = closures_version
        self.speeds = speeds or Speeds()
        self.parts = parts or Parts(roads)
        self._ways: OrderedDict[tuple[object, ...], Ways] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def is_empty(self) -> bool:
        return self.roads.count == 0

    def terms(self, group: Group, slot: Slot | None) -> Terms:
        gait, factor = gait_of(group), self.speeds.factor(group)
        ratios = self.speeds.ratios(group, slot)
        # A factor stretches every road alike, so the same search serves; a ferry waits for all.
        shared = gait.by == "road" and not self.parts.has_ferry
        return Terms(group, gait, ratios, 1.0 if shared else factor, factor if shared else 1.0)

    def holding(self, now: datetime) -> tuple[Closed, ...]:
        return tuple(one for one in self.closures if one.holds_at(now))

    def without_closures(self) -> Network:
        return Network(self.roads, speeds=self.speeds, parts=self.parts)

    def ways(self, terms: Terms, closed: Iterable[Closed]) -> Ways:
        """Made once for each set of terms and closures, and kept for the next question."""
        holding = tuple(closed)
        floods = any(one.kind == overlays.FLOODED for one in holding)
        wades = terms.gait.wades and floods
        gait = Gait(terms.gait.by, terms.gait.access, wades)
        key = (gait, terms.ratios, terms.factor, frozenset(one.id for one in holding))
        with self._lock:
            if (known := self._ways.get(key)) is not None:
                self._ways.move_to_end(key)
                return known
        made = self._make(gait, terms, holding)
        with self._lock:
            self._ways[key] = made
            while len(self._ways) > WAYS_KEPT_MAX:
                self._ways.popitem(last=False)
        return made

    def key_of(self, terms: Terms) -> tuple[object, ...]:
        """Terms with equal keys are answered by one search."""
        floods = any(one.kind == overlays.FLOODED for one in self.closures)
        gait = terms.gait
        return (gait.by, gait.access, gait.wades and floods, terms.ratios, terms.factor)

    def _make(self, gait: Gait, terms: Terms, closed: tuple[Closed, ...]) -> Ways:
        parts = self.parts
        topology = parts.topology(gait.by)
        uses = {"road": (DRIVE,), "foot": (WALK,), "boat": (DRIVE, SAIL, WALK)}[gait.by]
        free = _seconds(self.roads, gait, terms)
        seconds = free
        if closed:
            slow = [one for one in closed if one.kind != overlays.CLOSED]
            seconds = free.copy()
            overlays.lay_over(seconds, closed, self.roads, gait, uses=uses)
            free = free.copy()
            open_ended = [one for one in slow if one.kind == overlays.SLOW or gait.wades]
            overlays.lay_over(free, open_ended, self.roads, gait, uses=uses)
        weights = np.maximum(WEIGHT_S_MIN, seconds[topology.use, topology.edge])
        by_boat = gait.by == "boat"
        own = parts.lines(gait.access)
        return Ways(
            topology=topology,
            free=free,
            seconds=seconds,
            weights=weights,
            shut=Shut(closed, self.roads, gait),
            ends=parts.all_lines() if by_boat else own,
            starts=parts.water_lines() if by_boat else own,
            ashore=own if by_boat else None,
            rides=gait.by == "road" and parts.has_ferry,
        )


class Parts:
    """What is made of the roads when it is first asked for: topologies and the lines to snap to."""

    def __init__(self, roads: Roads) -> None:
        self.roads = roads
        self.has_ferry = bool(np.any(roads.is_boat & (roads.access == ACCESS.index("open"))))
        self.has_water = bool(np.any(roads.is_boat))
        self._made: dict[object, object] = {}
        self._lock = threading.RLock()

    def topology(self, by: str) -> Topology:
        make = {
            "road": topologies.for_driving,
            "foot": topologies.for_walking,
            "boat": topologies.for_boats,
        }[by]
        return self._once(("topology", by), lambda: make(self.roads))

    def lines(self, access: frozenset[str]) -> Lines | None:
        """Roads that those with this access may take."""
        return self._once(access, lambda: lines_of(self.roads, self._open_to(access)))

    def water_lines(self) -> Lines | None:
        return self._once(
            "water", lambda: lines_of(self.roads, np.flatnonzero(self.roads.is_boat))
        )

    def all_lines(self) -> Lines | None:
        return self._once("all", lambda: lines_of(self.roads, np.arange(self.roads.count)))

    def _open_to(self, access: frozenset[str]) -> Ints:
        allowed = np.isin(self.roads.access, [ACCESS.index(one) for one in access])
        return np.flatnonzero(allowed & ~self.roads.is_boat)

    def _once(self, key: object, make: Callable[[], T]) -> T:
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]  # type: ignore[return-value]


def _seconds(roads: Roads, gait: Gait, terms: Terms) -> Floats:
    """Seconds by use and edge, infinite where this gait may not go; the last column is of arcs without an edge."""
    table = np.full((USES, roads.count + 1), np.inf)
    table[BOARD, NO_EDGE], table[LAND, NO_EDGE] = BOARDING_S, LANDING_S
    own = roads.seconds / (np.array(terms.ratios)[roads.road_class] * terms.factor)
    on_foot = roads.length_m / (ON_FOOT_KPH / 3.6)
    ashore = ~roads.is_boat
    allowed = np.isin(roads.access, [ACCESS.index(one) for one in gait.access])
    if gait.by == "road":
        carried = roads.is_boat & (roads.access == ACCESS.index("open"))
        table[DRIVE, :-1] = np.where(
            ashore & allowed, own, np.where(carried, roads.seconds + FERRY_WAIT_S, np.inf)
        )
    elif gait.by == "foot":
        table[WALK, :-1] = np.where(ashore, on_foot, np.inf)
    else:
        # To its pier a crew drives where it can and walks where it must.
        table[DRIVE, :-1] = np.where(ashore, np.where(allowed, roads.seconds, on_foot), np.inf)
        table[SAIL, :-1] = np.where(ashore, np.inf, own)
        table[WALK, :-1] = np.where(ashore, on_foot, np.inf)
    return table


def build(
    edges: Sequence[Edge], node_count: int, *, origin: LatLng, turns: Iterable[Turn] = ()
) -> Network:
    """A network of hand-written edges."""
    return Network(roads_of(edges, node_count, origin=origin, turns=turns))
