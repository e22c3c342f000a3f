"""The tables of the map as an import sees them: what it holds beside them, and what of each row it compares and writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PREFIX = "import_"
# Beside the map, in tables of this connection alone: not in the write-ahead log, seen by nobody, gone with it.
STAGES: Mapping[str, str] = {
    "import_district": "key text PRIMARY KEY, name text, subdistrict_code text, subdistrict text,"
    " area geometry(MultiPolygon, 4326), centre geometry(Point, 4326)",
    "import_node": "key text PRIMARY KEY, name text, point geometry(Point, 4326)",
    "import_edge": "key text PRIMARY KEY, source text, target text, mode text, road_class text, name text,"
    " speed_kph float8, oneway boolean, surface text, access text, is_bridge boolean, duration_s int,"
    " line geometry(LineString, 4326), length_m float8",
    "import_turn": "key text PRIMARY KEY, from_edge text, via text, to_edge text, kind text, binds_emergency boolean",
    "import_place": "key text PRIMARY KEY, id uuid, name text, kind text, point geometry(Point, 4326), radius_m int,"
    " shape geometry(Geometry, 4326), certainty text, address text, street text, house_number text, postcode text,"
    " phone text, source text, district_code text",
    "import_name": "key text, written text, normal text, squashed text, PRIMARY KEY (key, normal)",
    "import_box": "box geometry(Polygon, 4326)",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """`columns` are compared and written, `new` only written with a new row; both say where the value comes from."""

    name: str
    table: str
    stage: str
    layer: str
    columns: Mapping[str, str]
    new: Mapping[str, str] = field(default_factory=dict)
    joins: str = ""
    key: str = "key"
    kind_column: str = ""  # where rows are counted by what they are


def _same(*names: str) -> dict[str, str]:
    return {name: f"s.{name}" for name in names}


NOT_MADE_UP = {"is_demo_position": "false", "origin": "'import'"}
DISTRICT = Kind(
    name="district",
    table="maps_district",
    stage="import_district",
    layer="districts",
    key="code",
    columns={
        **_same("name", "subdistrict_code", "subdistrict", "area", "centre"),
        "is_approximate": "false",
        "origin": "'import'",
    },
)
NODE = Kind(
    name="roadnode",
    table="maps_roadnode",
    stage="import_node",
    layer="roads",
    columns={**_same("name", "point"), **NOT_MADE_UP},
)
EDGE = Kind(
    name="roadedge",
    table="maps_roadedge",
    stage="import_edge",
    layer="roads",
    columns={
        **_same(
            "mode", "road_class", "name", "length_m", "speed_kph", "oneway", "surface", "access", "is_bridge",
            "duration_s", "line",
        ),
        "source_id": "a.id",
        "target_id": "b.id",
        "origin": "'import'",
    },
    joins="LEFT JOIN maps_roadnode a ON a.key = s.source LEFT JOIN maps_roadnode b ON b.key = s.target",
)  # fmt: skip
TURN = Kind(
    name="turnrestriction",
    table="maps_turnrestriction",
    stage="import_turn",
    layer="roads",
    columns={
        **_same("kind", "binds_emergency"),
        "from_edge_id": "f.id",
        "via_id": "v.id",
        "to_edge_id": "e.id",
        "origin": "'import'",
    },
    joins="LEFT JOIN maps_roadedge f ON f.key = s.from_edge LEFT JOIN maps_roadnode v ON v.key = s.via"
    " LEFT JOIN maps_roadedge e ON e.key = s.to_edge",
)
PLACE = Kind(
    name="place",
    table="maps_place",
    stage="import_place",
    layer="places",
    columns={
        **_same(
            "name", "kind", "point", "radius_m", "shape", "certainty", "address", "street", "house_number", "postcode",
            "phone", "source",
        ),
        "district_id": "d.id",
        **NOT_MADE_UP,
    },
    new={"id": "s.id"},
    joins="LEFT JOIN maps_district d ON d.code = s.district_code",
    kind_column="kind",
)  # fmt: skip
# In the order in which they are written: each refers to those before it.
KINDS = (DISTRICT, NODE, EDGE, TURN, PLACE)
