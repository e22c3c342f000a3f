"""Polygons of the demo city: the land, and the kelurahan as cells around hand-placed points, cut at the coast."""

from __future__ import annotations

from collections import defaultdict

import shapely
from shapely.geometry import MultiPoint, MultiPolygon, Point, Polygon

from maps.demo.outline import BINTAN, CITY_ON_BINTAN, ISLANDS, KELURAHAN, PENYENGAT, Points


def land() -> dict[str, MultiPolygon]:
    """All land of the map by name, for drawing."""
    shapes = {"Pulau Bintan": MultiPolygon([_polygon(BINTAN)])}
    for name, (_, points) in ISLANDS.items():
        shapes[name] = MultiPolygon([_polygon(points)])
    return shapes


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
    polygon = Polygon([(lng, lat) for lat, lng in points])
    assert polygon.is_valid, "an outline crosses itself"
    return polygon


def _multi(shape: Polygon | MultiPolygon) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
