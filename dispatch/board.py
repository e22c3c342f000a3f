"""The board: which rows change together, who may see what, the snapshot for one viewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import calls.selectors
import maps.closures
import maps.hospitals
import units.selectors
from dispatch.selectors import wires
from realtime.protocol import (
    CONTROL,
    KINDS,
    Viewer,
    incident_for_crew,
    prune_for_unit,
    state_of,
    unit_topic,
)

Board = dict[str, list[dict[str, Any]]]

LOADERS = {
    "calls": wires.calls_on_board,
    "incidents": wires.incidents_on_board,
    "assignments": wires.assignments_on_board,
    "units": wires.units_on_board,
    "alarms": wires.alarms_on_board,
    "hospitals": maps.hospitals.on_board,
    "closures": maps.closures.wires,
}


def expand(touched: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Everything whose row changes, or whose viewers must hear, when these change.

    A call changes its incident (callers' words); an incident is told to every unit that works on it, with all
    of them, because a unit just assigned knows nothing of the incident yet.
    """
    all_: dict[str, set[str]] = {kind: set(ids) for kind, ids in touched.items() if ids}
    incidents = set(all_.get("incidents", ()))
    units = set(all_.get("units", ()))
    assignments = set(all_.get("assignments", ()))
    if all_.get("calls"):
        incidents |= {str(id_) for id_ in calls.selectors.incident_ids(all_["calls"])}
    if assignments:
        more_incidents, more_units = wires.neighbours_of_assignments(assignments)
        incidents |= more_incidents
        units |= more_units
    if incidents:
        more_assignments, more_units = wires.active_on_incidents(incidents)
        assignments |= more_assignments
        units |= more_units
    more = {"incidents": incidents, "units": units, "assignments": assignments}
    return {**all_, **{kind: ids for kind, ids in more.items() if ids}}


def audience(data: Mapping[str, Any]) -> set[str]:
    """A closed road concerns every crew: the next assignment may lead along it."""
    if data["touched"].get("closures"):
        return {unit_topic(id_) for id_ in units.selectors.active_ids()}
    return {unit_topic(id_) for id_ in data["touched"].get("units", ())}


def project(topic: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the viewers of a topic see of an event."""
    if topic == CONTROL:
        return data
    unit_id = topic.removeprefix("unit:")
    rows = data.get("set", {})
    seen = _for_crew(rows, unit_id)
    gone = {kind: set(ids) for kind, ids in data.get("gone", {}).items() if kind != "calls"}
    # What has changed and is not this crew's to see leaves its board: with its own assignment goes the incident.
    for kind in rows.keys() - {"calls"}:
        gone.setdefault(kind, set()).update(row["id"] for row in rows[kind])
        gone[kind] -= {row["id"] for row in seen[kind]}
    return {
        **data,
        "set": {kind: rows for kind, rows in seen.items() if rows},
        "gone": {kind: sorted(ids) for kind, ids in gone.items() if ids},
    }


def snapshot(viewer: Viewer) -> Board:
    """The board as this viewer may see it; read it inside `eventlog.one_moment()` with its number."""
    if viewer.topic == CONTROL:
        return {kind: LOADERS[kind](None) for kind in KINDS}
    assert viewer.unit_id is not None
    incidents = wires.incidents_of_unit(viewer.unit_id)
    assignments, units = wires.active_on_incidents(incidents)
    whole: Board = {
        "incidents": wires.incidents_on_board(incidents),
        "assignments": wires.assignments_on_board(assignments),
        "units": wires.units_on_board(units | {viewer.unit_id}),
        "alarms": wires.alarms_on_board(None),
        "closures": maps.closures.wires(None),
    }
    return _for_crew(whole, viewer.unit_id)


def _for_crew(rows: Mapping[str, Any], unit_id: str) -> Board:
    pruned = prune_for_unit(state_of(rows), unit_id)
    board = {kind: list(entities.values()) for kind, entities in pruned.items()}
    board["incidents"] = [incident_for_crew(row) for row in board["incidents"]]
    return board
