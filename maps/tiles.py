"""Vector tiles straight from PostGIS. One query gives all layers of a tile."""

from __future__ import annotations

from django.db import connection

ZOOM_MAX = 20
EXTENT = 4096
BUFFER = 128  # of the extent, so that wide lines and labels are not cut at the edge
TILE_PIXELS = 256
WORLD_M = 40_075_016.686
SIMPLIFY_PIXELS = 0.5
FORMAT = (
    2  # raise it when the layers below change: tiles in browsers' caches are then asked for again
)

# What is in a tile from which zoom on; the rest would only be clutter. The screens draw a tile one zoom closer than
# its own, and the deepest that they ask for is 16.
ROAD_CLASS_ZOOM = {"r1": 8, "ferry": 11, "r2": 11, "r3": 13, "path": 15}
PLACE_KIND_ZOOM = {
    "kecamatan": 9, "kelurahan": 10, "island": 12, "airport": 11, "hospital": 11, "fire_station": 11, "police": 12,
    "rescue": 12, "pier": 12, "neighbourhood": 13, "clinic": 13, "government": 14, "junction": 14, "market": 14,
    "school": 14, "worship": 14, "landmark": 14, "bridge": 13, "km_marker": 14,
    "housing": 13, "hydrant": 14, "aed": 14, "fuel": 14, "alley": 15, "address": 16,
}  # fmt: skip

_TILE = """
WITH tile AS (
  SELECT box, ST_Transform(ST_Expand(box, %(margin)s), 4326) AS around
  FROM (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS box) AS envelope
),
land AS (
  SELECT ST_AsMVT(t, 'land', %(extent)s, 'geom') AS mvt FROM (
    SELECT s.name, ST_AsMVTGeom(ST_SimplifyPreserveTopology(ST_Transform(s.area, 3857), %(tolerance)s),
      tile.box, %(extent)s, %(buffer)s) AS geom
    FROM maps_surface AS s, tile WHERE s.kind = 'land' AND s.area && tile.around) AS t WHERE t.geom IS NOT NULL
),
water AS (
  SELECT ST_AsMVT(t, 'water', %(extent)s, 'geom') AS mvt FROM (
    SELECT s.name, ST_AsMVTGeom(ST_SimplifyPreserveTopology(ST_Transform(s.area, 3857), %(tolerance)s),
      tile.box, %(extent)s, %(buffer)s) AS geom
    FROM maps_surface AS s, tile WHERE s.kind = 'water' AND s.area && tile.around) AS t WHERE t.geom IS NOT NULL
),
districts AS (
  SELECT ST_AsMVT(t, 'districts', %(extent)s, 'geom') AS mvt FROM (
    SELECT d.code, d.name, d.subdistrict, d.is_approximate AS approximate,
      ST_AsMVTGeom(ST_SimplifyPreserveTopology(ST_Transform(d.area, 3857), %(tolerance)s),
      tile.box, %(extent)s, %(buffer)s) AS geom
    FROM maps_district AS d, tile WHERE d.area && tile.around) AS t WHERE t.geom IS NOT NULL
),
roads AS (
  SELECT ST_AsMVT(t, 'roads', %(extent)s, 'geom') AS mvt FROM (
    SELECT e.name, e.road_class AS class,
      ST_AsMVTGeom(ST_LineMerge(ST_Collect(ST_Simplify(ST_Transform(e.line, 3857), %(tolerance)s))),
      tile.box, %(extent)s, %(buffer)s) AS geom
    FROM maps_roadedge AS e, tile WHERE e.road_class = ANY(%(classes)s) AND e.line && tile.around
    GROUP BY e.name, e.road_class, tile.box) AS t
  WHERE t.geom IS NOT NULL
),
places AS (
  SELECT ST_AsMVT(t, 'places', %(extent)s, 'geom') AS mvt FROM (
    SELECT p.id::text AS id, p.name, p.kind, p.is_demo_position AS demo, nullif(p.house_number, '') AS number,
      ST_AsMVTGeom(ST_Transform(p.point, 3857), tile.box, %(extent)s, %(buffer)s) AS geom
    FROM maps_place AS p, tile WHERE p.kind = ANY(%(kinds)s) AND p.point && tile.around) AS t WHERE t.geom IS NOT NULL
)
SELECT land.mvt || water.mvt || districts.mvt || roads.mvt || places.mvt FROM land, water, districts, roads, places
"""


def exists(z: int, x: int, y: int) -> bool:
    return 0 <= z <= ZOOM_MAX and 0 <= x < 2**z and 0 <= y < 2**z


def render(z: int, x: int, y: int) -> bytes:
    """The tile as Mapbox Vector Tile; empty where nothing is."""
    assert exists(z, x, y)
    side_m = WORLD_M / 2**z
    with connection.cursor() as cursor:
        cursor.execute(
            _TILE,
            {
                "z": z,
                "x": x,
                "y": y,
                "extent": EXTENT,
                "buffer": BUFFER,
                "margin": side_m * BUFFER / EXTENT,
                "tolerance": side_m / TILE_PIXELS * SIMPLIFY_PIXELS,
                "classes": [name for name, zoom in ROAD_CLASS_ZOOM.items() if z >= zoom],
                "kinds": [kind for kind, zoom in PLACE_KIND_ZOOM.items() if z >= zoom],
            },
        )
        return bytes(cursor.fetchone()[0])
