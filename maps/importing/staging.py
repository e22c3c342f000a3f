"""Lays what was read beside the map, outside any transaction, and says of each row what it would do to the map."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import shapely
from django.conf import settings
from django.db import connection
from django.utils import translation
from uuid6 import uuid7

from maps.geocoding.normalise import normalise, squash
from maps.importing.network import NAME_CHARS_MAX as ROAD_NAME_CHARS_MAX
from maps.importing.network import Network
from maps.importing.place_tags import NAME_CHARS_MAX
from maps.importing.rows import Content, PlaceRow
from maps.importing.tables import DISTRICT, KINDS, STAGES, Kind
from maps.models import PlaceKind

LENGTH_M_MIN = 0.1  # two nodes at one position are still two
SHORE_M_MAX = 600
SHORE_DEGREES = 0.01  # more than SHORE_M_MAX anywhere in Indonesia; the index answers it
AREA_CORNERS_MAX = 128  # larger areas are asked in pieces
GONE = tuple(f"{kind.stage}_gone" for kind in KINDS)

Row = Sequence[Any]


@contextmanager
def stage(content: Content, network: Network) -> Iterator[None]:
    """The tables are there inside of it, and gone with it, whatever happens."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # one core is enough for it
            for name, columns in STAGES.items():
                state = (
                    "" if name in {"import_name", "import_box"} else ", state text DEFAULT 'added'"
                )
                cursor.execute(f"CREATE TEMP TABLE {name} ({columns}{state})")
        _fill(content, network)
        yield
    finally:
        _drop()


def _drop() -> None:
    if connection.in_atomic_block and connection.needs_rollback:
        return  # what surrounds it is rolled back, and these tables with it
    with connection.cursor() as cursor:
        for name in (*STAGES, *GONE, "import_area"):
            cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute("RESET max_parallel_workers_per_gather")


def _fill(content: Content, network: Network) -> None:
    districts = list(content.districts.values())
    _copy(
        "import_district (key, name, subdistrict_code, subdistrict, area, centre)",
        (
            (row.code, row.name, row.subdistrict_code, row.subdistrict, area, centre)
            for row, area, centre in zip(
                districts,
                _hex([row.area for row in districts]),
                _hex([row.area.representative_point() for row in districts]),
                strict=True,
            )
        ),
    )
    nodes = list(network.nodes.values())
    points = _hex(shapely.points([row.point for row in nodes])) if nodes else []
    _copy(
        "import_node (key, name, point)",
        ((row.key, row.name, point) for row, point in zip(nodes, points, strict=True)),
    )
    lines = _hex([shapely.LineString(row.points) for row in network.edges])
    _copy(
        "import_edge (key, source, target, mode, road_class, name, speed_kph, oneway, surface, access, is_bridge,"
        " duration_s, line)",
        (
            (
                row.key, row.source, row.target, row.road.mode, row.road.road_class,
                row.road.name[:ROAD_NAME_CHARS_MAX].strip(), row.road.speed_kph, row.road.direction != 0,
                row.road.surface, row.access, row.road.is_bridge, row.duration_s, line,
            )
            for row, line in zip(network.edges, lines, strict=True)
        ),
    )  # fmt: skip
    _copy(
        "import_turn (key, from_edge, via, to_edge, kind, binds_emergency)",
        (
            (row.key, row.from_edge, row.via, row.to_edge, row.kind, row.binds_emergency)
            for row in network.turns
        ),
    )
    _fill_places(list(content.places.values()), content)
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO import_box VALUES (ST_MakeEnvelope(%s, %s, %s, %s, 4326))", content.boxes
        )
        cursor.execute(
            "UPDATE import_edge SET length_m = greatest(%s, ST_Length(line::geography))",
            [LENGTH_M_MIN],
        )
        for name in STAGES:
            cursor.execute(f"ANALYZE {name}")


def _fill_places(places: list[PlaceRow], content: Content) -> None:
    labels = _labels()
    points = _hex(shapely.points([row.point for row in places])) if places else []
    shapes = _hex([row.shape for row in places])
    _copy(
        "import_place (key, id, name, kind, point, radius_m, shape, certainty, address, street, house_number, postcode,"
        " phone, source)",
        (
            (
                row.key, uuid7(), row.name or labels[row.kind], row.kind, point, row.radius_m, shape, row.certainty,
                row.address.text, row.address.street, row.address.house_number, row.address.postcode, row.phone,
                row.source,
            )
            for row, point, shape in zip(places, points, shapes, strict=True)
        ),
    )  # fmt: skip
    _copy("import_name (key, written, normal, squashed)", _names(places, content))


def _names(places: Iterable[PlaceRow], content: Content) -> Iterator[Row]:
    """A place that only its kind names (a hydrant) has no name to be searched by: there are thousands of it."""
    for row in places:
        searched: dict[str, str] = {}
        for written in row.names:
            normal = normalise(written)
            if len(normal) > NAME_CHARS_MAX:
                content.problems.add("name_too_long", row.key)
            elif normal:
                searched.setdefault(normal, written)
        for normal, written in searched.items():
            yield row.key, written, normal, squash(normal)


