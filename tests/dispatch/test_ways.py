"""Routes with their streets, and areas of so many minutes, over HTTP."""

from __future__ import annotations

import itertools

import pytest
import shapely
from django.test import Client

from maps import services
from maps.demo.stations import STATIONS
from maps.geo import LatLng
from tests import factories

pytestmark = pytest.mark.django_db
HERE, THERE = STATIONS["damkar-mako"].position, STATIONS["rsud-raja-ahmad-tabib"].position
MOSQUE = LatLng(0.92944, 104.42039)  # on an island without a bridge
PIER = STATIONS["pelantar-kuning"].position


@pytest.fixture
def city(db):
    services.seed_city()


def words(at: LatLng) -> str:
    return f"{at.lat},{at.lng}"


def ask(person, path, **query):
    answer = Client().get(f"/api/v1/{path}", query, headers=person.bearer)
    return answer.status_code, answer.json()


def test_a_route_names_its_streets_in_order_with_their_lengths(city, ada):
    status, found = ask(ada, "route", **{"from": words(HERE), "to": words(THERE), "by": "road"})
    assert status == 200
    assert found["by"] == "road"
    assert found["points"][0] == [HERE.lng, HERE.lat]
    assert found["points"][-1] == [THERE.lng, THERE.lat]
    assert found["p90_s"] > found["eta_s"]
    assert not found["is_straight_line"]
    names = [street["name"] for street in found["streets"]]
    assert any(name and name.startswith("Jl.") for name in names)
    assert all(a != b for a, b in itertools.pairwise(names))
    assert sum(one["distance_m"] for one in found["streets"]) <= found["distance_m"]
    assert sum(one["eta_s"] for one in found["streets"]) <= found["eta_s"] + len(names)


def test_to_an_island_it_says_how_each_part_is_travelled_and_by_road_that_there_is_no_way(
    city, ada
):
    status, found = ask(ada, "route", **{"from": words(PIER), "to": words(MOSQUE), "by": "boat"})
    assert status == 200
    assert next(one["by"] for one in found["streets"]) == "boat"
    assert [one["by"] for one in found["streets"]][-1] == "foot"
    status, found = ask(ada, "route", **{"from": words(HERE), "to": words(MOSQUE)})
    assert (status, found["code"]) == (404, "no_way")


def test_the_route_of_a_unit_begins_where_it_is_and_a_crew_asks_for_its_own_alone(
    city, ada, engine, crew, ambulance
):
    status, found = ask(ada, "route", unit=str(engine), to=words(THERE))
    assert status == 200
    assert found["points"][0] == [factories.STATION.lng, factories.STATION.lat]
    assert ask(crew, "route", unit=str(engine), to=words(THERE)) == (200, found)
    assert ask(crew, "route", unit=str(ambulance), to=words(THERE))[0] == 404


def test_without_a_network_the_straight_line_says_so(ada):
    status, found = ask(ada, "route", **{"from": words(HERE), "to": words(THERE)})
    assert (status, found["by"], found["is_straight_line"]) == (200, "air", True)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"to": "0.9,104.4"},
        {"from": "0.9,104.4"},
        {"from": "x", "to": "0.9,104.4"},
        {"from": "95,104", "to": "0.9,104.4"},
        {"from": "0.9,104.4", "to": "0.9,104.4", "by": "swim"},
        {"from": "0.9,104.4", "to": "0.9,104.4", "kind": "tank"},
    ],
)
def test_a_wrong_question_is_answered_with_what_to_write(ada, query):
    status, answer = ask(ada, "route", **query)
    assert (status, answer["code"]) == (422, "invalid")
    assert answer["detail"]


def test_more_minutes_cover_more_and_hold_what_fewer_cover(city, ada):
    status, found = ask(ada, "isochrones", at=words(HERE), minutes="3,6,12")
    assert status == 200
    areas = {
        one["properties"]["minutes"]: shapely.geometry.shape(one["geometry"])
        for one in found["features"]
    }
    assert list(areas) == [12, 6, 3]
    assert areas[3].contains(shapely.Point(HERE.lng, HERE.lat))
    assert 0 < areas[3].area < areas[6].area < areas[12].area
    assert areas[3].difference(areas[12]).area < areas[3].area * 0.02
    assert not areas[12].contains(shapely.Point(MOSQUE.lng, MOSQUE.lat))


def test_what_is_reached_in_time_lies_in_the_area_and_what_is_not_lies_outside(city, ada):
    _, found = ask(ada, "isochrones", at=words(HERE), minutes="6")
    area = shapely.geometry.shape(found["features"][0]["geometry"])
    inside = outside = 0
    for place in STATIONS.values():
        to = words(place.position)
        status, way = ask(ada, "route", **{"from": words(HERE), "to": to})
        if status != 200:
            continue
        point = shapely.Point(way["points"][-2])  # where the way leaves the drawn roads
        if way["eta_s"] < 300:
            inside += 1
            assert area.contains(point), place
        if way["eta_s"] > 480:
            outside += 1
            assert not area.contains(point), place
    assert inside > 2
    assert outside > 2


def test_coverage_is_of_all_free_units_together(city, ada, engine, ambulance):
    def area(**query):
        _, found = ask(ada, "coverage", minutes="4", **query)
        return shapely.geometry.shape(found["features"][0]["geometry"]).area

    both = area()
    assert both > 0
    assert area(agency="DAMKAR") > 0
    assert area(agency="NOBODY") == 0
    ada.done("unit.set_status", unit_id=str(engine), status="out_of_service", reason="ban")
    assert area(agency="DAMKAR") == 0


@pytest.mark.parametrize("minutes", ["", "0", "61", "1,2,3,4,5", "ten"])
def test_minutes_past_the_bounds_are_refused(ada, minutes):
    assert ask(ada, "isochrones", at="0.9,104.4", minutes=minutes)[0] == 422
    assert ask(ada, "coverage", minutes=minutes)[0] == 422
