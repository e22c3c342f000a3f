"""Forbidden turns: kept by splitting single nodes, and beside a reference that goes from edge to edge."""

from __future__ import annotations

import heapq
import random

import pytest
from django.contrib.gis.geos import LineString, Point
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.geo import distance_m
from maps.models import RoadEdge, RoadNode, TurnRestriction
from maps.routing.engines import travel_to
from maps.routing.graph import Turn
from maps.routing.routes import route_in
from maps.routing.travel import travel_in
from tests.maps.networks import at, edge, network, seconds

# A crossing at (1, 1) with four arms, and a way round from the southern to the eastern one.
SOUTH, EAST, NORTH, WEST, ROUND_A, ROUND_B = range(6)
CROSS = [
    edge(0, 4, (1, 0), (1, 1)),
    edge(1, 4, (2, 1), (1, 1)),
    edge(2, 4, (1, 2), (1, 1)),
    edge(3, 4, (0, 1), (1, 1)),
    edge(0, 5, (1, 0), (2, 0)),
    edge(5, 1, (2, 0), (2, 1)),
]
MIDDLE = 4
DIRECT_S = (distance_m(at(1, 0.5), at(1, 1)) + distance_m(at(1, 1), at(1.5, 1))) / 10


def drive(start, target, *turns):
    return seconds(start, target, network(CROSS, 6, turns=turns))


def no(from_edge, via, to_edge):
    return Turn(from_edge, via, to_edge, only=False)


def only(from_edge, via, to_edge):
    return Turn(from_edge, via, to_edge, only=True)


def test_a_forbidden_turn_is_driven_around():
    assert drive(at(1, 0.5), at(1.5, 1)) == pytest.approx(DIRECT_S, abs=1)
    around = drive(at(1, 0.5), at(1.5, 1), no(SOUTH, MIDDLE, EAST))
    assert around == pytest.approx(distance_m(at(0, 0), at(3, 0)) / 10, abs=2)


def test_a_forbidden_turn_binds_neither_the_other_turns_nor_the_other_direction():
    sign = no(SOUTH, MIDDLE, EAST)
    for start, target in (
        (at(1, 0.5), at(1, 1.5)),
        (at(1, 0.5), at(0.5, 1)),
        (at(1.5, 1), at(1, 0.5)),
        (at(0.5, 1), at(1.5, 1)),
    ):
        assert drive(start, target, sign) == drive(start, target)


def test_only_one_turn_allowed_closes_all_others():
    sign = only(SOUTH, MIDDLE, NORTH)
    assert drive(at(1, 0.5), at(1, 1.5), sign) == drive(at(1, 0.5), at(1, 1.5))
    assert drive(at(1, 0.5), at(1.5, 1), sign) > DIRECT_S + 100
    west = drive(at(1, 0.5), at(0.5, 1), sign)
    assert west > drive(at(1, 0.5), at(0.5, 1)) + 200


def test_two_restrictions_in_a_row_both_hold():
    ladder = [
        edge(0, 1, (0, 0), (1, 0)),
        edge(1, 2, (1, 0), (2, 0)),
        edge(2, 3, (2, 0), (3, 0)),
        edge(2, 4, (2, 0), (2, 1)),
        edge(1, 5, (1, 0), (1, 1)),
        edge(5, 4, (1, 1), (2, 1)),
        edge(4, 6, (2, 1), (3, 1)),
        edge(6, 3, (3, 1), (3, 0)),
    ]
    start, target = at(0.5, 0), at(3, 0)
    free = seconds(start, target, network(ladder, 7))
    first = [only(0, 1, 1)]
    assert seconds(start, target, network(ladder, 7, turns=first)) == free
    both = [only(0, 1, 1), no(1, 2, 2)]
    detour = seconds(start, target, network(ladder, 7, turns=both))
    assert detour == pytest.approx(free + distance_m(at(0, 0), at(2, 0)) / 10, abs=3)
    way = route_in(network(ladder, 7, turns=both), start, target, "road")
    assert way.eta_s == pytest.approx(detour, abs=1)


def test_turning_round_at_the_sign_is_no_way_around_it_but_the_way_out_of_a_dead_end():
    line = [edge(0, 1, (0, 0), (1, 0)), edge(1, 2, (1, 0), (2, 0)), edge(1, 3, (1, 0), (1, 1))]
    sign = [no(0, 1, 1)]
    found = network(line, 4, turns=sign)
    assert seconds(at(0.5, 0), at(1.5, 0), found) > seconds(
        at(0.5, 0), at(1.5, 0), network(line, 4)
    )
    blind = [edge(0, 1, (0, 0), (1, 0)), edge(0, 2, (0, 0), (0, 1))]
    back = network(blind, 3, turns=[no(0, 1, 1)])
    assert seconds(at(0.5, 0), at(0, 0.5), back) is not None


def test_a_sign_where_the_roads_do_not_meet_says_nothing():
    sign = no(SOUTH, MIDDLE, ROUND_B)
    assert drive(at(1, 0.5), at(1.5, 1), sign) == drive(at(1, 0.5), at(1.5, 1))


# --- beside a reference ------------------------------------------------------------------------

