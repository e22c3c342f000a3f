"""Where a caller most likely is: agreement, contradiction, and the dispatcher's word over both."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.domain import LocationSource as Source
from calls.estimate import Estimate, Fix, Verdict, Why, estimate, reach_m
from maps.geo import LatLng, distance_m, position_or_none

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
HARBOUR = LatLng(0.9290, 104.4390)
MARKET = LatLng(0.9305, 104.4400)  # 200 m from the harbour
AIRPORT = LatLng(0.9220, 104.5320)  # 10 km away


def fix(name: str, position: LatLng, source: Source, *, ago_s: float = 0, **more: object) -> Fix:
    return Fix(name, position, source, NOON - timedelta(seconds=ago_s), **more)


def found(*fixes: Fix) -> Estimate:
    result = estimate(fixes)
    assert result is not None
    return result


def test_nothing_says_where():
    assert estimate([]) is None
    assert estimate([fix("a", HARBOUR, Source.AML, verdict=Verdict.REJECTED)]) is None


def test_one_piece_is_the_estimate_with_its_own_radius():
    only = found(fix("a", HARBOUR, Source.AML, radius_m=30))
    assert (only.position, only.radius_m, only.why, only.by) == (HARBOUR, 30, Why.ONLY, ("a",))


def test_pieces_that_agree_are_led_by_the_most_precise():
    both = found(
        fix("wide", MARKET, Source.NETWORK, radius_m=2_000),
        fix("fine", HARBOUR, Source.AML, radius_m=20),
    )
    assert both.why is Why.AGREE
    assert both.by == ("fine", "wide")
    assert both.radius_m == 20
    assert 0 <= distance_m(both.position, HARBOUR) < 1


def test_two_equal_pieces_meet_in_the_middle():
    both = found(
        fix("a", HARBOUR, Source.AML, radius_m=150),
        fix("b", MARKET, Source.WHATSAPP, radius_m=150),
    )
    half_m = distance_m(HARBOUR, MARKET) / 2
    assert distance_m(both.position, HARBOUR) == pytest.approx(half_m, rel=0.01)


def test_a_contradiction_is_named_with_its_distance_and_never_averaged():
    torn = found(
        fix("pin", AIRPORT, Source.WHATSAPP, radius_m=15),
        fix("typed", HARBOUR, Source.ADDRESS, radius_m=60),
    )
    assert torn.position == AIRPORT
    assert torn.why is Why.BEST
    (against,) = torn.against
    assert against.id == "typed"
    assert against.apart_m == pytest.approx(distance_m(AIRPORT, HARBOUR))


def test_what_a_dispatcher_sets_or_confirms_wins_over_every_machine():
    pin = fix("pin", AIRPORT, Source.WHATSAPP, radius_m=5)
    by_hand = found(pin, fix("set", HARBOUR, Source.OPERATOR, ago_s=300))
    assert (by_hand.position, by_hand.why) == (HARBOUR, Why.OPERATOR)
    assert [one.id for one in by_hand.against] == ["pin"]
    said = fix("typed", HARBOUR, Source.ADDRESS, ago_s=300, verdict=Verdict.CONFIRMED)
    confirmed = found(pin, said)
    assert (confirmed.position, confirmed.why) == (HARBOUR, Why.CONFIRMED)


def test_of_two_decisions_the_later_holds():
    later = found(
        fix("first", HARBOUR, Source.ADDRESS, ago_s=60, verdict=Verdict.CONFIRMED),
        fix("second", AIRPORT, Source.OPERATOR, ago_s=5),
    )
    assert later.position == AIRPORT


def test_a_rejected_piece_says_nothing_and_is_no_contradiction():
    left = found(
        fix("pin", AIRPORT, Source.WHATSAPP, radius_m=5, verdict=Verdict.REJECTED),
        fix("typed", HARBOUR, Source.ADDRESS),
    )
    assert (left.position, left.against, left.why) == (HARBOUR, (), Why.ONLY)


def test_a_telephone_that_moves_is_where_it_was_last():
    moved = found(
        fix("before", HARBOUR, Source.SHARE_LINK, ago_s=600, radius_m=10),
        fix("now", AIRPORT, Source.SHARE_LINK, radius_m=40),
    )
    assert (moved.position, moved.by, moved.against) == (AIRPORT, ("now",), ())


def test_an_older_fix_is_wider_and_a_place_in_words_is_not():
    newest = NOON + timedelta(minutes=10)
    assert reach_m(fix("a", HARBOUR, Source.AML, radius_m=20), newest) == pytest.approx(20 + 840)
    assert reach_m(fix("a", HARBOUR, Source.ADDRESS, radius_m=20), newest) == 20


@pytest.mark.parametrize(
    ("confidence", "wider"), [(0.95, 1.0), (0.68, 1.62), (0.39, 2.46), (0.0, 3.66), (1.0, 0.66)]
)
def test_radii_are_compared_at_the_same_confidence(confidence, wider):
    one = fix("a", HARBOUR, Source.AML, radius_m=100, confidence=confidence)
    assert reach_m(one, NOON) == pytest.approx(100 * wider, rel=0.01)


def test_hints_support_what_a_call_tells_and_move_nothing():
    near = fix("before", MARKET, Source.HISTORY, radius_m=300)
    far = fix("moved", AIRPORT, Source.HISTORY, radius_m=300)
    pin = fix("pin", HARBOUR, Source.WHATSAPP, radius_m=15)
    supported = found(pin, near, far)
    assert (supported.position, supported.by, supported.against) == (
        HARBOUR,
        ("pin", "before"),
        (),
    )


def test_a_precise_hint_never_leads_before_a_wide_piece_of_the_call_itself():
    wide = fix("words", HARBOUR, Source.TEXT, radius_m=2_000)
    assert found(wide, fix("before", AIRPORT, Source.HISTORY, radius_m=20)).by[0] == "words"


def test_hints_alone_are_called_hints_until_a_dispatcher_confirms_one():
    before = fix("before", MARKET, Source.HISTORY, radius_m=300)
    assert found(before, fix("city", HARBOUR, Source.NETWORK)).why is Why.HINT
    confirmed = fix("before", MARKET, Source.HISTORY, radius_m=300, verdict=Verdict.CONFIRMED)
    assert found(confirmed, fix("city", HARBOUR, Source.NETWORK)).why is Why.CONFIRMED


positions = st.builds(
    position_or_none,
    st.floats(0.5, 1.3) | st.floats(-90, 90),
    st.floats(104, 105) | st.floats(-180, 180),
).filter(bool)
pieces = st.lists(
    st.builds(
        Fix,
        id=st.text("abcdefgh", min_size=1, max_size=6),
        position=positions,
        source=st.sampled_from(Source),
        at=st.integers(0, 7200).map(lambda seconds: NOON - timedelta(seconds=seconds)),
        radius_m=st.none() | st.floats(0, 50_000),
        confidence=st.none() | st.floats(0, 1),
        verdict=st.sampled_from(Verdict),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one.id,
)


@given(pieces, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_changes_nothing(fixes, chance):
    shuffled = list(fixes)
    chance.shuffle(shuffled)
    assert estimate(shuffled) == estimate(fixes)


@given(pieces)
def test_an_estimate_is_never_outside_its_evidence(fixes):
    result = estimate(fixes)
    if result is None:
        return
    by_id = {one.id: one for one in fixes}
    lead = by_id[result.by[0]]
    assert distance_m(result.position, lead.position) <= result.radius_m * 1.001 + 0.01
    named = [*result.by, *(one.id for one in result.against)]
    assert len(named) == len(set(named)) <= len(fixes)
    assert all(by_id[name].verdict is not Verdict.REJECTED for name in named)


def test_every_order_of_a_small_torn_set_gives_one_answer():
    fixes = [
        fix("a", HARBOUR, Source.AML, radius_m=100),
        fix("b", MARKET, Source.TEXT),
        fix("c", AIRPORT, Source.WHATSAPP, radius_m=100),
        fix("d", MARKET, Source.NETWORK),
    ]
    assert len({estimate(order) for order in itertools.permutations(fixes)}) == 1
