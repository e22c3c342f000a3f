"""Polygons of the demo city: the land, and the kelurahan as cells around hand-placed points, cut at the coast."""

from __future__ import annotations

import functools
from collections import defaultdict

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon

from maps.demo.outline import BINTAN, CITY_ON_BINTAN, ISLANDS, KELURAHAN, PENYENGAT, Points

ROUNDS = 2


def land() -> dict[str, MultiPolygon]:
    """All land of the map by name, for drawing."""
    shapes = {"Pulau Bintan": MultiPolygon([_polygon(BINTAN)])}
    for name, (_, points) in ISLANDS.items():
        shapes[name] = MultiPolygon([_polygon(points)])
    return shapes


@functools.cache  # a third of the time of seeding, and always the same
def kelurahan_areas() -> dict[str, MultiPolygon]:
    """The approximate area of each kelurahan by its code."""
    city = _polygon(CITY_ON_BINTAN)
    owners: dict[tuple[float, float], str] = {}
    for item in KELURAHAN:
        for lat, lng in (item.centre, *item.others):
            owners[lng, lat] = item.code
    cells = shapely.voronoi_polygons(MultiPoint(list(owners)), extend_to=city.buffer(0.05))
    parts: dict[str, list[Polygon]] = defaultdict(list)
    for cell in cells.geoms:
        inside = next(code for point, code in owners.items() if cell.covers(Point(point)))
        parts[inside].append(cell)
    areas = {code: [shapely.union_all(cells).intersection(city)] for code, cells in parts.items()}
    areas[PENYENGAT.code] = []
    for owner, points in ISLANDS.values():
        if owner is not None:
            areas[owner].append(_polygon(points))
    return {code: _multi(shapely.union_all(shapes)) for code, shapes in areas.items()}


def _polygon(points: Points) -> Polygon:
    polygon = Polygon(rounded([(lng, lat) for lat, lng in points], closed=True))
    assert polygon.is_valid, "an outline crosses itself"
    return polygon


def rounded(points: list[tuple[float, float]], *, closed: bool) -> list[tuple[float, float]]:
    """Corners cut twice (Chaikin), because a ruler's corners read as facts; the ends of an open line stay."""
    for _ in range(ROUNDS):
        if not closed and len(points) < 3:
            return points
        following = [*points[1:], points[0]] if closed else points[1:]
        cut = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in zip(points, following, strict=False)
            for share in (0.25, 0.75)
        ]
        points = cut if closed else [points[0], *cut[1:-1], points[-1]]
    return points


def _multi(shape: Polygon | MultiPolygon) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
