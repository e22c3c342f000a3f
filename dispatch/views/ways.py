"""Ways on the map: a route with its streets, how far units come, and where the free ones come together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _

import units.selectors
from maps.geo import LatLng, position_or_none
from maps.routing import engines
from maps.routing.routes import Route
from maps.routing.travel import Source
from realtime.protocol import CONTROL_ROLES, Role, Viewer
from realtime.views import api, refusal
from units.domain import DISPATCHABLE, UNDER_WAY, UnitKind, UnitState

CONTROL = frozenset(CONTROL_ROLES)
POSITION_CHARS_MAX = 60
WORD_CHARS_MAX = 40
MINUTES_MAX = 60
AREAS_MAX = 4
BY = frozenset({"road", "boat", "foot", "air"})
KINDS = frozenset({*UnitKind, "foot"})


class Wrong(Exception):  # noqa: N818 - a word of the address is wrong
    """The sentence that says what to write instead."""


def wire(route: Route) -> dict[str, Any]:
    """Points are (lng, lat), as in GeoJSON."""
    return {
        "by": route.by,
        "eta_s": route.eta_s,
        "p90_s": route.p90_s,
        "distance_m": route.distance_m,
        "points": [[point.lng, point.lat] for point in route.points],
        "streets": [
            {
                "name": street.name or None,
                "distance_m": street.distance_m,
                "eta_s": street.eta_s,
                "by": street.by,
            }
            for street in route.streets
        ],
        "is_straight_line": route.is_straight_line,
        "notes": list(route.notes),
    }


@api("GET")
def route(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        source = _source(request, viewer)
        target = _position(request, "to")
        if target is None:
            raise Wrong(_("%(name)s is missing.") % {"name": "to"})
    except Wrong as wrong:
        return refusal(422, "invalid", str(wrong))
    if source is None:
        return refusal(404, "unit_unknown", _("There is no such unit, or its place is unknown."))
    found = engines.route(source.position, target, source.by, kind=source.kind)
    if found is None:
        return refusal(404, "no_way", _("There is no way there."))
    return JsonResponse(wire(found))


@api("GET", roles=CONTROL)
def isochrones(request: HttpRequest) -> HttpResponse:
    try:
        at = _position(request, "at")
        if at is None:
            raise Wrong(_("%(name)s is missing.") % {"name": "at"})
        source = Source(at, *_travels(request))
        minutes = _minutes(request)
    except Wrong as wrong:
        return refusal(422, "invalid", str(wrong))
    return JsonResponse(engines.isochrones_from([source], minutes, now=timezone.now()))


@api("GET", roles=CONTROL)
def coverage(request: HttpRequest) -> HttpResponse:
    """Of all units that could be sent now, wherever they are."""
    try:
        minutes = _minutes(request)
    except Wrong as wrong:
        return refusal(422, "invalid", str(wrong))
    agency = request.GET.get("agency", "")
    sources = [
        source
        for state in units.selectors.states()
        if state.status in DISPATCHABLE and agency in ("", state.agency)
        if (source := _source_of(state)) is not None
    ]
    return JsonResponse(engines.isochrones_from(sources, minutes, now=timezone.now()))


def _source(request: HttpRequest, viewer: Viewer) -> Source | None:
    """Where the way begins and how it is travelled: a unit's, or as the address says."""
    begin, unit_id = _position(request, "from"), request.GET.get("unit", "")
    if not unit_id:
        if begin is None:
            raise Wrong(_("Write where the way begins: from, or a unit."))
        return Source(begin, *_travels(request))
    is_foreign = viewer.role == Role.CREW and unit_id != viewer.unit_id
    found = [] if is_foreign else _unit(unit_id)
    source = _source_of(found[0]) if found else None
    if begin is None or not found:
        return source
    return Source(begin, str(found[0].travels_by), str(found[0].kind))


def _unit(unit_id: str) -> list[UnitState]:
    try:
        return units.selectors.states([UUID(unit_id)])
    except ValueError:
        return []


def _source_of(state: UnitState) -> Source | None:
    position = state.position or state.home
    if position is None:
        return None
    ready_s = 0 if state.status in UNDER_WAY else state.ready_s
    return Source(position, str(state.travels_by), str(state.kind), ready_s)


def _position(request: HttpRequest, name: str) -> LatLng | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    lat, _comma, lng = text[:POSITION_CHARS_MAX].partition(",")
    try:
        position = position_or_none(float(lat), float(lng))
    except ValueError:
        position = None
    if position is None:
        sentence = _("%(name)s must be a position such as 0.9186,104.4665.")
        raise Wrong(sentence % {"name": name})
    return position


def _travels(request: HttpRequest) -> tuple[str, str]:
    by, kind = request.GET.get("by", "road"), request.GET.get("kind", "")
    if by not in BY:
        raise Wrong(_("by must be road, boat, foot or air."))
    if kind and kind not in KINDS:
        raise Wrong(_("There is no kind of unit “%(kind)s”.") % {"kind": kind[:WORD_CHARS_MAX]})
    return ("foot" if kind == "foot" else by), kind


def _minutes(request: HttpRequest) -> list[int]:
    words = request.GET.get("minutes", "").split(",")
    if len(words) > AREAS_MAX or not all(
        word.isascii() and word.isdigit() and 1 <= int(word[:4]) <= MINUTES_MAX for word in words
    ):
        sentence = _("minutes must be up to %(count)d numbers between 1 and %(most)d, like 5,10.")
        raise Wrong(sentence % {"count": AREAS_MAX, "most": MINUTES_MAX})
    return [int(word) for word in words]
