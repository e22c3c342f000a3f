"""Small geometry of the readers: polygons that are sound, rings joined to areas, how far something reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import shapely

from maps.geo import LatLng, distance_m

LngLat = tuple[float, float]
REACH_M_MAX = 50_000


def polygon_of(points: Sequence[LngLat]) -> shapely.Polygon | None:
    if len(points) < 4:
        return None
    area = shapely.Polygon(points)
    return area if area.is_valid and not area.is_empty else None


def multipolygon(shape: shapely.Geometry) -> shapely.MultiPolygon | None:
    """The same area as a sound multipolygon, or None when there is no area in it."""
    shape = shapely.force_2d(shape)
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    parts += [
        inner
        for part in shapely.get_parts(shape)
        if part.geom_type == "MultiPolygon"
        for inner in part.geoms
    ]
    parts = [part for part in parts if part.area > 0]
    return shapely.MultiPolygon(parts) if parts else None


def rings_area(
    outer: Iterable[Sequence[LngLat]], inner: Iterable[Sequence[LngLat]]
) -> shapely.MultiPolygon | None:
    """The lines of a relation joined to rings; None when they do not close."""
    around = _joined(outer)
    if around is None:
        return None
    holes = _joined(inner)
    return multipolygon(around if holes is None else around.difference(holes))


def _joined(lines: Iterable[Sequence[LngLat]]) -> shapely.Geometry | None:
    whole = [shapely.LineString(line) for line in lines]
    if not whole:
        return None
    rings, _cuts, dangles, _bad = shapely.polygonize_full(whole)
    if rings.is_empty or not dangles.is_empty:
        return None
    return shapely.union_all(shapely.get_parts(rings))


def reach_m(point: LngLat, corners: Iterable[LngLat]) -> int:
    """How far the corners lie from the point, in whole metres."""
    here = LatLng(point[1], point[0])
    far = max((distance_m(here, LatLng(lat, lng)) for lng, lat in corners), default=0.0)
    return min(REACH_M_MAX, round(far))
