"""What earlier calls of a number say about it: fading, outweighed by a real emergency, whatever their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import reputation
from calls.domain import Disposition
from calls.reputation import Judged, history, score, should_restrict

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PRANK, GHOST, FIRE = Disposition.PRANK, Disposition.GHOST, Disposition.EMERGENCY


def ago(days: float, disposition: Disposition = PRANK, type_: str | None = None) -> Judged:
    return Judged(NOW - timedelta(days=days), disposition, type_)


judged = st.builds(
    ago,
    st.floats(0, 500),
    st.sampled_from(list(Disposition)),
    st.sampled_from([None, "fire", "medical"]),
)


def test_four_pranks_of_a_week_and_a_fire_in_spring_are_told_as_such():
    calls = [ago(n) for n in (0.1, 2, 5, 6.9)] + [ago(8), ago(1, GHOST), ago(200, FIRE, "fire")]

    assert history(calls, now=NOW).wire() == {
        "days": 7,
        "pranks": 4,
        "ghosts": 1,
        "emergency_at": (NOW - timedelta(days=200)).isoformat(),
        "emergency_type": "fire",
    }


def test_a_number_without_anything_worth_saying_has_no_history():
    others = [ago(1, one) for one in Disposition if one not in {PRANK, GHOST, FIRE}]
    assert history(others, now=NOW).wire() == {}


@pytest.mark.parametrize(
    ("calls", "restricted"),
    [
        ([ago(0)] * 2, False),
        ([ago(0.3)] * 3, True),
        ([ago(3)] * 4, False),  # each counts half by now
        ([ago(3)] * 5, True),
        ([ago(30)] * 50, False),  # a child grows up
        ([ago(0, GHOST)] * 9, False),  # silence may be somebody who cannot speak
        ([ago(0, GHOST)] * 10, True),
        ([ago(0)] * 20 + [ago(29, FIRE)], False),  # real once: believed for a month
        ([ago(0)] * 20 + [ago(31, FIRE)], True),
        ([ago(0, Disposition.INFORMATION)] * 50, False),
        ([], False),
    ],
)
def test_when_a_number_gets_a_later_place(calls, restricted):
    assert should_restrict(calls, now=NOW) is restricted


@pytest.mark.parametrize(
    ("calls", "in_burst", "restricted"),
    [
        ([ago(0)], 3, True),  # pranked just now, and goes on calling
        ([ago(0)], 2, False),
        ([ago(0.1)], 9, False),  # that prank was hours ago
        ([ago(0, GHOST)], 9, False),
        ([], 9, False),  # many calls alone say nothing: fear makes people call again
        ([ago(0), ago(20, FIRE)], 9, False),
    ],
)
def test_a_number_that_pranks_in_a_burst_gets_a_later_place_at_once(calls, in_burst, restricted):
    assert should_restrict(calls, in_burst=in_burst, now=NOW) is restricted


def test_of_two_emergencies_at_one_instant_the_one_whose_kind_is_known_is_told():
    both = [ago(0, Disposition.EMERGENCY), ago(0, Disposition.EMERGENCY, "fire")]
    assert history(both, now=NOW).emergency_type == "fire"
    assert history(both[::-1], now=NOW).emergency_type == "fire"


@given(st.lists(judged, max_size=20), st.randoms())
def test_the_order_in_which_they_are_read_changes_nothing(calls, chance):
    mixed = list(calls)
    chance.shuffle(mixed)
    assert history(mixed, now=NOW) == history(calls, now=NOW)
    assert score(mixed, now=NOW) == pytest.approx(score(calls, now=NOW))


@given(st.lists(judged, max_size=20), st.floats(0, 60))
def test_nuisance_only_fades_while_nothing_happens(calls, days):
    later = NOW + timedelta(days=days)
    assert score(calls, now=later) <= score(calls, now=NOW) + 1e-9
    if days >= reputation.HALF_LIFE.days:
        assert score(calls, now=later) <= score(calls, now=NOW) / 2 + 1e-9


@given(st.lists(judged, max_size=20), judged)
def test_one_prank_more_never_helps_and_one_emergency_more_never_harms(calls, other):
    prank = Judged(other.at, PRANK)
    emergency = Judged(other.at, FIRE)
    assert score([*calls, prank], now=NOW) >= score(calls, now=NOW)
    if should_restrict([*calls, emergency], now=NOW):
        assert should_restrict(calls, now=NOW)
