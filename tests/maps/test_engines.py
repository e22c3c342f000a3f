"""What holds of every routing engine: the own network, and Valhalla by a stand-in that answers as its documents say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import pytest
import shapely

from maps.routing import valhalla
from maps.routing.engines import OWN, isochrones_by, refined, route_by
from maps.routing.network import Network
from maps.routing.travel import Source, travel_in
from maps.routing.valhalla import Valhalla, polyline
from tests.maps.networks import at, edge, network, shut, with_closures
from tests.maps.valhalla_stand_in import StandIn

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
CITY = network(
    [
        edge(0, 1, (0, 0), (2, 0), name="Jl. Merdeka"),
        edge(0, 2, (0, 0), (0, 1), name="Jl. Bintan"),
        edge(2, 3, (0, 1), (2, 1), name="Jl. Bintan"),
        edge(3, 1, (2, 1), (2, 0), name="Jl. Pos"),
        edge(4, 5, (8, 8), (9, 8), name="Jl. Pulau"),
    ],
    6,
)
AREA = shapely.box(at(0.8, 0).lng, at(0, -0.1).lat, at(1.2, 0).lng, at(0, 0.1).lat)
CLOSED = replace(shut("closed", (0, 0.4, 0.6)), area=AREA)


@dataclass
class Asked:
    """One engine over the city."""

    network: Network
    engine: Valhalla | None
    stand_in: StandIn | None

    def closing(self, *closures) -> Asked:
        return Asked(with_closures(self.network, *closures), self.engine, self.stand_in)

    def travels(self, target, **sources):
        own = travel_in(self.network, target, sources, now=NOW)
        return refined(self.engine, self.network, target, sources, own, now=NOW)

    def route(self, source, target):
        return route_by(self.engine, self.network, source, target, NOW)

    def areas(self, source, *minutes):
        found = isochrones_by(self.engine, self.network, [source], list(minutes), NOW)
        return {
            one["properties"]["minutes"]: shapely.geometry.shape(one["geometry"])
            for one in found["features"]
        }


@pytest.fixture(params=["own", "valhalla"])
def city(request):
    if request.param == "own":
        return Asked(CITY, None, None)
    return with_valhalla()


def with_valhalla() -> Asked:
    stand_in = StandIn(CITY, NOW)
    return Asked(CITY, Valhalla("http://valhalla", client=stand_in.client()), stand_in)


def car(x, y, kind="ambulance"):
    return Source(at(x, y), "road", kind)


def test_the_nearer_unit_is_there_sooner_and_who_has_no_way_is_left_out(city):
    found = city.travels(at(2, 0), near=car(1.5, 0), far=car(0, 0.5), apart=car(8.5, 8))
    assert set(found) == {"near", "far"}
    assert found["near"].eta_s < found["far"].eta_s
    assert found["near"].distance_m == pytest.approx(556, abs=3)
    for travel in found.values():
        assert travel.by == "road"
        assert travel.p90_s > travel.eta_s
        assert travel.notes == ()


def test_a_fire_engine_takes_longer_than_an_ambulance(city):
    found = city.travels(at(2, 0), a=car(0, 0.5), e=car(0, 0.5, "engine"))
    assert found["e"].eta_s == pytest.approx(found["a"].eta_s / 0.85, rel=0.01)


def test_a_closed_road_is_driven_around(city):
    direct = city.travels(at(2, 0.2), u=car(0, 0.2))["u"]
    closed = city.closing(CLOSED)
    around = closed.travels(at(2, 0.2), u=car(0, 0.2))["u"]
    assert around.eta_s > direct.eta_s + 60
    way = closed.route(car(0, 0.2), at(2, 0.2))
    assert max(point.lat for point in way.points) == pytest.approx(at(0, 1).lat, abs=1e-5)
    assert city.travels(at(2, 0.2), u=car(0, 0.2))["u"] == direct


def test_who_is_sent_into_what_is_closed_or_stands_in_it_still_has_a_way(city):
    closed = city.closing(CLOSED)
    assert "u" in closed.travels(at(1, 0), u=car(0, 0.5))
    assert "u" in closed.travels(at(2, 0.5), u=car(1, 0))
    assert closed.route(car(0, 0.5), at(1, 0)) is not None
    assert closed.route(car(1, 0), at(2, 0.5)) is not None


def test_a_route_goes_from_end_to_end_in_the_time_that_was_told_and_names_its_streets(city):
    told = city.travels(at(2, 0.5), u=car(0.5, 0))["u"]
    way = city.route(car(0.5, 0), at(2, 0.5))
    assert (way.points[0], way.points[-1]) == (at(0.5, 0), at(2, 0.5))
    assert way.eta_s == pytest.approx(told.eta_s, abs=2)
    assert way.distance_m == pytest.approx(told.distance_m, abs=5)
    assert list(way.seconds) == sorted(way.seconds)
    assert len(way.seconds) == len(way.points)
    assert way.streets[0].name == "Jl. Merdeka"
    assert not way.is_straight_line


def test_no_way_is_none(city):
    assert city.route(car(0, 0), at(8.5, 8)) is None


def test_areas_grow_with_the_minutes_around_the_start(city):
    areas = city.areas(car(0.5, 0), 1, 2)
    assert list(areas) == [2, 1]
    assert areas[1].contains(shapely.Point(at(0.5, 0).lng, at(0.5, 0).lat))
    assert areas[2].area > areas[1].area > 0


# --- Valhalla alone ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("refused"), httpx.ReadTimeout("late"), 500, 400]
)
def test_what_it_does_not_answer_the_own_network_answers_and_says_so(failure):
    city = with_valhalla()
    city.stand_in.fails_with = failure
    own = Asked(CITY, None, None)
    found = city.travels(at(2, 0), u=car(0, 0.5), boat=Source(at(0, 0.5), "air"))
    assert found["u"] == replace(own.travels(at(2, 0), u=car(0, 0.5))["u"], notes=(OWN,))
    assert found["boat"].notes == ()
    assert city.route(car(0, 0.5), at(2, 0)).notes == (OWN,)
    assert city.areas(car(0, 0.5), 2) == own.areas(car(0, 0.5), 2)


def test_after_a_failure_it_is_left_alone_for_a_while():
    city = with_valhalla()
    city.stand_in.fails_with = httpx.ConnectTimeout("late")
    for _ in range(3):
        city.travels(at(2, 0), u=car(0, 0.5))
    assert len(city.stand_in.questions) == 1
    city.engine._rests_until = 0.0
    city.stand_in.fails_with = None
    assert city.travels(at(2, 0), u=car(0, 0.5))["u"].notes == ()


def test_one_wrong_question_does_not_silence_it():
    city = with_valhalla()
    city.stand_in.fails_with = 400
    city.travels(at(2, 0), u=car(0, 0.5))
    city.stand_in.fails_with = None
    assert city.travels(at(2, 0), u=car(0, 0.5))["u"].notes == ()


def test_it_is_asked_about_the_nearest_ones_alone():
    city = with_valhalla()
    fleet = {f"u{n}": car(0.01 * n, 0) for n in range(valhalla.SOURCES_MAX + 10)}
    found = city.travels(at(2, 0), **fleet)
    assert set(found) == set(fleet)
    asked = city.stand_in.questions[0][1]["sources"]
    assert len(asked) == valhalla.SOURCES_MAX
    assert min(one["lon"] for one in asked) == pytest.approx(at(0.1, 0).lng)


def test_what_its_question_cannot_say_is_not_asked():
    city = with_valhalla()
    slow = replace(shut("slow", (0, 0.4, 0.6), speed_share=0.5), area=AREA)
    found = city.closing(slow).travels(at(2, 0.2), u=car(0, 0.2))
    assert found["u"].notes == (OWN,)
    assert city.stand_in.questions == []


def test_the_question_has_the_form_of_its_documents():
    city = with_valhalla()
    city.closing(CLOSED).travels(at(2, 0.2), u=car(0, 0.2, "engine"))
    what, question = city.stand_in.questions[0]
    assert what == "sources_to_targets"
    assert question["costing"] == "truck"
    assert question["targets"] == [{"lat": at(2, 0.2).lat, "lon": at(2, 0.2).lng}]
    ring = question["exclude_polygons"][0]
    assert shapely.Polygon(ring).equals(AREA)


def test_its_shapes_are_read_to_the_millionth():
    points = polyline("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI")
    assert [(round(p.lat, 6), round(p.lng, 6)) for p in points] == [
        (38.5, -120.2),
        (40.7, -120.95),
        (43.252, -126.453),
    ]
