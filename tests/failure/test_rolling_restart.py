"""Every process restarted, one after the other, with calls coming in: nobody outside notices."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from calls.telephony.emulator.records import Leg
from tests.failure.harness.bots import ConsoleBot
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack, wait_for

pytestmark = [pytest.mark.failure, pytest.mark.timeout(200)]

CALLS_PER_S = 40.0  # so many that one is always being answered
HEARD_WITHIN_S = 3.0
ON_SCREEN_S = 15.0
START_S = 60.0
AT_ONCE_MAX = 40


@contextmanager
def calls_coming_in(provider: Provider) -> Iterator[list[Future[Leg]]]:
    """By the clock until the end of the block; all have been answered when it is left."""
    legs: list[Future[Leg]] = []
    over = threading.Event()

    def ring_on() -> None:
        begun_s = time.monotonic()
        for number in itertools.count(1):
            legs.append(people.submit(provider.rings, f"+62812910{number:05d}"))
            if over.wait(max(0.0, begun_s + number / CALLS_PER_S - time.monotonic())):
                return

    with ThreadPoolExecutor(AT_ONCE_MAX) as people:
        ringing = threading.Thread(target=ring_on)
        ringing.start()
        try:
            yield legs
        finally:
            over.set()
            ringing.join()


def test_a_rolling_restart_under_load_loses_no_call_and_no_event(
    start_stack: Callable[..., Stack], console: Callable[..., ConsoleBot], provider: Provider
) -> None:
    stack = start_stack(provider=provider, workers=2)
    screen = console(stack)
    for worker in stack.web:  # ready is said by whichever worker is quicker
        sign = worker.service.sign_of_life
        assert sign is not None
        wait_for(sign.exists, START_S, what=f"{worker.name} serves")
    with calls_coming_in(provider) as coming:
        for worker in stack.web:
            sign = worker.service.sign_of_life
            assert sign is not None
            worker.stop()
            sign.unlink()  # it was renewed until the end
            worker.start()
            wait_for(sign.exists, START_S, what=f"{worker.name} serves")
        assert stack.jobs is not None
        stack.jobs.restart()
    legs = [one.result() for one in coming]

    assert len(legs) > 2 * CALLS_PER_S
    first = [leg.documents[0] for leg in legs]
    assert {(document.status, document.tries) for document in first} == {(200, 1)}
    assert max(document.took_s for document in first) < HEARD_WITHIN_S
    stored = [row[0] for row in stack.rows("SELECT provider_sid FROM calls_call")]
    assert sorted(stored) == sorted(leg.sid for leg in legs)
    screen.wait_for(
        lambda bot: len(bot.rows("calls")) == len(legs), ON_SCREEN_S, what="every call"
    )
    assert screen.is_whole
