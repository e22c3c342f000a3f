"""Which rows of the map the files no longer have: only where the files look, and never what something refers to."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Model

from maps.importing.tables import DISTRICT, EDGE, NODE, PLACE, TURN, Kind
from maps.models import District, Place, PlaceName, RoadEdge, RoadNode, TurnRestriction

RETIRED_SHARE_MAX = 0.5
RETIRED_ROWS_MIN = 200  # of fewer rows half may go without a question

MODELS: dict[str, type[Model]] = {
    "district": District,
    "roadnode": RoadNode,
    "roadedge": RoadEdge,
    "turnrestriction": TurnRestriction,
    "place": Place,
}
# What goes with a row, or forgets it; everything else that refers to a row keeps it.
GOES_ALONG: dict[type[Model], tuple[type[Model], ...]] = {
    Place: (PlaceName,),
    District: (Place,),
    RoadEdge: (TurnRestriction,),
    RoadNode: (RoadEdge, TurnRestriction),
    TurnRestriction: (),
}
IN_BOX = {
    "roadnode": "ST_Covers(b.box, t.point)",
    "roadedge": "ST_Covers(b.box, t.line)",
    "turnrestriction": "ST_Covers(b.box, (SELECT v.point FROM maps_roadnode v WHERE v.id = t.via_id))",
    "place": "ST_Covers(b.box, t.point)",
}
# A file without a single road says nothing of roads; one without borders nothing of borders.
SPOKEN_OF = {
    "district": "EXISTS (SELECT 1 FROM import_district)",
    "roadnode": "EXISTS (SELECT 1 FROM import_edge)",
    "roadedge": "EXISTS (SELECT 1 FROM import_edge)",
    "turnrestriction": "EXISTS (SELECT 1 FROM import_edge)",
    "place": "CASE WHEN t.key LIKE 'osm-street-%%' THEN EXISTS (SELECT 1 FROM import_edge)"
    " WHEN t.key LIKE 'kelurahan-%%' OR t.key LIKE 'kecamatan-%%' THEN EXISTS (SELECT 1 FROM import_district)"
    " ELSE EXISTS (SELECT 1 FROM import_place WHERE key LIKE 'osm-%%') END",
}

# A node that a road still needs which stays as it is: one that leads out of the box, or one that a person has drawn.
STILL_NEEDED = {
    "roadnode": "NOT EXISTS (SELECT 1 FROM maps_roadedge e WHERE (e.source_id = t.id OR e.target_id = t.id)"
    " AND NOT EXISTS (SELECT 1 FROM import_edge_gone g WHERE g.id = e.id AND g.state = 'retired')"
    " AND NOT EXISTS (SELECT 1 FROM import_edge s WHERE s.key = e.key AND s.state IN ('changed', 'unchanged')))",
}


def find_gone(*, replace_demo: bool) -> None:
    """Fills a table beside each: the rows that go, and those that would but for something that refers to them."""
    with connection.cursor() as cursor:
        for kind in (EDGE, NODE, TURN, PLACE, DISTRICT):
            model = MODELS[kind.name]
            counted = f"t.{kind.kind_column}" if kind.kind_column else f"'{kind.name}'"
            cursor.execute(
                f"CREATE TEMP TABLE {kind.stage}_gone AS SELECT t.id, {counted} AS kind,"
                f" CASE WHEN {_referred(model)} THEN 'kept_referred' ELSE 'retired' END AS state"
                f" FROM {kind.table} t WHERE ({_vanished(kind)} OR (%s AND t.origin = 'demo'))"
                f" AND {SPOKEN_OF[kind.name]} AND {STILL_NEEDED.get(kind.name, 'true')}"
                f" AND NOT EXISTS (SELECT 1 FROM {kind.stage} s WHERE s.key = t.{kind.key})",
                [replace_demo],
            )
            cursor.execute(f"CREATE INDEX ON {kind.stage}_gone (id)")
            cursor.execute(f"ANALYZE {kind.stage}_gone")


def retires_too_much() -> int | None:
    """How many imported rows would go, where that is more than RETIRED_SHARE_MAX of what stands in the box."""
    gone = standing = 0
    with connection.cursor() as cursor:
        for kind in (EDGE, PLACE):
            cursor.execute(
                f"SELECT count(*) FROM {kind.stage}_gone g JOIN {kind.table} t USING (id)"
                " WHERE g.state = 'retired' AND t.origin = 'import'"
            )
            gone += cursor.fetchone()[0]
            cursor.execute(
                f"SELECT count(*) FROM {kind.table} t WHERE t.origin = 'import'"
                f" AND EXISTS (SELECT 1 FROM import_box b WHERE {IN_BOX[kind.name]})"
            )
            standing += cursor.fetchone()[0]
    too_much = standing >= RETIRED_ROWS_MIN and gone > standing * RETIRED_SHARE_MAX
    return gone if too_much else None


def _vanished(kind: Kind) -> str:
    if kind.name not in IN_BOX:
        return "false"  # a border is replaced by another one or deleted by a person, never by its absence
    return (
        "(t.origin = 'import' AND t.key LIKE 'osm-%%'"
        f" AND EXISTS (SELECT 1 FROM import_box b WHERE {IN_BOX[kind.name]}))"
    )


def _referred(model: type[Model]) -> str:
    """A hand-made turn keeps its roads, a road that stays keeps its nodes, a premise note its place."""
    parts = []
    for relation in model._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's public door to a model
        field: Any = getattr(relation, "field", None)
        if not (relation.auto_created and not relation.concrete and field is not None):
            continue
        table, column = relation.related_model._meta.db_table, field.column  # noqa: SLF001
        by = f"SELECT 1 FROM {table} r WHERE r.{column} = t.id"
        if relation.related_model not in GOES_ALONG[model]:
            parts.append(f"EXISTS ({by})")
        elif relation.related_model is TurnRestriction:
            parts.append(f"EXISTS ({by} AND r.origin = 'hand')")
    return " OR ".join(parts) or "false"
