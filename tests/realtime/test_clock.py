"""A wall clock that jumps neither fires timers early nor holds them back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from dispatch.models import Alarm, AssignmentLadder
from dispatch.services import ladder
from realtime import clock, eventlog
from realtime.jobs import defer
from realtime.models import TimerClock
from tests import factories, jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(ada, engine):
    clock.correct()
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)
    return ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))[
        "assignment_id"
    ]


def jump(seconds: float) -> None:
    """The wall clock was set by so much a moment ago: everything written so far was written by the old one."""
    by = timedelta(seconds=seconds)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE realtime_timerclock SET base_s = base_s - %s", [seconds])
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s", [by])
        cursor.execute("UPDATE dispatch_assignmentladder SET started_at = started_at - %s", [by])


def timer() -> dict:
    (row,) = jobs.waiting(ladder.CLIMB)
    return row


@pytest.mark.parametrize("seconds", [300, -300, 60, -60])
def test_after_a_jump_every_timer_is_due_when_it_would_have_been(assignment, seconds):
    jump(seconds)
    assert abs(timer()["in_s"] - 20) > 3, "the jump must be felt, or this test proves nothing"

    found = clock.correct()

    assert found is not None
    assert abs(found.jump_s - seconds) < 0.3
    assert 12 < timer()["in_s"] <= 20.3
    assert eventlog.events_after(0)[-2].name == "clock.jumped"
    assert Alarm.objects.get().kind == "clock_jumped"
    assert clock.correct() is None, "once"
    assert 12 < timer()["in_s"] <= 20.3


def test_a_step_that_a_jump_has_woken_does_not_act_and_comes_at_its_time(assignment):
    jump(300)
    assert timer()["in_s"] < 0

    jobs.run_all(ladder.CLIMB)

    assert AssignmentLadder.objects.get().sms_at is None
    assert 12 < timer()["in_s"] <= 20.3


@pytest.mark.parametrize("seconds", [300, -300])
def test_what_begins_after_the_jump_and_before_its_discovery_is_right_too(ada, engine, seconds):
    clock.correct()
    jump(seconds)
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)
    ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))

    clock.correct()

    assert 12 < timer()["in_s"] <= 20.3


def test_a_retry_written_in_the_moment_of_a_jump_does_not_wait_for_it(assignment):
    jump(300)
    defer("tests.retry", at=clock.wall_now() + timedelta(seconds=1), value="1")

    clock.correct()

    (row,) = jobs.waiting("tests.retry")
    assert row["in_s"] <= clock.EFFECT_WAIT_S_MAX


def test_a_clock_that_is_being_corrected_is_followed_without_a_word(assignment):
    before = TimerClock.objects.get().base_s
    TimerClock.objects.update(base_s=before - 1.0)

    assert clock.correct() is None

    assert abs(TimerClock.objects.get().base_s - before) < 0.2
    assert Alarm.objects.count() == 0


def test_a_machine_started_anew_takes_its_clock_as_it_finds_it(assignment):
    TimerClock.objects.update(boot_id="another boot", base_s=5.0)

    assert clock.correct() is None

    assert TimerClock.objects.get().boot_id == clock.boot_id()
    assert abs((clock.timer_now() - clock.wall_now()).total_seconds()) < 0.5
    assert 12 < timer()["in_s"] <= 20.3


def test_a_timer_rolled_back_with_its_cause_never_was(ada, engine):
    assert jobs.waiting() == []

    ada.refused(
        "unit.assign", incident_id="0190a0a0-0000-7000-8000-000000000000", unit_id=str(engine)
    )

    assert jobs.waiting() == []
