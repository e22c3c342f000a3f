"""The acknowledgement ladder as a table, and over every interleaving of answers, delays and repeated jobs."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.engine.assignments import AssignmentStatus as S
from dispatch.engine.ladder import (
    DEFAULT,
    RUNGS,
    UNANSWERED,
    Climb,
    Ladder,
    Over,
    Rule,
    Rung,
    Thresholds,
    Wait,
    next_step,
    problems,
    thresholds_for,
)

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ladder(*climbed: Rung, thresholds: Thresholds = DEFAULT) -> Ladder:
    return Ladder(started_at=START, thresholds=thresholds, climbed=frozenset(climbed))


@pytest.mark.parametrize(
    ("climbed", "second", "verdict"),
    [
        ((), 0, Wait(Rung.SMS, at(20))),
        ((), 19.999, Wait(Rung.SMS, at(20))),
        ((), 20, Climb(Rung.SMS)),
        ((Rung.SMS,), 20, Wait(Rung.CALL, at(45))),
        ((Rung.SMS,), 45, Climb(Rung.CALL)),
        ((Rung.SMS, Rung.CALL), 45, Wait(Rung.ALARM, at(75))),
        ((Rung.SMS, Rung.CALL), 75, Climb(Rung.ALARM)),
        (RUNGS, 75, Over()),
        # The machine stood still for five minutes: everything that is overdue comes, in order.
        ((), 300, Climb(Rung.SMS)),
        ((Rung.SMS,), 300, Climb(Rung.CALL)),
        ((Rung.SMS, Rung.CALL), 300, Climb(Rung.ALARM)),
    ],
)
def test_what_is_due_when(climbed, second, verdict):
    assert next_step(ladder(*climbed), status=S.ASSIGNED, now=at(second)) == verdict


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("second", [0, 20, 45, 75, 10_000])
def test_only_an_unanswered_assignment_has_a_ladder(status, second):
    verdict = next_step(ladder(), status=status, now=at(second))

    assert isinstance(verdict, Over) == (status not in {S.ASSIGNED, S.NOTIFIED})


def test_a_rung_that_is_left_out_is_skipped():
    only_alarm = Thresholds(None, None, 30)

    assert next_step(ladder(thresholds=only_alarm), status=S.ASSIGNED, now=at(1)) == Wait(
        Rung.ALARM, at(30)
    )


# --- every interleaving on a virtual clock ------------------------------------------------------

ANSWERS = (S.ACKNOWLEDGED, S.EN_ROUTE, S.REFUSED, S.CANCELLED)
MOMENTS = (0, 5, 19.9, 20, 20.1, 30, 44.9, 45, 45.1, 60, 74.9, 75, 75.1, 90)


def run(*, answer: S | None, answer_at: float, late_s: tuple[float, float, float], twice: bool):
    """Play one assignment: jobs come `late_s` after they are due, perhaps each of them twice; the answer when it comes.

    Returns [(second, rung)] of what was done, in order.
    """
    state, status, done = ladder(), S.ASSIGNED, []
    now, answered = 0.0, answer is None
    lateness = dict(zip(RUNGS, late_s, strict=True))
    while True:
        verdict = next_step(state, status=status, now=at(now))
        if isinstance(verdict, Over):
            return done
        if isinstance(verdict, Wait):
            wake = (verdict.until - START).total_seconds() + lateness[verdict.rung]
            if not answered and answer_at <= wake:
                answered, status, now = True, answer, max(now, answer_at)
                continue
            now = wake
            continue
        if not answered and answer_at <= now:
            answered, status = True, answer
            continue
        for _ in range(2 if twice else 1):
            again = next_step(state, status=status, now=at(now))
            if again == verdict:  # a job run twice finds the rung climbed
                done.append((now, verdict.rung))
                state = replace(state, climbed=state.climbed | {verdict.rung})


@pytest.mark.parametrize("answer", [*ANSWERS, None])
@pytest.mark.parametrize("twice", [False, True])
def test_every_interleaving_of_answers_delays_and_repetitions(answer, twice):
    for answer_at, late_s in itertools.product(
        MOMENTS, itertools.product((0.0, 0.7, 31.0), repeat=3)
    ):
        done = run(answer=answer, answer_at=answer_at, late_s=late_s, twice=twice)
        rungs = [rung for _, rung in done]

        assert rungs == list(RUNGS[: len(rungs)]), "in order, each once"
        for second, rung in done:
            assert second >= DEFAULT.after_s(rung), "never early"
            if answer is not None:
                assert second < answer_at, "nothing after the answer"
        if answer is None:
            assert rungs == list(RUNGS), "nobody answered: a person is told"


@given(
    seconds=st.lists(st.floats(0, 400), min_size=1, max_size=40),
    plan=st.tuples(
        st.one_of(st.none(), st.integers(5, 60)),
        st.one_of(st.none(), st.integers(61, 120)),
        st.integers(121, 300),
    ),
    answer_at=st.floats(0, 400),
    answer=st.sampled_from([*ANSWERS, S.ON_SCENE, S.NOTIFIED]),
)
def test_whenever_it_is_asked_it_never_goes_back_never_early_never_after_an_answer(
    seconds, plan, answer_at, answer
):
    state = ladder(thresholds=Thresholds(*plan))
    climbed = []
    for second in sorted(seconds):
        status = answer if second >= answer_at else S.ASSIGNED
        while isinstance(verdict := next_step(state, status=status, now=at(second)), Climb):
            assert status in UNANSWERED
            assert second >= state.thresholds.after_s(verdict.rung)
            climbed.append(verdict.rung)
            state = replace(state, climbed=state.climbed | {verdict.rung})
    assert climbed == [rung for rung in RUNGS if rung in climbed]
    assert len(set(climbed)) == len(climbed)


# --- which thresholds hold ----------------------------------------------------------------------


def named(seconds: int) -> Thresholds:
    return Thresholds(seconds, seconds + 10, seconds + 20)


RULES = [
    Rule(None, None, named(10)),
    Rule(None, 1, named(11)),
    Rule("DAMKAR", None, named(12)),
    Rule("DAMKAR", 1, named(13)),
]


@pytest.mark.parametrize(
    ("agency", "priority", "seconds"),
    [
        ("DAMKAR", 1, 13),
        ("DAMKAR", 2, 12),
        ("DAMKAR", None, 12),
        ("PSC119", 1, 11),
        ("PSC119", 3, 10),
        ("PSC119", None, 10),
    ],
)
def test_the_most_exact_rule_holds_in_whatever_order_they_come(agency, priority, seconds):
    for order in itertools.permutations(RULES):
        found = thresholds_for(order, agency=agency, priority=priority)
        assert found == named(seconds)


def test_without_any_rule_the_known_thresholds_hold():
    assert thresholds_for([], agency="DAMKAR", priority=1) == Thresholds(20, 45, 75)


@pytest.mark.parametrize(
    ("plan", "wrong"),
    [
        ((20, 45, 75), []),
        ((None, None, 5), []),
        ((None, 45, 75), []),
        ((20, 20, 75), [(Rung.CALL, "not_after")]),
        ((50, 45, 40), [(Rung.CALL, "not_after"), (Rung.ALARM, "not_after")]),
        ((80, None, 75), [(Rung.ALARM, "not_after")]),
        ((4, 45, 3_601), [(Rung.SMS, "out_of_range"), (Rung.ALARM, "out_of_range")]),
    ],
)
def test_thresholds_that_make_no_sense_are_named(plan, wrong):
    assert problems(Thresholds(*plan)) == wrong
