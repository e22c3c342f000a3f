"""Travel times over small hand-made networks, over generated ones, and over the demo city."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.demo.stations import STATIONS
from maps.domain import LANDING_S
from maps.geo import LatLng, distance_m, path_length_m
from maps.models import RoadEdge
from maps.routing.engines import route, travel_to
from maps.routing.network import build
from maps.routing.routes import route_in
from maps.routing.travel import (
    AIRCRAFT_KPH,
    STRAIGHT_LINE_FACTOR,
    STRAIGHT_LINE_KPH,
    UNDRAWN_ROAD_M_MAX,
    travel_in,
)
from tests.maps.networks import ORIGIN, at, edge


def seconds(start, target, edges, nodes, *, by="road"):
    found = travel_in(build(edges, nodes, origin=ORIGIN), target, {"u": (start, by)})
    return found["u"].eta_s if "u" in found else None


LINE = [edge(0, 1, (0, 0), (1, 0)), edge(1, 2, (1, 0), (2, 0))]


def test_the_drive_is_the_length_over_the_speed():
    metres = distance_m(at(0, 0), at(2, 0))
    assert seconds(at(0, 0), at(2, 0), LINE, 3) == pytest.approx(metres / 10, abs=1)


def test_a_position_between_two_junctions_pays_only_its_part_of_the_road():
    whole = seconds(at(0, 0), at(2, 0), LINE, 3)
    assert seconds(at(0.5, 0), at(1.5, 0), LINE, 3) == pytest.approx(whole / 2, abs=3)


def test_both_on_one_road_drive_along_it_without_going_round():
    assert seconds(at(0.2, 0), at(0.7, 0), LINE, 3) == pytest.approx(
        distance_m(at(0.2, 0), at(0.7, 0)) / 10, abs=4
    )


def test_a_oneway_street_is_not_driven_against():
    ring = [
        edge(0, 1, (0, 0), (1, 0), oneway=True),
        edge(1, 2, (1, 0), (1, 1)),
        edge(2, 0, (1, 1), (0, 0)),
    ]
    assert seconds(at(0, 0), at(1, 0), ring, 3) == pytest.approx(111, abs=2)
    assert seconds(at(1, 0), at(0, 0), ring, 3) > 250
    # on the one-way street itself: forward along it, backward all the way round
    assert seconds(at(0.2, 0), at(0.8, 0), ring, 3) < 80
    assert seconds(at(0.8, 0), at(0.2, 0), ring, 3) > 250


def test_the_faster_of_two_parallel_roads_counts():
    slow, fast = edge(0, 1, (0, 0), (1, 0), kph=10), edge(0, 1, (0, 0), (1, 0), kph=60)
    tail = [edge(1, 2, (1, 0), (2, 0), kph=60), edge(3, 0, (-1, 0), (0, 0), kph=60)]
    for order in ([slow, fast], [fast, slow]):
        assert seconds(at(-1, 0), at(2, 0), [*order, *tail], 4) == pytest.approx(200, abs=5)


def test_a_road_that_the_target_cannot_be_reached_by_gives_no_answer():
    island = [*LINE, edge(3, 4, (5, 5), (6, 5))]
    assert seconds(at(0, 0), at(5.5, 5), island, 5) is None
    assert route_in(build(island, 5, origin=ORIGIN), at(0, 0), at(5.5, 5), "road") is None


def test_only_an_empty_network_or_a_far_end_falls_back_to_the_marked_straight_line():
    far = LatLng(ORIGIN.lat + 0.5, ORIGIN.lng)
    for edges, target in (([], at(1, 0)), (LINE, far)):
        found = travel_in(build(edges, 3, origin=ORIGIN), target, {"u": (at(0, 0), "road")})["u"]
        metres = distance_m(at(0, 0), target) * STRAIGHT_LINE_FACTOR
        assert found.by == "air"
        assert found.eta_s == pytest.approx(metres / (STRAIGHT_LINE_KPH / 3.6), abs=1)


def test_an_aircraft_flies_straight():
    found = travel_in(build(LINE, 3, origin=ORIGIN), at(2, 0), {"h": (at(0, 0), "air")})["h"]
    assert found.by == "air"
    assert found.eta_s == pytest.approx(
        distance_m(at(0, 0), at(2, 0)) / (AIRCRAFT_KPH / 3.6), abs=1
    )


def test_a_boat_takes_the_water_and_its_crew_walks_ashore():
    edges = [
        edge(0, 1, (0, 0), (1, 0)),
        edge(1, 2, (1, 0), (2, 0), mode="boat", kph=18),
        edge(2, 3, (2, 0), (2.1, 0)),
    ]
    by_boat = seconds(at(1, 0), at(2.1, 0), edges, 4, by="boat")
    sail = distance_m(at(1, 0), at(2, 0)) / 5
    walk = distance_m(at(2, 0), at(2.1, 0)) / (5 / 3.6)
    assert by_boat == pytest.approx(sail + LANDING_S + walk, abs=5)
    assert seconds(at(0, 0), at(2.05, 0), edges, 4) is None


def test_a_route_ends_at_the_target_even_a_centimetre_off_the_road():
    target = LatLng(at(1, 0).lat + 1e-7, at(1, 0).lng)
    way = route_in(build(LINE, 3, origin=ORIGIN), at(0, 0), target, "road")
    assert way.points[-1] == target
    here = route_in(build(LINE, 3, origin=ORIGIN), target, target, "road")
    assert here.points == (target, target)
    assert here.position_after(1) == target


def grid(seed: int, side: int, *, oneway: float = 0.0):
    chance = random.Random(seed)
    edges = []
    for y in range(side):
        for x in range(side):
            node = y * side + x
            for nx, ny in ((x + 1, y), (x, y + 1)):
                if nx < side and ny < side and chance.random() > 0.1:
                    kph = chance.choice([20.0, 40.0, 60.0])
                    other = ny * side + nx
                    edges.append(
                        edge(
                            node, other, (x, y), (nx, ny), kph=kph, oneway=chance.random() < oneway
                        )
                    )
    return build(edges, side * side, origin=ORIGIN)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_two_way_roads_take_as_long_back_and_no_detour_is_shorter(seed, chance):
    network = grid(seed, 5)
    spots = {str(n): at(chance.uniform(0, 4), chance.uniform(0, 4)) for n in range(4)}
    times = {
        target: travel_in(network, spots[target], {key: (p, "road") for key, p in spots.items()})
        for target in spots
    }
    snap_s = 2 * 60 + 2 * UNDRAWN_ROAD_M_MAX  # what leaving and entering the line may cost twice
    for a, b in itertools.permutations(spots, 2):
        if a in times[b] and b in times[a]:
            assert times[b][a].eta_s == pytest.approx(times[a][b].eta_s, abs=2)
    for a, b, c in itertools.permutations(spots, 3):
        if a in times[c] and a in times[b] and b in times[c]:
            assert times[c][a].eta_s <= times[b][a].eta_s + times[c][b].eta_s + snap_s


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_drawn_route_takes_the_time_and_the_way_that_were_told(seed, chance):
    network = grid(seed, 5, oneway=0.3)
    start, target = (at(chance.uniform(0, 4), chance.uniform(0, 4)) for _ in range(2))
    told = travel_in(network, target, {"u": (start, "road")}).get("u")
    way = route_in(network, start, target, "road")
    if told is None:
        assert way is None
        return
    assert way is not None
    assert (way.points[0], way.points[-1]) == (start, target)
    assert way.eta_s == pytest.approx(told.eta_s, abs=2)
    assert way.distance_m == pytest.approx(told.distance_m, abs=2)
    if (
        told.by == "road"
    ):  # the line as drawn is as long as the distance told (a snap may step by half a sample)
        assert path_length_m(way.points) == pytest.approx(told.distance_m, rel=0.02, abs=90)
    assert list(way.seconds) == sorted(way.seconds)
    assert way.position_after(0) == start
    assert way.position_after(way.eta_s + 5) == target


# --- the demo city -----------------------------------------------------------------------------


def position(name: str) -> LatLng:
    return STATIONS[name].position


@pytest.mark.usefixtures("city")
def test_every_station_on_the_main_island_reaches_every_other_by_road():
    ashore = {key: stand.position for key, stand in STATIONS.items() if "penyengat" not in key}
    for target in ("rsud-raja-ahmad-tabib", "rsud-kota", "pelabuhan-dompak", "dermaga-senggarang"):
        found = travel_to(
            position(target), {key: (place, "road") for key, place in ashore.items()}
        )
        assert set(found) == set(ashore)
        assert all(travel.by == "road" and travel.eta_s < 3600 for travel in found.values())


@pytest.mark.usefixtures("city")
def test_no_vehicle_drives_to_penyengat_but_the_boat_goes():
    mosque = LatLng(0.92944, 104.42039)
    found = travel_to(
        mosque,
        {
            "engine": (position("damkar-mako"), "road"),
            "boat": (position("pelantar-kuning"), "boat"),
        },
    )
    assert "engine" not in found
    assert found["boat"].by == "boat"
    assert 10 * 60 <= found["boat"].eta_s <= 25 * 60
    assert route(position("damkar-mako"), mosque, "road") is None


@pytest.mark.usefixtures("city")
def test_the_crossing_to_the_pier_takes_ten_to_fifteen_minutes():
    found = travel_to(position("dermaga-penyengat"), {"b": (position("pelantar-kuning"), "boat")})
    assert 9.5 * 60 <= found["b"].eta_s <= 15 * 60


@pytest.mark.usefixtures("city")
def test_no_road_is_shorter_than_the_straight_line():
    places = {key: (stand.position, "road") for key, stand in STATIONS.items()}
    target = position("polresta")
    for key, travel in travel_to(target, places).items():
        assert travel.distance_m >= distance_m(STATIONS[key].position, target) * 0.97


@pytest.mark.usefixtures("city")
def test_an_edited_road_is_seen_without_a_restart():
    places = {"u": (position("damkar-mako"), "road")}
    before = travel_to(position("polresta"), places)["u"]
    RoadEdge.objects.filter(mode="road").update(speed_kph=5)
    assert travel_to(position("polresta"), places)["u"].eta_s > 3 * before.eta_s


@pytest.mark.django_db
def test_without_any_road_the_straight_line_says_so():
    found = travel_to(position("polresta"), {"u": (position("damkar-mako"), "road")})
    assert found["u"].by == "air"


@pytest.mark.usefixtures("city")
def test_all_units_of_the_city_are_answered_in_one_search():
    chance = random.Random(1)
    crowd = {
        str(n): (LatLng(chance.uniform(0.895, 0.93), chance.uniform(104.44, 104.49)), "road")
        for n in range(200)
    }
    found = travel_to(position("rsud-kota"), crowd)
    assert len(found) == 200
