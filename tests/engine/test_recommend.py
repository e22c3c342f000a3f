"""Whom to send, as a dispatcher would judge it."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.engine.recommend import (
    Candidate,
    Need,
    needs_for,
    recommend,
    replacement,
    still_needed,
)


def unit(callsign, eta_s, *capabilities, **changes):
    fields = {
        "unit_id": callsign,
        "callsign": callsign,
        "kind": "engine",
        "capabilities": frozenset(capabilities),
        "status": "available",
        "free": True,
        "eta_s": eta_s,
        "distance_m": None if eta_s is None else eta_s * 10,
        "by": "road",
        "position_age_s": 5,
        "for_number": None,
    }
    return Candidate(**{**fields, **changes})


def callsigns(rows):
    return [one.candidate.callsign for one in rows]


def test_the_nearest_able_unit_is_sent_and_says_why():
    found = recommend(
        [Need("fire_attack", 1)],
        [unit("D-2", 300, "fire_attack"), unit("D-1", 120, "fire_attack")],
    )

    assert callsigns(found.units) == ["D-1"]
    assert found.units[0].reasons[0].code == "nearest"
    assert found.shortfall == ()


def test_a_nearer_unit_that_is_busy_is_left_out_with_its_incident():
    busy = unit("D-1", 60, "fire_attack", free=False, status="en_route", for_number="2026-000001")

    found = recommend([Need("fire_attack", 1)], [busy, unit("D-2", 300, "fire_attack")])

    assert callsigns(found.units) == ["D-2"]
    left = found.left_out[0]
    assert (left.candidate.callsign, left.reason.code) == ("D-1", "busy")
    assert left.reason.params["number"] == "2026-000001"


def test_a_nearer_unit_without_the_equipment_is_left_out_as_not_able():
    found = recommend(
        [Need("ems_bls", 1)], [unit("P-1", 30, "police"), unit("A-1", 90, "ems_bls")]
    )

    assert callsigns(found.units) == ["A-1"]
    assert [(one.candidate.callsign, one.reason.code) for one in found.left_out] == [
        ("P-1", "not_able")
    ]


def test_what_nobody_can_fill_is_a_shortfall():
    found = recommend([Need("ladder", 2)], [unit("L-1", 100, "ladder")])

    assert callsigns(found.units) == ["L-1"]
    assert found.shortfall == (Need("ladder", 1),)


def test_one_unit_fills_one_slot_so_that_both_needs_are_met():
    both = unit("X-1", 100, "fire_attack", "rescue")
    found = recommend(
        [Need("fire_attack", 1), Need("rescue", 1)], [both, unit("D-1", 200, "fire_attack")]
    )

    assert {one.candidate.callsign: one.capability for one in found.units} == {
        "X-1": "rescue",
        "D-1": "fire_attack",
    }


def test_an_island_is_served_by_boat_and_the_car_says_that_it_cannot_get_there():
    car = unit("A-1", None, "ems_bls", by="none")
    boat = unit("AL", 900, "ems_bls", by="boat")

    found = recommend([Need("ems_bls", 1)], [car, boat])

    assert callsigns(found.units) == ["AL"]
    assert "by_boat" in [reason.code for reason in found.units[0].reasons]
    assert found.left_out[0].reason.code == "no_way"


def test_an_unknown_position_comes_last_and_says_so():
    found = recommend(
        [Need("police", 2)],
        [unit("P-1", None, "police", by=None), unit("P-2", 5000, "police")],
    )

    assert callsigns(found.units) == ["P-2", "P-1"]
    assert "position_unknown" in [reason.code for reason in found.units[1].reasons]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"position_age_s": 900}, "position_old"),
        ({"by": "air"}, "straight_line"),
        ({"position_age_s": None}, "from_station"),
    ],
)
def test_a_doubtful_travel_time_says_what_to_doubt(changes, code):
    found = recommend([Need("police", 1)], [unit("P-1", 60, "police", **changes)])

    assert code in [reason.code for reason in found.units[0].reasons]


def test_units_at_work_lessen_the_need():
    needs = [Need("fire_attack", 2), Need("ems_bls", 1)]

    assert still_needed(needs, [frozenset({"fire_attack"})]) == [
        Need("fire_attack", 1),
        Need("ems_bls", 1),
    ]


def test_when_the_plan_is_met_the_nearest_who_could_help_too_stay_in_sight_and_no_others():
    found = recommend(
        [Need("police", 1)],
        [unit("A-1", 30, "ems_bls"), unit("P-3", 90, "police"), unit("P-2", 60, "police")],
        working=[frozenset({"police"})],
    )

    assert (found.units, found.shortfall) == ((), ())
    assert callsigns(found.left_out) == ["P-2", "P-3"]
    assert {one.reason.code for one in found.left_out} == {"plan_met"}


PLAN = [Need("fire_attack", 2), Need("ems_bls", 1), Need("police", 1)]
FLEET = [
    unit("P-1", 30, "police"),
    unit("A-1", 90, "ems_bls"),
    unit("D-2", 200, "fire_attack"),
    unit("D-3", 100, "fire_attack", free=False, for_number="7"),
]


def test_a_silent_engine_is_replaced_by_an_engine_not_by_a_police_car_that_is_nearer():
    engine = frozenset({"fire_attack"})

    found = replacement(PLAN, FLEET, engine)
    beyond_the_plan = replacement(PLAN, FLEET, engine, working=[engine, engine])
    without_plan = replacement([], FLEET, engine)

    assert [one and one.callsign for one in (found, beyond_the_plan, without_plan)] == ["D-2"] * 3
    assert replacement(PLAN, FLEET[:2], engine) is None


def test_needs_follow_the_priority_and_fall_back_to_the_default():
    plan = {"1": [{"capability": "a", "count": 2}], "default": [{"capability": "a", "count": 1}]}

    assert needs_for(plan, 1) == [Need("a", 2)]
    assert needs_for(plan, 3) == [Need("a", 1)]
    assert needs_for(plan, None) == [Need("a", 1)]
    assert needs_for({}, 1) == []


fleets = st.lists(
    st.builds(
        lambda number, eta, caps, free: unit(f"U-{number}", eta, *caps, free=free),
        st.integers(0, 10_000),
        st.one_of(st.none(), st.integers(0, 9_000)),
        st.sets(st.sampled_from("abc")),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.unit_id,
)
plans = st.lists(st.builds(Need, st.sampled_from("abc"), st.integers(1, 3)), max_size=3)


@given(fleets, plans, st.randoms(use_true_random=False))
def test_the_order_of_the_fleet_never_matters(fleet, needs, chance: random.Random):
    shuffled = list(fleet)
    chance.shuffle(shuffled)

    assert recommend(needs, fleet) == recommend(needs, shuffled)


@given(fleets, plans)
def test_only_free_and_able_units_are_sent_and_each_once(fleet, needs):
    found = recommend(needs, fleet)

    sent = [one.candidate for one in found.units]
    assert len({one.unit_id for one in sent}) == len(sent)
    assert all(one.free for one in sent)
    for one in found.units:
        assert one.capability is None or one.capability in one.candidate.capabilities
    if needs:
        slots = sum(need.count for need in needs)
        assert len(found.units) + sum(need.count for need in found.shortfall) == slots
