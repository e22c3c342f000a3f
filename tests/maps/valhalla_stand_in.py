"""Answers like Valhalla, as its API documents say, over a network drawn by hand. Closed rings become closures."""

from __future__ import annotations

import json

import httpx
import numpy as np
import shapely

from maps.geo import LatLng
from maps.routing.coverage import isochrones_in
from maps.routing.network import Network
from maps.routing.routes import route_in
from maps.routing.travel import Source, travel_in
from tests.maps.networks import shut

KIND_OF = {
    "auto": "ambulance",
    "truck": "engine",
    "motorcycle": "motorcycle",
    "pedestrian": "foot",
}


class StandIn:
    def __init__(self, network: Network, now) -> None:
        self.network = network
        self.now = now
        self.questions: list[tuple[str, dict]] = []
        self.fails_with: Exception | int | None = None

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        what, question = request.url.path.strip("/"), json.loads(request.content)
        self.questions.append((what, question))
        if isinstance(self.fails_with, Exception):
            raise self.fails_with
        if self.fails_with:
            body = {"error_code": 171, "error": "No suitable edges", "status_code": 400}
            return httpx.Response(self.fails_with, json=body)
        return getattr(self, f"_{what}")(question)

    def _closed(self, question: dict) -> Network:
        roads, closed = self.network.roads, []
        for n, ring in enumerate(question.get("exclude_polygons", [])):
            area = shapely.Polygon(ring)
            parts = []
            for edge in range(roads.count):
                line = shapely.linestrings(roads.degrees(roads.points[roads.points_of(edge)]))
                inside = shapely.intersection(line, area)
                if inside.is_empty:
                    continue
                shares = shapely.line_locate_point(
                    line, shapely.points(shapely.get_coordinates(inside)), normalized=True
                )
                parts.append((edge, float(np.min(shares)), float(np.max(shares))))
            if parts:
                closed.append(shut("closed", *parts, id_=f"r{n}"))
        return Network(roads, closures=closed, parts=self.network.parts)

    def _times(self, question: dict) -> float:
        """It knows no city's own factors: an engine there is as fast as its lorry."""
        return 0.85 if question["costing"] == "truck" else 1.0

    def _sources_to_targets(self, question: dict) -> httpx.Response:
        network, target = self._closed(question), _at(question["targets"][0])
        kind = KIND_OF[question["costing"]]
        sources = {
            str(n): Source(_at(one), "road", kind) for n, one in enumerate(question["sources"])
        }
        found = travel_in(network, target, sources)
        rows = []
        for n in range(len(sources)):
            travel = found.get(str(n))
            known = {
                "time": round(travel.eta_s * self._times(question)) if travel else None,
                "distance": travel.distance_m / 1000 if travel else None,
            }
            rows.append([{**known, "from_index": n, "to_index": 0}])
        return httpx.Response(200, json={"sources_to_targets": rows, "units": "kilometers"})

    def _route(self, question: dict) -> httpx.Response:
        begin, end = (_at(one) for one in question["locations"])
        way = route_in(
            self._closed(question), begin, end, "road", kind=KIND_OF[question["costing"]]
        )
        if way is None:
            body = {
                "error_code": 442,
                "error": "No path could be found for input",
                "status_code": 400,
            }
            return httpx.Response(400, json=body)
        seconds = way.eta_s * self._times(question)
        summary = {"time": seconds, "length": way.distance_m / 1000}
        first = {
            "street_names": [way.streets[0].name] if way.streets[0].name else [],
            "time": seconds,
            "length": way.distance_m / 1000,
            "begin_shape_index": 0,
            "end_shape_index": len(way.points) - 1,
            "travel_mode": "drive",
            "travel_type": "car",
        }
        arrival = {
            **first,
            "time": 0.0,
            "length": 0.0,
            "begin_shape_index": len(way.points) - 1,
        }
        leg = {"maneuvers": [first, arrival], "summary": summary, "shape": _encoded(way.points)}
        trip = {"legs": [leg], "summary": summary, "status": 0, "units": "kilometers"}
        return httpx.Response(200, json={"trip": trip})

    def _isochrone(self, question: dict) -> httpx.Response:
        source = Source(_at(question["locations"][0]), "road", KIND_OF[question["costing"]])
        minutes = [one["time"] for one in question["contours"]]
        found = isochrones_in(self._closed(question), [source], minutes, now=self.now)
        features = [
            {**one, "properties": {"contour": one["properties"]["minutes"], "metric": "time"}}
            for one in found["features"]
        ]
        return httpx.Response(200, json={"type": "FeatureCollection", "features": features})


def _at(place: dict) -> LatLng:
    return LatLng(place["lat"], place["lon"])


def _encoded(points) -> str:
    text, before = [], (0, 0)
    for point in points:
        here = (round(point.lat * 1e6), round(point.lng * 1e6))
        for value, last in zip(here, before, strict=True):
            step = value - last
            step = ~(step << 1) if step < 0 else step << 1
            while step >= 32:
                text.append(chr((32 | (step & 31)) + 63))
                step >>= 5
            text.append(chr(step + 63))
        before = here
    return "".join(text)
