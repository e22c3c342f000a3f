"""Scenario files: every one that is shipped can be read, and what is wrong in one is said where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from calls.telephony.emulator import running, scenario

STORIES = Path(scenario.__file__).parent / "stories"
PHONE = '[phones.caller]\nnumber = "+628123{run:05}"\n'
RING = '[[steps]]\nphone = "caller"\ndo = "ring"\n'


def wrong(text: str) -> str:
    with pytest.raises(scenario.Wrong) as raised:
        scenario.read(text)
    return str(raised.value)


@pytest.mark.parametrize("file", sorted(STORIES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_story_can_be_read(file: Path) -> None:
    assert scenario.read(file.read_text()).title


def test_a_step_becomes_its_act_with_its_details() -> None:
    text = f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ndo = "hears"\nwords = "112"\nwithin_s = 3\n'

    act = scenario.parsed(scenario.read(text).steps[0])

    assert act.model_dump() == {"until": "hears", "words": "112", "within_s": 3.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = ", "not TOML"),
        (f"{PHONE}{RING}", "title: Field required"),
        ('title = "x"\nsteps = []\n', "steps: List should have at least 1 item"),
        (f'title = "x"\nmood = "bad"\n{PHONE}{RING}', "mood: Extra inputs are not permitted"),
        (f'title = "x"\n{RING}', "step 1 (caller, ring): there is no telephone “caller” (there are: none)"),
        (f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ndo = "shout"\n', "step 1 (caller, shout): cannot be done; what can: "),
        (f'title = "x"\n{PHONE}{RING}loud = true\n', "step 1 (caller, ring): loud: Extra inputs are not permitted"),
        (f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ndo = "press"\n', "step 1 (caller, press): keys: Field required"),
        (f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ndo = "press"\nkeys = "abc"\n', "keys: String should match pattern"),
        (f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ndo = "pin"\nlat = 91\nlng = 0\n', "lat: Input should be less than or equal to 90"),
        (f'title = "x"\n{PHONE}[[steps]]\nphone = "caller"\ncentre = "ada"\ndo = "ring"\n', "either phone or centre, not both"),
        (f'title = "x"\n{PHONE}[[steps]]\ncentre = "ada"\ndo = "sees"\ncall = "bo"\n', "call = “bo” is no telephone of this file"),
        (f'title = "x"\n{PHONE}[[steps]]\ncentre = "ada"\ndo = "command"\nname = "call.answer"\nbody = {{ call_id = "@bo" }}\n', "body.call_id = “@bo” names no telephone of this file"),
        (f'title = "x"\n{PHONE}[[steps]]\ndo = "storm"\ncalls = 0\nnumbers = 1\nper_s = 1\n', "calls: Input should be greater than or equal to 1"),
        (f'title = "x"\n{PHONE}{RING}[[measures]]\nname = "m"\nbegins = "a"\nends = "b"\n', "measures “m”: no step has mark = “a”"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(text: str, said: str) -> None:
    assert said in wrong(text)


def test_all_that_is_wrong_is_said_at_once() -> None:
    step = '[[steps]]\nphone = "nobody"\ndo = "press"\n'
    assert len(wrong(f'title = "x"\n{PHONE}{step}{step}').splitlines()) == 4


@pytest.mark.parametrize(
    ("found", "wanted", "holds"),
    [
        ({"status": "queued"}, {"status": "queued"}, True),
        ({"status": "ended"}, {"status": "queued"}, False),
        ({"locations": [{"source": "text"}, {"source": "aml"}]}, {"locations": {"source": "aml"}}, True),
        ({"locations": []}, {"locations": {"source": "aml"}}, False),
        ({"locations": [{"lat": 0.92900001}]}, {"locations": {"lat": 0.929}}, True),
        ({"messages": [{"media": [{"content_type": "a"}]}]}, {"messages": {"media": {"content_type": "a"}}}, True),
        ({}, {"status": "queued"}, False),
    ],
)  # fmt: skip
def test_what_the_board_shows_is_compared_field_by_field(found, wanted, holds) -> None:
    assert running._holds(found, wanted) is holds


@pytest.mark.parametrize(
    ("count", "p50", "p99"), [(1, 1, 1), (2, 1, 2), (50, 25, 50), (100, 50, 99), (200, 100, 198)]
)
def test_percentiles_are_measured_times_and_the_largest_where_there_are_few(
    count, p50, p99
) -> None:
    figure = running.Figure("x", tuple(float(one) for one in range(count, 0, -1)))

    assert (figure.percentile_s(0.5), figure.percentile_s(0.99)) == (p50, p99)


def test_a_limit_that_is_passed_is_not_good() -> None:
    assert running.Figure("x", (0.1, 0.2), p99_s_max=0.2).is_good
    assert not running.Figure("x", (0.1, 0.3), p99_s_max=0.2).is_good
    assert not running.Figure("x", (), p99_s_max=0.2).is_good
