"""Which agency answers where, from which station first; and where nobody does, or two do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

import maps.selectors
from maps.geo import LatLng
from units.models import Agency, ResponseArea

# Borders that two hands have drawn differ by slivers that no address lies in.
SLIVER_M2_MAX = 10_000.0
# A sliver may also be long: what is nowhere wider than this is none.
SLIVER_WIDTH_M_MAX = 20.0
FINDINGS_MAX = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """One step of the cascade at a place."""

    agency: str
    agency_name: str
    rank: int
    name: str
    station: str | None
    station_id: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: gap (no area of rank 1) or overlap (two of the same rank); `areas` are their names."""

    kind: str
    agency: str
    areas: tuple[str, ...]
    km2: float
    middle: LatLng
    shape: Mapping[str, Any]  # GeoJSON


def answers_at(position: LatLng) -> list[Answer]:
    """Who answers there, agency by agency, first due first. A place on a border belongs to both sides."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code, a.name, r.rank, r.name, s.name, s.id FROM units_responsearea AS r"
            " JOIN units_agency AS a ON a.id = r.agency_id LEFT JOIN units_station AS s ON s.id = r.station_id"
            " WHERE ST_Intersects(r.area, ST_SetSRID(ST_MakePoint(%s, %s), 4326))"
            ' ORDER BY a."order", a.code, r.rank, r.name',
            [position.lng, position.lat],
        )
        return [
            Answer(code, name, rank, area, station, str(id_) if id_ else None)
            for code, name, rank, area, station, id_ in cursor.fetchall()
        ]


def agencies_with_areas() -> frozenset[str]:
    """The agencies whose areas say where they answer; the others answer everywhere."""
    return frozenset(ResponseArea.objects.values_list("agency__code", flat=True).distinct())


def areas(agency: str | None = None) -> dict[str, Any]:
    """The areas as GeoJSON, of one agency or of all."""
    rows = ResponseArea.objects.select_related("agency", "station")
    if agency:
        rows = rows.filter(agency__code=agency)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": row.pk,
                "geometry": json.loads(row.area.json),
                "properties": {
                    "agency": row.agency.code,
                    "name": row.name,
                    "rank": row.rank,
                    "station": row.station.name if row.station else None,
                    "is_approximate": row.is_approximate,
                },
            }
            for row in rows
        ],
    }


def check(agency: str | None = None) -> list[Finding]:
    """Gaps and overlaps of every agency that has areas, the largest first; slivers are left out.

    The city is the union of its districts: without districts no gap can be found.
    """
    agencies = Agency.objects.filter(response_areas__isnull=False).distinct()
    if agency:
        agencies = agencies.filter(code=agency)
    city = maps.selectors.city_area()
    found: list[Finding] = []
    for one in agencies:
        found += _gaps(one, city) if city is not None else []
        found += _overlaps(one)
    found.sort(key=lambda finding: (-finding.km2, finding.agency, finding.areas))
    return found[:FINDINGS_MAX]


_WIDE_ENOUGH = """
AND ST_Area(part.geom::geography) > %(sliver)s
AND NOT ST_IsEmpty(ST_Buffer(part.geom::geography, -%(width)s / 2)::geometry)
"""


def _gaps(agency: Agency, city: GEOSGeometry) -> list[Finding]:
    sql = f"""
SELECT ST_Area(part.geom::geography), ST_Y(p.at), ST_X(p.at), ST_AsGeoJSON(part.geom, 6)
FROM (SELECT ST_Difference(%(city)s::geometry, ST_Union(area)) AS rest FROM units_responsearea
  WHERE agency_id = %(agency)s AND rank = 1) AS r
CROSS JOIN LATERAL ST_Dump(r.rest) AS part CROSS JOIN LATERAL ST_PointOnSurface(part.geom) AS p(at)
WHERE ST_Dimension(part.geom) = 2 {_WIDE_ENOUGH}
"""  # noqa: S608 - built from constants
    return [
        Finding("gap", agency.code, (), m2 / 1e6, LatLng(lat, lng), json.loads(shape))
        for m2, lat, lng, shape in _rows(sql, agency=agency.pk, city=city.hexewkb.decode())
    ]


def _overlaps(agency: Agency) -> list[Finding]:
    sql = f"""
SELECT ST_Area(part.geom::geography), ST_Y(p.at), ST_X(p.at), ST_AsGeoJSON(part.geom, 6), a.name, b.name
FROM units_responsearea AS a JOIN units_responsearea AS b
  ON b.agency_id = a.agency_id AND b.rank = a.rank AND a.id < b.id AND ST_Intersects(a.area, b.area)
CROSS JOIN LATERAL ST_Dump(ST_Intersection(a.area, b.area)) AS part
CROSS JOIN LATERAL ST_PointOnSurface(part.geom) AS p(at)
WHERE a.agency_id = %(agency)s AND ST_Dimension(part.geom) = 2 {_WIDE_ENOUGH}
"""  # noqa: S608 - built from constants
    return [
        Finding(
            "overlap", agency.code, (first, second), m2 / 1e6, LatLng(lat, lng), json.loads(shape)
        )
        for m2, lat, lng, shape, first, second in _rows(sql, agency=agency.pk)
    ]


def _rows(sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"sliver": SLIVER_M2_MAX, "width": SLIVER_WIDTH_M_MAX, **values})
        return cursor.fetchall()
