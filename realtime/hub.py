"""One hub in each web process: reads the log once, serialises each event once for each audience, hands it to sockets.

The Channels group layer copies, stores and delivers once for each socket, drops silently over its capacity and
forgets groups when Redis comes back empty. The hub needs Redis only to be woken early: it reads the log every
POLL_S anyway, so a dead Redis costs at most that.

Beats never stop while the process lives: each says how old the hub's last good read of the log is, so that a screen
knows within two seconds that it is behind, also when it is the hub that is cut off.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from realtime import doorbell, eventlog, metrics, registry
from realtime.answers import Answers, Frame
from realtime.listening import Ear
from realtime.protocol import CONTROL, CloseCode, LoggedEvent, Viewer, stamp
from realtime.reader import Reader
from realtime.subscriber import Ready, Subscriber, Write, never

logger = logging.getLogger(__name__)

POLL_S = 1.0
READ_RETRY_S = 0.5
BEAT_S = 1.0
BEAT_WAITS_S = 0.3  # for its read of the log; past it the beat says how old the last one is
TELEMETRY_S = 1.0
POSITIONS_OVERLAP_S = (
    3.0  # received so long ago they are read again: their commit may have come late
)
RIGHTS_CHECK_S = 2.0
# A hub that has not read the log for this long takes no new sockets: they come back later, or to another worker.
READ_AGE_S_MAX = 8.0
READ_BATCH_MAX = 500
CANCEL_AGAIN_S = 1.0
# Of thousands of screens that come back at once so many are recognised, and so many given their first answer, at the
# same time: a webhook waits behind these alone, not behind all.
ARRIVALS_AT_ONCE = 2
THREADS_MAX = 6  # for work of sockets; each may hold a connection to the database


class Hub:
    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.head: int | None = None
        self.read_at = 0.0
        self.subscribers: dict[str, set[Subscriber]] = {}
        self.positions: dict[str, dict[str, Any]] = {}
        self.rung = asyncio.Event()
        self._read_done = asyncio.Event()
        self._reader = Reader()
        self._workers = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="hub-worker")
        self._answers = Answers(self.run)
        self.doors = asyncio.Semaphore(ARRIVALS_AT_ONCE)
        self.desks = asyncio.Semaphore(ARRIVALS_AT_ONCE)
        self._ear = Ear(self._take, self.rung.set)
        self._started = asyncio.Event()
        doorbell.listen_in_process(self._heard)
        self._tasks = [
            asyncio.create_task(step(), name=f"hub-{step.__name__}")
            for step in (
                self._follow,
                self._ear.listen,
                self._beat,
                self._spread,
                self._check_rights,
            )
        ]

    # --- for consumers -------------------------------------------------------------------------

    async def subscribe(self, viewer: Viewer, topic: str, write: Write = never) -> Subscriber:
        async with asyncio.timeout(READ_AGE_S_MAX):
            await self._started.wait()
        if self.read_age_s() > READ_AGE_S_MAX:
            raise TimeoutError
        assert self.head is not None
        subscriber = Subscriber(viewer, topic, self.head, write)
        self.subscribers.setdefault(topic, set()).add(subscriber)
        metrics.SOCKETS.labels("control" if topic == CONTROL else "crew").inc()
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        members = self.subscribers.get(subscriber.topic, set())
        if subscriber in members:
            members.remove(subscriber)
            metrics.SOCKETS.labels("control" if subscriber.topic == CONTROL else "crew").dec()
        if not members:
            self.subscribers.pop(subscriber.topic, None)

    async def run(self, call: Callable[[], Any]) -> Any:
        """Run blocking work in this hub's threads; its database connection goes back to the pool."""
        return await self.loop.run_in_executor(self._workers, _releasing, call)

    async def first_answer(self, subscriber: Subscriber, since: int | None) -> Frame:
        """(number, text) of the snapshot or of the events that a socket gets first."""
        return await self._answers.first(
            subscriber.viewer, subscriber.topic, since, subscriber.start
        )

    def read_age_s(self) -> float:
        """How old the last good read of the log is: so much may have happened that no screen here shows."""
        return time.monotonic() - self.read_at

    def beat_text(self, head: int) -> str:
        return json.dumps(
            {
                "type": "beat",
                "head_seq": head,
                "now": stamp(timezone.now()),
                "read_age_ms": round(1000 * self.read_age_s()),
            }
        )

    async def stop(self) -> None:
        doorbell.stop_listening(self._heard)
        pending = set(self._tasks)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)
            if pending:
                # Some library took the cancellation for an error of its own; a hub that waits for ever would
                # keep its process from ending.
                logger.warning(
                    "hub_cancelled_again", extra={"steps": [t.get_name() for t in pending]}
                )
        for members in list(self.subscribers.values()):
            for subscriber in list(members):
                subscriber.close(CloseCode.RESTARTING)
        await self._reader.stop()
        self._workers.shutdown(wait=False)

    # --- following the log ---------------------------------------------------------------------

    def _heard(self, channel: str, payload: str) -> None:
        try:
            self.loop.call_soon_threadsafe(self._take, channel, payload)
        except RuntimeError:  # the loop has closed: this hub's process is ending
            doorbell.stop_listening(self._heard)

    def _take(self, channel: str, payload: str) -> None:
        if channel == doorbell.EVENTS_CHANNEL:
            self.rung.set()
            return
        try:
            for unit in json.loads(payload):
                self.positions[str(unit["id"])] = unit
        except (ValueError, KeyError, TypeError):
            logger.warning("telemetry_unreadable")

    async def _follow(self) -> None:
        while True:
            self.rung.clear()
            try:
                await self._read_on()
            except Exception:
                metrics.HUB_READ_FAILURES.inc()
                logger.warning("hub_read_failed", exc_info=True)
                await asyncio.sleep(READ_RETRY_S)
                continue
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes together with the ring, and the hub
            # could never be stopped.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self.rung.wait()

    async def _read_on(self) -> None:
        if self.head is None:
            self.head = await self._reader.read(eventlog.head_seq)
            self.read_at = time.monotonic()
            metrics.HEAD_SEQ.labels("web").set(self.head)
            self._started.set()
        while True:
            assert self.head is not None
            begun = time.monotonic()
            events = await self._reader.read(
                functools.partial(eventlog.events_after, self.head, limit=READ_BATCH_MAX)
            )
            self.read_at = begun  # the answer is as old as the question
            for event in events:
                self._fan(event)
            if len(events) < READ_BATCH_MAX:
                self._read_done.set()
                return

    def _fan(self, event: LoggedEvent) -> None:
        self.head = event.seq
        metrics.HEAD_SEQ.labels("web").set(event.seq)
        metrics.EVENT_LAG.observe(max(0.0, (timezone.now() - event.at).total_seconds()))
        skip = Ready(event.seq, json.dumps({"type": "skip", "seq": event.seq}))
        for topic, members in self.subscribers.items():
            frame = skip
            if topic in event.topics:
                text = json.dumps(event.frame(registry.project(topic, event.data)))
                frame = Ready(event.seq, text)
            for subscriber in members:
                subscriber.offer(frame)

    # --- everything by the clock ---------------------------------------------------------------

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            # A beat tells of a read made for it, so that its age is that of a fault and not of the polling.
            self._read_done.clear()
            self.rung.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_WAITS_S):
                    await self._read_done.wait()
            if self.head is not None:
                self._to_all(self.beat_text(self.head))

    async def _spread(self) -> None:
        while True:
            await asyncio.sleep(TELEMETRY_S)
            if self._ear.deaf:
                await self._read_positions()
            if not self.positions:
                continue
            moved, self.positions = self.positions, {}
            everything = Ready(0, json.dumps({"type": "telemetry", "units": list(moved.values())}))
            for topic, members in self.subscribers.items():
                if topic == CONTROL:
                    frame = everything
                else:
                    own = moved.get(topic.removeprefix("unit:"))
                    if own is None:
                        continue
                    frame = Ready(0, json.dumps({"type": "telemetry", "units": [own]}))
                for subscriber in members:
                    subscriber.offer(frame)

    async def _read_positions(self) -> None:
        """Nobody rings for what other workers have received: the newest are read where they are stored."""
        since = timezone.now() - timedelta(seconds=POSITIONS_OVERLAP_S)
        try:
            moved = await self.run(functools.partial(registry.positions_since, since))
        except Exception:
            logger.warning("positions_unread", exc_info=True)
            return
        self.positions |= {unit["id"]: unit for unit in moved}

    async def _check_rights(self) -> None:
        while True:
            await asyncio.sleep(RIGHTS_CHECK_S)
            everybody = [one for members in self.subscribers.values() for one in members]
            if not everybody:
                continue
            try:
                viewers = [one.viewer for one in everybody]
                valid = await self.run(functools.partial(registry.still_valid, viewers))
            except Exception:
                logger.warning("rights_unchecked", exc_info=True)
                continue
            for subscriber, good in zip(everybody, valid, strict=True):
                if not good:
                    subscriber.close(CloseCode.NOT_SIGNED_IN)

    def _to_all(self, text: str) -> None:
        frame = Ready(0, text)
        for members in self.subscribers.values():
            for subscriber in members:
                subscriber.offer(frame)


def _releasing(call: Callable[[], Any]) -> Any:
    try:
        return call()
    finally:
        connections.close_all()


_hubs: dict[int, Hub] = {}


def hub() -> Hub:
    """The hub of this process's event loop, started at its first use."""
    loop = asyncio.get_running_loop()
    known = _hubs.get(id(loop))
    if known is None or known.loop is not loop:
        known = _hubs[id(loop)] = Hub()
    return known


async def stop_hub() -> None:
    known = _hubs.pop(id(asyncio.get_running_loop()), None)
    if known is not None:
        await known.stop()
