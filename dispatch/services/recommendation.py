"""Gather what the pure recommendation needs, and put its reasons into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy

import calls.evidence
import units.coverage
import units.selectors
from calls.evidence import Place
from dispatch.engine.assignments import ACTIVE
from dispatch.engine.recommend import (
    Candidate,
    Need,
    Reason,
    Recommendation,
    needs_for,
    recommend,
    replacement,
)
from dispatch.models import Assignment, Incident
from maps.geo import LatLng, distance_m
from maps.routing.engines import kept_out_by_closures, travel_to
from maps.routing.travel import Source, Travel
from realtime.protocol import Rejected
from units.domain import DISPATCHABLE, UNDER_WAY, UnitState

APART_M_MIN = 150.0
OTHER_PLACES_MAX = 3

WORDS = {
    "nearest": gettext_lazy("Nearest free unit for %(capability)s."),
    "next_nearest": gettext_lazy("Number %(place)s by travel time for %(capability)s."),
    "no_plan": gettext_lazy("Nearest free unit; the type has no plan."),
    "due_first": gettext_lazy("Its station is due first here."),
    "due_outside": gettext_lazy("Its agency does not answer here."),
    "position_unknown": gettext_lazy("Position unknown, travel time unknown."),
    "from_station": gettext_lazy("From its station, no position of its own."),
    "position_old": gettext_lazy("Position %(minutes)s min old, may be wrong."),
    "straight_line": gettext_lazy("Straight line: no road known."),
    "by_boat": gettext_lazy("By boat."),
    "leaves_after": gettext_lazy("Leaves after %(minutes)s min."),
    "to_pier": gettext_lazy("The crew first goes to its boat."),
    "ferry": gettext_lazy("With the ferry."),
    "own_network": gettext_lazy("By the own road network, not by the routing service."),
    "busy": gettext_lazy("Busy with #%(number)s: %(status)s."),
    "not_in_service": gettext_lazy("Not available: %(status)s."),
    "not_able": gettext_lazy("Nearer, but not equipped for this."),
    "no_way": gettext_lazy("Cannot get there."),
    "all_ways_closed": gettext_lazy("Cannot get there: all ways are closed."),
    "farther": gettext_lazy("Farther away than the units chosen."),
    "plan_met": gettext_lazy("Free; the plan needs no more."),
    "place_unknown": gettext_lazy("The incident has no place yet."),
}
CAPABILITIES = {
    "fire_attack": gettext_lazy("fire attack"),
    "water_supply": gettext_lazy("water supply"),
    "ladder": gettext_lazy("ladder"),
    "rescue": gettext_lazy("rescue"),
    "ems_bls": gettext_lazy("ambulance"),
    "ems_als": gettext_lazy("ambulance with advanced life support"),
    "transport": gettext_lazy("patient transport"),
    "police": gettext_lazy("police"),
    "traffic_control": gettext_lazy("traffic control"),
    "boat_rescue": gettext_lazy("rescue at sea"),
    "boat_transport": gettext_lazy("transport by boat"),
    "chainsaw": gettext_lazy("chainsaw"),
    "flood_relief": gettext_lazy("flood relief"),
    "command": gettext_lazy("command"),
}
STATUSES = {
    "available": gettext_lazy("Available"),
    "assigned": gettext_lazy("Assigned"),
    "acknowledged": gettext_lazy("Acknowledged"),
    "en_route": gettext_lazy("En route"),
    "staged": gettext_lazy("Staged"),
    "on_scene": gettext_lazy("On scene"),
    "at_patient": gettext_lazy("At patient"),
    "transporting": gettext_lazy("Transporting"),
    "at_destination": gettext_lazy("At destination"),
    "returning": gettext_lazy("Returning"),
    "available_on_scene": gettext_lazy("Available on scene"),
    "move_up": gettext_lazy("Move up"),
    "out_of_service": gettext_lazy("Out of service"),
    "off_duty": gettext_lazy("Off duty"),
    "mayday": gettext_lazy("MAYDAY"),
}


def recommendation_for(incident_id: Any) -> dict[str, Any]:
    """The answer of `GET /api/v1/incidents/<id>/recommendation`."""
    incident = Incident.objects.select_related("type").filter(pk=incident_id).first()
    if incident is None:
        raise Rejected("incident_unknown", status=404)
    states = units.selectors.states()
    held = _held()
    working = [state.capabilities for state in states if held.get(state.id) == incident.number]
    plan = incident.type.needs if incident.type else {}
    needs = needs_for(plan, incident.priority)
    target = _target(incident)
    travels = _travels(target, states)
    kept_out = _kept_out(target, states, travels)
    others = [state for state in states if held.get(state.id) != incident.number]

    def chosen(place: LatLng | None, travels: Mapping[str, Travel] | None) -> Recommendation:
        due = _due(place)
        candidates = [
            replace(_candidate(state, travels, held, kept_out), due=due(state)) for state in others
        ]
        return recommend(needs, candidates, working=working, location_known=place is not None)

    found = chosen(target, travels)
    return {
        "incident_id": str(incident.pk),
        "computed_at": timezone.now().isoformat(),
        "location_known": target is not None,
        "needs": [_need_row(need) for need in needs],
        "answers": _answer_rows(target),
        "units": [
            {
                **_unit_row(one.candidate),
                "for": one.capability,
                "reason": " ".join(_sentence(reason) for reason in one.reasons),
                "reasons": [reason.code for reason in one.reasons],
            }
            for one in found.units
        ],
        "left_out": [
            {
                **_unit_row(one.candidate),
                "reason": _sentence(one.reason),
                "reasons": [one.reason.code],
            }
            for one in found.left_out
        ],
        "shortfall": [_need_row(need) for need in found.shortfall],
        "otherwise": [
            {
                "source": place.source,
                "label": place.label or None,
                "apart_m": round(apart_m),
                "units": instead,
            }
            for place, apart_m in _other_places(incident, target)
            if (
                instead := _instead(
                    found, chosen(place.position, _travels(place.position, others))
                )
            )
        ],
    }


def _due(place: LatLng | None) -> Callable[[UnitState], str | None]:
    """Whether a unit's station is due first at the place, or its agency does not answer there at all."""
    if place is None:
        return lambda state: None
    answers = units.coverage.answers_at(place)
    first = {one.station_id for one in answers if one.rank == 1}
    here = {one.agency for one in answers}
    bound = units.coverage.agencies_with_areas()

    def of(state: UnitState) -> str | None:
        if state.station_id in first and state.station_id is not None:
            return "first"
        return "outside" if state.agency in bound and state.agency not in here else None

    return of