def _labels() -> dict[str, str]:
    with translation.override(settings.LANGUAGE_CODE):
        labels = {kind.value: str(kind.label) for kind in PlaceKind}
    return {kind: label[:1].upper() + label[1:] for kind, label in labels.items()}


def _hex(shapes: Any) -> list[str | None]:
    if not len(shapes):
        return []
    return shapely.to_wkb(shapely.set_srid(shapes, 4326), hex=True, include_srid=True).tolist()


def _copy(target: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [value.replace("\x00", "") if isinstance(value, str) else value for value in row]
            )


# --- what it would do -----------------------------------------------------------------------------


def classify(*, replace_demo: bool, taken: Callable[[str], None]) -> None:
    """Gives each row that was read its outcome. `taken`: a kelurahan's name stands with another code already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM import_district s USING maps_district t WHERE t.code <> s.key AND t.name = s.name"
            " AND t.subdistrict_code = s.subdistrict_code AND (t.origin <> 'demo' OR NOT %s) RETURNING s.key",
            [replace_demo],
        )
        for (code,) in cursor.fetchall():
            taken(code)
        _districts_of_places(cursor)
        for kind in KINDS:
            cursor.execute(_classifying(kind), [replace_demo])
        cursor.execute(  # what a person has said of the same turn under another key stays
            "UPDATE import_turn s SET state = 'kept_hand' FROM maps_turnrestriction t"
            " JOIN maps_roadedge f ON f.id = t.from_edge_id JOIN maps_roadnode v ON v.id = t.via_id"
            " JOIN maps_roadedge e ON e.id = t.to_edge_id WHERE t.origin = 'hand' AND t.key <> s.key"
            " AND f.key = s.from_edge AND v.key = s.via AND e.key = s.to_edge"
        )
        cursor.execute(NAMES_DIFFER)


# A place of which only a name has changed has changed.
NAMES_DIFFER = """
UPDATE import_place s SET state = 'changed' FROM maps_place t WHERE t.key = s.key AND s.state = 'unchanged' AND (
  EXISTS (SELECT 1 FROM import_name n WHERE n.key = s.key AND NOT EXISTS (
    SELECT 1 FROM maps_placename o WHERE o.place_id = t.id AND o.normal = n.normal AND o.written = n.written))
  OR EXISTS (SELECT 1 FROM maps_placename o WHERE o.place_id = t.id AND NOT EXISTS (
    SELECT 1 FROM import_name n WHERE n.key = s.key AND n.normal = o.normal)))
"""


def _classifying(kind: Kind) -> str:
    old = ", ".join(f"t.{name}" for name in kind.columns)
    new = ", ".join(kind.columns.values())
    return (
        f"UPDATE {kind.stage} u SET state = c.state FROM (SELECT s.key, CASE WHEN t.origin = 'hand' THEN 'kept_hand'"
        " WHEN t.origin = 'demo' AND NOT %s THEN 'kept_demo'"
        f" WHEN ({old}) IS DISTINCT FROM ({new}) THEN 'changed' ELSE 'unchanged' END AS state"
        f" FROM {kind.stage} s JOIN {kind.table} t ON t.{kind.key} = s.key {kind.joins}) c WHERE c.key = u.key"
    )


def _districts_of_places(cursor: Any) -> None:
    """The kelurahan whose area holds a place, or the nearest on the shore: a pier stands in the water before it."""
    cursor.execute(
        "CREATE TEMP TABLE import_area AS SELECT key AS code, true AS is_new,"
        f" ST_Subdivide(area, {AREA_CORNERS_MAX}) AS area FROM import_district UNION ALL"
        f" SELECT code, false, ST_Subdivide(area, {AREA_CORNERS_MAX}) FROM {DISTRICT.table} t"
        " WHERE NOT EXISTS (SELECT 1 FROM import_district s WHERE s.key = t.code)"
    )
    cursor.execute("CREATE INDEX ON import_area USING gist (area)")
    cursor.execute("ANALYZE import_area")
    cursor.execute(
        "UPDATE import_place s SET district_code = (SELECT a.code FROM import_area a"
        " WHERE ST_Covers(a.area, s.point) ORDER BY a.is_new DESC, a.code LIMIT 1) WHERE s.kind <> 'kecamatan'"
    )
    cursor.execute(
        "UPDATE import_place s SET district_code = (SELECT a.code FROM import_area a"
        " WHERE ST_DWithin(a.area, s.point, %s) AND ST_DWithin(a.area::geography, s.point::geography, %s)"
        " ORDER BY a.area <-> s.point, a.code LIMIT 1) WHERE s.district_code IS NULL AND s.kind <> 'kecamatan'",
        [SHORE_DEGREES, SHORE_M_MAX],
    )
