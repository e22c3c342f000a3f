"""The chain of intervals, its statistics, and what is counted instead of dropped."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.analytics.intervals import (
    CHAIN,
    Stamps,
    chain,
    percentile,
    share_within,
    summarise,
)

START = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


WHOLE = Stamps(
    received_at=at(0),
    answered_at=at(6),
    first_assigned_at=at(54),
    assigned_at=at(54),
    en_route_at=at(124),
    on_scene_at=at(710),
    first_on_scene_at=at(710),
)


def test_each_interval_lies_between_its_two_stamps() -> None:
    assert chain(WHOLE) == {
        "answer": 6.0,
        "processing": 48.0,
        "turnout": 70.0,
        "travel": 586.0,
        "total": 710.0,
    }


def test_the_four_parts_of_a_single_unit_sum_up_to_the_total_response() -> None:
    figures = chain(WHOLE)

    assert sum(figures[name] or 0 for name in CHAIN[:-1]) == figures["total"]


@pytest.mark.parametrize(
    ("lost", "unknown"),
    [
        ("received_at", {"answer", "total"}),
        ("answered_at", {"answer", "processing"}),
        ("first_assigned_at", {"processing"}),
        ("assigned_at", {"turnout"}),
        ("en_route_at", {"turnout", "travel"}),
        ("on_scene_at", {"travel"}),
        ("first_on_scene_at", {"total"}),
    ],
)
def test_a_missing_stamp_makes_just_its_own_intervals_unknown(
    lost: str, unknown: set[str]
) -> None:
    names = [name for name in WHOLE.__slots__ if name != lost]
    stamps = Stamps(**{name: getattr(WHOLE, name) for name in names})

    assert {name for name, value in chain(stamps).items() if value is None} == unknown


def test_missing_and_backward_times_are_counted_apart_and_stay_out_of_the_mean() -> None:
    summary = summarise([10.0, None, -5.0, 20.0])

    assert (summary.n, summary.missing, summary.negative) == (2, 1, 1)
    assert summary.mean_s == 15.0
    assert summary.missing_share == 0.5


def test_nothing_known_is_unknown_and_not_zero() -> None:
    summary = summarise([None])

    assert (summary.n, summary.mean_s, summary.p50_s, summary.p90_s) == (0, None, None, None)
    assert summarise([]).missing_share is None
    assert share_within([None, -1.0], 15) is None


def test_a_value_on_the_limit_is_within_it() -> None:
    assert share_within([14.9, 15.0, 15.1, None], 15) == pytest.approx(2 / 3)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=60))
def test_percentiles_are_those_of_linear_interpolation(values: list[float]) -> None:
    ordered = sorted(values)
    reference = statistics.quantiles(ordered, n=10, method="inclusive")

    assert percentile(ordered, 0.5) == pytest.approx(reference[4], rel=1e-9, abs=1e-6)
    assert percentile(ordered, 0.9) == pytest.approx(reference[8], rel=1e-9, abs=1e-6)


@given(st.lists(st.one_of(st.none(), st.floats(-1e4, 1e4)), max_size=50))
def test_every_value_is_counted_once_whatever_it_is(values: list[float | None]) -> None:
    summary = summarise(values)

    assert summary.n + summary.missing + summary.negative == len(values)


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=50), st.randoms(use_true_random=False))
def test_the_order_of_the_values_does_not_matter(values: list[float], chance) -> None:
    shuffled = list(values)
    chance.shuffle(shuffled)

    assert summarise(values) == summarise(shuffled)
