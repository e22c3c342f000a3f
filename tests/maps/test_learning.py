"""Speeds learnt from drives over a known road: within a few percent, through noise and standing, never from too few."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import numpy as np
import pytest

from maps.domain import Group
from maps.routing.learning import (
    ARRIVALS_MIN,
    SAMPLES_MIN,
    Arrival,
    Drive,
    Sample,
    learn,
    learn_arrivals,
    samples_of,
)
from maps.routing.network import Network
from maps.routing.speeds import Slot, Speeds
from maps.routing.spread import BAND_M, band_of
from maps.routing.travel import travel_in
from tests.maps.networks import at, edge, network, seconds

MORNING, NIGHT = Slot(is_weekend=False, band=6), Slot(is_weekend=False, band=0)
# Two classes of road, in pieces of 220 m with a bend: 36 km/h, and 18 km/h on the side road.
MAIN = [edge(n, n + 1, (n * 0.2, 0), (n * 0.2 + 0.2, 0), road_class="r1") for n in range(10)]
SIDE = [
    edge(10 + n, 11 + n, (2, n * 0.2), (2, n * 0.2 + 0.2), kph=18, road_class="r3")
    for n in range(10)
]
ROADS = network([*MAIN, *SIDE], 21)
LINES = ROADS.parts.lines(frozenset({"open", "emergency"}))


def driven(chance, *, main=1.0, side=1.0, noise_m=8.0, every_s=5.0, stand_s=0.0, wait_s=0.0):
    """A drive along both roads, at these shares of their speeds; it stands in its middle, and waits at both ends."""
    legs = [(at(n * 0.01, 0), 10.0 * main) for n in range(200)]
    legs += [(at(2, n * 0.01), 5.0 * side) for n in range(201)]
    times, spots, now = [], [], 0.0
    for here, speed in legs:
        times.append(now)
        spots.append((here.lng, here.lat))
        now += 11.12 / speed
        if stand_s and len(times) == 150:
            now += stand_s
    wanted = np.arange(-wait_s, now + wait_s, every_s)
    moved = np.column_stack(
        [np.interp(wanted, times, [spot[k] for spot in spots]) for k in (0, 1)]
    )
    wobble = np.array([[chance.gauss(0, noise_m), chance.gauss(0, noise_m)] for _ in wanted])
    return Drive(Group.AMBULANCE, MORNING, wanted, moved + wobble / 111_195.0)


def ratios(drive):
    found = samples_of(ROADS.roads, LINES, 1.0, drive)
    return {one.road_class: one.ratio for one in found}


@pytest.mark.parametrize(("main", "side"), [(1.0, 1.0), (0.7, 1.2), (0.5, 0.8)])
def test_simulated_drives_give_back_the_speeds_they_were_driven_at(main, side):
    chance = random.Random(112)
    drives = [driven(chance, main=main, side=side) for _ in range(SAMPLES_MIN)]
    samples = [one for drive in drives for one in samples_of(ROADS.roads, LINES, 1.0, drive)]
    learnt = {one.road_class: one for one in learn(samples)}
    assert learnt["r1"].ratio == pytest.approx(main, rel=0.04)
    assert learnt["r3"].ratio == pytest.approx(side, rel=0.04)
    assert learnt["r1"].samples == SAMPLES_MIN
    assert learnt["r1"].spread < 0.05


def test_waiting_before_and_after_and_long_stops_are_no_part_of_the_drive():
    chance = random.Random(1)
    plain = ratios(driven(chance, main=0.8))
    waited = ratios(driven(chance, main=0.8, wait_s=600.0))
    stopped = ratios(driven(chance, main=0.8, stand_s=400.0))
    assert waited["r1"] == pytest.approx(plain["r1"], rel=0.05)
    assert stopped["r1"] == pytest.approx(plain["r1"], rel=0.06)


def test_a_red_light_is_part_of_the_drive():
    chance = random.Random(1)
    assert ratios(driven(chance, noise_m=1, stand_s=30.0))["r1"] < 0.95


def test_positions_beside_the_roads_and_jumps_say_nothing():
    chance = random.Random(1)
    drive = driven(chance)
    aside = Drive(drive.group, drive.slot, drive.seconds, drive.lnglat + 0.005)
    assert samples_of(ROADS.roads, LINES, 1.0, aside) == []
    quick = Drive(drive.group, drive.slot, drive.seconds / 20, drive.lnglat)
    assert samples_of(ROADS.roads, LINES, 1.0, quick) == []
    rare = Drive(drive.group, drive.slot, drive.seconds * 20, drive.lnglat)
    assert samples_of(ROADS.roads, LINES, 1.0, rare) == []


def test_a_group_that_is_held_to_be_slower_is_compared_with_its_own_speed():
    drive = driven(random.Random(1), main=0.85)
    found = {one.road_class: one.ratio for one in samples_of(ROADS.roads, LINES, 0.85, drive)}
    assert found["r1"] == pytest.approx(1.0, rel=0.05)


def test_one_drive_too_few_changes_nothing():
    few = [Sample(Group.AMBULANCE, MORNING, "r1", 0.5)] * (SAMPLES_MIN - 1)
    assert learn(few) == []
    assert learn([*few, few[0]])[0].ratio == 0.5


def test_a_learnt_speed_counts_at_its_time_of_the_week_for_its_group_alone():
    learnt = Speeds(learnt={(Group.AMBULANCE, MORNING, "r1"): 0.5})
    slow = Network(ROADS.roads, speeds=learnt, parts=ROADS.parts)
    assert slow.terms(Group.AMBULANCE, MORNING).ratios != slow.terms(Group.AMBULANCE, NIGHT).ratios
    assert slow.terms(Group.CAR, MORNING).ratios == slow.terms(Group.CAR, NIGHT).ratios
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)  # half past seven in Tanjungpinang
    start, target = at(0.1, 0), at(1.9, 0)
    for kind, times in (("ambulance", 2.0), ("patrol", 1.0)):
        usual = seconds(start, target, ROADS, kind=kind)
        rush = travel_in(slow, target, {"u": (start, "road", kind)}, now=monday)["u"].eta_s
        assert rush == pytest.approx(usual * times, abs=2)


def test_nine_of_ten_arrivals_are_learnt_by_band_of_distance():
    chance = random.Random(5)
    arrivals = [
        Arrival("road", 2_000.0, 300.0, 300.0 * chance.lognormvariate(0, 0.3))
        for _ in range(2_000)
    ]
    found = learn_arrivals(arrivals)
    assert [(one.by, one.band_m) for one in found] == [("road", 1_000)]
    assert found[0].median == pytest.approx(1.0, rel=0.03)
    assert found[0].p90 == pytest.approx(np.exp(1.2816 * 0.3), rel=0.04)
    kept = np.mean([one.took_s <= one.expected_s * found[0].p90 for one in arrivals])
    assert kept == pytest.approx(0.9, abs=0.005)


def test_too_few_arrivals_and_forgotten_keys_change_nothing():
    good = [Arrival("road", 2_000.0, 300.0, 310.0)] * (ARRIVALS_MIN - 1)
    odd = [Arrival("road", 2_000.0, 300.0, 7_000.0), Arrival("road", 2_000.0, 0.0, 300.0)] * 50
    assert learn_arrivals([*good, *odd]) == []


def test_a_learnt_spread_replaces_the_usual_one_in_its_band():
    learnt = Network(
        ROADS.roads, speeds=Speeds(spread={("road", band_of(1_500)): 1.1}), parts=ROADS.parts
    )
    sources = {"near": (at(1.5, 0), "road"), "far": (at(0.1, 0), "road")}
    found = travel_in(learnt, at(2, 0), sources)
    usual = travel_in(ROADS, at(2, 0), sources)
    assert found["far"].distance_m > 1_000 > found["near"].distance_m
    assert found["far"].p90_s == pytest.approx(found["far"].eta_s * 1.1, abs=1)
    assert found["near"].p90_s == usual["near"].p90_s > usual["near"].eta_s
    assert BAND_M[0] == 0
