"""How far units come in so many minutes, as areas: a search with the traffic, then the squares that it has touched. Pure.

Squares instead of a hull: a hull would fill the bay between two piers, and what no road reaches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maps.routing.graph import Floats, Ints, Roads
from maps.routing.network import WEIGHT_S_MIN, Ways
from maps.routing.search import Starts
from maps.routing.snapping import lines_of

CELL_M = (
    60.0  # a side of the squares; a house further from a road than this is not reached by driving
)
CELLS_SIDE_MAX = 4_000  # 240 km
SMOOTH_M = 40.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Seconds from the nearest start to sample points along the roads."""

    points: Floats
    seconds: Floats


def reach(
    roads: Roads, ways: Ways, starts: Starts, lead_s: Floats, *, limit_s: float, scale: float = 1.0
) -> Reach:
    """With one Dijkstra from all starts together; `lead_s` is what each needs before its first metre."""
    topology, count = ways.topology, ways.topology.node_count
    order = np.lexsort((topology.head, topology.tail))
    heads, costs = _first_arcs(ways, starts, lead_s * scale)
    indptr = np.concatenate(
        ([0], np.cumsum(np.bincount(topology.tail, minlength=count)), [len(order) + len(heads)])
    )
    matrix = csr_array(
        (
            np.concatenate((ways.weights[order], costs)),
            np.concatenate((topology.head[order], heads)).astype(np.int32),
            indptr.astype(np.int32),
        ),
        shape=(count + 1, count + 1),
    )
    seconds = dijkstra(matrix, indices=count, limit=limit_s * scale)[:count]
    found = _along(roads, ways, starts, seconds, lead_s * scale)
    return Reach(found.points, found.seconds / scale)


def _first_arcs(ways: Ways, starts: Starts, lead_s: Floats) -> tuple[Ints, Floats]:
    heads, costs = [], []
    for backward in (0, 1):
        head = ways.topology.heads[starts.use, backward, starts.edge]
        share = starts.share if backward else 1 - starts.share
        with np.errstate(invalid="ignore"):
            cost = lead_s + ways.free[starts.use, starts.edge] * share
        usable = (head >= 0) & np.isfinite(cost)
        heads.append(head[usable])
        costs.append(np.maximum(WEIGHT_S_MIN, cost[usable]))
    node, cost = np.concatenate(heads), np.concatenate(costs)
    order = np.lexsort((cost, node))
    first = np.ones(len(order), dtype=bool)
    first[1:] = node[order][1:] != node[order][:-1]
    return node[order][first], cost[order][first]


def _along(roads: Roads, ways: Ways, starts: Starts, seconds: Floats, lead_s: Floats) -> Reach:
    """The samples of every edge with the earlier of its two arrivals."""
    topology = ways.topology
    arcs = np.flatnonzero(np.isfinite(seconds[topology.tail]) & (topology.edge >= 0))
    edge, use = topology.edge[arcs], topology.use[arcs]
    begun = np.full((2, roads.count), np.inf)
    speed = np.full((2, roads.count), np.inf)
    for backward in (0, 1):
        one = topology.backward[arcs] == backward
        np.minimum.at(begun[backward], edge[one], seconds[topology.tail[arcs[one]]])
        speed[backward, edge[one]] = ways.seconds[use[one], edge[one]]
    touched = np.union1d(np.unique(edge), starts.edge)
    lines = lines_of(roads, touched)
    if lines is None:
        return Reach(np.zeros((0, 2)), np.zeros(0))
    at, share = lines.edge, lines.share
    with np.errstate(invalid="ignore"):
        there = begun[0, at] + speed[0, at] * share
        back = begun[1, at] + speed[1, at] * (1 - share)
    found = np.fmin(
        np.where(np.isnan(there), np.inf, there), np.where(np.isnan(back), np.inf, back)
    )
    for edge_, share_, lead in zip(
        starts.edge.tolist(), starts.share.tolist(), lead_s.tolist(), strict=True
    ):
        own = at == edge_
        ahead = share[own] >= share_ if roads.oneway[edge_] else np.ones(own.sum(), dtype=bool)
        along = lead + ways.free[starts.use, edge_] * np.abs(share[own] - share_)
        found[own] = np.where(ahead, np.minimum(found[own], along), found[own])
    return Reach(np.asarray(lines.tree.data), found)


def area(roads: Roads, reached: Reach, *, within_s: float) -> shapely.Geometry:
    """What is reached within the time, in degrees: squares around the samples, joined and smoothed."""
    points = reached.points[reached.seconds <= within_s]
    if not len(points):
        return shapely.MultiPolygon()
    cell = np.floor(points / CELL_M).astype(np.int64)
    cell -= cell.min(axis=0) - 1
    size = np.minimum(cell.max(axis=0) + 2, CELLS_SIDE_MAX)
    cell = cell[(cell < size - 1).all(axis=1)]
    base = np.floor(points / CELL_M).astype(np.int64).min(axis=0) - 1
    grid = np.zeros(size, dtype=bool)
    grid[cell[:, 0], cell[:, 1]] = True
    joined = shapely.union_all(_runs(_grown(grid), base))
    smooth = shapely.simplify(joined, SMOOTH_M)
    if not smooth.is_valid:
        smooth = shapely.make_valid(smooth)
    return shapely.transform(smooth, roads.degrees)


def _grown(grid: np.ndarray) -> np.ndarray:
    """Each square with its four neighbours, so that a road is as wide as the houses along it."""
    wide = grid.copy()
    wide[1:] |= grid[:-1]
    wide[:-1] |= grid[1:]
    wide[:, 1:] |= grid[:, :-1]
    wide[:, :-1] |= grid[:, 1:]
    return wide


def _runs(grid: np.ndarray, base: np.ndarray) -> np.ndarray:
    """A box for each unbroken run of squares in a row."""
    edges = np.diff(np.pad(grid.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, begin = np.nonzero(edges == 1)
    _, end = np.nonzero(edges == -1)
    return shapely.box(
        (base[0] + row) * CELL_M,
        (base[1] + begin) * CELL_M,
        (base[0] + row + 1) * CELL_M,
        (base[1] + end) * CELL_M,
    )


__all__: Sequence[str] = ("Reach", "area", "reach")
