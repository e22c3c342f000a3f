"""A dispatcher's machine dies without a word, with a caller on the line: power, a cable, a switch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.failure.harness.background import Background
from tests.failure.harness.bots import ConsoleBot
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack

pytestmark = pytest.mark.failure
FIRST_AGAIN_WITHIN_S = 10.0
SHOWN_WITHIN_S = 15.0
NUMBER = "+6281390001120"


def signed_in(stack: Stack, username: str) -> dict[str, str]:
    """The headers of a browser in which this person has signed in."""
    password = next(one["password"] for one in stack.users if one["username"] == username)
    page = f"{stack.urls[0]}/accounts/login/"
    with httpx.Client(trust_env=False, timeout=SHOWN_WITHIN_S) as browser:
        browser.get(page)
        fields = {"username": username, "password": password}
        token = browser.cookies["csrftoken"]
        browser.post(page, data={**fields, "csrfmiddlewaretoken": token})
        session = browser.cookies["sessionid"]
    return {"Cookie": f"sessionid={session}", "Origin": stack.base_url}


def call_of(bot: ConsoleBot, number: str) -> dict[str, Any]:
    return next((one for one in bot.rows("calls") if one["caller"] == number), {})


def presence(bot: ConsoleBot, number: str) -> dict[str, str]:
    return {one["kind"]: one["state"] for one in call_of(bot, number).get("participants", ())}


def test_the_caller_is_first_in_the_queue_within_ten_seconds_and_never_dropped(
    start_stack: Callable[..., Stack],
    provider: Provider,
    background: Background,
    console: Callable[..., ConsoleBot],
) -> None:
    stack = start_stack(
        provider=provider, workers=1, through={"web"}, settings={"VOICE_CALLS_PER_S": "50"}
    )
    provider.out.doors = [stack.urls[0]]  # the provider comes by another way
    other = console(stack, "dispatcher2", url=stack.urls[0])
    number = NUMBER
    with closing(
        ConsoleBot(background, stack.base_url, headers=signed_in(stack, "dispatcher1"))
    ) as dying:
        dying.start()
        leg = provider.rings(number)
        other.wait_for(lambda bot: call_of(bot, number), SHOWN_WITHIN_S, what="the call")
        dying.done("call.answer", call_id=call_of(other, number)["id"])
        both = {"caller": "in", "dispatcher": "in"}
        other.wait_for(lambda bot: presence(bot, number) == both, SHOWN_WITHIN_S, what="both talk")

        stack.proxies["web"].half_open()

        other.wait_for(
            lambda bot: call_of(bot, number)["returned_from"] is not None,
            FIRST_AGAIN_WITHIN_S,
            what="the caller waits before all others",
        )
        stack.proxies["web"].heal()
    assert call_of(other, number)["status"] == "queued"
    assert not leg.is_over
