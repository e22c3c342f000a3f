"""Every shipped story through the running service, at the pace of tests; then with the provider's reports in disorder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from calls.telephony.emulator import scenario
from calls.telephony.emulator.requests import Disorder
from calls.telephony.emulator.running import Outcome, Places, Report, Runner
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack

pytestmark = [pytest.mark.failure, pytest.mark.timeout(120, func_only=True)]
STORIES = Path(scenario.__file__).parent / "stories"
STORY_S = 110
SHIPPED = sorted(STORIES.glob("*.toml"))


@pytest.fixture(scope="module")
def stack(start_stack: Callable[..., Stack], provider: Provider) -> Stack:
    return start_stack(provider=provider, settings={"VOICE_CALLS_PER_S": "50"})


@pytest.fixture
def disorder(provider: Provider) -> Iterator[None]:
    provider.out.disorder = Disorder(late_share=0.4, late_s=0.5, repeated_share=0.3)
    yield
    provider.out.disorder = None


def told(stack: Stack, provider: Provider, name: str) -> Report:
    tokens = {user["username"]: user["token"] for user in stack.users}
    places = Places(provider.url, stack.base_url, tokens)
    story = scenario.read((STORIES / f"{name}.toml").read_text())
    outcomes: list[Outcome] = []
    running = Runner(story, places, told=outcomes.append).run()
    return provider.background.ask(running, timeout_s=STORY_S)


def trouble(report: Report) -> list[str]:
    return [
        f"step {one.number} {one.step.do}: {one.trouble}" for one in report.outcomes if one.trouble
    ]


@pytest.mark.parametrize("name", [file.stem for file in SHIPPED])
def test_a_story_comes_out(stack: Stack, provider: Provider, name: str) -> None:
    report = told(stack, provider, name)

    assert trouble(report) == []
    assert report.is_good


@pytest.mark.parametrize("name", ["abandoned", "answered", "dropped", "whatsapp"])
def test_it_comes_out_also_when_reports_are_late_and_come_twice(
    stack: Stack, provider: Provider, disorder: None, name: str
) -> None:
    assert trouble(told(stack, provider, name)) == []


def test_nothing_that_was_offered_is_lost_and_nothing_is_there_twice(
    stack: Stack, provider: Provider
) -> None:
    """After all stories of this file; what the provider calls by itself is not among it."""
    kept = stack.rows(
        "SELECT provider_sid FROM calls_call WHERE provider_sid <> '' AND direction = 'in' AND channel = 'voice'"
    )
    assert provider.journal.judge("call", (sid for (sid,) in kept)).is_clean


def test_the_provider_had_nothing_to_complain_about(stack: Stack, provider: Provider) -> None:
    assert [one.text for one in provider.warnings] == []
