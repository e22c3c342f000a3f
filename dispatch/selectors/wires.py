"""The board's rows in wire form; a fixed number of queries for any number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.contrib.gis.geos import Point
from django.db.models import Min, Q

import calls.selectors
import maps.premises
import units.selectors
from dispatch.engine.assignments import ACTIVE
from dispatch.engine.incidents import IncidentStatus
from dispatch.models import Alarm, Assignment, Incident
from maps.geo import LatLng
from realtime.protocol import stamp

_ACTIVE = sorted(ACTIVE)
ASSIGNMENT_STAMPS = (
    "assigned_at",
    "notified_at",
    "seen_at",
    "acknowledged_at",
    "en_route_at",
    "on_scene_at",
    "transporting_at",
    "at_destination_at",
    "clear_at",
    "cancelled_at",
    "refused_at",
)

Ids = Iterable[str] | None
Rows = list[dict[str, Any]]


def calls_on_board(ids: Ids = None) -> Rows:
    return calls.selectors.wires(ids)


def incidents_on_board(ids: Ids = None) -> Rows:
    found = Incident.objects.filter(status=IncidentStatus.OPEN).order_by("id")
    found = found.select_related("opened_by")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return incident_rows(list(found))


def incident_rows(incidents: list[Incident]) -> Rows:
    keys = [incident.pk for incident in incidents]
    summaries = calls.selectors.summaries(keys)
    words = calls.selectors.words(keys)
    premises = maps.premises.notes_at(
        {one.pk: LatLng(one.location.y, one.location.x) for one in incidents if one.location}
    )
    active: dict[Any, list[str]] = defaultdict(list)
    firsts: dict[Any, dict[str, Any]] = {}
    for row in Assignment.objects.filter(incident__in=keys, status__in=_ACTIVE).order_by("id"):
        active[row.incident_id].append(str(row.pk))
    aggregated = (
        Assignment.objects.filter(incident__in=keys)
        .values("incident")
        .annotate(
            assigned=Min("assigned_at"),
            acknowledged=Min("acknowledged_at"),
            on_scene=Min("on_scene_at"),
        )
    )
    for first in aggregated:
        firsts[first["incident"]] = first
    rows = []
    for incident in incidents:
        summary = summaries.get(incident.pk)
        first = firsts.get(incident.pk, {})
        rows.append(
            {
                **_incident_row(incident),
                "received_at": stamp(summary.received_at) if summary else None,
                "answered_at": stamp(summary.answered_at) if summary else None,
                "call_ids": [str(id_) for id_ in summary.call_ids] if summary else [],
                "first_assigned_at": stamp(first.get("assigned")),
                "first_acknowledged_at": stamp(first.get("acknowledged")),
                "first_on_scene_at": stamp(first.get("on_scene")),
                "assignment_ids": active[incident.pk],
                "words": words.get(incident.pk, []),
                "premises": premises.get(incident.pk, []),
            }
        )
    return rows


def _incident_row(incident: Incident) -> dict[str, Any]:
    return {
        "id": str(incident.pk),
        "number": incident.number,
        "type": incident.type_id,
        "priority": incident.priority,
        "status": incident.status,
        "location": location_row(incident),
        "address": incident.address or None,
        "landmark": incident.landmark or None,
        "note": incident.note,
        "district": incident.district or None,
        "district_certain": incident.district_certain,
        "opened_at": stamp(incident.opened_at),
        "opened_by": person_row(incident.opened_by),
        "closed_at": stamp(incident.closed_at),
        "disposition": incident.disposition or None,
        "paper_entered_at": stamp(incident.paper_entered_at),
    }


def location_row(incident: Incident) -> dict[str, Any] | None:
    point: Point | None = incident.location
    if point is None:
        return None
    return {
        "lat": point.y,
        "lng": point.x,
        "radius_m": incident.location_radius_m,
        "source": incident.location_source or None,
        "label": incident.location_label or None,
    }


def person_row(person: Any) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"id": str(person.pk), "name": person.get_full_name() or person.username}


def units_on_board(ids: Ids = None) -> Rows:
    rows = units.selectors.wires(ids)
    held = dict(
        Assignment.objects.filter(unit__in=[row["id"] for row in rows], status__in=_ACTIVE)
        .values_list("unit", "id")
        .iterator()
    )
    holders = {str(unit): str(assignment) for unit, assignment in held.items()}
    return [{**row, "assignment_id": holders.get(row["id"])} for row in rows]


def assignments_on_board(ids: Ids = None) -> Rows:
    found = Assignment.objects.filter(status__in=_ACTIVE).order_by("id").select_related("ladder")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return [assignment_row(row) for row in found]


def assignment_row(row: Assignment) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "incident_id": str(row.incident_id),
        "unit_id": str(row.unit_id),
        "status": row.status,
        **{name: stamp(getattr(row, name)) for name in ASSIGNMENT_STAMPS},
        "assigned_by": {"id": str(row.assigned_by_id), "name": row.assigned_by_name}
        if row.assigned_by_id
        else None,
        "reason": row.reason or None,
        "paper_entered_at": stamp(row.paper_entered_at),
        **_reminders(row),
        "eta_s": row.eta_s,
        "eta_p90_s": row.eta_p90_s,
        "eta_by": row.eta_by or None,
    }


def _reminders(row: Assignment) -> dict[str, Any]:
    """When the crew was written to and rung up because its tablet was silent."""
    ladder = getattr(row, "ladder", None)
    reached = ladder is not None and ladder.phone_known
    return {
        "sms_at": stamp(ladder.sms_at) if reached else None,
        "call_at": stamp(ladder.call_at) if reached else None,
    }


def alarms_on_board(ids: Ids = None) -> Rows:
    found = Alarm.objects.filter(cleared_at__isnull=True).order_by("id")
    found = found.select_related("acknowledged_by")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "severity": row.severity,
            "subject": {"kind": row.subject_kind, "id": row.subject_id}
            if row.subject_id
            else None,
            "facts": row.facts,
            "raised_at": stamp(row.raised_at),
            "acknowledged_at": stamp(row.acknowledged_at),
            "acknowledged_by": person_row(row.acknowledged_by),
        }
        for row in found
    ]


# --- who changes with whom ---------------------------------------------------------------------


def neighbours_of_assignments(ids: Iterable[str]) -> tuple[set[str], set[str]]:
    """(incidents, units) of these assignments, ended ones included."""
    pairs = list(Assignment.objects.filter(pk__in=list(ids)).values_list("incident_id", "unit_id"))
    return {str(incident) for incident, _ in pairs}, {str(unit) for _, unit in pairs}


def active_on_incidents(ids: Iterable[str]) -> tuple[set[str], set[str]]:
    """(active assignments, their units) on these incidents."""
    pairs = list(
        Assignment.objects.filter(Q(incident__in=list(ids)), status__in=_ACTIVE).values_list(
            "id", "unit_id"
        )
    )
    return {str(id_) for id_, _ in pairs}, {str(unit) for _, unit in pairs}


def incidents_of_unit(unit_id: str) -> set[str]:
    found = Assignment.objects.filter(unit=unit_id, status__in=_ACTIVE)
    return {str(id_) for id_ in found.values_list("incident_id", flat=True)}
