"""Which arcs there are for one way of travelling, sorted for a search that begins at the target. Pure.

By road the nodes are the junctions, and a copy of some (see turns). By boat there are three storeys of the same nodes:
the crew on its way to the pier, the water, and the crew on foot behind the landing. Nobody comes back to the boat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maps.routing.graph import Bools, Ints, Roads
from maps.routing.turns import Arcs, expand

# What an arc is for; the seconds of an arc are found by its use and its edge.
DRIVE, SAIL, WALK, BOARD, LAND = range(5)
USES = 5
_NO_NODES: Ints = np.zeros(0, dtype=np.int64)
NO_EDGE = -1  # of boarding and landing: the last column of every table of seconds


@dataclass(frozen=True, slots=True)
class Topology:
    node_count: int
    tail: Ints
    head: Ints
    edge: Ints
    backward: Ints
    use: Ints
    indptr: Ints  # rows are heads: the search goes against the traffic
    by_edge: Ints  # arcs in the order of their edges
    edge_first: Ints  # where in by_edge an edge's arcs begin; one more at the end
    heads: Ints  # (USES, 2, edges): where the arc that starts on an edge leads; -1: no such arc
    ends: Bools  # by use: whether a journey may end on such an arc
    copied: Ints  # of which node each of the last ones is a copy

    def copies_of(self, node: int) -> list[int]:
        first = self.node_count - len(self.copied)
        return [node, *(first + np.flatnonzero(self.copied == node)).tolist()]

    def arcs_on(self, edge: int) -> Ints:
        return self.by_edge[self.edge_first[edge] : self.edge_first[edge + 1]]


def for_driving(roads: Roads) -> Topology:
    """All roads, and crossings that may carry vehicles; what a vehicle may not use costs infinity in its seconds."""
    arcs, copied = expand(
        _both_ways(roads, np.arange(roads.count), roads.oneway), roads.turns, roads
    )
    count = roads.node_count + len(copied)
    return _sorted(roads, count, [(arcs, DRIVE)], ends=(DRIVE,), copied=copied)


def for_walking(roads: Roads) -> Topology:
    ways = _both_ways(roads, np.flatnonzero(~roads.is_boat), np.zeros(roads.count, dtype=bool))
    return _sorted(roads, roads.node_count, [(ways, WALK)], ends=(WALK,))


def for_boats(roads: Roads) -> Topology:
    """To the pier, over the water, on foot. Roads are also part of the water storey, for when they are flooded."""
    count = roads.node_count
    never = np.zeros(roads.count, dtype=bool)
    ashore, water = np.flatnonzero(~roads.is_boat), np.flatnonzero(roads.is_boat)
    at_roads = _touched(roads, ashore)
    piers = np.intersect1d(at_roads, _touched(roads, water))
    parts = [
        (_both_ways(roads, ashore, roads.oneway), DRIVE),
        (_lifted(_both_ways(roads, np.arange(roads.count), never), count), SAIL),
        (_lifted(_both_ways(roads, ashore, never), 2 * count), WALK),
        (_between(piers, 0, count), BOARD),
        (_between(at_roads, count, 2 * count), LAND),
    ]
    return _sorted(roads, 3 * count, parts, ends=(SAIL, WALK))


def _touched(roads: Roads, edges: Ints) -> Ints:
    return np.unique(np.concatenate((roads.source[edges], roads.target[edges])))


def _both_ways(roads: Roads, edges: Ints, oneway: Bools) -> Arcs:
    back = edges[~oneway[edges]]
    return Arcs(
        tail=np.concatenate((roads.source[edges], roads.target[back])),
        head=np.concatenate((roads.target[edges], roads.source[back])),
        edge=np.concatenate((edges, back)),
        backward=np.concatenate((np.zeros_like(edges), np.ones_like(back))),
    )


def _lifted(arcs: Arcs, by: int) -> Arcs:
    return Arcs(arcs.tail + by, arcs.head + by, arcs.edge, arcs.backward)


def _between(nodes: Ints, below: int, above: int) -> Arcs:
    nothing = np.zeros_like(nodes)
    return Arcs(nodes + below, nodes + above, nothing + NO_EDGE, nothing)


def _sorted(
    roads: Roads,
    count: int,
    parts: list[tuple[Arcs, int]],
    *,
    ends: tuple[int, ...],
    copied: Ints = _NO_NODES,
) -> Topology:
    tail, head, edge, backward = (
        np.concatenate([getattr(arcs, name) for arcs, _ in parts])
        for name in ("tail", "head", "edge", "backward")
    )
    use = np.concatenate([np.full(len(arcs.tail), use) for arcs, use in parts])
    heads = np.full((USES, 2, roads.count), -1, dtype=np.int64)
    # Copies of arcs come last, and end where the arc itself does: whichever is written, the head is the same.
    real = edge != NO_EDGE
    heads[use[real], backward[real], edge[real]] = head[real]
    order = np.lexsort((tail, head))
    tail, head, edge, backward, use = (one[order] for one in (tail, head, edge, backward, use))
    by_edge = np.argsort(edge, kind="stable")
    may_end = np.zeros(USES, dtype=bool)
    may_end[list(ends)] = True
    return Topology(
        node_count=count,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        edge=edge,
        backward=backward,
        use=use,
        indptr=np.concatenate(([0], np.cumsum(np.bincount(head, minlength=count)))),
        by_edge=by_edge,
        edge_first=np.searchsorted(edge[by_edge], np.arange(roads.count + 1)),
        heads=heads,
        ends=may_end,
        copied=copied,
    )
