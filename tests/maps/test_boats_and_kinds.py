"""Roads and water as one network: piers, ferries that carry vehicles, crews on their way to a boat, kinds of units."""

from __future__ import annotations

import pytest

from dispatch.services.recommendation import recommendation_for
from maps import services
from maps.demo.stations import STATIONS
from maps.domain import BOARDING_S, FERRY_WAIT_S, LANDING_S, READY_S, SPEED_FACTOR, Group
from maps.geo import distance_m
from maps.models import KindFactor
from maps.routing import loading
from maps.routing.engines import travel_to
from maps.routing.routes import route_in
from maps.routing.travel import travel_in
from tests import factories
from tests.maps.networks import at, edge, network, seconds

MOSQUE = {"lat": 0.92944, "lng": 104.42039}  # on an island without a bridge


def strait(**crossing):
    """A road, a crossing of 1.1 km, a road on the island."""
    return network(
        [
            edge(0, 1, (0, 0), (1, 0), name="Jl. Pantai"),
            edge(1, 2, (1, 0), (2, 0), mode="boat", kph=18, **crossing),
            edge(2, 3, (2, 0), (3, 0), name="Jl. Pulau"),
        ],
        4,
    )


def test_a_vehicle_crosses_only_where_a_ferry_carries_vehicles():
    start, target = at(0, 0), at(3, 0)
    assert seconds(start, target, strait()) is None
    ferry = strait(access="open")
    drive_s = distance_m(at(0, 0), at(2, 0)) / 10
    cross_s = distance_m(at(1, 0), at(2, 0)) / 5
    found = travel_in(ferry, target, {"u": (start, "road")})["u"]
    assert found.eta_s == pytest.approx(drive_s + cross_s + FERRY_WAIT_S, abs=2)
    assert found.notes == ("ferry",)
    ashore = travel_in(ferry, at(0.9, 0), {"u": (start, "road")})["u"]
    assert ashore.notes == ()
    way = route_in(ferry, start, target, "road")
    assert [street.by for street in way.streets] == ["road", "boat", "road"]
    assert way.notes == ("ferry",)


def test_a_crew_ashore_first_drives_to_its_pier_and_never_on_from_there():
    water = strait()
    target = at(2.1, 0)
    found = travel_in(water, target, {"crew": (at(0, 0), "boat"), "boat": (at(1, 0), "boat")})
    drive_s = distance_m(at(0, 0), at(1, 0)) / 10
    assert found["crew"].eta_s == pytest.approx(found["boat"].eta_s + drive_s + BOARDING_S, abs=2)
    assert found["crew"].notes == ("to_pier",)
    assert found["boat"].notes == ()
    way = route_in(water, at(0, 0), target, "boat")
    assert [street.by for street in way.streets] == ["road", "boat", "foot"]
    assert way.eta_s == pytest.approx(found["crew"].eta_s, abs=1)


def test_nobody_sails_again_behind_a_landing():
    two_waters = network(
        [
            edge(0, 1, (0, 0), (1, 0), mode="boat", kph=18),
            edge(1, 2, (1, 0), (1.1, 0)),
            edge(2, 3, (1.1, 0), (2, 0), mode="boat", kph=18),
        ],
        4,
    )
    assert seconds(at(0, 0), at(2, 0), two_waters, by="boat") is None
    walk_s = distance_m(at(1, 0), at(1.1, 0)) / (5 / 3.6)
    ashore = seconds(at(0, 0), at(1.1, 0), two_waters, by="boat")
    sail_s = distance_m(at(0, 0), at(1, 0)) / 5
    assert ashore == pytest.approx(sail_s + LANDING_S + walk_s, abs=3)


@pytest.mark.parametrize(
    ("access", "goes"),
    [
        ("open", {"engine", "ambulance", "patrol", "motorcycle", "foot"}),
        ("emergency", {"engine", "ambulance", "patrol", "motorcycle", "foot"}),
        ("narrow", {"motorcycle", "foot"}),
        ("foot", {"foot"}),
    ],
)
def test_each_kind_takes_the_roads_it_may_take(access, goes):
    alley = network(
        [
            edge(0, 1, (0, 0), (1, 0)),
            edge(1, 2, (1, 0), (2, 0), access=access),
            edge(2, 3, (2, 0), (3, 0)),
        ],
        4,
    )
    kinds = {"engine", "ambulance", "patrol", "motorcycle", "foot"}
    sources = {
        kind: (at(0.5, 0), "foot" if kind == "foot" else "road", kind) for kind in sorted(kinds)
    }
    assert set(travel_in(alley, at(2.5, 0), sources)) == goes


def test_kinds_drive_at_their_own_speeds():
    line = network([edge(0, 1, (0, 0), (2, 0))], 2)
    usual = seconds(at(0, 0), at(2, 0), line, kind="ambulance")
    for kind, group in (("tanker", Group.ENGINE), ("pickup", Group.CAR)):
        expected = usual / SPEED_FACTOR[group]
        assert seconds(at(0, 0), at(2, 0), line, kind=kind) == pytest.approx(expected, abs=1)


@pytest.mark.django_db
def test_a_speed_set_in_the_admin_counts_with_the_next_question():
    services.seed_city()
    place, start = STATIONS["rsud-kota"].position, STATIONS["damkar-mako"].position
    asked = {"e": (start, "road", "engine"), "a": (start, "road", "ambulance")}
    before = travel_to(place, asked)
    KindFactor.objects.create(group="engine", factor=0.425, reason="diukur")
    after = travel_to(place, asked)
    assert after["a"] == before["a"]
    assert after["e"].eta_s > 1.6 * before["e"].eta_s
    assert loading.current().speeds.factor(Group.ENGINE) == 0.425


@pytest.mark.django_db
def test_the_recommendation_counts_and_tells_what_a_boat_needs_to_leave(ada):
    services.seed_city()
    factories.make_unit(
        "POLAIR-1",
        agency="POLAIR",
        kind="boat",
        travels_by="boat",
        capabilities=["boat_rescue"],
    )
    incident = ada.done("incident.open", type="fire", priority=1, location=MOSQUE, note="api")
    rows = recommendation_for(incident["incident_id"])
    row = next(one for one in (*rows["units"], *rows["left_out"]) if one["by"] == "boat")
    found = travel_to(
        type(factories.STATION)(**MOSQUE), {"b": (factories.STATION, "boat", "boat")}
    )["b"]
    assert row["eta_s"] == found.eta_s + READY_S["boat"]
    assert row["eta_p90_s"] > row["eta_s"]
