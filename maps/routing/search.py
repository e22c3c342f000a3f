"""One question: everything to one target on one network, with one Dijkstra against the traffic. Pure.

The target is one more node, whose row leads to both ends of the road it lies on; so every source reads its time off
the same table. Sources are answered together, as arrays.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maps.routing.graph import Bools, Floats, Ints, Roads
from maps.routing.network import WEIGHT_S_MIN, Ways
from maps.routing.topology import DRIVE, NO_EDGE

TRAVEL_S_MAX = 3 * 3600
AT_NODE_M = 3.0  # so near to its junction a position belongs to all the roads there, also of a one-way street
NO_NODE = -1


@dataclass(frozen=True, slots=True)
class Spot:
    """A position on its line."""

    edge: int
    share: float


@dataclass(frozen=True, slots=True)
class Starts:
    """Positions on their lines, and as what they begin there."""

    use: int
    edge: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """For each start: seconds and metres from line to line, the node through which it leaves (NO_NODE: along the
    line), and metres of the way on a ferry."""

    seconds: Floats
    metres: Floats
    node: Ints
    afloat_m: Floats


@dataclass(frozen=True, slots=True)
class Last:
    """The last part of a way: along the target's edge from one of its ends."""

    seconds: float
    begin: float
    use: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of an edge that is travelled."""

    edge: int
    begin: float
    end: float
    use: int
    seconds: float
    metres: float


class Search:
    def __init__(self, roads: Roads, ways: Ways, end: Spot) -> None:
        self.roads = roads
        self.ways = ways
        self.end = end
        self.root = ways.topology.node_count
        self._arrive()
        self._run()

    # --- the search ----------------------------------------------------------------------------

    def _arrive(self) -> None:
        """The arcs on which one may arrive, with what their part up to the target costs."""
        topology, end = self.ways.topology, self.end
        best: dict[int, Last] = {}
        for arc in topology.arcs_on(end.edge).tolist():
            use = int(topology.use[arc])
            if not topology.ends[use]:
                continue
            begin = float(topology.backward[arc])
            seconds = self._part_s(use, end.edge, begin, end.share)
            tail = int(topology.tail[arc])
            if seconds < np.inf and (tail not in best or seconds < best[tail].seconds):
                best[tail] = Last(seconds, begin, use)
        rest_m = (1 - end.share) * float(self.roads.length_m[end.edge])
        at_node = end.share > 0.5 and rest_m <= AT_NODE_M
        if topology.ends[DRIVE] and self.roads.oneway[end.edge] and at_node:
            for node in topology.copies_of(int(self.roads.target[end.edge])):
                best[node] = Last(0.0, 1.0, DRIVE)
        self.last = best

    def _part_s(self, use: int, edge: int, begin: float, end: float) -> float:
        """Seconds along a part of an edge; infinite when something shut lies on it."""
        ways = self.ways
        share = abs(end - begin)
        if not ways.shut.touches(use, edge):
            return float(ways.seconds[use, edge]) * share
        if ways.shut.is_free(use, edge, begin, end):
            return float(ways.free[use, edge]) * share
        return np.inf

    def _run(self) -> None:
        topology, count = self.ways.topology, self.root
        nodes = list(self.last)
        costs = [max(WEIGHT_S_MIN, self.last[node].seconds) for node in nodes]
        matrix = csr_array(
            (
                np.concatenate((self.ways.weights, costs)),
                np.concatenate((topology.tail, np.array(nodes, dtype=np.int32))),
                np.concatenate((topology.indptr, [len(topology.tail) + len(nodes)])).astype(
                    np.int32
                ),
            ),
            shape=(count + 1, count + 1),
        )
        self.seconds, self.before = dijkstra(
            matrix, indices=count, limit=TRAVEL_S_MAX, return_predecessors=True
        )

    @functools.cached_property
    def _taken(self) -> Ints:
        """For each node the arc by which its way goes on; NO_EDGE where it ends at the target or nowhere."""
        topology = self.ways.topology
        goes_on = self.before[topology.tail] == topology.head
        goes_on &= self.seconds[topology.tail] == self.seconds[topology.head] + self.ways.weights
        arcs = np.flatnonzero(goes_on)
        taken = np.full(self.root + 1, NO_EDGE, dtype=np.int64)
        taken[topology.tail[arcs]] = arcs
        return taken

    @functools.cached_property
    def _lengths(self) -> tuple[Floats, Floats]:
        """Metres, and metres afloat, from each node to the target: the ways are doubled until they all end there."""
        topology, roads, taken = self.ways.topology, self.roads, self._taken
        on = np.where(self.before < 0, self.root, self.before).astype(np.int64)
        has_edge = taken >= 0
        edge = topology.edge[taken[has_edge]]
        of_edge = np.append(roads.length_m, 0.0)
        metres = np.zeros(self.root + 1)
        metres[has_edge] = of_edge[edge]
        length_m = float(roads.length_m[self.end.edge])
        for node, last in self.last.items():
            if self.before[node] == self.root:
                metres[node] = length_m * abs(self.end.share - last.begin)
        afloat = np.zeros(self.root + 1)
        if self.ways.rides:
            afloat[has_edge] = np.where(np.append(roads.is_boat, False)[edge], of_edge[edge], 0.0)
        while True:
            metres += metres[on]
            if self.ways.rides:
                afloat += afloat[on]
            on = on[on]
            if (on == self.root).all():
                break
        return metres, afloat

    # --- answers -------------------------------------------------------------------------------

    def find(self, starts: Starts) -> Found:
        count = len(starts.edge)
        seconds, metres = np.full(count, np.inf), np.zeros(count)
        node, afloat = np.full(count, NO_NODE, dtype=np.int64), np.zeros(count)
        lengths, afloats = self._lengths
        for backward in (0, 1):
            head = self.ways.topology.heads[starts.use, backward, starts.edge]
            share = starts.share if backward else 1 - starts.share
            lead = self._leads(starts, share, float(1 - backward))
            if backward and starts.use == DRIVE:
                head = np.where(self._at_source(starts), self.roads.source[starts.edge], head)
            reached = np.where(head >= 0, lead + self.seconds[head], np.inf)
            better = reached < seconds
            seconds = np.where(better, reached, seconds)
            length = self.roads.length_m[starts.edge] * share + lengths[head]
            metres = np.where(better, length, metres)
            afloat = np.where(better, afloats[head], afloat)
            node = np.where(better, head, node)
        for at in np.flatnonzero(starts.edge == self.end.edge).tolist():
            along = self._along(starts.use, float(starts.share[at]))
            if along < seconds[at]:
                share = abs(self.end.share - float(starts.share[at]))
                seconds[at], node[at], afloat[at] = along, NO_NODE, 0.0
                metres[at] = self.roads.length_m[self.end.edge] * share
        seconds[seconds > TRAVEL_S_MAX] = np.inf
        return Found(seconds, metres, node, afloat)

    def _at_source(self, starts: Starts) -> Bools:
        """Who stands where a one-way street begins and may as well take another one there."""
        near = starts.share * self.roads.length_m[starts.edge] <= AT_NODE_M
        return near & (starts.share < 0.5) & self.roads.oneway[starts.edge]

    def _leads(self, starts: Starts, share: Floats, end: float) -> Floats:
        """Seconds from each start to the end of its edge."""
        with np.errstate(invalid="ignore"):  # nothing of an impassable edge: judged below
            lead = self.ways.seconds[starts.use, starts.edge] * share
        if self.ways.shut.parts:
            touched = [self.ways.shut.touches(starts.use, edge) for edge in starts.edge.tolist()]
            for at in np.flatnonzero(touched).tolist():
                edge, begin = int(starts.edge[at]), float(starts.share[at])
                lead[at] = self._part_s(starts.use, edge, begin, end)
        return np.where(np.isnan(lead), np.inf, lead)

    def _along(self, use: int, share: float) -> float:
        """Seconds from a share of the target's own edge, without leaving it."""
        topology, edge = self.ways.topology, self.end.edge
        backward = int(share > self.end.share)
        if not topology.ends[use] or topology.heads[use, backward, edge] < 0:
            return np.inf
        seconds = self._part_s(use, edge, share, self.end.share)
        return np.inf if np.isnan(seconds) else seconds

    def legs(self, starts: Starts) -> list[Leg]:
        """The way of a single start that has one, part by part."""
        found = self.find(starts)
        topology, edge = self.ways.topology, int(starts.edge[0])
        use, share = starts.use, float(starts.share[0])
        node = int(found.node[0])
        if node == NO_NODE:
            return [self._leg(use, edge, share, self.end.share)]
        leaving = 1.0 if topology.heads[use, 0, edge] == node else 0.0
        legs = [self._leg(use, edge, share, leaving)]
        taken = self._taken
        while (arc := int(taken[node])) >= 0:
            passed = int(topology.edge[arc])
            if passed != NO_EDGE:
                ends = (1.0, 0.0) if topology.backward[arc] else (0.0, 1.0)
                legs.append(self._leg(int(topology.use[arc]), passed, *ends))
            else:
                seconds = float(self.ways.weights[arc])
                legs.append(Leg(NO_EDGE, 0.0, 0.0, int(topology.use[arc]), seconds, 0.0))
            node = int(topology.head[arc])
        last = self.last[node]
        legs.append(self._leg(last.use, self.end.edge, last.begin, self.end.share))
        return legs

    def _leg(self, use: int, edge: int, begin: float, end: float) -> Leg:
        share = abs(end - begin)
        return Leg(
            edge,
            begin,
            end,
            use,
            self._part_s(use, edge, begin, end),
            float(self.roads.length_m[edge]) * share,
        )
