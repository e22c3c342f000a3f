"""The road and boat network in memory: loaded from PostGIS once in each process, again when its version changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from maps.geo import METRES_PER_DEGREE, LatLng

logger = logging.getLogger(__name__)

# Emergency driving in a small city with narrow side streets; the city may set a speed on any road.
SPEED_KPH: Mapping[str, float] = {"r1": 48.0, "r2": 36.0, "r3": 22.0, "path": 8.0, "ferry": 20.0}
ON_FOOT_KPH = 5.0
VERSION_CHECK_S = 3.0
SAMPLE_M = 40.0
WEIGHT_S_MIN = 0.01  # scipy reads a stored zero as "no road"

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Edge:
    """What is known of one road or crossing; nodes are positions in the arrays of the graph."""

    source: int
    target: int
    mode: str  # road | boat
    seconds: float
    length_m: float
    oneway: bool
    points: Floats  # (n, 2) of lng, lat


@dataclass(frozen=True, slots=True)
class Samples:
    """Points along the edges, for snapping: which edge, and how far along it (0 to 1)."""

    tree: cKDTree
    edge: Ints
    share: Floats

    def nearest(self, local: Floats, *, within_m: float) -> tuple[Floats, Ints, Floats]:
        """Metres to the line, its edge and the share along it; infinite metres where nothing is that near.

        The nearest sample finds the edge; the exact point lies on one of the two pieces beside that sample.
        """
        metres, at = self.tree.query(local, distance_upper_bound=within_m + SAMPLE_M)
        hit = np.isfinite(metres)
        at = np.where(hit, at, 0)
        share = self.share[at]
        last = len(self.edge) - 1
        for beside in (np.maximum(at - 1, 0), np.minimum(at + 1, last)):
            begin, piece = self.tree.data[at], self.tree.data[beside] - self.tree.data[at]
            length2 = np.maximum((piece**2).sum(axis=1), 1e-9)
            along = np.clip(((local - begin) * piece).sum(axis=1) / length2, 0.0, 1.0)
            off = np.hypot(*(local - begin - along[:, None] * piece).T)
            better = hit & (self.edge[beside] == self.edge[at]) & (off < metres)
            metres = np.where(better, off, metres)
            share = np.where(
                better, self.share[at] + along * (self.share[beside] - self.share[at]), share
            )
        return np.where(metres <= within_m, metres, np.inf), self.edge[at], share


class Network:
    """The arcs that one way of travelling may use, reversed, with room for one target as the last row."""

    def __init__(
        self, edges: Sequence[Edge], node_count: int, *, origin: LatLng, start_mode: str
    ) -> None:
        self.edges = edges
        self.node_count = node_count
        self.origin = origin
        self.scale = np.array(
            [METRES_PER_DEGREE * np.cos(np.radians(origin.lat)), METRES_PER_DEGREE]
        )
        self._arcs()
        self.anywhere = self._samples(range(len(edges)))
        # A boat begins on the water, even where the nearest line is a road on the shore.
        starts = [at for at, edge in enumerate(edges) if edge.mode == start_mode]
        self.starts = self.anywhere if len(starts) == len(edges) else self._samples(starts)

    def _arcs(self) -> None:
        heads, tails, seconds, lengths, owners = [], [], [], [], []
        for at, edge in enumerate(self.edges):
            ways = (
                ((edge.target, edge.source),)
                if edge.oneway
                else ((edge.target, edge.source), (edge.source, edge.target))
            )
            for head, tail in ways:
                heads.append(head)
                tails.append(tail)
                seconds.append(max(WEIGHT_S_MIN, edge.seconds))
                lengths.append(edge.length_m)
                owners.append(at)
        order: Ints = np.lexsort(
            (np.array(seconds), np.array(tails, dtype=np.int64), np.array(heads, dtype=np.int64))
        )
        head, tail = np.array(heads, dtype=np.int64)[order], np.array(tails, dtype=np.int64)[order]
        # Of two roads between the same junctions the faster one counts; scipy would add them up.
        first = np.ones(len(order), dtype=bool)
        first[1:] = (head[1:] != head[:-1]) | (tail[1:] != tail[:-1])
        head, tail, order = head[first], tail[first], order[first]
        self.arc_owner: Ints = np.array(owners, dtype=np.int64)[order]
        self.arc_length: Floats = np.array(lengths, dtype=np.float64)[order]
        # A dictionary, because the length of a way is added up step by step in Python.
        self.length_of = dict(
            zip((head * self.node_count + tail).tolist(), self.arc_length.tolist(), strict=True)
        )
        counts = np.bincount(head, minlength=self.node_count)
        # Two spare arcs at the end belong to the target of a question; see with_target.
        self.indptr = np.concatenate(([0], np.cumsum(counts), [len(head) + 2])).astype(np.int32)
        self.indices = np.concatenate((tail, [0, 0])).astype(np.int32)
        self.data = np.concatenate((np.array(seconds, dtype=np.float64)[order], [np.inf, np.inf]))

    def with_target(self, arcs: Sequence[tuple[int, float]]) -> csr_array:
        """The reversed graph in which the last node leads to the ends of the road the target lies on.

        Copies two arrays, because several threads ask at once.
        """
        indices, data = self.indices.copy(), self.data.copy()
        for slot in range(2):
            node, seconds = arcs[min(slot, len(arcs) - 1)]
            indices[slot - 2], data[slot - 2] = node, max(WEIGHT_S_MIN, seconds)
        size = self.node_count + 1
        indptr = self.indptr
        if len(arcs) == 1 or arcs[0][0] == arcs[1][0]:  # a doubled column would be added up
            indices, data = indices[:-1], data[:-1]
            indptr = indptr.copy()
            indptr[-1] -= 1
        return csr_array((data, indices, indptr), shape=(size, size))

    def arc_between(self, head: int, tail: int) -> int:
        """Where in the arrays the reversed arc head to tail stands; the drive goes tail to head."""
        start, end = int(self.indptr[head]), int(self.indptr[head + 1])
        return start + int(np.flatnonzero(self.indices[start:end] == tail)[0])

    def metres(self, points: Floats) -> Floats:
        return (points - np.array([self.origin.lng, self.origin.lat])) * self.scale

    def _samples(self, chosen: Sequence[int]) -> Samples | None:
        if not chosen:
            return None
        points, edge_of, share_of = [], [], []
        for at in chosen:
            edge = self.edges[at]
            local = self.metres(edge.points)
            along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(local, axis=0).T))))
            steps = max(1, int(np.ceil(along[-1] / SAMPLE_M)))
            wanted = np.linspace(0.0, along[-1], steps + 1)
            points.append(
                np.column_stack([np.interp(wanted, along, local[:, axis]) for axis in (0, 1)])
            )
            edge_of.append(np.full(steps + 1, at))
            share_of.append(wanted / along[-1] if along[-1] else np.zeros(steps + 1))
        return Samples(
            cKDTree(np.vstack(points)), np.concatenate(edge_of), np.concatenate(share_of)
        )


@dataclass(frozen=True, slots=True)
class Graph:
    version: int
    road: Network | None
    boat: Network | None


def build(edges: Sequence[Edge], node_count: int, *, origin: LatLng, version: int = 0) -> Graph:
    """Vehicles have the roads; boats have the water and, where they land, their crews walk the roads."""
    roads = [edge for edge in edges if edge.mode == "road"]
    boats = [edge if edge.mode == "boat" else _on_foot(edge) for edge in edges]
    has_water = any(edge.mode == "boat" for edge in edges)
    return Graph(
        version=version,
        road=Network(roads, node_count, origin=origin, start_mode="road") if roads else None,
        boat=Network(boats, node_count, origin=origin, start_mode="boat") if has_water else None,
    )


def current() -> Graph:
    """The network of the database; at most VERSION_CHECK_S behind it."""
    now_s = time.monotonic()
    cached = _cache.graph
    if cached is not None and now_s - _cache.checked_s < VERSION_CHECK_S:
        return cached
    with _cache.lock:
        if _cache.graph is None or time.monotonic() - _cache.checked_s >= VERSION_CHECK_S:
            version = _version()
            if _cache.graph is None or _cache.graph.version != version:
                _cache.graph = load(version)
            _cache.checked_s = time.monotonic()
        return _cache.graph


def forget() -> None:
    """Look at the database again with the next question."""
    _cache.checked_s = -VERSION_CHECK_S


def load(version: int) -> Graph:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_id, target_id, mode, road_class, speed_kph, length_m, oneway, ST_AsBinary(line)"
            " FROM maps_roadedge"
        )
        rows = cursor.fetchall()
    if not rows:
        return Graph(version, None, None)
    ids = sorted({row[0] for row in rows} | {row[1] for row in rows})
    place_of = {node: at for at, node in enumerate(ids)}
    lines = shapely.from_wkb([bytes(row[7]) for row in rows])
    edges = []
    for (source, target, mode, road_class, speed_kph, length_m, oneway, _), line in zip(
        rows, lines, strict=True
    ):
        seconds = length_m / ((speed_kph or SPEED_KPH[road_class]) / 3.6)
        points = shapely.get_coordinates(line)
        edges.append(
            Edge(place_of[source], place_of[target], mode, seconds, length_m, oneway, points)
        )
    middle = shapely.get_coordinates(lines).mean(axis=0)
    graph = build(
        edges, len(ids), origin=LatLng(float(middle[1]), float(middle[0])), version=version
    )
    logger.info(
        "map.graph_loaded", extra={"nodes": len(ids), "edges": len(edges), "version": version}
    )
    return graph


def _on_foot(edge: Edge) -> Edge:
    seconds = edge.length_m / (ON_FOOT_KPH / 3.6)
    return Edge(
        edge.source,
        edge.target,
        edge.mode,
        seconds,
        edge.length_m,
        oneway=False,
        points=edge.points,
    )


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM maps_mapversion WHERE layer = 'roads'")
        row = cursor.fetchone()
    return row[0] if row else 0


class _Cache:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.graph: Graph | None = None
        self.checked_s = -VERSION_CHECK_S


_cache = _Cache()
