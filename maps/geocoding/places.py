"""The gazetteer in PostGIS: names of places, found by the whole name, by its beginning and by its words.

Three indexes answer: a B-tree over the spelling without spaces (a whole name, a beginning), an inverted index over the
words (any order, the last one half typed) and the words that misspelled ones stand for (geocoding/words.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import connection

from maps.geo import LatLng

FETCH_MAX = 300  # names of one search
BEGINNINGS_MAX = 40  # of each beginning
OF_ONE_NAME_MAX = 12  # places of one name in a text; the nearest ones
WORDS_FOUND_MAX = 40  # names that hold the words of one piece of a text


def context_of(district: str | None, subdistrict: str | None) -> str:
    parts = [f"Kel. {district}" if district else "", f"Kec. {subdistrict}" if subdistrict else ""]
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PlaceHit:
    id: str
    name: str
    kind: str
    position: LatLng
    radius_m: int
    certainty: str
    is_demo_position: bool
    district: str | None
    subdistrict: str | None
    street: str
    house_number: str
    postcode: str
    address: str
    matched: str  # the way to say it that matched, in its searched spelling
    score: float = 1.0

    @property
    def context(self) -> str:
        """What tells two places of one name apart: kelurahan and kecamatan."""
        return context_of(None if self.kind == "kelurahan" else self.district, self.subdistrict)

    @property
    def label(self) -> str:
        return f"{self.name}, {self.context}" if self.context else self.name


_COLUMNS = """
p.id::text, p.name, p.kind, ST_Y(p.point), ST_X(p.point), p.radius_m, p.certainty, p.is_demo_position,
d.name, d.subdistrict, p.street, p.house_number, p.postcode, p.address
"""
_PLACES = "maps_place AS p LEFT JOIN maps_district AS d ON d.id = p.district_id"
_POINT = "ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)"

# ST_Distance, not <->: the index of positions would be walked through the whole country for one name.
_NAMED = f"""
SELECT {_COLUMNS}, n.squashed FROM unnest(%(wanted)s::text[]) AS w(wanted)
CROSS JOIN LATERAL (
  SELECT name.place_id, name.squashed FROM maps_placename AS name JOIN maps_place AS at ON at.id = name.place_id
  WHERE name.squashed = w.wanted ORDER BY ST_Distance(at.point, {_POINT}), at.name LIMIT {OF_ONE_NAME_MAX}
) AS n JOIN {_PLACES} ON p.id = n.place_id
"""  # noqa: S608 - built from constants

_BEGINNING = f"""
SELECT {_COLUMNS}, n.normal FROM unnest(%(beginnings)s::text[]) AS b(beginning)
CROSS JOIN LATERAL (
  SELECT place_id, normal FROM maps_placename
  WHERE squashed ~>=~ b.beginning AND squashed ~<~ (b.beginning || '~')
  ORDER BY squashed USING ~<~ LIMIT {BEGINNINGS_MAX}
) AS n JOIN {_PLACES} ON p.id = n.place_id
"""  # noqa: S608 - built from constants

_WORDS = f"""
SELECT {_COLUMNS}, n.normal, n.at FROM unnest(%(queries)s::text[]) WITH ORDINALITY AS q(words, at)
CROSS JOIN LATERAL (
  SELECT place_id, normal, q.at FROM maps_placename WHERE words @@ q.words::tsquery LIMIT %(most)s
) AS n JOIN {_PLACES} ON p.id = n.place_id
"""  # noqa: S608 - built from constants

_BY_ID = f"SELECT {_COLUMNS}, p.name FROM {_PLACES} WHERE p.id = ANY(%(ids)s::uuid[])"  # noqa: S608


def city_centre() -> LatLng:
    lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
    return LatLng(lat, lng)


def named(squashed: Sequence[str], *, near: LatLng | None = None) -> dict[str, list[PlaceHit]]:
    """The places that are said exactly so, by the spelling without spaces; of many of one name the nearest."""
    if not squashed:
        return {}
    reference = near or city_centre()
    values = {"wanted": sorted(set(squashed)), "lat": reference.lat, "lng": reference.lng}
    found: dict[str, list[PlaceHit]] = {}
    for row in _rows(_NAMED, values):
        hits = found.setdefault(row[-1], [])
        hit = _hit(row)
        if all(hit.id != other.id for other in hits):
            hits.append(hit)
    return found


def beginning_with(beginnings: Sequence[str]) -> list[PlaceHit]:
    """The places with a name that begins so, in the spelling without spaces, the shortest names first."""
    if not beginnings:
        return []
    return [_hit(row) for row in _rows(_BEGINNING, {"beginnings": list(beginnings)})]


def holding(queries: Sequence[str], *, most: int = FETCH_MAX) -> list[list[PlaceHit]]:
    """For each query of words ("jalan & mer:*") the places whose name fulfils it, in no order."""
    found: list[list[PlaceHit]] = [[] for _ in queries]
    if queries:
        for row in _rows(_WORDS, {"queries": list(queries), "most": most}):
            found[row[-1] - 1].append(_hit(row[:-1]))
    return found


def by_ids(ids: Sequence[str]) -> dict[str, PlaceHit]:
    return {row[0]: _hit(row) for row in _rows(_BY_ID, {"ids": list(ids)})} if ids else {}


def of_kind_with_postcode(postcodes: Sequence[str]) -> list[PlaceHit]:
    """The kelurahan, or places of the postcode itself, that carry one of these postcodes."""
    if not postcodes:
        return []
    sql = (
        f"SELECT {_COLUMNS}, p.postcode FROM {_PLACES}"  # noqa: S608
        " WHERE p.postcode = ANY(%(postcodes)s) AND p.kind IN ('kelurahan', 'postcode') ORDER BY p.name"
        f" LIMIT {OF_ONE_NAME_MAX}"
    )
    return [_hit(row) for row in _rows(sql, {"postcodes": list(postcodes)})]


def districts_at(positions: Sequence[LatLng]) -> list[tuple[str, str] | None]:
    """Kelurahan and kecamatan of each position; None outside of all areas."""
    if not positions:
        return []
    sql = (
        "SELECT d.name, d.subdistrict, p.at FROM unnest(%(lats)s::float[], %(lngs)s::float[]) WITH ORDINALITY AS p(lat, lng, at)"
        " CROSS JOIN LATERAL (SELECT name, subdistrict FROM maps_district"
        "   WHERE ST_Covers(area, ST_SetSRID(ST_MakePoint(p.lng, p.lat), 4326)) ORDER BY ST_Area(area) LIMIT 1) AS d"
    )
    values = {"lats": [one.lat for one in positions], "lngs": [one.lng for one in positions]}
    found: list[tuple[str, str] | None] = [None] * len(positions)
    for name, subdistrict, at in _rows(sql, values):
        found[at - 1] = (name, subdistrict)
    return found


def scored(hit: PlaceHit, score: float) -> PlaceHit:
    return replace(hit, score=round(score, 3))


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _hit(row: Sequence[Any]) -> PlaceHit:
    return PlaceHit(
        id=row[0],
        name=row[1],
        kind=row[2],
        position=LatLng(row[3], row[4]),
        radius_m=row[5],
        certainty=row[6],
        is_demo_position=row[7],
        district=row[8],
        subdistrict=row[9],
        street=row[10],
        house_number=row[11],
        postcode=row[12],
        address=row[13],
        matched=row[14],
    )
