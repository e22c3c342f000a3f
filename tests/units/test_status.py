"""Which statuses a person may set by hand: the table over its full cross product."""

import itertools

import pytest

from realtime.protocol import Rejected
from units.domain import (
    ALLOWED_MANUAL,
    DISPATCHABLE,
    FROM_ASSIGNMENT,
    NEEDS_REASON,
    UnitStatus,
    check_manual_status,
)

U = UnitStatus
RESTING = {U.AVAILABLE, U.RETURNING, U.MOVE_UP, U.OUT_OF_SERVICE, U.OFF_DUTY}
PAIRS = list(itertools.product(UnitStatus, UnitStatus))


def test_the_table_answers_for_every_status():
    assert set(ALLOWED_MANUAL) == set(UnitStatus)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_change_by_hand_is_possible_just_when_the_table_says_so(old, new):
    if old == new or new in ALLOWED_MANUAL[old]:
        check_manual_status(old, new, reason="servis")
    else:
        with pytest.raises(Rejected, match="status_not_possible"):
            check_manual_status(old, new, reason="servis")


@pytest.mark.parametrize("old", UnitStatus)
def test_a_status_of_an_assignment_is_never_set_by_hand(old):
    assert not ALLOWED_MANUAL[old] & FROM_ASSIGNMENT


@pytest.mark.parametrize("old", UnitStatus)
def test_by_hand_a_unit_only_comes_to_rest(old):
    assert ALLOWED_MANUAL[old] <= RESTING


@pytest.mark.parametrize("old", UnitStatus)
def test_from_every_status_a_person_can_make_the_unit_available_again(old):
    check_manual_status(old, U.AVAILABLE, reason="")


@pytest.mark.parametrize("old", [status for status in UnitStatus if status != U.OUT_OF_SERVICE])
def test_out_of_service_needs_a_reason(old):
    with pytest.raises(Rejected) as refusal:
        check_manual_status(old, U.OUT_OF_SERVICE, reason="")

    assert (refusal.value.code, refusal.value.status) == ("reason_needed", 422)


def test_the_same_status_again_is_no_mistake_and_needs_no_reason():
    for status in UnitStatus:
        check_manual_status(status, status, reason="")


def test_a_unit_that_may_be_sent_is_neither_bound_nor_out_of_service():
    assert not DISPATCHABLE & FROM_ASSIGNMENT
    assert not DISPATCHABLE & {U.OUT_OF_SERVICE, U.OFF_DUTY, U.MAYDAY, U.AT_PATIENT, U.STAGED}
    assert not DISPATCHABLE & NEEDS_REASON
