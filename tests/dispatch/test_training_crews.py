"""Emulated crews: what they do next, how they drive, what they report."""

import random

import pytest

from dispatch.engine.assignments import ACTIVE, AssignmentStatus, can_step
from dispatch.training.crews import (
    AT_HOME_M,
    NEXT,
    STANDING_REPORT_S,
    Crew,
    Way,
    straight,
    way_of,
)
from maps.geo import LatLng, distance_m

HOME = (0.9140, 104.4497)
CORNER = (0.9140, 104.4600)
FIRE = (0.9240, 104.4600)
OUT = Way((HOME, CORNER, FIRE), (0.0, 100.0, 200.0))
NOW = 1000.0


@pytest.fixture
def chance():
    return random.Random(1)


@pytest.fixture
def crew():
    return Crew("u1", "DAMKAR-2", "engine", HOME, HOME, speed=2.0)


def assignment(status, id_="a1"):
    return {"id": id_, "status": status}


def metres(one, other):
    return distance_m(LatLng(*one), LatLng(*other))


def test_a_crew_knows_what_to_do_after_every_active_step():
    assert set(NEXT) == {str(status) for status in ACTIVE}


@pytest.mark.parametrize("status", sorted(NEXT))
def test_what_a_crew_does_next_is_a_step_the_centre_accepts(status):
    step = NEXT[status][0]
    steps = ("clear", "transporting") if step == "work_done" else (step,)
    assert all(can_step(AssignmentStatus(status), AssignmentStatus(one)) for one in steps)


def test_a_new_assignment_is_noticed_after_a_moment_not_at_once(crew, chance):
    crew.follow(assignment("assigned"), now=NOW, chance=chance, brisk=False)

    assert crew.next_step(NOW, chance) is None
    assert crew.next_step(NOW + NEXT["assigned"][2], chance) == "notified"


def test_the_wait_for_a_step_begins_once_not_at_every_look(crew, chance):
    crew.follow(assignment("notified"), now=NOW, chance=chance, brisk=False)
    due_at = crew.due_at

    crew.follow(assignment("notified"), now=NOW + 1, chance=chance, brisk=False)

    assert crew.due_at == due_at


def test_a_crew_is_on_scene_when_the_drive_is_over(crew, chance):
    crew.follow(assignment("en_route"), now=NOW, chance=chance, brisk=False)
    crew.set_out(OUT, now=NOW)

    assert crew.next_step(NOW + 99, chance) is None
    assert crew.next_step(NOW + 100, chance) == "on_scene"


def test_speed_makes_the_drive_that_many_times_shorter(crew):
    crew.set_out(OUT, now=NOW)

    crew.move(NOW + 50)

    assert metres(crew.here, CORNER) < 1


def test_an_engine_is_clear_after_its_work_an_ambulance_mostly_drives_on(crew, chance):
    crew.follow(assignment("on_scene"), now=NOW, chance=chance, brisk=False)
    ambulance = Crew("u2", "AMB-1", "ambulance", HOME, HOME, speed=2.0)
    ambulance.follow(assignment("on_scene"), now=NOW, chance=chance, brisk=False)
    late = NOW + NEXT["on_scene"][2]

    assert {crew.next_step(late, chance) for _ in range(50)} == {"clear"}
    assert {ambulance.next_step(late, chance) for _ in range(50)} == {"clear", "transporting"}


def test_the_way_home_is_the_way_that_was_come(crew):
    crew.set_out(OUT, now=NOW)
    crew.move(NOW + 100)

    assert crew.go_home(NOW + 200)
    crew.move(NOW + 250)
    assert metres(crew.here, CORNER) < 1
    crew.move(NOW + 300)

    assert (crew.here, crew.drive, crew.trail) == (HOME, None, None)


def test_a_crew_called_off_half_way_turns_round_where_it_is(crew):
    crew.set_out(OUT, now=NOW)

    crew.go_home(NOW + 75)  # half way between the corner and the fire

    crew.move(NOW + 75)
    assert metres(crew.here, (0.9190, 104.46)) < 1
    crew.move(NOW + 150)
    assert crew.here == HOME


def test_a_crew_sent_out_again_on_its_way_home_still_finds_home(crew):
    crew.set_out(OUT, now=NOW)
    crew.move(NOW + 100)
    crew.go_home(NOW + 100)
    second = Way((CORNER, (0.9000, 104.4600)), (0.0, 60.0))

    crew.set_out(second, now=NOW + 150)  # at the corner
    crew.move(NOW + 180)
    crew.go_home(NOW + 180)
    crew.move(NOW + 210)

    assert metres(crew.here, CORNER) < 1
    crew.move(NOW + 400)
    assert crew.here == HOME


def test_a_crew_found_far_away_without_a_known_way_goes_straight_home(chance):
    crew = Crew("u1", "DAMKAR-2", "engine", HOME, FIRE, speed=1.0)

    assert crew.go_home(NOW)
    crew.move(NOW + 3600)

    assert crew.here == HOME


def test_a_crew_at_home_does_not_go_home(crew):
    assert not crew.go_home(NOW)


def test_a_patrols_round_ends_where_it_began(crew, chance):
    crew.stroll(NOW, chance)

    assert not crew.move(NOW + 1)
    assert crew.move(NOW + 3600)
    assert metres(crew.here, HOME) < AT_HOME_M


def test_what_has_not_moved_is_reported_once_a_minute(crew):
    assert crew.report(NOW, at="t")["lat"] == HOME[0]
    assert crew.report(NOW + 2, at="t") is None
    assert crew.report(NOW + STANDING_REPORT_S, at="t")["speed_kph"] == 0


def test_what_moves_is_reported_with_heading_and_speed(crew):
    crew.report(NOW, at="t")
    crew.set_out(straight((HOME, CORNER), kph=36), now=NOW)
    crew.move(NOW + 2)

    row = crew.report(NOW + 2, at="t")

    assert (row["heading"], row["speed_kph"]) == (90, pytest.approx(36, abs=0.2))


def test_a_unit_without_any_known_place_reports_none(chance):
    crew = Crew("u9", "X-1", "engine", None, None, speed=1.0)

    assert crew.report(NOW, at="t") is None
    assert not crew.go_home(NOW)


@pytest.mark.parametrize(
    "answer", [None, {}, {"points": []}, {"points": [[0.9, 104.4]], "seconds": [0]}]
)
def test_an_answer_without_a_way_is_no_way(answer):
    assert way_of(answer) is None
