"""One street is all roads of one name that lie together: the caller says the name, not which piece of it."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from maps.importing.place_tags import NAME_CHARS_MAX, street_kind
from maps.importing.rows import Content, PlaceRow
from maps.importing.shapes import reach_m

APART_DEGREES_MAX = 0.003  # about 330 m: further apart they are two streets of the same name
RADIUS_M_MIN = 30


def streets(content: Content) -> list[PlaceRow]:
    named = [
        (way.road.name.strip()[:NAME_CHARS_MAX].strip(), way)
        for way in content.ways
        if way.road.mode == "road" and way.road.name.strip()
    ]
    if not named:
        return []
    lines = np.array([shapely.LineString(way.points) for _, way in named])
    names, name_of = np.unique(np.array([name for name, _ in named]), return_inverse=True)
    members = defaultdict[int, list[int]](list)
    for at, label in enumerate(_together(lines, name_of)):
        members[int(label)].append(at)
    return [
        _street(
            str(names[name_of[group[0]]]),
            lines[group],
            [named[at][1].id for at in group],
            content.street_names,
        )
        for group in members.values()
    ]


def _together(lines: np.ndarray, name_of: np.ndarray) -> np.ndarray:
    one, other = shapely.STRtree(lines).query(
        lines, predicate="dwithin", distance=APART_DEGREES_MAX
    )
    same = name_of[one] == name_of[other]
    one, other = one[same], other[same]
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(lines), len(lines)))
    return connected_components(links, directed=False)[1]


def _street(
    name: str, lines: np.ndarray, ways: list[int], other_names: dict[int, tuple[str, ...]]
) -> PlaceRow:
    longest = lines[int(np.argmax(shapely.length(lines)))]
    middle = longest.interpolate(0.5, normalized=True)
    point = (middle.x, middle.y)
    others = dict.fromkeys(text for way in sorted(set(ways)) for text in other_names.get(way, ()))
    return PlaceRow(
        key=f"osm-street-w{min(ways)}",
        kind=street_kind(name),
        name=name,
        names=tuple(dict.fromkeys((name, *others))),
        point=point,
        radius_m=max(RADIUS_M_MIN, reach_m(point, shapely.get_coordinates(lines).tolist())),
        shape=shapely.MultiLineString(list(lines)),
    )
