"""What the screens read besides the board: reference data, recommendation, timeline, route."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

import calls.seats
import units.selectors
from dispatch.models import Assignment, Incident
from dispatch.selectors.reference import reference_data
from dispatch.services.recommendation import recommendation_for
from dispatch.views import ways
from maps.geo import LatLng
from maps.routing.engines import route
from realtime.eventlog import events_about
from realtime.protocol import CONTROL_ROLES, Rejected, Role, Viewer, stamp
from realtime.registry import words_for
from realtime.views import api, refusal

TIMELINE_MAX = 200
CONTROL = frozenset(CONTROL_ROLES)


def viewer_of_api(request: HttpRequest) -> Viewer:
    return request.viewer  # type: ignore[attr-defined]


@api("GET")
def reference(request: HttpRequest) -> HttpResponse:
    with translation.override(viewer_of_api(request).language):
        return JsonResponse(reference_data())


@api("GET", roles=frozenset({Role.DISPATCHER, Role.SUPERVISOR}))
def softphone_token(request: HttpRequest) -> HttpResponse:
    """The key of the telephone in this person's browser."""
    viewer = viewer_of_api(request)
    try:
        response = JsonResponse(calls.seats.softphone_token(viewer.user_id, now=timezone.now()))
    except Rejected as error:
        with translation.override(viewer.language):
            return refusal(error.status, error.code, words_for(error))
    response["Cache-Control"] = "no-store"
    return response


@api("GET", roles=CONTROL)
def recommendation(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    with translation.override(viewer_of_api(request).language):
        try:
            return JsonResponse(recommendation_for(incident_id))
        except Rejected as error:
            return refusal(error.status, error.code, words_for(error))


@api("GET", roles=CONTROL)
def timeline(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    if not Incident.objects.filter(pk=incident_id).exists():
        return refusal(404, "incident_unknown", _("There is no such incident."))
    rows = []
    for event in events_about(str(incident_id), limit=TIMELINE_MAX):
        facts = {key: value for key, value in event.data.items() if key not in {"set", "gone"}}
        rows.append(
            {
                "seq": event.seq,
                "at": stamp(event.at),
                "name": event.name,
                "by": event.by_name,
                "data": facts,
            }
        )
    return JsonResponse({"events": rows})


@api("GET")
def way(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """The way of an assigned unit to its incident, to be drawn: `{"points": [[lat, lng]…], "seconds": […], "eta_s", "by"}`."""
    viewer = viewer_of_api(request)
    assignment = Assignment.objects.select_related("incident").filter(pk=assignment_id).first()
    foreign = assignment and viewer.role == Role.CREW and str(assignment.unit_id) != viewer.unit_id
    if assignment is None or foreign or viewer.role == Role.ADMIN:
        return refusal(404, "assignment_unknown", _("There is no such assignment."))
    states = units.selectors.states([assignment.unit_id])
    here = states[0].position or states[0].home if states else None
    place = assignment.incident.location
    empty: dict[str, Any] = {"points": [], "eta_s": None, "by": None}
    if here is None or place is None:
        return JsonResponse(empty)
    found = route(
        here, LatLng(place.y, place.x), str(states[0].travels_by), kind=str(states[0].kind)
    )
    if found is None:
        return JsonResponse(empty)
    return JsonResponse(
        {
            **ways.wire(found),
            "points": [[point.lat, point.lng] for point in found.points],
            "seconds": [round(second, 1) for second in found.seconds],
        }
    )
