"""What a telephone may send is read without ever failing, and what is shown of it follows a few rules."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import sharing
from calls.rates import WINDOW_S, Rates
from calls.sharing import Point, batch_of, is_news, newest, supersedes, trail
from maps.geo import LatLng, distance_m

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
HERE = LatLng(0.9186, 104.4665)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=15,
)
point_like = st.dictionaries(
    st.sampled_from(["n", "lat", "lng", "accuracy", "age_ms", "other"]), anything, max_size=6
)
body_like = st.fixed_dictionaries(
    {"device": st.just("phone") | anything, "page": st.just("page") | anything},
    optional={"points": st.lists(point_like | anything, max_size=10) | anything},
)


def at(
    seconds: float = 0, *, metres: float = 0, radius_m: float | None = 10, number: int = 1
) -> Point:
    position = LatLng(HERE.lat, HERE.lng + metres / 111_195)
    return Point(number, position, NOW + timedelta(seconds=seconds), radius_m)


def sent(**changes) -> dict:
    row = {"n": 1, "lat": 0.9186, "lng": 104.4665, "accuracy": 12, "age_ms": 0, **changes}
    return {"device": "a", "page": "p", "points": [row]}


# --- reading -----------------------------------------------------------------------------------


@given(body_like | anything)
def test_whatever_is_sent_is_read_and_never_becomes_a_false_position(body):
    batch = batch_of(body, now=NOW)

    if batch is None:
        return
    for point in batch.points:
        assert math.isfinite(point.position.lat)
        assert math.isfinite(point.position.lng)
        assert (point.position.lat, point.position.lng) != (0, 0)
        assert NOW - sharing.AGE_MAX <= point.at <= NOW
        assert point.radius_m is None or 0 < point.radius_m <= sharing.RADIUS_M_MAX
    assert list(batch.points) == sorted(batch.points, key=lambda point: point.number)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": 0, "lng": 0},
        {"lat": 91},
        {"lng": math.nan},
        {"lat": math.inf},
        {"lat": "0.9"},
        {"lat": None},
        {"lat": True},
        {"lat": 10**400},
        {"n": 0},
        {"n": "1"},
        {"n": True},
    ],
)
def test_what_cannot_be_a_position_is_left_out_and_counted(wrong):
    batch = batch_of(sent(**wrong), now=NOW)

    assert batch.points == ()
    assert batch.left_out == 1


@pytest.mark.parametrize("accuracy", [0, -5, math.nan, math.inf, None, "12", True])
def test_a_radius_that_cannot_be_is_unknown(accuracy):
    (point,) = batch_of(sent(accuracy=accuracy), now=NOW).points
    assert point.radius_m is None


def test_a_radius_of_fifty_kilometres_is_kept_as_what_it_is():
    (point,) = batch_of(sent(accuracy=50_000), now=NOW).points
    assert point.radius_m == 50_000


def test_the_age_counts_not_the_clock_of_the_telephone():
    (point,) = batch_of(sent(age_ms=90_000), now=NOW).points
    assert point.at == NOW - timedelta(seconds=90)
    assert point.warnings == ()


@pytest.mark.parametrize("age_ms", [-1, None, "x", math.nan, 25 * 3600 * 1000, 1e300])
def test_an_age_that_cannot_be_is_marked_and_taken_as_of_now(age_ms):
    (point,) = batch_of(sent(age_ms=age_ms), now=NOW).points
    assert (point.at, point.warnings) == (NOW, ("clock",))


def test_an_old_position_is_marked():
    (point,) = batch_of(sent(age_ms=3_600_000), now=NOW).points
    assert point.warnings == ("old",)


@pytest.mark.parametrize("key", ["", "x" * 41, "a b", "é", 5, None, "<b>"])
def test_a_telephone_without_a_proper_name_is_not_understood(key):
    assert batch_of({**sent(), "device": key}, now=NOW) is None


def test_of_too_many_points_the_newest_are_kept():
    rows = [{"n": n, "lat": 1, "lng": 104} for n in range(1, 301)]
    batch = batch_of({"device": "a", "page": "p", "points": rows}, now=NOW)

    assert len(batch.points) == sharing.POINTS_IN_BATCH_MAX
    assert batch.points[-1].number == 300
    assert batch.left_out == 100


# --- codes -------------------------------------------------------------------------------------


@given(st.integers(0, 10**sharing.CODE_DIGITS - 1))
def test_a_code_that_is_read_aloud_in_groups_is_understood_when_it_is_typed(number):
    code = sharing.code_of(number)

    assert len(code) == sharing.CODE_DIGITS
    assert sharing.code_written(sharing.spoken(code)) == code
    assert sharing.code_written(f" {code[:3]}-{code[3:]} ") == code


@given(st.text(max_size=40))
def test_what_was_typed_never_fails_and_is_ten_digits_or_nothing(text):
    code = sharing.code_written(text)
    assert code is None or (len(code) == 10 and code.isascii() and code.isdigit())


# --- what is shown -----------------------------------------------------------------------------


def test_a_telephone_that_lies_still_is_news_twice_a_minute():
    assert not is_news(at(0), at(20, metres=3))
    assert is_news(at(0), at(30, metres=3))


@pytest.mark.parametrize(
    "new",
    [at(5, metres=11), at(5, radius_m=7), at(31)],
    ids=["moved", "knows better", "half a minute later"],
)
def test_what_has_changed_is_news(new):
    assert is_news(at(0), new)


def test_a_mast_does_not_take_the_place_of_the_satellites_that_lie_within_it():
    fine, coarse = at(0, radius_m=8), at(10, metres=900, radius_m=2_000)

    assert not supersedes(fine, coarse)
    assert supersedes(fine, at(61, metres=900, radius_m=2_000))
    assert supersedes(fine, at(10, metres=5_000, radius_m=2_000))


def test_an_older_one_never_takes_the_place_of_a_newer_one():
    assert not supersedes(at(10), at(5, metres=500, radius_m=3))


@given(
    st.lists(
        st.tuples(st.integers(0, 3600), st.floats(0, 5_000), st.floats(1, 5_000)), max_size=40
    )
)
def test_what_is_shown_never_becomes_older(steps):
    points = [at(s, metres=m, radius_m=r, number=n) for n, (s, m, r) in enumerate(steps, 1)]
    shown = None
    for point in points:
        after = newest(shown, [point])
        assert shown is None or after.at >= shown.at
        shown = after


@given(st.integers(0, 400))
def test_the_trail_is_bounded_and_keeps_both_ends(count):
    points = [at(s * 5, metres=s * 20, number=s + 1) for s in range(count)]
    rows = trail([], points)

    assert len(rows) <= sharing.TRAIL_POINTS_MAX
    if points:
        first, last = LatLng(*rows[0][:2]), LatLng(*rows[-1][:2])
        assert distance_m(first, points[0].position) < 1
        assert distance_m(last, points[-1].position) < 1


# --- how long ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expires_s", "revoked", "over_s", "expected"),
    [
        (60, False, None, True),
        (0, False, None, False),
        (60, True, None, False),
        (9_999, False, -10, True),
        (9_999, False, -3_600, False),
    ],
)
def test_a_link_ends_by_time_by_hand_or_an_hour_after_everything_is_over(
    expires_s, revoked, over_s, expected
):
    assert (
        sharing.is_open(
            expires_at=NOW + timedelta(seconds=expires_s),
            revoked_at=NOW if revoked else None,
            over_since=None if over_s is None else NOW + timedelta(seconds=over_s),
            now=NOW,
        )
        is expected
    )


# --- rates -------------------------------------------------------------------------------------


def test_so_many_requests_a_minute_and_then_again():
    rates = Rates(2)

    assert [rates.admits("a", now_s=100 + s) for s in range(3)] == [True, True, False]
    assert rates.admits("b", now_s=103)
    assert rates.is_spent("a", now_s=104)
    assert not rates.is_spent("b", now_s=104)
    assert rates.admits("a", now_s=100 + WINDOW_S)
