"""Valhalla over HTTP, for a city that runs one beside us: the nearest units, routes and areas by its own maps.

It is asked for road vehicles alone, and about what it can be told: closed roads go along as polygons, a road that is
merely slow cannot. Whatever it does not answer in time the own network answers, and says so.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import shapely

from maps.domain import Group, group_of
from maps.geo import LatLng
from maps.routing import closures as overlays
from maps.routing.network import Network
from maps.routing.routes import Route, Street
from maps.routing.spread import p90_s
from maps.routing.travel import Source, Travel

ANSWER_S_MAX = 0.8  # a recommendation waits no longer
AGAIN_AFTER_S = 10.0  # after a failure it is left alone for so long
SOURCES_MAX = (
    30  # its matrix takes a second for a thousand; the nearest by the own network are asked about
)
EXCLUDED_POINTS_MAX = 2_000
NO_WAY = 442  # its code for "no path could be found"
SHAPE_PRECISION = 1e-6

COSTING: Mapping[Group, str] = {
    Group.ENGINE: "truck",
    Group.RESCUE: "truck",
    Group.AMBULANCE: "auto",
    Group.CAR: "auto",
    Group.MOTORCYCLE: "motorcycle",
    Group.FOOT: "pedestrian",
}
# A fire engine of two axles, instead of the articulated lorry that "truck" means there.
TRUCK = {"height": 3.3, "width": 2.5, "length": 9.0, "weight": 16.0, "axle_load": 10.0}


class Unanswered(Exception):  # noqa: N818 - an outcome: the own network answers instead
    """It is away, slow, or cannot be told what matters now."""


@dataclass(slots=True)
class Valhalla:
    base_url: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))
    _rests_until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def travels(
        self,
        network: Network,
        target: LatLng,
        sources: Mapping[str, Source],
        rings: Sequence[Sequence[Sequence[float]]],
    ) -> dict[str, Travel | None]:
        """For each source its travel; None: there is no way by its maps."""
        found: dict[str, Travel | None] = {}
        by_group: dict[Group, list[str]] = {}
        for key, source in sources.items():
            by_group.setdefault(group_of(source.kind, source.by), []).append(key)
        for group, keys in by_group.items():
            answer = self._ask(
                "sources_to_targets",
                {
                    "sources": [_place(sources[key].position) for key in keys],
                    "targets": [_place(target)],
                    **_terms(group, rings),
                },
            )
            rows = answer["sources_to_targets"]
            for key, row in zip(keys, rows, strict=True):
                seconds, kilometres = row[0].get("time"), row[0].get("distance")
                known = seconds is not None and kilometres is not None
                found[key] = (
                    _travel(network, sources[key], group, seconds, kilometres * 1000)
                    if known
                    else None
                )
        return found

    def route(
        self,
        network: Network,
        source: Source,
        target: LatLng,
        rings: Sequence[Sequence[Sequence[float]]],
    ) -> Route | None:
        group = group_of(source.kind, source.by)
        answer = self._ask(
            "route",
            {
                "locations": [_place(source.position), _place(target)],
                "units": "kilometers",
                **_terms(group, rings),
            },
            no_way=True,
        )
        return _route(network, source, target, group, answer["trip"]) if answer else None

    def areas(
        self, source: Source, minutes: Sequence[int], rings: Sequence[Sequence[Sequence[float]]]
    ) -> list[tuple[int, shapely.Geometry]]:
        answer = self._ask(
            "isochrone",
            {
                "locations": [_place(source.position)],
                "contours": [{"time": value} for value in sorted(minutes)],
                "polygons": True,
                **_terms(group_of(source.kind, source.by), rings),
            },
        )
        found = {
            int(one["properties"]["contour"]): shapely.geometry.shape(one["geometry"])
            for one in answer["features"]
        }
        return [(value, found[value]) for value in sorted(minutes, reverse=True)]

    def _ask(self, what: str, question: dict[str, Any], *, no_way: bool = False) -> dict[str, Any]:
        """Its answer; with `no_way` an empty one where it knows that there is none."""
        if time.monotonic() < self._rests_until:
            raise Unanswered("resting after a failure")
        try:
            response = self.client.post(
                f"{self.base_url}/{what}", json=question, timeout=ANSWER_S_MAX
            )
            answer: dict[str, Any] = response.json()
            if no_way and answer.get("error_code") == NO_WAY:
                return {}
        except (httpx.HTTPError, ValueError) as error:
            with self._lock:
                self._rests_until = time.monotonic() + AGAIN_AFTER_S
            raise Unanswered(type(error).__name__) from None
        if response.is_error:  # of this question, such as a unit far from all its roads
            raise Unanswered("its error", answer.get("error_code"))
        return answer


def rings_of(
    areas: Sequence[tuple[str, shapely.Geometry]], group: Group, target: LatLng
) -> list[list[list[float]]]:
    """The borders of what is closed to this group. Raises Unanswered for what its request cannot say."""
    rings: list[list[list[float]]] = []
    for kind, area in areas:
        if kind == overlays.SLOW or (kind == overlays.FLOODED and group == Group.RESCUE):
            raise Unanswered("a road that is slow")
        if shapely.intersects_xy(area, target.lng, target.lat):
            raise Unanswered("the target lies in what is closed")
        rings.extend(
            shapely.get_coordinates(shapely.get_exterior_ring(part)).tolist()
            for part in shapely.get_parts(area)
        )
    if sum(len(ring) for ring in rings) > EXCLUDED_POINTS_MAX:
        raise Unanswered("too many closed roads")
    return rings


def _terms(group: Group, rings: Sequence[Any]) -> dict[str, Any]:
    costing = COSTING[group]
    terms: dict[str, Any] = {"costing": costing}
    if costing == "truck":
        terms["costing_options"] = {"truck": TRUCK}
    if rings:
        terms["exclude_polygons"] = list(rings)
    return terms


def _place(at: LatLng) -> dict[str, float]:
    return {"lat": at.lat, "lon": at.lng}


def _travel(
    network: Network, source: Source, group: Group, seconds: float, metres: float
) -> Travel:
    """Its times are those of its own class of vehicle; what the city knows of its units comes on top."""
    own_s = seconds / network.speeds.factor(group)
    late_s = p90_s(np.array([own_s]), np.array([metres]), source.by, network.speeds.spread)
    return Travel(round(own_s), round(metres), source.by, round(float(late_s[0])), source.ready_s)


def _route(
    network: Network, source: Source, target: LatLng, group: Group, trip: Mapping[str, Any]
) -> Route:
    leg, factor = trip["legs"][0], network.speeds.factor(group)
    points = polyline(leg["shape"])
    seconds = [0.0] * len(points)
    streets: list[Street] = []
    for one in leg["maneuvers"]:
        begin, end = one["begin_shape_index"], one["end_shape_index"]
        spent_s = one["time"] / factor
        for step in range(begin + 1, end + 1):
            seconds[step] = seconds[begin] + spent_s * (step - begin) / (end - begin)
        if end > begin:
            name = ", ".join(one.get("street_names", ())[:1])
            by = "boat" if one.get("travel_type") == "ferry" or one.get("ferry") else source.by
            metres = round(one["length"] * 1000)
            last = streets[-1] if streets else None
            if last is not None and (last.name, last.by) == (name, by):
                streets[-1] = Street(
                    name, last.distance_m + metres, round(last.eta_s + spent_s), by
                )
            else:
                streets.append(Street(name, metres, round(spent_s), by))
    travel = _travel(
        network, source, group, trip["summary"]["time"], trip["summary"]["length"] * 1000
    )
    seconds = list(np.maximum.accumulate(seconds))
    return Route(
        (source.position, *points, target),
        (0.0, *seconds, float(seconds[-1])),
        travel.distance_m,
        source.by,
        travel.p90_s,
        tuple(streets),
    )


def polyline(text: str) -> list[LatLng]:
    """Its shapes: differences of positions in millionths of degrees, five bits to a letter."""
    numbers, value, shift = [], 0, 0
    for letter in text:
        bits = ord(letter) - 63
        value |= (bits & 31) << shift
        shift += 5
        if bits < 32:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    steps = np.array(numbers, dtype=np.float64).reshape(-1, 2).cumsum(axis=0) * SHAPE_PRECISION
    return [LatLng(lat, lng) for lat, lng in steps.tolist()]
