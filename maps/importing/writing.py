"""The one short transaction in which the map becomes what was staged. Readers never wait for it, or see half of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from maps.importing.report import Report
from maps.importing.retiring import MODELS
from maps.importing.tables import DISTRICT, EDGE, KINDS, NODE, PLACE, TURN, Kind

LAYERS = ("districts", "roads", "places")


def count(report: Report) -> None:
    with connection.cursor() as cursor:
        for kind in KINDS:
            counted = f"s.{kind.kind_column}" if kind.kind_column else f"'{kind.name}'"
            cursor.execute(
                f"SELECT {counted}, s.state, count(*) FROM {kind.stage} s GROUP BY 1, 2"
            )
            rows = cursor.fetchall()
            cursor.execute(f"SELECT kind, state, count(*) FROM {kind.stage}_gone GROUP BY 1, 2")
            for name, state, number in (*rows, *cursor.fetchall()):
                report.count(name, state, number)


def write(report: Report, *, last: Callable[[], None]) -> None:
    """Everything or nothing. `last` writes what belongs to it, before the layers get their new numbers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL maps.version_later = 'on'")
        layers = {kind.layer for kind in KINDS if _changes(cursor, kind)}
        _retire_districts(cursor)
        _write(cursor, DISTRICT)
        _write(cursor, NODE)
        _write(cursor, EDGE)
        _retire(cursor, TURN)
        _delete_turns_of_gone_roads(cursor)
        _write(cursor, TURN)
        _retire(cursor, EDGE)
        _retire(cursor, NODE)
        _write(cursor, PLACE)
        _write_names(cursor)
        _retire_places(cursor)
        if "districts" in layers:
            _settle_places(cursor)
            layers.add("places")
        last()
        for layer in LAYERS:
            if layer in layers:
                _bump(cursor, layer)
        cursor.execute("SET LOCAL maps.version_later = 'off'")


def hospitals_touched() -> list[str]:
    """The hospitals that are new, changed or gone; asked while the staged rows are still there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.id::text FROM import_place s JOIN maps_place t ON t.key = s.key"
            " WHERE s.state IN ('added', 'changed') AND s.kind = 'hospital'"
            " UNION SELECT id::text FROM import_place_gone WHERE kind = 'hospital' AND state = 'retired' ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def analyse() -> None:
    """The planner learns of the new sizes at once, not with the next visit of the autovacuum."""
    with connection.cursor() as cursor:
        for kind in KINDS:
            cursor.execute(f"ANALYZE {kind.table}")
        cursor.execute("ANALYZE maps_placename")
        cursor.execute("ANALYZE maps_nameword")


def _changes(cursor: Any, kind: Kind) -> bool:
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM {kind.stage} WHERE state IN ('added', 'changed'))"
        f" OR EXISTS (SELECT 1 FROM {kind.stage}_gone WHERE state = 'retired')"
    )
    return bool(cursor.fetchone()[0])


def _write(cursor: Any, kind: Kind) -> None:
    """A row that a person has saved since it was looked at is theirs: it is left alone."""
    assignments = ", ".join(f"{name} = n.{name}" for name in kind.columns)
    values = ", ".join(f"{value} AS {name}" for name, value in kind.columns.items())
    cursor.execute(
        f"UPDATE {kind.table} t SET {assignments} FROM"
        f" (SELECT s.key, {values} FROM {kind.stage} s {kind.joins} WHERE s.state = 'changed') n"
        f" WHERE t.{kind.key} = n.key AND t.origin <> 'hand'"
    )
    new = {kind.key: "s.key", **_left_empty(kind), **kind.columns, **kind.new}
    cursor.execute(
        f"INSERT INTO {kind.table} ({', '.join(new)}) SELECT {', '.join(new.values())}"
        f" FROM {kind.stage} s {kind.joins} WHERE s.state = 'added' ON CONFLICT DO NOTHING"
    )


def _left_empty(kind: Kind) -> dict[str, str]:
    """Columns that must have a value and that no file gives."""
    empty = {}
    for field in MODELS[kind.name]._meta.concrete_fields:  # noqa: SLF001 - Django's public door to a model
        known = field.primary_key or field.column in {kind.key, *kind.columns, *kind.new}
        if not known and not field.null and field.has_default():
            empty[field.column] = _literal(field.get_default())
        elif not known and not field.null:
            empty[field.column] = "''"
    return empty


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"
    )


def _write_names(cursor: Any) -> None:
    ours = "FROM import_place s JOIN maps_place t ON t.key = s.key WHERE s.state IN ('added', 'changed') AND t.origin = 'import'"
    cursor.execute(
        "DELETE FROM maps_placename o USING (SELECT t.id, s.key "
        + ours
        + ") p WHERE o.place_id = p.id"
        " AND NOT EXISTS (SELECT 1 FROM import_name n WHERE n.key = p.key AND n.normal = o.normal)"
    )
    cursor.execute(
        "INSERT INTO maps_placename (place_id, written, normal, squashed)"
        " SELECT p.id, n.written, n.normal, n.squashed FROM import_name n"
        " JOIN (SELECT t.id, s.key " + ours + ") p ON p.key = n.key"
        " ON CONFLICT (place_id, normal) DO UPDATE SET written = excluded.written"
        " WHERE maps_placename.written <> excluded.written"
    )


# --- what goes ------------------------------------------------------------------------------------


def _retire(cursor: Any, kind: Kind) -> None:
    cursor.execute(
        f"DELETE FROM {kind.table} t USING {kind.stage}_gone g"
        " WHERE g.id = t.id AND g.state = 'retired' AND t.origin <> 'hand'"
    )


def _delete_turns_of_gone_roads(cursor: Any) -> None:
    cursor.execute(
        "DELETE FROM maps_turnrestriction t USING import_edge_gone g"
        " WHERE g.state = 'retired' AND g.id IN (t.from_edge_id, t.to_edge_id)"
    )


def _retire_districts(cursor: Any) -> None:
    """Before the new ones come: of two kelurahan of one kecamatan and one name only one may stand."""
    cursor.execute(
        "UPDATE maps_place p SET district_id = NULL FROM import_district_gone g"
        " WHERE g.id = p.district_id AND g.state = 'retired'"
    )
    _retire(cursor, DISTRICT)


def _retire_places(cursor: Any) -> None:
    cursor.execute(
        "DELETE FROM maps_placename o USING import_place_gone g, maps_place t"
        " WHERE o.place_id = g.id AND g.id = t.id AND g.state = 'retired' AND t.origin <> 'hand'"
    )
    _retire(cursor, PLACE)


def _settle_places(cursor: Any) -> None:
    """New borders: every place that no person has put into a kelurahan lies where the borders say.

    What no border holds, such as a pier, keeps its own; so does what lies where two overlap.
    """
    cursor.execute(
        "UPDATE maps_place p SET district_id = d.id FROM maps_district d WHERE p.origin <> 'hand'"
        " AND p.kind <> 'kecamatan' AND ST_Covers(d.area, p.point) AND NOT EXISTS (SELECT 1 FROM maps_district o"
        " WHERE o.id = p.district_id AND ST_Covers(o.area, p.point))"
    )


def _bump(cursor: Any, layer: str) -> None:
    cursor.execute(
        "INSERT INTO maps_mapversion (layer, number) VALUES (%s, nextval('maps_version_seq'))"
        " ON CONFLICT (layer) DO UPDATE SET number = excluded.number",
        [layer],
    )
