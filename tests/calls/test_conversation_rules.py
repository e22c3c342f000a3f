"""The window for free words, delivery in words, templates: over all times, words and variables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.conversation import (
    Delivery,
    delivery,
    filled,
    is_open,
    places,
    reason,
    window_ends,
)
from calls.domain import MESSAGE_RANK, next_message_status

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
instants = st.timedeltas(timedelta(days=-3), timedelta(days=3)).map(lambda by: NOON + by)
maybe = st.none() | instants


@given(instants, instants)
def test_free_words_are_allowed_for_exactly_a_day_after_the_citizens_last_one(said_at, now):
    ends_at = window_ends(said_at, None)

    assert is_open(ends_at, now=now) == (now - said_at < timedelta(hours=24))


@given(instants, instants, instants)
def test_a_refusal_of_the_provider_closes_it_until_the_citizen_writes_again(
    said_at, closed_at, now
):
    ends_at = window_ends(said_at, closed_at)

    if closed_at >= said_at:
        assert not (now >= closed_at and is_open(ends_at, now=now))
    else:
        assert ends_at == window_ends(said_at, None)


@given(instants, maybe)
def test_a_later_word_never_makes_the_window_shorter(said_at, closed_at):
    later = window_ends(said_at + timedelta(minutes=1), closed_at)
    before = window_ends(said_at, closed_at)

    assert before is not None
    assert later is not None
    assert later >= before


def test_without_a_word_of_the_citizen_the_provider_decides():
    assert is_open(window_ends(None, None), now=NOON)


@given(st.lists(st.sampled_from(sorted(MESSAGE_RANK)), min_size=1))
def test_what_a_dispatcher_reads_does_not_depend_on_the_order_of_reports(words):
    def after(order):
        status = ""
        for word in order:
            status = next_message_status(status, word)
        return delivery(status)

    assert after(words) == after(reversed(words)) == after(sorted(words))


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("delivered", "63016", None),
        ("undelivered", "63016", "window_closed"),
        ("failed", "63024", "no_whatsapp"),
        ("failed", "63049", "held_back"),
        ("undelivered", "30003", "unreachable"),
        ("not_sent", "", "not_sent"),
        ("failed", "99999", "other"),
        ("failed", "", "other"),
    ],
)
def test_a_failure_has_a_word(status, code, expected):
    assert reason(status, code) == expected


def test_a_word_that_nobody_knows_yet_is_no_failure():
    assert delivery("teleported") is Delivery.SENT


def test_a_template_is_filled_in_by_number():
    assert filled("Halo {{1}}, unit {{2}} menuju {{1}}.", ["Budi", "AMB\n 1"]) == (
        "Halo Budi, unit AMB 1 menuju Budi.",
        {"1": "Budi", "2": "AMB 1"},
    )
    assert places("{{2}} {{1}} {{2}} {x}") == ["1", "2"]


@pytest.mark.parametrize(
    "variables", [[], ["Budi"], ["Budi", ""], ["Budi", " \n "], ["a", "b", "c"]]
)
def test_a_template_with_a_hole_is_not_sent(variables):
    assert filled("Halo {{1}}, unit {{2}}.", variables) is None


@given(st.lists(st.text(max_size=50), max_size=4))
def test_what_is_filled_in_is_never_taken_for_another_place(variables):
    found = filled("{{1}} {{2}}", variables)

    if found is not None:
        text, by_number = found
        assert text == f"{by_number['1']} {by_number['2']}"
