"""Closures laid over a network: what is shut to whom, who may leave, what changes and what comes back."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.domain import FLOODED_SPEED_SHARE, LANDING_S
from maps.geo import distance_m
from maps.routing.routes import route_in
from maps.routing.travel import travel_in
from tests.maps.networks import at, edge, network, renamed, seconds, shut, with_closures

# A short way along y = 0 and a long one over y = 1.
SHORT, LONG_UP, LONG_OVER, LONG_DOWN = range(4)
RING = network(
    [
        edge(0, 1, (0, 0), (2, 0)),
        edge(0, 2, (0, 0), (0, 1)),
        edge(2, 3, (0, 1), (2, 1)),
        edge(3, 1, (2, 1), (2, 0)),
    ],
    4,
)
DIRECT = seconds(at(0, 0.5), at(2, 0.5), RING)


def test_a_closed_road_is_driven_around():
    closed = with_closures(RING, shut("closed", (SHORT, 0.4, 0.6)))
    direct = seconds(at(0, 0.2), at(2, 0.2), RING)
    around = seconds(at(0, 0.2), at(2, 0.2), closed)
    assert direct == pytest.approx(distance_m(at(0, 0), at(2.4, 0)) / 10, abs=3)
    assert around == pytest.approx(distance_m(at(0, 0), at(3.6, 0)) / 10, abs=3)
    route = route_in(closed, at(0, 0.2), at(2, 0.2), "road")
    assert max(point.lat for point in route.points) == pytest.approx(at(0, 1).lat)
    assert route.eta_s == pytest.approx(around, abs=1)


def test_on_a_road_closed_in_its_middle_both_open_ends_are_reached():
    closed = with_closures(RING, shut("closed", (SHORT, 0.4, 0.6)))
    assert seconds(at(0, 0.2), at(0.6, 0), closed) == seconds(at(0, 0.2), at(0.6, 0), RING)
    assert seconds(at(0.6, 0), at(1.4, 0), closed) > seconds(at(0.6, 0), at(1.4, 0), RING) + 200


def test_whoever_is_sent_into_the_closed_part_is_let_in():
    everywhere = [(SHORT, 0.0, 1.0), (LONG_UP, 0.0, 1.0), (LONG_DOWN, 0.0, 1.0)]
    closed = with_closures(RING, shut("closed", *everywhere))
    assert seconds(at(1, 1), at(1, 0), closed) == seconds(at(1, 1), at(1, 0), RING)
    assert seconds(at(1, 1), at(0.5, 1), closed) == seconds(at(1, 1), at(0.5, 1), RING)


def test_a_unit_inside_of_a_closure_may_leave_it_and_others_may_not_pass():
    cut = [(SHORT, 0.3, 0.7), (LONG_OVER, 0.3, 0.7)]
    closed = with_closures(RING, shut("closed", *cut))
    found = travel_in(
        closed, at(2, 0.5), {"inside": (at(1, 0), "road"), "beyond": (at(0, 0.5), "road")}
    )
    assert set(found) == {"inside"}
    assert found["inside"].eta_s == seconds(at(1, 0), at(2, 0.5), RING)
    assert route_in(closed, at(1, 0), at(2, 0.5), "road").eta_s == found["inside"].eta_s


def test_high_water_stops_cars_and_not_the_rescue_lorry():
    flooded = with_closures(RING, shut("flooded", (SHORT, 0.0, 1.0), (LONG_OVER, 0.0, 1.0)))
    start, target = at(0, 0.5), at(2, 0.5)
    for kind in ("engine", "ambulance", "motorcycle", "patrol"):
        assert seconds(start, target, flooded, kind=kind) is None
    dry = seconds(start, target, RING, kind="rescue")
    wet = seconds(start, target, flooded, kind="rescue")
    share = distance_m(at(0, 0), at(2, 0)) / distance_m(at(0, 0), at(3, 0))
    assert wet == pytest.approx(dry * (1 - share + share / FLOODED_SPEED_SHARE), rel=0.02)


def test_nobody_on_wheels_is_sent_into_high_water():
    flooded = with_closures(RING, shut("flooded", (SHORT, 0.3, 0.7)))
    assert seconds(at(0, 0.5), at(1, 0), flooded, kind="ambulance") is None
    assert seconds(at(0, 0.5), at(1, 0), flooded, kind="rescue") is not None
    assert seconds(at(0, 0.5), at(0.5, 0), flooded, kind="ambulance") is not None


def test_a_boat_goes_where_the_road_is_under_water():
    coast = network(
        [
            edge(0, 1, (0, 0), (1, 0), mode="boat", kph=18),
            edge(1, 2, (1, 0), (2, 0)),
            edge(2, 3, (2, 0), (3, 0)),
        ],
        4,
    )
    target = at(1.9, 0)
    walked = seconds(at(0, 0), target, coast, by="boat")
    flooded = with_closures(coast, shut("flooded", (1, 0.0, 1.0)))
    sailed = seconds(at(0, 0), target, flooded, by="boat")
    sail_s = distance_m(at(0, 0), at(1, 0)) / 5 + distance_m(at(1, 0), target) / (6 / 3.6)
    assert walked > sailed
    assert sailed == pytest.approx(sail_s, abs=3)
    behind = seconds(at(0, 0), at(2.1, 0), flooded, by="boat")
    walk_s = distance_m(at(2, 0), at(2.1, 0)) / (5 / 3.6)
    whole_s = distance_m(at(0, 0), at(1, 0)) / 5 + distance_m(at(1, 0), at(2, 0)) / (6 / 3.6)
    assert behind == pytest.approx(whole_s + LANDING_S + walk_s, abs=4)


def test_a_slow_road_takes_longer_by_the_part_that_is_slow():
    slow = with_closures(RING, shut("slow", (SHORT, 0.25, 0.75), speed_share=0.5))
    start, target = at(0, 0.004), at(2, 0.004)
    whole = distance_m(at(0, 0), at(2, 0)) / 10
    assert seconds(start, target, RING) == pytest.approx(whole, abs=5)
    assert seconds(start, target, slow) == pytest.approx(whole * 1.5, abs=5)


def test_a_closure_that_is_lifted_leaves_nothing_behind():
    closure = shut("closed", (SHORT, 0.4, 0.6))
    start, target = at(0, 0.2), at(2, 0.2)
    before = route_in(RING, start, target, "road")
    assert route_in(with_closures(RING, closure), start, target, "road") != before
    assert route_in(with_closures(RING), start, target, "road") == before


SIDE = 4
GRID = network(
    [
        edge(
            y * SIDE + x, ny * SIDE + nx, (x, y), (nx, ny), kph=20 + 10 * ((x + 2 * y) % 4),
            oneway=(x * y) % 5 == 4,
        )
        for y in range(SIDE)
        for x in range(SIDE)
        for nx, ny in ((x + 1, y), (x, y + 1))
        if nx < SIDE and ny < SIDE
    ],
    SIDE * SIDE,
)  # fmt: skip
SHARE = st.floats(0, 1)
PART = st.tuples(st.integers(0, GRID.roads.count - 1), SHARE, SHARE)
CLOSURE = st.builds(
    lambda kind, parts, share: shut(
        kind,
        *{part[0]: (part[0], min(part[1:]), max(part[1:])) for part in parts}.values(),
        speed_share=share if kind == "slow" else None,
    ),
    st.sampled_from(["closed", "flooded", "slow"]),
    st.lists(PART, min_size=1, max_size=8),
    st.floats(0.1, 1.0),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CLOSURE, max_size=3), CLOSURE, st.integers(0, 10_000))
def test_one_closure_more_never_shortens_a_way(others, more, seed):
    chance = random.Random(seed)
    spots = {
        str(n): (at(chance.uniform(0, 3), chance.uniform(0, 3)), "road", kind)
        for n, kind in enumerate(("ambulance", "rescue", "engine", "motorcycle"))
    }
    target = at(chance.uniform(0, 3), chance.uniform(0, 3))
    known = [renamed(one, f"c{n}") for n, one in enumerate(others)]
    fewer = with_closures(GRID, *known)
    with_one_more = with_closures(GRID, *known, renamed(more, "more"))
    before, after = travel_in(fewer, target, spots), travel_in(with_one_more, target, spots)
    assert set(after) <= set(before)
    for key, travel in after.items():
        assert travel.eta_s >= before[key].eta_s
    assert travel_in(fewer, target, spots) == before
    for key, (start, by, kind) in spots.items():
        way = route_in(with_one_more, start, target, by, kind=kind)
        assert (way.eta_s if way else None) == pytest.approx(
            after[key].eta_s if key in after else None, abs=1
        )
