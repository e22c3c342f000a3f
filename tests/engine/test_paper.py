"""Times from paper: what can have happened is taken, what cannot is refused with its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.engine.assignments import AssignmentStatus as S
from dispatch.engine.paper import (
    PAPER_AGE_MAX,
    PAPER_STEPS,
    PaperTimes,
    check_paper,
    check_steps,
    last_step,
    merged,
)
from realtime.protocol import Rejected

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def steps(**minutes: float) -> dict[S, datetime]:
    return {S(name): ago(value) for name, value in minutes.items()}


WHOLE = PaperTimes(
    received_at=ago(90),
    answered_at=ago(89),
    opened_at=ago(88),
    closed_at=ago(10),
    units=[steps(assigned=87, en_route=85, on_scene=70, clear=15)],
)


def test_a_whole_event_in_its_order_is_taken():
    check_paper(WHOLE, now=NOW)


def test_what_nobody_wrote_down_is_unknown_and_no_mistake():
    check_paper(
        replace(WHOLE, received_at=None, answered_at=None, closed_at=None, units=[]), now=NOW
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"received_at": ago(-1)}, "paper_in_the_future"),
        ({"closed_at": ago(-1)}, "paper_in_the_future"),
        ({"units": [steps(assigned=87, clear=-1)]}, "paper_in_the_future"),
        ({"received_at": NOW - PAPER_AGE_MAX - timedelta(seconds=1)}, "paper_too_old"),
        ({"answered_at": ago(91)}, "paper_order"),
        ({"opened_at": ago(89.5)}, "paper_order"),
        ({"units": [steps(assigned=88.5, clear=15)]}, "paper_order"),
        ({"units": [steps(assigned=87, on_scene=80, en_route=75, clear=15)]}, "paper_order"),
        ({"units": [steps(assigned=87, clear=5)]}, "paper_order"),
        ({"closed_at": ago(88.5), "units": []}, "paper_order"),
        ({"units": [steps(en_route=85, clear=15)]}, "paper_not_assigned"),
        ({"units": [steps(assigned=87, cancelled=80)]}, "paper_not_assigned"),
        ({"units": [steps(assigned=87, on_scene=80)]}, "paper_not_over"),
    ],
)
def test_what_cannot_have_happened_is_refused(changes, code):
    with pytest.raises(Rejected) as refused:
        check_paper(replace(WHOLE, **changes), now=NOW)
    assert refused.value.code == code


def test_the_limits_themselves_are_taken():
    check_paper(
        PaperTimes(NOW - PAPER_AGE_MAX, NOW - PAPER_AGE_MAX, NOW, NOW, []),
        now=NOW,
    )


def test_paper_completes_what_the_service_knew_and_corrects_nothing():
    known = steps(assigned=60, acknowledged=59)

    assert merged(known, steps(acknowledged=59, on_scene=50)) == steps(
        assigned=60, acknowledged=59, on_scene=50
    )
    with pytest.raises(Rejected) as refused:
        merged(known, steps(acknowledged=58))
    assert refused.value.code == "paper_known_already"


def test_steps_the_service_knew_may_be_older_than_paper():
    flood = NOW - PAPER_AGE_MAX - timedelta(days=1)

    assert check_steps({S.CLEAR: ago(5)}, {S.ASSIGNED: flood}, opened_at=flood, now=NOW) == {
        S.ASSIGNED: flood,
        S.CLEAR: ago(5),
    }


@settings(deadline=None)
@given(st.sets(st.sampled_from(PAPER_STEPS[1:])), st.data())
def test_any_steps_in_order_are_taken_and_the_last_one_is_where_the_unit_stands(chosen, data):
    names = [step for step in PAPER_STEPS if step is S.ASSIGNED or step in chosen]
    minutes = sorted(
        data.draw(st.lists(st.floats(0, 100), min_size=len(names), max_size=len(names))),
        reverse=True,
    )
    written = {step: ago(value) for step, value in zip(names, minutes, strict=True)}

    check_steps(written, {}, opened_at=ago(100), now=NOW)
    assert last_step(written) == names[-1]


@settings(deadline=None)
@given(st.permutations(PAPER_STEPS))
def test_every_other_order_is_refused(order):
    written = {step: ago(100 - at) for at, step in enumerate(order)}
    if list(order) == list(PAPER_STEPS):
        check_steps(written, {}, opened_at=ago(100), now=NOW)
        return
    with pytest.raises(Rejected) as refused:
        check_steps(written, {}, opened_at=ago(100), now=NOW)
    assert refused.value.code == "paper_order"
