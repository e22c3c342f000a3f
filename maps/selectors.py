"""Questions about the map."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.gis.db.models import Union
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from maps.geo import LatLng
from maps.models import District

BORDER_M = 100.0  # two published sets of borders differ by that much
NEAREST_M_MAX = 3_000.0  # a boat on the water belongs to the shore it can see


@dataclass(frozen=True, slots=True)
class DistrictHit:
    code: str
    name: str
    kecamatan: str
    certain: bool  # False near a border, or outside of every area


def district_at(position: LatLng) -> DistrictHit | None:
    """The kelurahan of a position; on the water the nearest one; None when the city is far away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point)"
            " SELECT d.code, d.name, d.subdistrict, ST_Covers(d.area, p.point),"
            " ST_DWithin(ST_Boundary(d.area)::geography, p.point::geography, %(border)s)"
            " FROM maps_district AS d, p"
            " WHERE ST_DWithin(d.area, p.point, %(degrees)s)"
            " ORDER BY ST_Covers(d.area, p.point) DESC, d.area <-> p.point LIMIT 1",
            {
                "lng": position.lng,
                "lat": position.lat,
                "border": BORDER_M,
                "degrees": NEAREST_M_MAX / 110_574.0,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    code, name, kecamatan, inside, at_border = row
    return DistrictHit(code, name, kecamatan, certain=inside and not at_border)


def city_circle() -> tuple[LatLng, float] | None:
    """A circle around all districts, in metres; None where there are none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Y(ST_Centroid(box)), ST_X(ST_Centroid(box)),"
            " ST_Distance(ST_Centroid(box)::geography, ST_SetSRID(ST_MakePoint(ST_XMax(box), ST_YMax(box)), 4326))"
            " FROM (SELECT ST_SetSRID(ST_Extent(area)::geometry, 4326) AS box FROM maps_district) AS city"
            " WHERE box IS NOT NULL"
        )
        row = cursor.fetchone()
    return (LatLng(row[0], row[1]), row[2]) if row else None


def city_area() -> GEOSGeometry | None:
    """All districts as one area; None where there are none."""
    return District.objects.aggregate(area=Union("area"))["area"]


def versions() -> dict[str, int]:
    """The number of the present content of each layer; a layer that was never written has none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layer, number FROM maps_mapversion")
        return dict(cursor.fetchall())


def is_demo() -> bool:
    """Whether the map holds made-up roads or borders, which every map must then say."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM maps_roadnode WHERE is_demo_position)"
            " OR EXISTS (SELECT 1 FROM maps_district WHERE is_approximate)"
        )
        return bool(cursor.fetchone()[0])