def _answer_rows(place: LatLng | None) -> list[dict[str, Any]]:
    """The cascade of the agencies that answer at the place."""
    if place is None:
        return []
    return [
        {
            "agency": one.agency,
            "agency_name": one.agency_name,
            "rank": one.rank,
            "area": one.name,
            "station": one.station,
        }
        for one in units.coverage.answers_at(place)
    ]


def _instead(found: Recommendation, other: Recommendation) -> list[str]:
    """The units that `other` sends and `found` does not, by callsign."""
    sent = {one.candidate.unit_id for one in found.units}
    return [one.candidate.callsign for one in other.units if one.candidate.unit_id not in sent]


def _other_places(incident: Incident, target: LatLng | None) -> list[tuple[Place, float]]:
    """Where the callers may be instead, nearest first, each with its distance from the incident's place.

    Nearer than APART_M_MIN to it or to one before is the same place for whoever drives there.
    """
    if target is None:
        return []
    places = calls.evidence.places_of_incident(incident.pk)
    found: list[tuple[Place, float]] = []
    for place in sorted(places, key=lambda one: distance_m(target, one.position)):
        known = [target, *(other.position for other, _ in found)]
        if all(distance_m(place.position, one) >= APART_M_MIN for one in known):
            found.append((place, distance_m(target, place.position)))
    return found[:OTHER_PLACES_MAX]


def replacement_for(*, incident_id: Any, unit_id: Any) -> dict[str, Any] | None:
    """The unit to send in place of one that does not answer, as things stand now; None when there is nobody."""
    incident = Incident.objects.select_related("type").filter(pk=incident_id).first()
    if incident is None:
        return None
    states = units.selectors.states()
    silent = next((state.capabilities for state in states if state.id == unit_id), frozenset())
    states = [state for state in states if state.id != unit_id]
    held = _held()
    target = _target(incident)
    travels = _travels(target, states)
    found = replacement(
        needs_for(incident.type.needs if incident.type else {}, incident.priority),
        [
            _candidate(state, travels, held)
            for state in states
            if held.get(state.id) != incident.number
        ],
        silent,
        working=[state.capabilities for state in states if held.get(state.id) == incident.number],
        location_known=target is not None,
    )
    return _unit_row(found) if found else None


