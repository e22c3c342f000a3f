"""Ways become a network: cut where they meet, joined to piers, with what stands in the road and where one may not turn."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from maps.geo import METRES_PER_DEGREE, LatLng, distance_m
from maps.importing.report import COMPONENTS_MAX, Problems
from maps.importing.road_tags import Road, narrower
from maps.importing.rows import Content, EdgeRow, LngLat, NodeRow, Turn, TurnRow, WayOfRoad

PIER_JOIN_M_MAX = 150.0
BARRIER_M = 2.0
BARRIER_WAYS_MAX = 2  # a gate where three roads meet closes one of them, and nobody says which
NAME_CHARS_MAX = 120
# Added to the number of a barrier's node: the point just behind it, which the file does not have.
_BEHIND = 1 << 60
_TO_THE_PIER = Road("road", "path", "", 0, 5.0, "unknown", "foot", is_bridge=False)


@dataclass
class Network:
    nodes: dict[str, NodeRow] = field(default_factory=dict)
    edges: list[EdgeRow] = field(default_factory=list)
    turns: list[TurnRow] = field(default_factory=list)
    piers_joined: int = 0


def build(content: Content) -> Network:
    ways, uses = _with_barriers(content)
    ways, uses, joined = _with_piers(ways, uses, content.problems)
    network = Network(piers_joined=joined)
    parts: Counter[int] = Counter()
    for way in ways:
        _cut(way, uses, parts, network, content)
    network.turns = _turns(list(content.turns.values()), network.edges, content.problems)
    return network


def node_key(ref: int) -> str:
    return f"osm-n{ref - _BEHIND}-behind" if ref > _BEHIND // 2 else f"osm-n{ref}"


def components(network: Network) -> dict[str, Any]:
    """How many pieces the network falls into that no road or crossing joins, and how large they are."""
    number = {key: at for at, key in enumerate(network.nodes)}
    if not number:
        return {"count": 0, "nodes": 0, "largest": [], "share_of_largest": None}
    rows = [number[edge.source] for edge in network.edges]
    columns = [number[edge.target] for edge in network.edges]
    links = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(number), len(number)))
    count, label = connected_components(links, directed=False)
    sizes = sorted(np.bincount(label).tolist(), reverse=True)
    return {
        "count": int(count),
        "nodes": len(number),
        "largest": sizes[:COMPONENTS_MAX],
        "share_of_largest": round(sizes[0] / len(number), 4),
    }


# --- barriers and piers ---------------------------------------------------------------------------


def _with_barriers(content: Content) -> tuple[list[WayOfRoad], Counter[int]]:
    """Two metres of road behind a barrier have its access: what leads up to it stays open from both sides."""
    ways = content.ways
    uses = Counter(ref for way in ways for ref in way.refs)
    ends = Counter(ref for way in ways for ref in (way.refs[0], way.refs[-1]))
    at_barrier: dict[int, int] = {}
    for at, way in enumerate(ways):
        if way.road.mode == "road":
            for ref in way.refs:
                if ref in content.barriers:
                    at_barrier.setdefault(ref, at)
    for barrier, at in at_barrier.items():
        meeting = 2 * uses[barrier] - ends[barrier]
        if meeting > BARRIER_WAYS_MAX:
            content.problems.add("barrier_at_junction", f"n{barrier}")
        elif meeting == BARRIER_WAYS_MAX:  # at the end of a road it closes nothing that is known
            ways[at] = _with_piece(ways[at], barrier)
            uses[barrier] += 1
            uses[barrier + _BEHIND] += 2
    return ways, uses


def _with_piece(way: WayOfRoad, barrier: int) -> WayOfRoad:
    """The way with one more point, BARRIER_M behind the barrier or halfway to the next node."""
    at = way.refs.index(barrier)
    is_last = at == len(way.refs) - 1
    here, there = way.points[at], way.points[at - 1 if is_last else at + 1]
    metres = distance_m(LatLng(here[1], here[0]), LatLng(there[1], there[0]))
    share = min(0.5, BARRIER_M / max(metres, 0.001))
    point = (here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share)
    place = at if is_last else at + 1
    return replace(
        way,
        refs=(*way.refs[:place], barrier + _BEHIND, *way.refs[place:]),
        points=(*way.points[:place], point, *way.points[place:]),
    )


def _with_piers(
    ways: list[WayOfRoad], uses: Counter[int], problems: Problems
) -> tuple[list[WayOfRoad], Counter[int], int]:
    """A crossing that ends in the water is joined, on foot, to the nearest node of a road."""
    on_road = {
        ref: point
        for way in ways
        if way.road.mode == "road"
        for ref, point in zip(way.refs, way.points, strict=True)
    }
    loose = {
        ref: (way.id, point)
        for way in ways
        if way.road.mode == "boat"
        for ref, point in ((way.refs[0], way.points[0]), (way.refs[-1], way.points[-1]))
        if ref not in on_road and uses[ref] == 1
    }
    if not (loose and on_road):
        for ref in loose:
            problems.add("pier_without_road", f"n{ref}")
        return ways, uses, 0
    refs = list(on_road)
    scale = np.array([np.cos(np.radians(on_road[refs[0]][1])), 1.0]) * METRES_PER_DEGREE
    tree = cKDTree(np.array([on_road[ref] for ref in refs]) * scale)
    joined = []
    for ref, (_ferry, point) in loose.items():
        metres, at = tree.query(np.array(point) * scale, distance_upper_bound=PIER_JOIN_M_MAX)
        if not np.isfinite(metres):
            problems.add("pier_without_road", f"n{ref}")
            continue
        other = refs[int(at)]
        joined.append(WayOfRoad(ref, (ref, other), (point, on_road[other]), _TO_THE_PIER, run=-1))
        uses[ref] += 1
        uses[other] += 1
    return [*ways, *joined], uses, len(joined)


# --- cutting --------------------------------------------------------------------------------------


def _cut(
    way: WayOfRoad, uses: Counter[int], parts: Counter[int], network: Network, content: Content
) -> None:
    last = len(way.refs) - 1
    cuts = [at for at, ref in enumerate(way.refs) if at in {0, last} or uses[ref] > 1]
    cuts = _without_loops(way, cuts)
    metres = _along_m(way.points)
    prefix = f"osm-n{way.id}-pier" if way.run == -1 else f"osm-w{way.id}"
    for begin, end in itertools.pairwise(cuts):
        if way.refs[begin] == way.refs[end]:
            content.problems.add("way_without_length", f"w{way.id}")
            continue
        key = f"{prefix}-{parts[way.id]}" if way.run != -1 else prefix
        parts[way.id] += way.run != -1
        share = (metres[end] - metres[begin]) / metres[-1] if metres[-1] else 1.0
        refs, points = way.refs[begin : end + 1], way.points[begin : end + 1]
        if way.road.direction < 0:
            refs, points = refs[::-1], points[::-1]
        network.edges.append(_edge(way, key, refs, points, share, content))
        for ref, point in ((refs[0], points[0]), (refs[-1], points[-1])):
            name = content.node_names.get(ref, "")[:NAME_CHARS_MAX]
            network.nodes.setdefault(node_key(ref), NodeRow(node_key(ref), point, name))


def _edge(
    way: WayOfRoad,
    key: str,
    refs: Sequence[int],
    points: Sequence[LngLat],
    share: float,
    content: Content,
) -> EdgeRow:
    road, access = way.road, way.road.access
    if len(refs) == 2 and abs(refs[0] - refs[1]) == _BEHIND:
        access = narrower(access, content.barriers[min(refs)])
    if len(road.name) > NAME_CHARS_MAX:
        content.problems.add("name_too_long", f"w{way.id}")
    seconds = None if road.duration_s is None else max(1, round(road.duration_s * share))
    return EdgeRow(
        key=key,
        way=0 if way.run == -1 else way.id,
        source=node_key(refs[0]),
        target=node_key(refs[-1]),
        points=tuple(points),
        road=road,
        access=access,
        duration_s=seconds,
    )


def _without_loops(way: WayOfRoad, cuts: list[int]) -> list[int]:
    """A piece that leads back to where it began is cut in two: an edge has two different ends."""
    whole = [cuts[0]]
    for begin, end in itertools.pairwise(cuts):
        if way.refs[begin] == way.refs[end] and end - begin > 1:
            whole.append((begin + end) // 2)
        whole.append(end)
    return whole


def _along_m(points: Sequence[LngLat]) -> list[float]:
    """Metres from the beginning; only shares of it are used, so a sphere is good enough."""
    array = np.array(points)
    scale = np.array([np.cos(np.radians(array[0][1])), 1.0]) * METRES_PER_DEGREE
    steps = np.hypot(*(np.diff(array, axis=0) * scale).T)
    return np.concatenate(([0.0], np.cumsum(steps))).tolist()


# --- turns ----------------------------------------------------------------------------------------


def _turns(turns: list[Turn], edges: list[EdgeRow], problems: Problems) -> list[TurnRow]:
    arriving: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    leaving: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    wanted = {ref for turn in turns for ref in (*turn.from_ways, *turn.to_ways)}
    for edge in edges:
        if edge.way in wanted:
            arriving[edge.way, edge.target].append(edge.key)
            leaving[edge.way, edge.source].append(edge.key)
            if edge.road.direction == 0:
                arriving[edge.way, edge.source].append(edge.key)
                leaving[edge.way, edge.target].append(edge.key)
    rows: dict[tuple[str, str, str], TurnRow] = {}
    for turn in turns:
        via = node_key(turn.via)
        pairs = [
            (begin, end)
            for from_way in turn.from_ways
            for to_way in turn.to_ways
            if (begin := _only(arriving[from_way, via])) and (end := _only(leaving[to_way, via]))
        ]
        if len(pairs) < len(turn.from_ways) * len(turn.to_ways):
            problems.add("turn_incomplete", f"r{turn.id}")
        for number, (begin, end) in enumerate(pairs):
            key = f"osm-r{turn.id}" + (f"-{number}" if number else "")
            row = TurnRow(key, begin, via, end, turn.kind, turn.binds_emergency)
            if rows.setdefault((begin, via, end), row) is not row:
                problems.add("turn_said_twice", f"r{turn.id}")
    return list(rows.values())


def _only(keys: list[str]) -> str | None:
    """A way that goes on behind the node could mean either half."""
    return keys[0] if len(keys) == 1 else None