SIDE = 4
PAIRS = [
    (y * SIDE + x, ny * SIDE + nx, (x, y), (nx, ny))
    for y in range(SIDE)
    for x in range(SIDE)
    for nx, ny in ((x + 1, y), (x, y + 1))
    if nx < SIDE and ny < SIDE
]


def town(seed):
    chance = random.Random(seed)
    edges = [
        edge(a, b, p, q, kph=chance.choice([20.0, 36.0, 50.0]), oneway=chance.random() < 0.2)
        for a, b, p, q in PAIRS
        if chance.random() > 0.08
    ]
    turns = []
    for _ in range(chance.randrange(12)):
        come, go = chance.sample(range(len(edges)), 2)
        ends = {edges[come].source, edges[come].target} & {edges[go].source, edges[go].target}
        turns.extend(Turn(come, via, go, only=chance.random() < 0.3) for via in ends)
    return edges, turns


class Reference:
    """Dijkstra over directed edges: the state is the edge one is on, so that a turn is a step."""

    def __init__(self, edges, turns):
        self.edges = edges
        self.arcs = [(e, False) for e in range(len(edges))]
        self.arcs += [(e, True) for e in range(len(edges)) if not edges[e].oneway]
        self.signs = {}
        for turn in turns:
            come = [a for a in self.arcs if a[0] == turn.from_edge and self.head(a) == turn.via]
            go = [a for a in self.arcs if a[0] == turn.to_edge and self.tail(a) == turn.via]
            if come and go:
                self.signs.setdefault(come[0], []).append((go[0], turn.only))

    def tail(self, arc):
        return self.edges[arc[0]].target if arc[1] else self.edges[arc[0]].source

    def head(self, arc):
        return self.edges[arc[0]].source if arc[1] else self.edges[arc[0]].target

    def onward(self, arc):
        leaving = [a for a in self.arcs if self.tail(a) == self.head(arc)]
        if arc not in self.signs:
            return leaving
        must = {go for go, is_only in self.signs[arc] if is_only}
        banned = {go for go, is_only in self.signs[arc] if not is_only}
        allowed = [a for a in leaving if a not in banned and (not must or a in must)]
        others = [a for a in allowed if a != (arc[0], not arc[1])]
        return others or [a for a in allowed if len(leaving) == 1]

    def seconds(self, start, share, target, target_share):
        cost = [one.seconds for one in self.edges]
        pending = [
            (cost[start] * (share if a[1] else 1 - share), a) for a in self.arcs if a[0] == start
        ]
        heapq.heapify(pending)
        found = [
            cost[start] * abs(share - target_share)
            for a in self.arcs
            if a[0] == start == target
            and (share >= target_share if a[1] else share <= target_share)
        ]
        best = {}
        while pending:
            so_far, arc = heapq.heappop(pending)
            if arc in best:
                continue
            best[arc] = so_far
            for other in self.onward(arc):
                if other[0] == target:
                    part = 1 - target_share if other[1] else target_share
                    found.append(so_far + cost[target] * part)
                heapq.heappush(pending, (so_far + cost[other[0]], other))
        return min(found, default=None)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_towns_with_signs_take_as_long_as_going_from_edge_to_edge(seed):
    edges, turns = town(seed)
    chance = random.Random(seed + 1)
    made, reference = network(edges, SIDE * SIDE, turns=turns), Reference(edges, turns)

    def somewhere():
        number, share = chance.randrange(len(edges)), chance.uniform(0.1, 0.9)
        (lng, lat), (to_lng, to_lat) = edges[number].points.tolist()
        return (
            number,
            share,
            type(at(0, 0))(lat + (to_lat - lat) * share, lng + (to_lng - lng) * share),
        )

    target, target_share, place = somewhere()
    starts = [somewhere() for _ in range(8)]
    found = travel_in(made, place, {str(n): (one[2], "road") for n, one in enumerate(starts)})
    for n, (number, share, position) in enumerate(starts):
        wanted = reference.seconds(number, share, target, target_share)
        if wanted is None:
            assert str(n) not in found
            continue
        assert found[str(n)].eta_s == pytest.approx(wanted, rel=0.001, abs=1)
        way = route_in(made, position, place, "road")
        assert way.eta_s == pytest.approx(wanted, rel=0.001, abs=1.5)


# --- in the database ---------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("binds", [True, False])
def test_a_sign_that_crews_may_pass_is_not_kept(binds):
    nodes = [
        RoadNode.objects.create(key=f"n{n}", point=Point(place.lng, place.lat, srid=4326))
        for n, place in enumerate([at(1, 0), at(2, 1), at(1, 2), at(0, 1), at(1, 1), at(2, 0)])
    ]
    rows = [
        RoadEdge.objects.create(
            key=f"e{n}",
            source=nodes[one.source],
            target=nodes[one.target],
            mode="road",
            road_class="r2",
            length_m=one.length_m,
            line=LineString(one.points.tolist(), srid=4326),
        )
        for n, one in enumerate(CROSS)
    ]
    TurnRestriction.objects.create(
        key="t1",
        from_edge=rows[SOUTH],
        via=nodes[MIDDLE],
        to_edge=rows[EAST],
        kind="no",
        binds_emergency=binds,
    )
    found = travel_to(at(1.5, 1), {"u": (at(1, 0.5), "road")})["u"]
    assert found.by == "road"
    assert (found.eta_s > DIRECT_S + 100) == binds
