"""What begins and ends with a web process: the hub, the reserve's connections, the companions, the sign of life."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import Any

from django.conf import settings

from realtime import capacity, registry, sign_of_life
from realtime.hub import hub, stop_hub
from realtime.reserve import close_reserve, reserve

COMPANION_STOP_S = 3.0

logger = logging.getLogger(__name__)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    """Start it all with the process and stop it with it, so that sockets are told to come back."""
    running = _Running()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            running.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await running.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


class _Running:
    def __init__(self) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=run, args=(self._stop,), name=name, daemon=True)
            for name, run in registry.companions.items()
        ]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        capacity.prepare_process()
        hub()
        if settings.RESERVE_THREADS:
            reserve().warm_up()
        for thread in self._threads:
            thread.start()
        # Beside the start, not before it: a database that is away must not keep callers from being answered.
        self._tasks.append(asyncio.create_task(_check_connections()))
        if seen_at := sign_of_life.path():
            self._tasks.append(asyncio.create_task(sign_of_life.show(seen_at)))

    async def stop(self) -> None:
        self._stop.set()
        await stop_hub()
        for thread in self._threads:
            await asyncio.to_thread(thread.join, COMPANION_STOP_S)
        await asyncio.to_thread(close_reserve)
        for task in self._tasks:
            task.cancel()


async def _check_connections() -> None:
    problem = await asyncio.to_thread(capacity.check_connections)
    if problem:
        logger.error(problem)
