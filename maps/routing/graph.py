"""The roads and crossings of the map as arrays: what every search reads, and nothing a search changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.geo import METRES_PER_DEGREE, LatLng

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# Emergency driving of an ambulance in a small city with narrow side streets; the city may set a speed on any road.
SPEED_KPH = {"r1": 48.0, "r2": 36.0, "r3": 22.0, "path": 8.0, "ferry": 20.0}
UNPAVED_SHARE = 0.7  # of the speed of the class; where somebody has set a speed, that one counts
CLASSES = tuple(SPEED_KPH)
ACCESS = ("open", "emergency", "narrow", "foot")


@dataclass(frozen=True, slots=True)
class Edge:
    """One road or crossing written by hand; nodes are positions in the arrays."""

    source: int
    target: int
    mode: str  # road | boat
    seconds: float
    length_m: float
    oneway: bool
    points: Floats  # (n, 2) of lng, lat
    road_class: str = "r2"
    access: str = "open"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A restriction at node `via` for whoever comes from one edge: `only` this other edge, or not this one."""

    from_edge: int
    via: int
    to_edge: int
    only: bool


@dataclass(frozen=True, slots=True)
class Roads:
    """Edges are positions in these arrays, in the order of their database keys, which makes every answer repeatable."""

    version: int
    node_count: int
    origin: LatLng
    ids: Ints
    source: Ints
    target: Ints
    is_boat: Bools
    oneway: Bools
    seconds: Floats  # at the speed of the class; a crossing's known duration
    length_m: Floats
    road_class: Ints  # position in CLASSES
    access: Ints  # position in ACCESS
    names: Sequence[str]
    first: Ints  # where the points of each edge begin; one more at the end
    points: Floats  # (n, 2) of metres east and north of the origin
    along: Floats  # metres from the beginning of the edge to each point, as drawn
    turns: tuple[Turn, ...] = ()

    @property
    def count(self) -> int:
        return len(self.ids)

    @property
    def scale(self) -> Floats:
        return scale_at(self.origin)

    def metres(self, lnglat: Floats) -> Floats:
        return (lnglat - np.array([self.origin.lng, self.origin.lat])) * self.scale

    def degrees(self, metres: Floats) -> Floats:
        return metres / self.scale + np.array([self.origin.lng, self.origin.lat])

    def points_of(self, edge: int) -> slice:
        return slice(int(self.first[edge]), int(self.first[edge + 1]))

    def drawn_m(self) -> Floats:
        """The length of each edge as drawn; the length told of it may differ."""
        return self.along[self.first[1:] - 1]


def scale_at(origin: LatLng) -> Floats:
    """Metres in a degree of longitude and of latitude: a city is small enough for one scale."""
    return np.array([METRES_PER_DEGREE * np.cos(np.radians(origin.lat)), METRES_PER_DEGREE])


def along_of(points: Floats, first: Ints) -> Floats:
    """Metres from the beginning of its edge to each point."""
    if not len(points):
        return np.zeros(0)
    steps = np.concatenate(([0.0], np.hypot(*np.diff(points, axis=0).T)))
    steps[first[:-1]] = 0.0
    total = np.cumsum(steps)
    return total - np.repeat(total[first[:-1]], np.diff(first))


def roads_of(
    edges: Sequence[Edge], node_count: int, *, origin: LatLng, turns: Iterable[Turn] = ()
) -> Roads:
    """Arrays of hand-written edges, whose keys are their positions."""
    first = np.concatenate(([0], np.cumsum([len(edge.points) for edge in edges]))).astype(np.int64)
    lnglat = np.vstack([edge.points for edge in edges]) if edges else np.zeros((0, 2))
    points = (lnglat - np.array([origin.lng, origin.lat])) * scale_at(origin)
    is_boat = np.array([edge.mode == "boat" for edge in edges], dtype=bool)
    classes = ["ferry" if edge.mode == "boat" else edge.road_class for edge in edges]
    return Roads(
        version=0,
        node_count=node_count,
        origin=origin,
        ids=np.arange(len(edges)),
        source=np.array([edge.source for edge in edges], dtype=np.int64),
        target=np.array([edge.target for edge in edges], dtype=np.int64),
        is_boat=is_boat,
        oneway=np.array([edge.oneway for edge in edges], dtype=bool),
        seconds=np.array([edge.seconds for edge in edges], dtype=np.float64),
        length_m=np.array([edge.length_m for edge in edges], dtype=np.float64),
        road_class=np.array([CLASSES.index(one) for one in classes], dtype=np.int64),
        access=np.array([ACCESS.index(edge.access) for edge in edges], dtype=np.int64),
        names=[edge.name for edge in edges],
        first=first,
        points=points,
        along=along_of(points, first),
        turns=tuple(turns),
    )
