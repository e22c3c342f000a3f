"""The hub's ear at Redis. A hung or half-open Redis says nothing, like one at which nothing happens: so it is asked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import redis.asyncio
from django.conf import settings

from realtime import doorbell

logger = logging.getLogger(__name__)

PING_S = 1.0
SILENT_S_MAX = 3.0
RETRY_S = 1.0


class Ear:
    """Calls `heard(channel, payload)` for every ring; `deaf` while Redis does not answer."""

    def __init__(self, heard: Callable[[str, str], None], back: Callable[[], None]) -> None:
        self._heard = heard
        self._back = (
            back  # told when Redis answers again: whatever was rung meanwhile was heard by nobody
        )
        self.deaf = True

    async def listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (redis.RedisError, OSError):
                logger.warning("doorbell_unheard")
            self.deaf = True
            await asyncio.sleep(RETRY_S)

    async def _listen_once(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=SILENT_S_MAX,
            socket_timeout=SILENT_S_MAX,
            retry=None,
        )
        async with client, client.pubsub() as channel:
            await channel.subscribe(doorbell.EVENTS_CHANNEL, doorbell.TELEMETRY_CHANNEL)
            silent_s = 0.0
            while True:
                message = await channel.get_message(timeout=PING_S)
                if message is not None:
                    silent_s = 0.0
                    self._take(message)
                    continue
                silent_s += PING_S
                if silent_s >= SILENT_S_MAX:
                    raise redis.TimeoutError
                await channel.ping()

    def _take(self, message: dict[str, Any]) -> None:
        if self.deaf:
            self.deaf = False
            self._back()
        if message["type"] == "message":
            self._heard(message["channel"].decode(), message["data"].decode())
