"""The network of the database in memory, once in each process, made anew when its rows change.

Every question looks at the three numbers of what it depends on (a query of a fraction of a millisecond), so a closure
holds in every process with the next question. Roads take seconds to load: they are made aside, and until they are
ready questions are answered by the roads of before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from django.db import connection

from maps.domain import Group
from maps.geo import LatLng
from maps.routing.closures import COVERED_M_MIN, Closed
from maps.routing.graph import (
    ACCESS,
    CLASSES,
    SPEED_KPH,
    UNPAVED_SHARE,
    Floats,
    Ints,
    Roads,
    Turn,
    along_of,
    roads_of,
    scale_at,
)
from maps.routing.network import Network
from maps.routing.speeds import Slot, Speeds

logger = logging.getLogger(__name__)

ANYWHERE = LatLng(0.0, 1.0)  # the origin of a map without roads
CLOSURE_EDGES_MAX = 200_000  # of all open closures together
# The ends of a line drawn along a road reach into the side streets; those are not closed by it.
STRIP_END_M = 25.0

_VERSIONS = (
    "SELECT layer, number FROM maps_mapversion WHERE layer IN ('roads', 'closures', 'speeds')"
)
_EDGES = (
    "SELECT id, source_id, target_id, mode = 'boat', oneway, road_class, access, surface = 'unpaved',"
    " length_m, speed_kph, duration_s, name, ST_AsBinary(line) FROM maps_roadedge ORDER BY id"
)
_TURNS = (
    "SELECT from_edge_id, via_id, to_edge_id, kind = 'only' FROM maps_turnrestriction"
    " WHERE binds_emergency ORDER BY id"
)
_CLOSURES = (
    "SELECT c.id, c.kind, c.speed_share, c.valid_from, c.valid_to,"
    " GeometryType(c.geometry) = 'LINESTRING', e.id, ST_AsBinary(ST_Intersection(e.line, c.area))"
    " FROM maps_closure AS c JOIN maps_roadedge AS e ON ST_Intersects(e.line, c.area)"
    " WHERE c.lifted_at IS NULL ORDER BY c.id, e.id LIMIT %s"
)
_AREAS = "SELECT id, ST_AsBinary(area) FROM maps_closure WHERE lifted_at IS NULL"
_LEARNT = 'SELECT "group", is_weekend, band, road_class, ratio FROM maps_speedprofile'
_FACTORS = 'SELECT "group", factor FROM maps_kindfactor'
_SPREAD = "SELECT by, band_m, p90 FROM maps_arrivalspread"


@dataclass(frozen=True, slots=True)
class Versions:
    roads: int = 0
    closures: int = 0
    speeds: int = 0


def current() -> Network:
    """The network of the database."""
    versions = read_versions()
    known = _kept.network
    if known is not None and _matches(known, versions):
        return known
    with _kept.lock:
        known = _kept.network
        if known is None or (known.roads.version != versions.roads and _sees_more_than_others()):
            known = Network(load_roads(versions.roads))
        elif known.roads.version != versions.roads:
            _kept.make_aside(versions.roads)
        _kept.network = _refreshed(known, versions)
        return _kept.network


def forget() -> None:
    """Begin anew with the next question."""
    with _kept.lock:
        _kept.network = None


def _sees_more_than_others() -> bool:
    """Inside a transaction one's own rows count, which no other connection could load."""
    return bool(connection.in_atomic_block)


def _matches(network: Network, versions: Versions) -> bool:
    return (
        network.roads.version == versions.roads
        and network.closures_version == versions.closures
        and network.speeds.version == versions.speeds
    )


def _refreshed(network: Network, versions: Versions) -> Network:
    """The same roads with the closures and speeds of now."""
    if (network.closures_version, network.speeds.version) == (versions.closures, versions.speeds):
        return network  # what it has worked out stays, also while other roads are made ready
    closures, speeds = network.closures, network.speeds
    if network.closures_version != versions.closures:
        closures = load_closures(network.roads)
    if speeds.version != versions.speeds:
        speeds = load_speeds(versions.speeds)
    return Network(
        network.roads,
        closures=closures,
        closures_version=versions.closures,
        speeds=speeds,
        parts=network.parts,
    )


