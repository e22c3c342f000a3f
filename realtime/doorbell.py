"""Redis as a doorbell: a lost ring costs a second, never data, and nobody waits for it longer than RING_MS_MAX."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings

from realtime import metrics

logger = logging.getLogger(__name__)

EVENTS_CHANNEL = "siaga.events"
TELEMETRY_CHANNEL = "siaga.telemetry"
RING_MS_MAX = 200
# After a failure Redis is left alone for this long, so that a hanging Redis costs one request, not all.
MUTE_S = 1.0

_listeners: list[Callable[[str, str], None]] = []


class _Doorbell:
    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._muted_until = 0.0

    def ring(self, channel: str, payload: str) -> bool:
        if time.monotonic() < self._muted_until:
            return False
        try:
            if self._client is None:
                self._client = redis.Redis.from_url(
                    settings.REDIS_URL,
                    socket_timeout=RING_MS_MAX / 1000,
                    socket_connect_timeout=RING_MS_MAX / 1000,
                    retry=None,
                )
            self._client.publish(channel, payload)
        except redis.RedisError:
            self._muted_until = time.monotonic() + MUTE_S
            metrics.DOORBELL_FAILURES.inc()
            logger.warning("doorbell_silent")
            return False
        return True


_doorbell = _Doorbell()


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
    _doorbell.ring(channel, text)
