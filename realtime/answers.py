"""The first answer to a hello, read once for all who may share it and by few at a time.

When a server comes back, thousands of screens say hello in the same seconds. Each board read for itself would take
the processor and the connections from the webhooks; here those who see the same get the same bytes, and what must be
read is read by at most READS_AT_ONCE.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

from realtime import eventlog, registry
from realtime.protocol import LoggedEvent, Viewer

RESUME_EVENTS_MAX = 2_000  # further behind than this a fresh snapshot is cheaper
READS_AT_ONCE = 2
SHARED_S = 10.0  # an answer nobody has asked for again within this is forgotten
SHARED_MAX = 32
# Positions are not in the log: a board that was read earlier shows units where they were then.
BOARD_AGE_S_MAX = 1.0

BOARD = -1  # in place of the number since which events are asked for

Frame = tuple[int, str]  # (number, text)
Run = Callable[[Callable[[], Any]], Awaitable[Any]]


class _Shared:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.value: tuple[int, Any] | None = None  # (number up to which it tells, what it tells)
        self.at = 0.0
        self.read_at = 0.0


class Answers:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._places = asyncio.Semaphore(READS_AT_ONCE)
        self._shared: dict[tuple[str, int], _Shared] = {}

    async def first(self, viewer: Viewer, topic: str, since: int | None, start: int) -> Frame:
        """What a socket gets that has seen `since` and hears from its place in the hub all that follows `start`."""
        if since is not None:
            if (
                since == start
            ):  # nothing has happened meanwhile: the commonest case needs no reading
                return since, _Run([], since).text(topic)
            seq, run = await self._once(
                ("since", since), start, lambda: _run_since(since, RESUME_EVENTS_MAX)
            )
            if run is not None:
                return seq, run.text(topic)
        board: Frame = await self._once((topic, BOARD), start, lambda: _read_snapshot(viewer))
        return board

    async def _once(
        self, key: tuple[str, int], start: int, read: Callable[[], tuple[int, Any]]
    ) -> tuple[int, Any]:
        self._forget()
        shared = self._shared.setdefault(key, _Shared())
        async with shared.lock:
            # Read at or after this socket's start: what is newer waits in its queue.
            too_old = key[1] == BOARD and time.monotonic() - shared.read_at > BOARD_AGE_S_MAX
            if shared.value is None or shared.value[0] < start or too_old:
                async with self._places:
                    shared.read_at = time.monotonic()
                    shared.value = await self._run(read)
            shared.at = time.monotonic()
            return shared.value

    def _forget(self) -> None:
        if len(self._shared) < SHARED_MAX:
            return
        old = time.monotonic() - SHARED_S
        for key, shared in list(self._shared.items()):
            crowded = len(self._shared) >= SHARED_MAX
            if not shared.lock.locked() and (crowded or shared.at < old):
                del self._shared[key]


def _read_snapshot(viewer: Viewer) -> Frame:
    with eventlog.one_moment():
        seq = eventlog.head_seq()
        state = registry.snapshot(viewer)
    return seq, json.dumps({"type": "snapshot", "seq": seq, "state": state})


def _run_since(since: int, most: int) -> tuple[int, _Run | None]:
    """(number, events after `since`) when that run is complete and short enough; else no events."""
    with eventlog.one_moment():
        head = eventlog.head_seq()
        if not head - most <= since <= head or since < 0:
            return head, None
        events = eventlog.events_after(since, limit=most)
    return head, _Run(events, head) if len(events) == head - since else None


class _Run:
    """Events up to a number, written out once for all who see the same."""

    def __init__(self, events: list[LoggedEvent], seq: int) -> None:
        self._events = events
        self._seq = seq
        self._texts: dict[str, str] = {}

    def text(self, topic: str) -> str:
        if topic not in self._texts:
            frames = [
                event.frame(registry.project(topic, event.data))
                if topic in event.topics
                else {"type": "skip", "seq": event.seq}
                for event in self._events
            ]
            answer = {"type": "events", "events": frames, "seq": self._seq}
            self._texts[topic] = json.dumps(answer)
        return self._texts[topic]
