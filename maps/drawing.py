"""The city as a plain drawing, for pages that nobody has signed in to and that have no map to move."""

from __future__ import annotations

from typing import Any

from django.db import connection

from maps.geo import LatLng

SIDE_M = 9_000
SIMPLIFY_M = 8.0

_DRAWING = """
WITH centre AS (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326), 3857) AS point),
frame AS (SELECT ST_Expand(point, %(side)s) AS box, ST_X(point) AS x, ST_Y(point) AS y FROM centre),
shapes AS (
    SELECT kind, ST_Transform(area, 3857) AS shape FROM maps_surface
    UNION ALL
    SELECT road_class, ST_Transform(line, 3857) FROM maps_roadedge WHERE mode = 'road'
)
SELECT kind, ST_AsSVG(ST_Translate(ST_SimplifyPreserveTopology(shape, %(simplify)s), -frame.x, -frame.y), 1, 0)
FROM shapes, frame WHERE shape && frame.box
"""
_NAMES = """
WITH centre AS (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326), 3857) AS point)
SELECT name, round(ST_X(ST_Transform(district.centre, 3857)) - ST_X(point)),
       round(ST_Y(point) - ST_Y(ST_Transform(district.centre, 3857)))
FROM maps_district AS district, centre
"""
_BELOW_TO_TOP = ("land", "water", "r3", "r2", "r1")


def city_drawing(centre: LatLng) -> dict[str, Any]:
    """SVG paths by kind, in the order in which they are painted, and the names of districts; metres, y downwards."""
    where = {"lat": centre.lat, "lng": centre.lng, "side": SIDE_M, "simplify": SIMPLIFY_M}
    with connection.cursor() as cursor:
        cursor.execute(_DRAWING, where)
        paths: dict[str, list[str]] = {}
        for kind, path in cursor.fetchall():
            paths.setdefault(kind, []).append(path)
        cursor.execute(_NAMES, where)
        names = [{"name": name, "x": int(x), "y": int(y)} for name, x, y in cursor.fetchall()]
    half = SIDE_M // 2
    return {
        "view_box": f"{-half} {-half} {SIDE_M} {SIDE_M}",
        "layers": [(kind, " ".join(paths[kind])) for kind in _BELOW_TO_TOP if kind in paths],
        "names": names,
    }