class _Kept:
    """What this process has, and the thread that makes the next."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.network: Network | None = None
        self._making: int | None = None

    def make_aside(self, version: int) -> None:
        if self._making is not None:
            return
        self._making = version
        threading.Thread(target=self._make, name="roads", daemon=True).start()

    def _make(self) -> None:
        try:
            made = Network(load_roads(read_versions().roads))
            made.parts.topology("road")
            with self.lock:
                self.network = _refreshed(made, read_versions())
        except Exception as error:
            # The roads of before go on answering; the next question tries again.
            logger.error("map.graph_not_loaded", extra={"error": type(error).__name__})
        finally:
            self._making = None
            connection.close()


_kept = _Kept()


# --- reading -----------------------------------------------------------------------------------


def read_versions() -> Versions:
    return replace(Versions(), **dict(_rows(_VERSIONS)))


def load_roads(version: int) -> Roads:
    rows = _rows(_EDGES)
    if not rows:
        return replace(roads_of([], 0, origin=ANYWHERE), version=version)
    columns = list(zip(*rows, strict=True))
    ids, source, target = (np.array(column, dtype=np.int64) for column in columns[:3])
    is_boat, oneway, unpaved = (np.array(columns[at], dtype=bool) for at in (3, 4, 7))
    road_class = np.array([CLASSES.index(one) for one in columns[5]], dtype=np.int64)
    length_m = np.array(columns[8], dtype=np.float64)
    lnglat, part = shapely.get_coordinates(
        shapely.from_wkb([bytes(one) for one in columns[12]]), return_index=True
    )
    nodes = np.unique(np.concatenate((source, target)))
    middle = lnglat.mean(axis=0)
    origin = LatLng(float(middle[1]), float(middle[0]))
    first = np.searchsorted(part, np.arange(len(ids) + 1))
    points = (lnglat - middle) * scale_at(origin)
    position = dict(zip(ids.tolist(), range(len(ids)), strict=True))
    at_node = dict(zip(nodes.tolist(), range(len(nodes)), strict=True))
    roads = Roads(
        version=version,
        node_count=len(nodes),
        origin=origin,
        ids=ids,
        source=np.searchsorted(nodes, source),
        target=np.searchsorted(nodes, target),
        is_boat=is_boat,
        oneway=oneway,
        seconds=_seconds(length_m, road_class, unpaved, columns[9], columns[10]),
        length_m=length_m,
        road_class=road_class,
        access=np.array([ACCESS.index(one) for one in columns[6]], dtype=np.int64),
        names=columns[11],
        first=first,
        points=points,
        along=along_of(points, first),
        turns=tuple(
            Turn(position[come], at_node[via], position[go], only)
            for come, via, go, only in _rows(_TURNS)
            if come in position and go in position and via in at_node
        ),
    )
    logger.info(
        "map.graph_loaded", extra={"nodes": len(nodes), "edges": len(ids), "version": version}
    )
    return roads


def _seconds(
    length_m: Floats, road_class: Any, unpaved: Any, speed_kph: Any, duration_s: Any
) -> Floats:
    by_class = np.array([SPEED_KPH[name] for name in CLASSES])[road_class]
    by_class = np.where(unpaved, by_class * UNPAVED_SHARE, by_class)
    set_kph = np.array(speed_kph, dtype=np.float64)  # None becomes nan
    known_s = np.array(duration_s, dtype=np.float64)
    seconds = length_m / (np.where(np.isnan(set_kph), by_class, set_kph) / 3.6)
    return np.where(np.isnan(known_s), seconds, known_s)


def load_closures(roads: Roads) -> list[Closed]:
    """The open closures with the parts of edges that lie in them; one query, by the index of the lines."""
    rows = _rows(_CLOSURES, [CLOSURE_EDGES_MAX])
    if not rows:
        return []
    columns = list(zip(*rows, strict=True))
    edge_ids = np.array(columns[6], dtype=np.int64)
    edge = np.minimum(np.searchsorted(roads.ids, edge_ids), roads.count - 1)
    low, high = _covered(roads, edge, columns[7])
    metres = (high - low) * roads.drawn_m()[edge]
    touches_end = (low <= 0.0) | (high >= 1.0)
    is_strip = np.array(columns[5], dtype=bool)
    # What is only touched stays open, and so does a road that these roads do not have yet.
    shut = (metres >= COVERED_M_MIN) & (roads.ids[edge] == edge_ids)
    shut &= ~(is_strip & touches_end & (metres < STRIP_END_M))
    members: dict[str, list[int]] = {}
    for at in np.flatnonzero(shut).tolist():
        members.setdefault(str(columns[0][at]), []).append(at)
    areas = {str(id_): shapely.from_wkb(bytes(area)) for id_, area in _rows(_AREAS)}
    return [
        Closed(
            id=id_,
            area=areas.get(id_),
            kind=columns[1][chosen[0]],
            speed_share=columns[2][chosen[0]],
            valid_from=columns[3][chosen[0]],
            valid_to=columns[4][chosen[0]],
            edge=edge[chosen],
            low=low[chosen],
            high=high[chosen],
        )
        for id_, chosen in members.items()
    ]


def _covered(roads: Roads, edge: Ints, inside: Sequence[Any]) -> tuple[Floats, Floats]:
    """The first and the last share of each edge that lies inside; 1 and 0 where nothing does."""
    shapes = shapely.from_wkb([bytes(one) for one in inside])
    coordinates, row = shapely.get_coordinates(shapes, return_index=True)
    parts = np.concatenate([np.arange(roads.first[at], roads.first[at + 1]) for at in edge])
    counts = roads.first[edge + 1] - roads.first[edge]
    lines = shapely.linestrings(
        roads.points[parts], indices=np.repeat(np.arange(len(edge)), counts)
    )
    shares = shapely.line_locate_point(
        lines[row], shapely.points(roads.metres(coordinates)), normalized=True
    )
    low, high = np.ones(len(edge)), np.zeros(len(edge))
    np.minimum.at(low, row, shares)
    np.maximum.at(high, row, shares)
    return low, high


def load_speeds(version: int) -> Speeds:
    return Speeds(
        version=version,
        factors={Group(group): factor for group, factor in _rows(_FACTORS)},
        learnt={
            (Group(group), Slot(is_weekend, band), road_class): ratio
            for group, is_weekend, band, road_class, ratio in _rows(_LEARNT)
        },
        spread={(by, band_m): p90 for by, band_m, p90 in _rows(_SPREAD)},
    )


def _rows(sql: str, params: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
