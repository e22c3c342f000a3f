"""Redis as a doorbell: a lost ring costs a second, never data, and no request ever waits for it.

One thread of each process does the ringing. A request that rang itself would wait for a hanging Redis, and with it
every other request that comes in the same moment; here it leaves the newest number and goes on.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings

from realtime import metrics

logger = logging.getLogger(__name__)

EVENTS_CHANNEL = "siaga.events"
TELEMETRY_CHANNEL = "siaga.telemetry"
RING_MS_MAX = 200
# After a failure Redis is left alone for this long.
MUTE_S = 1.0
# More telemetry than this waiting for a Redis that is too slow: the oldest is dropped, a newer position follows.
TELEMETRY_WAITING_MAX = 20

_listeners: list[Callable[[str, str], None]] = []


class Ringer:
    """The thread that rings. Of events only the newest number waits, of telemetry a bounded number of frames."""

    def __init__(self) -> None:
        self._something = threading.Condition()
        self._event: str | None = None
        self._telemetry: list[str] = []
        self._client: redis.Redis | None = None
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    def leave(self, channel: str, payload: str) -> None:
        """Leave a ring to the thread; returns at once."""
        with self._something:
            if channel == EVENTS_CHANNEL:
                self._event = payload  # a listener reads on from where it is: one ring stands for all before it
            else:
                self._telemetry.append(payload)
                del self._telemetry[:-TELEMETRY_WAITING_MAX]
            if (
                self._thread is None or not self._thread.is_alive()
            ):  # a forked process has no threads
                self._thread = threading.Thread(target=self._work, name="doorbell", daemon=True)
                self._thread.start()
            self._something.notify()

    def stop(self) -> None:
        with self._something:
            self._stopped.set()
            self._something.notify()

    def _work(self) -> None:
        while not self._stopped.is_set():
            with self._something:
                while self._event is None and not self._telemetry and not self._stopped.is_set():
                    self._something.wait()
                event, self._event = self._event, None
                telemetry, self._telemetry = self._telemetry, []
            try:
                if event is not None:
                    self._publish(EVENTS_CHANNEL, event)
                for frame in telemetry:
                    self._publish(TELEMETRY_CHANNEL, frame)
            except (redis.RedisError, OSError):
                metrics.DOORBELL_FAILURES.inc()
                logger.warning("doorbell_silent")
                with (
                    self._something
                ):  # the number is rung when Redis is back; positions are too old by then
                    self._event = self._event or event
                self._stopped.wait(MUTE_S)

    def _publish(self, channel: str, payload: str) -> None:
        if self._client is None:
            self._client = redis.Redis.from_url(
                settings.REDIS_URL,
                socket_timeout=RING_MS_MAX / 1000,
                socket_connect_timeout=RING_MS_MAX / 1000,
                retry=None,
            )
        self._client.publish(channel, payload)


_ringer = Ringer()


def listen_in_process(listener: Callable[[str, str], None]) -> None:
    """The hub of this process hears without Redis, too. `listener(channel, payload)` may run in any thread."""
    if listener not in _listeners:
        _listeners.append(listener)


def stop_listening(listener: Callable[[str, str], None]) -> None:
    if listener in _listeners:
        _listeners.remove(listener)


def ring(channel: str, payload: Any) -> None:
    text = json.dumps(payload)
    for listener in _listeners:
        listener(channel, text)
    _ringer.leave(channel, text)
