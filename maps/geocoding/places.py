"""The gazetteer: names of places in PostGIS, found by their searched spelling and, when misspelled, by trigrams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from maps.geo import LatLng, distance_m
from maps.geocoding.normalise import normalise, squash

LIMIT_MAX = 50
SIMILARITY_MIN = 0.35  # of a typed query; below it "Batu 9" would bring every Batu
FUZZY_SIMILARITY_MIN = 0.45  # of a piece of a sentence, where most words are no names
WORD_SIMILARITY_MIN = 0.6
NEAR_HALF_M = 3_000.0  # at this distance a place has lost half of what nearness may give
NEAR_WEIGHT = 0.1
FETCH_MAX = 200
FUZZY_HITS_MAX = 6  # of one written word
HITS_DEFAULT = 10


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
    matched: str  # the way to say it that matched, in its searched spelling
    score: float

    @property
    def context(self) -> str:
        """What tells two places of one name apart: kelurahan and kecamatan."""
        parts = [f"Kec. {self.subdistrict}"] if self.subdistrict else []
        if self.district and self.kind != "kelurahan":
            parts.insert(0, f"Kel. {self.district}")
        return ", ".join(parts)


_COLUMNS = """
p.id::text, p.name, p.kind, ST_Y(p.point), ST_X(p.point), p.radius_m, p.certainty, p.is_demo_position,
d.name, d.subdistrict, n.normal
"""
_JOINS = "JOIN maps_place AS p ON p.id = n.place_id LEFT JOIN maps_district AS d ON d.id = p.district_id"

# A beginning or a part first: it is quick, and who types slowly has not misspelled yet.
_SEARCH = f"""
SELECT {_COLUMNS}, n.score FROM (
  SELECT place_id, normal,
    CASE WHEN squashed = %(squashed)s THEN 1.0 WHEN normal LIKE %(prefix)s THEN 0.9 ELSE 0.75 END AS score
  FROM maps_placename WHERE squashed = %(squashed)s OR normal LIKE %(inside)s
  ORDER BY score DESC, length(normal) LIMIT {FETCH_MAX}
) AS n {_JOINS} ORDER BY n.score DESC, p.name
"""  # noqa: S608 - built from constants

_SEARCH_ALIKE = f"""
SELECT {_COLUMNS}, n.score FROM (
  SELECT place_id, normal, GREATEST(similarity(normal, %(normal)s) * 0.95, word_similarity(%(normal)s, normal) * 0.8)
    AS score
  FROM maps_placename WHERE normal %% %(normal)s OR normal %%> %(normal)s
  ORDER BY score DESC LIMIT {FETCH_MAX}
) AS n {_JOINS} ORDER BY n.score DESC, p.name
"""  # noqa: S608 - built from constants

_EXACT = f"""
SELECT {_COLUMNS}, 1.0, n.squashed FROM maps_placename AS n {_JOINS}
WHERE n.squashed = ANY(%(wanted)s) LIMIT {FETCH_MAX}
"""  # noqa: S608 - built from constants

# The beginning must be right: that keeps a misspelled name among 100 000 places as quick as among 1 000.
_FUZZY = f"""
SELECT {_COLUMNS}, n.score, w.wanted
FROM unnest(%(wanted)s::text[], %(begins)s::text[]) AS w(wanted, begins)
CROSS JOIN LATERAL (
  SELECT place_id, normal, similarity(squashed, w.wanted) AS score FROM maps_placename
  WHERE squashed ~>=~ w.begins AND squashed ~<~ (w.begins || '~') AND similarity(squashed, w.wanted) >= %(least)s
  ORDER BY score DESC LIMIT {FUZZY_HITS_MAX}
) AS n {_JOINS}
"""  # noqa: S608 - built from constants


def search(query: str, *, near: LatLng | None = None, limit: int = HITS_DEFAULT) -> list[PlaceHit]:
    """Places whose name is like the query, the likeliest first; each place once."""
    normal = normalise(query)
    if not normal:
        return []
    values = {
        "normal": normal,
        "squashed": squash(normal),
        "prefix": f"{normal}%",  # a normalised text holds no % and no _
        "inside": f"%{normal}%",
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SEARCH, values)
        hits = [_hit(row) for row in cursor.fetchall()]
        if not hits:
            _thresholds(cursor)
            cursor.execute(_SEARCH_ALIKE, values)
            hits = [_hit(row) for row in cursor.fetchall()]
    best: dict[str, PlaceHit] = {}
    for hit in hits:
        best.setdefault(hit.id, hit)
    ranked = sorted(best.values(), key=lambda hit: -hit.score - _nearness(hit, near))
    return ranked[: max(0, min(limit, LIMIT_MAX))]


def named(squashed: Sequence[str]) -> dict[str, list[PlaceHit]]:
    """The places that are said exactly so, by the spelling without spaces."""
    return _by_wanted(_EXACT, {"wanted": list(squashed)}) if squashed else {}


def named_like(begins: Mapping[str, str]) -> dict[str, list[PlaceHit]]:
    """The places that are said nearly so, by the spelling without spaces and the beginning that must be right."""
    if not begins:
        return {}
    values = {
        "wanted": list(begins),
        "begins": list(begins.values()),
        "least": FUZZY_SIMILARITY_MIN,
    }
    return _by_wanted(_FUZZY, values)


def crossing_of(first_id: str, second_id: str, *, within_m: float) -> LatLng | None:
    """Where two streets meet; None when they do not."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Y(c), ST_X(c) FROM (SELECT ST_ClosestPoint(a.shape, b.shape) AS c FROM maps_place a, maps_place b"
            " WHERE a.id = %s AND b.id = %s AND ST_DWithin(a.shape::geography, b.shape::geography, %s)) AS crossing",
            [first_id, second_id, within_m],
        )
        row = cursor.fetchone()
    return LatLng(row[0], row[1]) if row else None


def _by_wanted(sql: str, values: dict[str, Any]) -> dict[str, list[PlaceHit]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows = cursor.fetchall()
    found: dict[str, list[PlaceHit]] = {}
    for row in rows:
        hits = found.setdefault(row[-1], [])
        hit = _hit(row[:-1])
        if all(hit.id != other.id for other in hits):
            hits.append(hit)
    return found


def _thresholds(cursor: Any) -> None:
    cursor.execute(
        "SELECT set_config('pg_trgm.similarity_threshold', %s, true),"
        " set_config('pg_trgm.word_similarity_threshold', %s, true)",
        [str(SIMILARITY_MIN), str(WORD_SIMILARITY_MIN)],
    )


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
        matched=row[10],
        score=round(float(row[11]), 3),
    )


def _nearness(hit: PlaceHit, near: LatLng | None) -> float:
    if near is None:
        return 0.0
    return NEAR_WEIGHT * NEAR_HALF_M / (NEAR_HALF_M + distance_m(hit.position, near))
