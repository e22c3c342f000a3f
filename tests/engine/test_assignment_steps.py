"""The assignment's steps over the full cross product."""

import itertools
from datetime import UTC, datetime

import pytest

from dispatch.engine.assignments import (
    ACTIVE,
    ADVANCE,
    ALLOWED,
    ENDED,
    UNIT_STATUS,
    AssignmentStatus,
    Holder,
    check_assignable,
    step,
)
from realtime.protocol import Rejected

S = AssignmentStatus

# Written out a second time, from the crew's point of view, so that a slip in the table shows.
FORWARD = [
    S.ASSIGNED,
    S.NOTIFIED,
    S.ACKNOWLEDGED,
    S.EN_ROUTE,
    S.ON_SCENE,
    S.TRANSPORTING,
    S.AT_DESTINATION,
    S.CLEAR,
]
EXPECTED = (
    {(old, new) for old, new in itertools.combinations(FORWARD[:5], 2)}
    | {
        (S.ON_SCENE, S.TRANSPORTING),
        (S.ON_SCENE, S.CLEAR),
        (S.TRANSPORTING, S.AT_DESTINATION),
        (S.TRANSPORTING, S.CLEAR),
        (S.AT_DESTINATION, S.CLEAR),
    }
    | {(old, S.CANCELLED) for old in FORWARD[:-1]}
    | {(old, S.REFUSED) for old in FORWARD[:4]}
)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(S, S)))
def test_every_pair_of_steps_is_taken_repeated_or_refused(old, new):
    if old == new:
        assert step(old, new) is False
    elif (old, new) in EXPECTED:
        assert step(old, new) is True
    else:
        with pytest.raises(Rejected) as refusal:
            step(old, new)
        assert refusal.value.code == "step_not_possible"


def test_every_status_has_a_row_and_ends_somewhere():
    assert set(ALLOWED) == set(S)
    for status in S:
        assert (status in ENDED) == (not ALLOWED[status])
    assert set(S) > ADVANCE
    assert set(S) == ACTIVE | ENDED


def test_every_step_but_notified_tells_the_units_status():
    assert set(S) - set(UNIT_STATUS) == {S.NOTIFIED}
    assert {UNIT_STATUS[status] for status in ENDED} == {"available"}


def test_the_second_of_two_is_told_who_was_first():
    holder = Holder("i", "2026-000007", "Sri W.", datetime(2026, 11, 24, tzinfo=UTC))

    with pytest.raises(Rejected) as refusal:
        check_assignable(
            incident_open=True,
            unit_status="assigned",
            dispatchable=frozenset({"available"}),
            holder=holder,
        )

    assert refusal.value.code == "unit_not_available"
    assert refusal.value.params["by"] == "Sri W."
    assert refusal.value.params["number"] == "2026-000007"


@pytest.mark.parametrize("status", ["out_of_service", "off_duty", "mayday"])
def test_a_unit_out_of_service_is_not_assigned(status):
    with pytest.raises(Rejected, match="unit_out_of_service"):
        check_assignable(
            incident_open=True,
            unit_status=status,
            dispatchable=frozenset({"available"}),
            holder=None,
        )


def test_nothing_is_assigned_to_a_closed_incident():
    with pytest.raises(Rejected, match="incident_closed"):
        check_assignable(
            incident_open=False,
            unit_status="available",
            dispatchable=frozenset({"available"}),
            holder=None,
        )
