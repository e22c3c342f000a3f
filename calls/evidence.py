"""From the stored pieces of evidence to the one estimate that screens show and that units are chosen by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from calls.domain import LocationSource
from calls.estimate import Estimate, Fix, Verdict, Why, estimate
from calls.models import Location
from maps.geo import LatLng

PIECES_OF_INCIDENT_MAX = 200


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere the caller may be. `label` is what its source called it."""

    position: LatLng
    source: str
    label: str


def estimate_of(locations: Iterable[Location]) -> Estimate | None:
    return estimate(_fix(one) for one in locations)


def wire(locations: Iterable[Location]) -> dict[str, Any] | None:
    """`against`: the pieces that cannot be true together with it, and by how many metres."""
    found = estimate_of(locations)
    if found is None:
        return None
    return {
        "lat": found.position.lat,
        "lng": found.position.lng,
        "radius_m": round(found.radius_m, 1),
        "why": str(found.why),
        "by": list(found.by),
        "against": [{"id": one.id, "apart_m": round(one.apart_m)} for one in found.against],
    }


def places_of_incident(incident_id: Any) -> list[Place]:
    """Where the callers of one incident may be: each caller's estimate, and what speaks against it."""
    newest = Location.objects.filter(call__incident=incident_id).order_by("-received_at", "-id")
    calls: dict[Any, dict[str, Location]] = defaultdict(dict)
    for one in newest[:PIECES_OF_INCIDENT_MAX]:
        calls[one.call_id][str(one.pk)] = one
    found: list[Place] = []
    for rows in calls.values():
        best = estimate_of(rows.values())
        if best is None or best.why is Why.HINT:
            continue
        found.append(_place(rows[best.by[0]], best.position))
        found += [_place(rows[one.id], _position(rows[one.id])) for one in best.against]
    return found


def _fix(location: Location) -> Fix:
    return Fix(
        id=str(location.pk),
        position=_position(location),
        source=LocationSource(location.source),
        at=location.at,
        radius_m=location.radius_m,
        confidence=location.confidence,
        verdict=Verdict(location.verdict),
    )


def _place(location: Location, position: LatLng) -> Place:
    return Place(position, location.source, location.label)


def _position(location: Location) -> LatLng:
    return LatLng(location.point.y, location.point.x)
