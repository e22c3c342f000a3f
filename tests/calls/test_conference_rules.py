"""Who is in a call, by tables: whatever order the provider's words arrive in, the same comes out. Pure."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from calls.conference import (
    Device,
    PartState,
    Presence,
    Told,
    devices_in_turn,
    heard_in_conference,
    heard_of_leg,
)

AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)


def told(sequence, event="participant-mute", *, held=False, muted=False, conference="CF1", at=AT):
    return Told(conference, sequence, at, event, held, muted)


@pytest.mark.parametrize(
    ("word", "presence"),
    [
        ("initiated", Presence.CALLING),
        ("ringing", Presence.RINGING),
        ("in-progress", Presence.RINGING),  # picked up, not in the conference yet
        ("completed", Presence.LEFT),
        ("canceled", Presence.LEFT),
        ("busy", Presence.BUSY),
        ("no-answer", Presence.NO_ANSWER),
        ("failed", Presence.FAILED),
        ("a-word-of-tomorrow", Presence.CALLING),
    ],
)
def test_each_word_of_a_leg_is_a_state(word, presence):
    assert heard_of_leg(PartState(), word).presence == presence


STORY = [
    ("leg", "initiated"),
    ("leg", "ringing"),
    ("leg", "in-progress"),
    ("conference", told(1, "participant-join")),
    ("conference", told(4, "participant-hold", held=True)),
    ("conference", told(6, "participant-mute", held=True, muted=True)),
]


def hear(state, kind, what):
    return heard_of_leg(state, what) if kind == "leg" else heard_in_conference(state, what)


def test_every_order_of_a_story_ends_the_same_and_twice_is_once():
    for order in itertools.permutations(STORY):
        state = PartState()
        for kind, what in (*order, *order):
            state = hear(state, kind, what)
        assert (state.held, state.muted, state.sequence) == (True, True, 6)


def test_a_late_word_never_takes_back_what_came_after_it():
    state = heard_in_conference(PartState(), told(5, "participant-leave"))
    assert heard_in_conference(state, told(3, "participant-join")) == state
    over = heard_of_leg(PartState(), "busy")
    assert heard_of_leg(over, "ringing") == over
    assert heard_in_conference(over, told(9, "participant-join")).presence == Presence.BUSY


def test_who_leaves_and_comes_back_is_in():
    state = PartState()
    for sequence, event in enumerate(
        ("participant-join", "participant-leave", "participant-join")
    ):
        state = heard_in_conference(state, told(sequence, event))
    assert state.presence == Presence.IN


def test_a_new_conference_of_the_name_counts_from_the_beginning_an_old_one_no_more():
    state = heard_in_conference(PartState(), told(50, "participant-leave"))
    later = told(1, "participant-join", conference="CF2", at=AT + timedelta(seconds=3))
    state = heard_in_conference(state, later)
    assert (state.presence, state.conference) == (Presence.IN, "CF2")
    assert heard_in_conference(state, told(51, "participant-leave")) == state


@pytest.mark.parametrize(
    ("chosen", "phone", "sip", "has_browser", "ways"),
    [
        ("browser", "+6277111", "", True, ["browser", "phone"]),
        ("browser", "+6277111", "sip:a@b", True, ["browser", "phone", "sip"]),
        ("browser", "", "", True, ["browser"]),
        ("browser", "+6277111", "", False, ["phone"]),
        ("phone", "+6277111", "sip:a@b", True, ["phone", "sip"]),
        ("sip", "+6277111", "sip:a@b", True, ["sip", "phone"]),
        ("sip", "", "", True, []),
    ],
)
def test_the_chosen_way_comes_first_then_what_else_there_is(chosen, phone, sip, has_browser, ways):
    found = devices_in_turn(Device(chosen), phone=phone, sip=sip, has_browser=has_browser)
    assert [str(device) for device, _ in found] == ways
