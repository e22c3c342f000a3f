"""Which reported positions are believed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.geo import LatLng, distance_m
from units.domain import (
    ACCURACY_M_MAX,
    DEVICE_AHEAD_MAX,
    DEVICE_BEHIND_MAX,
    SPEED_KPH_MAX,
    STALE_AFTER,
    Fix,
    Verdict,
    is_stale,
    judge_fix,
)

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HOME = LatLng(0.9186, 104.4665)
SECOND = timedelta(seconds=1)


def fix(position=HOME, *, at=NOW, received_at=NOW, **measured):
    return Fix(position=position, at=at, received_at=received_at, **measured)


EARLIER = fix(at=NOW - 10 * SECOND, received_at=NOW - 10 * SECOND)


@pytest.mark.parametrize(
    ("offset", "verdict"),
    [
        (DEVICE_AHEAD_MAX, Verdict.SHOW),
        (DEVICE_AHEAD_MAX + SECOND, Verdict.REFUSED_CLOCK),
        (-DEVICE_BEHIND_MAX, Verdict.SHOW),
        (-DEVICE_BEHIND_MAX - SECOND, Verdict.REFUSED_CLOCK),
        (timedelta(days=-20_000), Verdict.REFUSED_CLOCK),
    ],
)
def test_a_clock_too_far_off_is_refused(offset, verdict):
    assert judge_fix(None, fix(at=NOW + offset)) is verdict


def test_the_first_position_of_a_unit_is_shown():
    assert judge_fix(None, fix()) is Verdict.SHOW


@pytest.mark.parametrize("age", [timedelta(0), SECOND, timedelta(hours=1)])
def test_what_is_not_newer_than_what_is_shown_is_history_only(age):
    late = fix(at=EARLIER.at - age)

    assert judge_fix(EARLIER, late) is Verdict.HISTORY_ONLY


def test_an_accuracy_that_says_nothing_is_doubtful():
    assert judge_fix(EARLIER, fix(accuracy_m=ACCURACY_M_MAX)) is Verdict.SHOW
    assert judge_fix(EARLIER, fix(accuracy_m=ACCURACY_M_MAX + 1)) is Verdict.DOUBTFUL


def test_a_jump_no_unit_can_make_is_doubtful():
    batam = LatLng(1.13, 104.05)

    assert judge_fix(EARLIER, fix(batam)) is Verdict.DOUBTFUL


def test_after_a_long_silence_the_same_way_is_believed():
    batam = LatLng(1.13, 104.05)
    long_ago = fix(at=NOW - timedelta(hours=2))

    assert judge_fix(long_ago, fix(batam)) is Verdict.SHOW


@given(
    lat=st.floats(-89, 89),
    lng=st.floats(-179, 179),
    seconds=st.integers(-100_000, 200_000),
    accuracy_m=st.none() | st.floats(0, 10_000),
)
def test_only_a_newer_reachable_position_within_the_clock_is_ever_shown(
    lat, lng, seconds, accuracy_m
):
    if abs(lat) < 1e-3 and abs(lng) < 1e-3:
        return
    new = fix(LatLng(lat, lng), at=NOW + seconds * SECOND, accuracy_m=accuracy_m)

    if judge_fix(EARLIER, new) is Verdict.SHOW:
        passed_s = (new.at - EARLIER.at).total_seconds()
        slack_m = 200 + (accuracy_m or 0)
        assert passed_s > 0
        assert new.at - NOW <= DEVICE_AHEAD_MAX
        assert distance_m(HOME, new.position) <= SPEED_KPH_MAX / 3.6 * passed_s + slack_m


def test_a_position_is_stale_after_its_time_and_when_there_is_none():
    assert is_stale(None, now=NOW)
    assert not is_stale(NOW - STALE_AFTER, now=NOW)
    assert is_stale(NOW - STALE_AFTER - SECOND, now=NOW)