def eta_of_unit(*, incident_id: Any, unit_id: Any) -> Travel | None:
    """The travel time of one unit as it stands now; None when position, place or way is unknown."""
    incident = Incident.objects.filter(pk=incident_id).first()
    states = units.selectors.states([unit_id])
    if incident is None or not states:
        return None
    travels = _travels(_target(incident), states)
    return travels.get(str(states[0].id)) if travels else None


def _target(incident: Incident) -> LatLng | None:
    return LatLng(incident.location.y, incident.location.x) if incident.location else None


def _held() -> dict[Any, str]:
    """unit -> number of the incident that holds it."""
    rows = Assignment.objects.filter(status__in=sorted(ACTIVE))
    return dict(rows.values_list("unit_id", "incident__number"))


def _travels(target: LatLng | None, states: list[UnitState]) -> Mapping[str, Travel] | None:
    """None where nobody knows where to."""
    if target is None:
        return None
    return travel_to(target, _sources(states))


def _sources(states: list[UnitState]) -> dict[str, Source]:
    """Where units start and how. Whoever is out already has left."""
    sources = {}
    for state in states:
        position = state.position or state.home
        if position is not None:
            ready_s = state.ready_s if state.status not in UNDER_WAY else 0
            sources[str(state.id)] = Source(
                position, str(state.travels_by), str(state.kind), ready_s
            )
    return sources


def _kept_out(
    target: LatLng | None, states: list[UnitState], travels: Mapping[str, Travel] | None
) -> frozenset[str]:
    """Units that would get there if nothing were closed."""
    if target is None or travels is None:
        return frozenset()
    sources = _sources(states)
    lost = {key: source for key, source in sources.items() if key not in travels}
    return kept_out_by_closures(target, lost)


def _candidate(
    state: UnitState,
    travels: Mapping[str, Travel] | None,
    held: Mapping[Any, str],
    kept_out: frozenset[str] = frozenset(),
) -> Candidate:
    travel = travels.get(str(state.id)) if travels else None
    placed = state.position is not None or state.home is not None
    age = None
    if state.position is not None and state.position_at is not None:
        age = max(0, int((timezone.now() - state.position_at).total_seconds()))
    return Candidate(
        unit_id=str(state.id),
        callsign=state.callsign,
        kind=str(state.kind),
        capabilities=state.capabilities,
        status=str(state.status),
        free=state.status in DISPATCHABLE and state.id not in held,
        eta_s=travel.ready_s + travel.eta_s if travel else None,
        eta_p90_s=travel.ready_s + travel.p90_s if travel else None,
        ready_s=travel.ready_s if travel else 0,
        distance_m=travel.distance_m if travel else None,
        # A unit whose place is known and that has no travel time has no way there.
        by=travel.by if travel else ("none" if placed and travels is not None else None),
        position_age_s=age,
        for_number=held.get(state.id),
        notes=travel.notes
        if travel
        else (("all_ways_closed",) if str(state.id) in kept_out else ()),
    )


def _unit_row(one: Candidate) -> dict[str, Any]:
    return {
        "unit_id": one.unit_id,
        "callsign": one.callsign,
        "kind": one.kind,
        "status": one.status,
        "eta_s": one.eta_s,
        "eta_p90_s": one.eta_p90_s,
        "distance_m": one.distance_m,
        "by": one.by if one.by != "none" else None,
        "position_age_s": one.position_age_s,
    }


def _need_row(need: Need) -> dict[str, Any]:
    name = str(CAPABILITIES.get(need.capability, need.capability))
    return {"capability": need.capability, "name": name, "count": need.count}


def _sentence(reason: Reason) -> str:
    params = dict(reason.params)
    if "capability" in params:
        params["capability"] = CAPABILITIES.get(params["capability"], params["capability"])
    if "status" in params:
        params["status"] = STATUSES.get(params["status"], params["status"])
    if "ready_s" in params:
        params["minutes"] = max(1, round(params["ready_s"] / 60))
    if "age_s" in params:
        params["minutes"] = params["age_s"] // 60
    if "number" in params:
        params["number"] = (
            params["number"].split("-")[-1].lstrip("0").zfill(4)
        )  # as every list writes it
    return str(WORDS[reason.code]) % params
