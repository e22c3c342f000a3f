"""Reads a file of OpenStreetMap in two passes: what relations need, then nodes and ways with their positions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import shapely
from osmium.filter import EmptyTagFilter
from osmium.osm import NODE, RELATION, WAY

from maps.importing import interpolation, place_tags, road_tags
from maps.importing.place_tags import Tagged
from maps.importing.rows import Box, Content, LngLat, PlaceRow, Turn, WayOfRoad
from maps.importing.shapes import polygon_of, reach_m, rings_area

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".pbf", ".osm.bz2")
SAY_EVERY = 20_000
EMERGENCY = frozenset({"emergency", "emergency_vehicle", "fire", "ambulance"})

Said = Callable[[int], None]


class BrokenFile(Exception):  # noqa: N818 - read as a sentence
    """The file cannot be read to its end."""


@dataclass(frozen=True, slots=True)
class _Area:
    """A relation that is a place or a boundary; its ways come in the second pass."""

    id: int
    tags: Mapping[str, str]
    outer: tuple[int, ...]
    inner: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Boundary:
    """An administrative area of some level."""

    id: int
    level: int
    tags: Mapping[str, str]
    area: shapely.MultiPolygon


@dataclass
class _Needed:
    areas: list[_Area] = field(default_factory=list)
    ways: set[int] = field(default_factory=set)
    ferries: dict[int, dict[str, str]] = field(default_factory=dict)  # way -> tags of its route
    points: dict[int, tuple[LngLat, ...]] = field(default_factory=dict)


def read(
    path: Path, content: Content, *, levels: Iterable[int] = (), box: Box | None = None,
    say: Said = lambda _count: None,
) -> list[Boundary]:  # fmt: skip
    """Adds what the file holds to `content`; answers with its boundaries of these levels."""
    try:
        needed = _relations(path, content, frozenset(levels))
        seen = _nodes_and_ways(path, content, needed, say)
        header = osmium.io.Reader(str(path), osmium.osm.NOTHING).header().box()
    except (RuntimeError, OSError, ValueError, UnicodeDecodeError) as error:
        raise BrokenFile(str(error)) from error
    if box is None and header.valid():
        low, high = header.bottom_left, header.top_right
        box = (low.lon, low.lat, high.lon, high.lat)
    box = box or seen
    if box is not None:
        content.boxes.append(box)
    return _areas(content, needed, frozenset(levels))


# --- first pass -----------------------------------------------------------------------------------


def _relations(path: Path, content: Content, levels: frozenset[int]) -> _Needed:
    needed = _Needed()
    for relation in osmium.FileProcessor(str(path), RELATION):
        tags = dict(relation.tags)
        kind = tags.get("type", "")
        if kind == "restriction" or kind.startswith("restriction:"):
            _turn(relation, tags, content)
        elif kind == "route" and tags.get("route") == "ferry":
            ways = [member.ref for member in relation.members if member.type == "w"]
            # The duration is of the whole route, not of each of its ways.
            shared = {k: v for k, v in tags.items() if k != "duration" or len(ways) == 1}
            needed.ferries.update(dict.fromkeys(ways, shared))
        elif _is_wanted(kind, tags, levels):
            members = [member for member in relation.members if member.type == "w"]
            inner = tuple(member.ref for member in members if member.role == "inner")
            outer = tuple(
                member.ref for member in members if member.role in {"outer", "", "outline"}
            )
            needed.areas.append(_Area(relation.id, tags, outer, inner))
            needed.ways.update(outer, inner)
    return needed


def _is_wanted(kind: str, tags: Mapping[str, str], levels: frozenset[int]) -> bool:
    if kind not in {"multipolygon", "boundary", "site"}:
        return False
    return _level(tags) in levels or place_tags.place_of(tags) is not None


def _level(tags: Mapping[str, str]) -> int | None:
    text = tags.get("admin_level", "")
    is_area = tags.get("boundary") == "administrative" and text.isascii() and text.isdigit()
    return int(text) if is_area else None


def _turn(relation: Any, tags: Mapping[str, str], content: Content) -> None:
    where = f"r{relation.id}"
    said = tags.get("restriction", "")
    if not said:
        only_some = any(key.startswith("restriction:") for key in tags)
        content.problems.add("turn_for_some_only" if only_some else "turn_without_kind", where)
        return
    kind = said.partition("_")[0]
    by_role: dict[str, list[tuple[str, int]]] = {}
    for member in relation.members:
        by_role.setdefault(member.role, []).append((member.type, member.ref))
    via = by_role.get("via", [])
    from_ways = tuple(ref for type_, ref in by_role.get("from", ()) if type_ == "w")
    to_ways = tuple(ref for type_, ref in by_role.get("to", ()) if type_ == "w")
    if via and all(type_ == "w" for type_, _ in via):
        content.problems.add("turn_over_a_way", where)
    elif kind not in {"no", "only"} or len(via) != 1 or not from_ways or not to_ways:
        content.problems.add("turn_incomplete", where)
    else:
        excepted = {part.strip() for part in tags.get("except", "").split(";")}
        content.turns[relation.id] = Turn(
            relation.id, from_ways, via[0][1], to_ways, kind, not (excepted & EMERGENCY)
        )


# --- second pass ----------------------------------------------------------------------------------


def _nodes_and_ways(path: Path, content: Content, needed: _Needed, say: Said) -> Box | None:
    """Answers with the box of what was found, for files that name none."""
    file = osmium.FileProcessor(str(path), NODE | WAY).with_locations()
    seen: list[LngLat] = []
    for count, item in enumerate(file.with_filter(EmptyTagFilter().enable_for(NODE))):
        if count % SAY_EVERY == 0:
            say(count)
        if item.is_node():
            if item.location.valid():
                seen.append((item.lon, item.lat))
                _node(item.id, (item.lon, item.lat), dict(item.tags), content)
        else:
            _way(item, content, needed, seen)
    if not seen:
        return None
    wests, souths = zip(*seen, strict=True)
    return min(wests), min(souths), max(wests), max(souths)


def _node(ref: int, point: LngLat, tags: Mapping[str, str], content: Content) -> None:
    barrier = road_tags.barrier_of(tags)
    if barrier is not None:
        content.barriers[ref] = barrier
    if name := tags.get("name", ""):
        content.node_names[ref] = name
    if "addr:housenumber" in tags:
        content.house_numbers[ref] = place_tags.address_of(tags)
    place = place_tags.place_of(tags)
    if place is not None:
        _add_place(content, f"n{ref}", place, point, None)


def _way(way: Any, content: Content, needed: _Needed, seen: list[LngLat]) -> None:
    tags = dict(way.tags)
    ferry = needed.ferries.get(way.id)
    if ferry is not None and "highway" not in tags:
        tags = {**ferry, **tags, "route": "ferry"}
    is_member = way.id in needed.ways
    if not (tags or is_member):
        return
    road = road_tags.road_of(tags)
    place = _place_of_way(tags, road)
    if "addr:interpolation" in tags:
        _add_between(way, tags["addr:interpolation"], content)
    if road is None and place is None and not is_member:
        return
    refs = [(node.ref, node.location) for node in way.nodes]
    located = [(ref, (at.lon, at.lat)) if at.valid() else None for ref, at in refs]
    points = tuple(one[1] for one in located if one is not None)
    if is_member:
        needed.points[way.id] = points
    if road is not None:
        _add_road(content, way.id, located, road)
        names, _too_long = place_tags.names_of(tags)
        if len(names) > 1:
            content.street_names[way.id] = names
    if points:
        seen.append(points[0])
    if place is not None and points:
        is_whole = len(points) == len(refs) and refs[0][0] == refs[-1][0]
        area = polygon_of(points) if is_whole else None
        _add_place(content, f"w{way.id}", place, _middle(points, area), area, points)


def _add_between(way: Any, numbering: str, content: Content) -> None:
    nodes = [(n.ref, (n.location.lon, n.location.lat)) for n in way.nodes if n.location.valid()]
    for address, point in interpolation.between(nodes, content.house_numbers, numbering):
        name = address.text[: place_tags.NAME_CHARS_MAX]
        key = f"osm-w{way.id}-no-{address.house_number}"
        content.places[key] = PlaceRow(
            key, "address", name, (name,), point, place_tags.RADIUS_M["address"], address=address,
            certainty="near",
        )  # fmt: skip


def _place_of_way(tags: Mapping[str, str], road: road_tags.Road | None) -> Tagged | None:
    """A road is found as a street; a place beside that it is only where it is a bridge or a pier with a name."""
    if road is None:
        return place_tags.place_of(tags)
    if tags.get("man_made") == "pier" and "name" in tags:
        return place_tags.place_of(tags)
    if name := tags.get("bridge:name"):
        return place_tags.place_of({"man_made": "bridge", "name": name})
    return None


def _add_road(
    content: Content, way: int, located: list[tuple[int, LngLat] | None], road: road_tags.Road
) -> None:
    """A way that leaves the extract is driven where its nodes are in it."""
    runs: list[list[tuple[int, LngLat]]] = [[]]
    for one in located:
        if one is None:
            runs.append([])
        elif not runs[-1] or runs[-1][-1][0] != one[0]:
            runs[-1].append(one)
    if None in located:
        content.problems.add("way_with_missing_nodes", f"w{way}")
    kept = [run for run in runs if len(run) > 1]
    if not kept:
        content.problems.add("way_without_length", f"w{way}")
    for number, run in enumerate(kept):
        refs, points = zip(*run, strict=True)
        content.roads[way, number] = WayOfRoad(way, refs, points, road, number)


def _add_place(
    content: Content,
    osm_id: str,
    place: Tagged,
    point: LngLat,
    area: shapely.Polygon | shapely.MultiPolygon | None,
    points: Iterable[LngLat] = (),
) -> None:
    for code in place.problems:
        content.problems.add(code, osm_id)
    if not place.kind:
        return
    shape = None if place.kind in place_tags.SHAPELESS else area
    usual = place_tags.RADIUS_M.get(place.kind, place_tags.RADIUS_M_USUAL)
    corners = shapely.get_coordinates(area).tolist() if area is not None else list(points)
    key = f"osm-{osm_id}"
    content.places[key] = PlaceRow(
        key=key,
        kind=place.kind,
        name=place.name,
        names=place.names,
        point=point,
        radius_m=max(usual if not corners else 10, reach_m(point, corners)),
        shape=shape,
        address=place.address,
        phone=place.phone,
    )


def _middle(points: tuple[LngLat, ...], area: shapely.Polygon | None) -> LngLat:
    if area is not None:
        middle = area.centroid if area.covers(area.centroid) else area.representative_point()
        return middle.x, middle.y
    if len(points) == 1:
        return points[0]
    middle = shapely.LineString(points).interpolate(0.5, normalized=True)
    return middle.x, middle.y


# --- areas of relations ---------------------------------------------------------------------------


def _areas(content: Content, needed: _Needed, levels: frozenset[int]) -> list[Boundary]:
    boundaries = []
    for one in needed.areas:
        outer, inner = (
            [needed.points[ref] for ref in refs if len(needed.points.get(ref, ())) > 1]
            for refs in (one.outer, one.inner)
        )
        is_whole = len(outer) == len(one.outer)
        area = rings_area(outer, inner) if is_whole else None
        if area is None:
            content.problems.add("area_not_closed", f"r{one.id}")
        place = place_tags.place_of(one.tags)
        points = [point for line in outer for point in line]
        if place is not None and points:
            if area is not None:
                middle = area.representative_point()
                point = (middle.x, middle.y)
            else:
                point = _middle(tuple(points), None)
            _add_place(content, f"r{one.id}", place, point, area, points)
        level = _level(one.tags)
        if level in levels and area is not None:
            boundaries.append(Boundary(one.id, level, one.tags, area))
    return boundaries
