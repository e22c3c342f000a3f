"""Where streets run and meet. A street is a place with a shape, or all roads of its name around it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from maps.geo import METRES_PER_DEGREE, LatLng

CROSSING_M_MAX = 60.0
JUNCTIONS_MAX = 12
NAMED_JUNCTION_M = (
    80.0  # a junction that people have named lies this near to where the streets meet
)
ROAD_M_MAX = 250.0

# The shape of the place %(id)s, else the roads of its name. A GiST index finds what lies around it.
_LINES = """
SELECT COALESCE(p.shape, (
  SELECT ST_Collect(e.line) FROM maps_roadedge AS e
  WHERE e.name <> '' AND maps_street_key(e.name) = maps_street_key(p.name)
    AND ST_DWithin(e.line, p.point, 0.005 + p.radius_m / 111195.0)
)) AS line, p.name FROM maps_place AS p WHERE p.id = {id}
"""


@dataclass(frozen=True, slots=True)
class Junction:
    position: LatLng
    name: str  # as people call it, or the other street
    is_named: bool


@dataclass(frozen=True, slots=True)
class Road:
    name: str
    position: LatLng  # the nearest point of it
    distance_m: float


def crossing_of(
    first_id: str, second_id: str, *, within_m: float = CROSSING_M_MAX
) -> LatLng | None:
    """Where two streets meet; None when they do not."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH a AS ({_LINES.format(id='%(first)s')}), b AS ({_LINES.format(id='%(second)s')})"  # noqa: S608
            " SELECT ST_Y(c), ST_X(c) FROM (SELECT ST_ClosestPoint(a.line, b.line) AS c FROM a, b"
            " WHERE a.line IS NOT NULL AND b.line IS NOT NULL"
            " AND ST_DWithin(a.line::geography, b.line::geography, %(within)s)) AS crossing",
            {"first": first_id, "second": second_id, "within": within_m},
        )
        row = cursor.fetchone()
    return LatLng(row[0], row[1]) if row else None


def junctions_of(street_id: str) -> list[Junction]:
    """Where this street meets others with a name; each junction once."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH street AS ({_LINES.format(id='%(street)s')}), met AS ("  # noqa: S608
            "  SELECT o.name, ST_ClosestPoint(street.line, o.shape) AS at FROM street JOIN maps_place AS o"
            "    ON o.kind = 'street' AND o.id <> %(street)s AND ST_DWithin(o.shape, street.line, 0.0003)"
            "  UNION ALL"
            "  SELECT e.name, ST_ClosestPoint(street.line, e.line) FROM street JOIN maps_roadedge AS e"
            "    ON e.name <> '' AND e.mode = 'road' AND maps_street_key(e.name) <> maps_street_key(street.name)"
            "    AND ST_DWithin(e.line, street.line, 0.0001)"
            ") SELECT DISTINCT ON (maps_street_key(met.name)) met.name, ST_Y(met.at), ST_X(met.at), known.name"
            " FROM met LEFT JOIN LATERAL ("
            "   SELECT j.name FROM maps_place AS j WHERE j.kind = 'junction'"
            "     AND ST_DWithin(j.point, met.at, %(near)s) ORDER BY j.point <-> met.at LIMIT 1"
            " ) AS known ON true ORDER BY maps_street_key(met.name), met.name",
            {"street": street_id, "near": NAMED_JUNCTION_M / METRES_PER_DEGREE},
        )
        rows = cursor.fetchall()
    found: dict[str, Junction] = {}
    for other, lat, lng, known in rows:
        found.setdefault(
            known or other, Junction(LatLng(lat, lng), known or other, known is not None)
        )
    return list(found.values())[:JUNCTIONS_MAX]


def part_towards(street_id: str, area: LatLng) -> LatLng | None:
    """The part of a street that is nearest to the middle of an area: of its line, else of its known houses."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH street AS ({_LINES.format(id='%(street)s')}),"  # noqa: S608
            " area AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point), known AS ("
            "  SELECT line FROM street WHERE line IS NOT NULL UNION ALL"
            "  SELECT h.point FROM maps_place AS s JOIN maps_place AS h ON maps_street_key(h.street) IN"
            "    (SELECT maps_street_key(n.written) FROM maps_placename AS n WHERE n.place_id = s.id)"
            "    AND h.house_number <> '' AND ST_DWithin(h.point, s.point, 0.002 + s.radius_m * 1.5 / 111195.0)"
            "  WHERE s.id = %(street)s AND s.shape IS NULL"
            " ) SELECT ST_Y(c), ST_X(c) FROM ("
            "   SELECT ST_ClosestPoint(known.line, area.point) AS c FROM known, area ORDER BY known.line <-> area.point LIMIT 1"
            " ) AS t",
            {"street": street_id, "lat": area.lat, "lng": area.lng},
        )
        row = cursor.fetchone()
    return LatLng(row[0], row[1]) if row else None


def nearest_road(position: LatLng, *, within_m: float = ROAD_M_MAX) -> Road | None:
    """The nearest road with a name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point)"
            " SELECT e.name, ST_Y(c), ST_X(c), ST_Distance(c::geography, p.point::geography) FROM p"
            " CROSS JOIN LATERAL (SELECT name, ST_ClosestPoint(line, p.point) AS c FROM ("
            "   (SELECT name, line FROM maps_roadedge WHERE name <> '' AND mode = 'road'"
            "      AND ST_DWithin(line, p.point, %(degrees)s) ORDER BY line <-> p.point LIMIT 1)"
            "   UNION ALL"
            "   (SELECT name, shape FROM maps_place WHERE kind = 'street' AND shape IS NOT NULL"
            "      AND ST_DWithin(shape, p.point, %(degrees)s) ORDER BY shape <-> p.point LIMIT 1)"
            " ) AS near) AS e ORDER BY 4 LIMIT 1",
            {
                "lat": position.lat,
                "lng": position.lng,
                "degrees": within_m / METRES_PER_DEGREE,
            },
        )
        row = cursor.fetchone()
    return Road(row[0], LatLng(row[1], row[2]), row[3]) if row else None
