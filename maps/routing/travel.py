"""How long units need to a place, by the network they travel on, and the way they take."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import dijkstra

from maps.geo import LatLng, distance_m, point_along
from maps.routing import graph as networks
from maps.routing.graph import ON_FOOT_KPH, Graph, Network, Samples

TRAVEL_S_MAX = 3 * 3600
SNAP_M_MAX = 2_000.0  # further from every line of the network: it cannot say anything, so the straight line does
UNDRAWN_ROAD_M_MAX = 400.0  # between the line and the door, streets that the network leaves out
UNDRAWN_ROAD_KPH = 15.0
OFF_LINE_BOAT_KPH = 18.0
STRAIGHT_LINE_FACTOR = 1.4  # roads are that much longer than the crow flies
STRAIGHT_LINE_KPH = 30.0
AIRCRAFT_KPH = 180.0


@dataclass(frozen=True, slots=True)
class Travel:
    eta_s: int
    distance_m: int
    by: str  # road | boat | air; "air" for a unit of road or boat is the marked straight-line estimate


@dataclass(frozen=True, slots=True)
class Route:
    """The way on the map. seconds[i] is when points[i] is reached, counted from the start."""

    points: tuple[LatLng, ...]
    seconds: tuple[float, ...]
    distance_m: int
    by: str

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


def travel_to(target: LatLng, sources: Mapping[str, tuple[LatLng, str]]) -> dict[str, Travel]:
    """Travel time of every source to the target, with one reversed Dijkstra for each way of travelling.

    A source is its position and "road", "boat" or "air". A source that has no way there is left out of the answer:
    no vehicle drives to an island without a bridge. The straight line ("air") stands in only where the network
    can say nothing: it is empty, or an end lies more than SNAP_M_MAX from it.
    """
    return travel_in(networks.current(), target, sources)


def travel_in(
    graph: Graph, target: LatLng, sources: Mapping[str, tuple[LatLng, str]]
) -> dict[str, Travel]:
    found: dict[str, Travel] = {}
    by_mode: dict[str, dict[str, LatLng]] = defaultdict(dict)
    for key, (position, travels_by) in sources.items():
        by_mode[travels_by][key] = position
    for travels_by, positions in by_mode.items():
        network = {"road": graph.road, "boat": graph.boat}.get(travels_by)
        if travels_by == "air":
            found.update((key, _flight(at, target)) for key, at in positions.items())
        elif network is None:
            found.update((key, _straight_line(at, target)) for key, at in positions.items())
        else:
            found.update(_Search(network, target).travels(positions, travels_by))
    return found


def route(start: LatLng, target: LatLng, travels_by: str) -> Route | None:
    """The fastest way, for drawing and for driving along; None where there is no way."""
    return route_in(networks.current(), start, target, travels_by)


def route_in(graph: Graph, start: LatLng, target: LatLng, travels_by: str) -> Route | None:
    network = {"road": graph.road, "boat": graph.boat}.get(travels_by)
    if network is None:
        travel = _flight(start, target) if travels_by == "air" else _straight_line(start, target)
        return Route((start, target), (0.0, float(max(1, travel.eta_s))), travel.distance_m, "air")
    return _Search(network, target).route(start, travels_by)


@dataclass(frozen=True, slots=True)
class _Snap:
    """A position on its nearest line: how far off it stands, and what the rest of the line costs either way."""

    edge: int
    share: float
    off_m: float
    off_s: float


class _Search:
    """One question: everything to one target on one network."""

    def __init__(self, network: Network, target: LatLng) -> None:
        self.network = network
        self.target = target
        self.end = _snap(network, network.anywhere, [target])[0]
        self.seconds: list[float] | None = None
        if self.end is not None:
            self._run(self.end)

    def _run(self, end: _Snap) -> None:
        edge = self.network.edges[end.edge]
        arcs = [
            (edge.source, edge.seconds * end.share)
        ]  # from the source one drives on to the target
        if not edge.oneway:
            arcs.append((edge.target, edge.seconds * (1 - end.share)))
        seconds, before = dijkstra(
            self.network.with_target(arcs),
            indices=self.network.node_count,
            limit=TRAVEL_S_MAX,
            return_predecessors=True,
        )
        # Lists, because reading single numbers out of an array is what takes the time afterwards.
        self.seconds, self.before = seconds.tolist(), before.tolist()
        self.metres = {
            self.network.node_count: 0.0,
            **{
                node: edge.length_m * cost / edge.seconds
                for node, cost in arcs
                if self._is_last(node)
            },
        }

    def _is_last(self, node: int) -> bool:
        return self.before[node] == self.network.node_count

    def travels(self, positions: Mapping[str, LatLng], travels_by: str) -> dict[str, Travel]:
        if self.end is None:
            return {key: _straight_line(at, self.target) for key, at in positions.items()}
        found: dict[str, Travel] = {}
        snaps = _snap(self.network, self.network.starts, list(positions.values()))
        for (key, at), start in zip(positions.items(), snaps, strict=True):
            if start is None:
                found[key] = _straight_line(at, self.target)
                continue
            way = self._way(start)
            if way is None:
                continue
            seconds, metres, _ = way
            found[key] = Travel(
                eta_s=round(start.off_s + seconds + self.end.off_s),
                distance_m=round(start.off_m + metres + self.end.off_m),
                by=travels_by,
            )
        return found

    def _way(self, start: _Snap) -> tuple[float, float, int | None] | None:
        """Seconds and metres from line to line, and the node through which the drive begins (None: along the line)."""
        assert self.end is not None
        assert self.seconds is not None
        edge = self.network.edges[start.edge]
        best: tuple[float, float, int | None] | None = None
        leads = [(edge.target, 1 - start.share)]
        if not edge.oneway:
            leads.append((edge.source, start.share))
        for node, share in leads:
            seconds = edge.seconds * share + self.seconds[node]
            if math.isfinite(seconds) and (best is None or seconds < best[0]):
                best = (seconds, edge.length_m * share + self._metres_from(node), node)
        if start.edge == self.end.edge:
            share = self.end.share - start.share
            if (share >= 0 or not edge.oneway) and (
                best is None or edge.seconds * abs(share) < best[0]
            ):
                best = (edge.seconds * abs(share), edge.length_m * abs(share), None)
        return best

    def _metres_from(self, node: int) -> float:
        """Length of the way found from the node; ways meet, so each node is walked once for all sources."""
        pending = []
        while node not in self.metres:
            pending.append(node)
            node = self.before[node]
        total = self.metres[node]
        lengths, count = self.network.length_of, self.network.node_count
        for step in reversed(pending):
            total += lengths[self.before[step] * count + step]
            self.metres[step] = total
        return total

    def route(self, start_at: LatLng, travels_by: str) -> Route | None:
        start = _snap(self.network, self.network.starts, [start_at])[0]
        if start is None or self.end is None:
            travel = _straight_line(start_at, self.target)
            return Route(
                (start_at, self.target),
                (0.0, float(max(1, travel.eta_s))),
                travel.distance_m,
                "air",
            )
        way = self._way(start)
        if way is None:
            return None
        legs = self._legs(start, way[2])
        points, seconds = [start_at], [0.0]
        self._walk(points, seconds, [self._point(start)], start.off_s)
        for line, cost in legs:
            self._walk(points, seconds, line, cost)
        self._walk(points, seconds, [self.target], self.end.off_s)
        if len(points) > 1:
            points[-1] = self.target  # a last step of centimetres is not walked, but it is the end
        else:
            points.append(self.target)
            seconds.append(seconds[-1])
        metres = start.off_m + way[1] + self.end.off_m
        return Route(tuple(points), tuple(seconds), round(metres), travels_by)

    def _legs(self, start: _Snap, node: int | None) -> list[tuple[list[LatLng], float]]:
        assert self.end is not None
        edge = self.network.edges[start.edge]
        if node is None:
            share = abs(self.end.share - start.share)
            return [(self._part(start.edge, start.share, self.end.share), edge.seconds * share)]
        leaving = 1.0 if node == edge.target else 0.0
        legs = [
            (
                self._part(start.edge, start.share, leaving),
                edge.seconds * abs(leaving - start.share),
            )
        ]
        while not self._is_last(node):
            following = self.before[node]
            owner = int(self.network.arc_owner[self.network.arc_between(following, node)])
            owned = self.network.edges[owner]
            ends = (0.0, 1.0) if owned.source == node else (1.0, 0.0)
            legs.append((self._part(owner, *ends), owned.seconds))
            node = following
        last = self.network.edges[self.end.edge]
        entering = 0.0 if node == last.source else 1.0
        legs.append(
            (
                self._part(self.end.edge, entering, self.end.share),
                last.seconds * abs(self.end.share - entering),
            )
        )
        return legs

    def _part(self, at: int, begin: float, end: float) -> list[LatLng]:
        """The points of a line between two shares of its length, in the order of travel, without its first."""
        points = self.network.edges[at].points
        local = self.network.metres(points)
        along = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(local, axis=0).T))))
        shares = along / along[-1] if along[-1] else along
        low, high = min(begin, end), max(begin, end)
        inner = [share for share in shares.tolist() if low < share < high]
        wanted = inner if begin <= end else inner[::-1]
        return [
            LatLng(
                float(np.interp(share, shares, points[:, 1])),
                float(np.interp(share, shares, points[:, 0])),
            )
            for share in (*wanted, end)
        ]

    def _point(self, snap: _Snap) -> LatLng:
        return self._part(snap.edge, 0.0, snap.share)[-1]

    @staticmethod
    def _walk(
        points: list[LatLng], seconds: list[float], onward: Sequence[LatLng], cost_s: float
    ) -> None:
        """Adds points with the time of the leg spread over their distances; points that do not move are dropped."""
        lengths = [distance_m(a, b) for a, b in itertools.pairwise((points[-1], *onward))]
        whole = sum(lengths)
        if whole < 0.5:
            seconds[-1] += cost_s
            return
        for point, length in zip(onward, lengths, strict=True):
            if length > 0:
                points.append(point)
                seconds.append(seconds[-1] + cost_s * length / whole)


def _snap(
    network: Network, samples: Samples | None, positions: Sequence[LatLng]
) -> list[_Snap | None]:
    if samples is None or not positions:
        return [None] * len(positions)
    local = network.metres(np.array([(at.lng, at.lat) for at in positions]))
    metres, edges, shares = samples.nearest(local, within_m=SNAP_M_MAX)
    return [
        _Snap(edge, share, off_m, _off_line_s(off_m, network.edges[edge].mode))
        if math.isfinite(off_m)
        else None
        for off_m, edge, share in zip(
            metres.tolist(), edges.tolist(), shares.tolist(), strict=True
        )
    ]


def _off_line_s(metres: float, mode: str) -> float:
    if mode == "boat":
        return metres / (OFF_LINE_BOAT_KPH / 3.6)
    driven_m = min(metres, UNDRAWN_ROAD_M_MAX)
    return driven_m / (UNDRAWN_ROAD_KPH / 3.6) + (metres - driven_m) / (ON_FOOT_KPH / 3.6)


def _straight_line(start: LatLng, target: LatLng) -> Travel:
    metres = distance_m(start, target) * STRAIGHT_LINE_FACTOR
    return Travel(round(metres / (STRAIGHT_LINE_KPH / 3.6)), round(metres), "air")


def _flight(start: LatLng, target: LatLng) -> Travel:
    metres = distance_m(start, target)
    return Travel(round(metres / (AIRCRAFT_KPH / 3.6)), round(metres), "air")
