"""Open, change and close incidents."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from django.utils import translation

import calls.services
import maps.selectors
from dispatch.engine.assignments import ACTIVE
from dispatch.engine.incidents import IncidentStatus, check_closable, check_open, number_text
from dispatch.models import ADDRESS_CHARS_MAX, Assignment, Incident, IncidentType
from maps.geo import LatLng
from maps.geocoding.reverse import reverse
from realtime.eventlog import Change, Done, change
from realtime.protocol import Rejected
from realtime.registry import Context


def open_incident(
    ctx: Context,
    *,
    type_key: str | None,
    priority: int | None,
    location: dict[str, Any] | None,
    call_id: str | None,
    texts: dict[str, str],
) -> Done:
    """Open an incident, from a call when there is one. `texts` are note, address, landmark as far as given."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        if call_id is not None:
            calls.services.lock([call_id])
        incident = new_incident(
            log, type_key=type_key, priority=priority, location=location, texts=texts
        )
        incident.opened_by_id = ctx.viewer.user_id
        incident.save(force_insert=True)
        touched: dict[str, list[Any]] = {"incidents": [incident.pk]}
        facts = {"incident_id": str(incident.pk), "number": incident.number}
        if call_id is not None:
            calls.services.attach(log, call_id=call_id, incident_id=incident.pk, now=ctx.now)
            touched["calls"] = [call_id]
            facts["call_id"] = str(call_id)
        log.record("incident.opened", facts=facts, **touched)
        log.result = {"incident_id": str(incident.pk), "number": incident.number}
    return log.done


def new_incident(
    log: Change,
    *,
    type_key: str | None,
    priority: int | None,
    location: dict[str, Any] | None,
    texts: dict[str, str],
) -> Incident:
    """An incident with its number, opened now, not yet saved."""
    kind = _type(type_key)
    incident = Incident(
        number=_next_number(log),
        type=kind,
        priority=priority if priority is not None or kind is None else kind.default_priority,
        opened_at=log.now,
        **texts,
    )
    _place(incident, location)
    return incident


def attach_call(ctx: Context, *, incident_id: Any, call_id: str) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        calls.services.lock([call_id])
        incident = lock_incident(incident_id)
        check_open(incident.status)
        calls.services.attach(log, call_id=call_id, incident_id=incident.pk, now=ctx.now)
        log.record(
            "call.attached",
            calls=[call_id],
            incidents=[incident.pk],
            facts={"call_id": str(call_id), "incident_id": str(incident.pk)},
        )
        log.result = {"incident_id": str(incident.pk), "call_id": str(call_id)}
    return log.done


def update_incident(ctx: Context, *, incident_id: Any, changes: dict[str, Any]) -> Done:
    """Change the fields named in `changes` (type, priority, location, note, address, landmark)."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        incident = lock_incident(incident_id)
        check_open(incident.status)
        before = _facts_of(incident)
        for name, value in changes.items():
            if name == "type":
                incident.type = _type(value)
            elif name == "location":
                _place(incident, value)
            elif name == "priority":
                incident.priority = value
            else:
                setattr(incident, name, value or "")
        after = _facts_of(incident)
        if after != before:
            incident.save()
            changed = {
                name: [before[name], after[name]] for name in after if after[name] != before[name]
            }
            facts = {
                "incident_id": str(incident.pk),
                "number": incident.number,
                "changed": changed,
            }
            log.record("incident.updated", incidents=[incident.pk], facts=facts)
        log.result = {"incident_id": str(incident.pk)}
    return log.done


def close_incident(ctx: Context, *, incident_id: Any, disposition: str) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call_ids = calls.services.lock_of_incident(incident_id)
        incident = lock_incident(incident_id)
        working = Assignment.objects.filter(incident=incident, status__in=sorted(ACTIVE)).count()
        check_closable(status=incident.status, active_assignments=working)
        incident.status = IncidentStatus.CLOSED
        incident.closed_at = ctx.now
        incident.closed_by_id = ctx.viewer.user_id
        incident.disposition = disposition
        incident.save()
        log.record(
            "incident.closed",
            incidents=[incident.pk],
            calls=call_ids,
            facts={
                "incident_id": str(incident.pk),
                "number": incident.number,
                "disposition": disposition,
            },
        )
        log.result = {"incident_id": str(incident.pk)}
    return log.done


def lock_incident(incident_id: Any) -> Incident:
    incident = Incident.objects.select_for_update(of=("self",)).filter(pk=incident_id).first()
    if incident is None:
        raise Rejected("incident_unknown", status=404)
    return incident


def _type(key: str | None) -> IncidentType | None:
    if key is None:
        return None
    kind = IncidentType.objects.filter(pk=key, is_active=True).first()
    if kind is None:
        raise Rejected("incident_type_unknown", status=422, type=key)
    return kind


def _place(incident: Incident, location: dict[str, Any] | None) -> None:
    """Set or remove the position, and the district it lies in. No location is unknown, never a default."""
    if location is None:
        incident.location = None
        incident.location_radius_m = None
        incident.location_source = incident.location_label = incident.district = ""
        incident.district_certain = True
        return
    try:
        position = LatLng(location["lat"], location["lng"])
    except ValueError:
        raise Rejected("location_impossible", status=422) from None
    incident.location = Point(position.lng, position.lat, srid=4326)
    incident.location_radius_m = location.get("radius_m")
    incident.location_source = location.get("source") or "operator"
    incident.location_label = location.get("label") or _told(position)
    district = maps.selectors.district_at(position)
    incident.district = district.name if district else ""
    incident.district_certain = district.certain if district else True


def _told(position: LatLng) -> str:
    """Where that is, for a crew: a street and a junction rather than two numbers. Kept, so that every screen says the same."""
    with translation.override(settings.LANGUAGE_CODE):
        found = reverse(position)
        return found.text[:ADDRESS_CHARS_MAX] if found.is_known else ""


def _facts_of(incident: Incident) -> dict[str, Any]:
    point = incident.location
    return {
        "type": incident.type_id,
        "priority": incident.priority,
        "location": [point.y, point.x, incident.location_radius_m] if point else None,
        "note": incident.note,
        "address": incident.address,
        "landmark": incident.landmark,
    }


def _next_number(log: Change) -> str:
    year = log.now.astimezone(ZoneInfo(settings.TIME_ZONE)).year
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dispatch_incidentcounter AS counter (year, last) VALUES (%s, 1)"
            " ON CONFLICT (year) DO UPDATE SET last = counter.last + 1 RETURNING last",
            [year],
        )
        return number_text(year=year, ordinal=cursor.fetchone()[0])
