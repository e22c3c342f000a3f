"""What begins and ends with a web process: the hub, the reserve's connections, the companions."""

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
    stop = threading.Event()
    threads: list[threading.Thread] = []
    alive: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            capacity.prepare_process()
            hub()
            if settings.RESERVE_THREADS:
                reserve().warm_up()
            threads = [
                threading.Thread(target=run, args=(stop,), name=name, daemon=True)
                for name, run in registry.companions.items()
            ]
            for thread in threads:
                thread.start()
            if seen_at := sign_of_life.path():
                alive = asyncio.create_task(sign_of_life.show(seen_at))
            problem = await asyncio.to_thread(capacity.check_connections)
            if problem:
                logger.error(problem)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            stop.set()
            await stop_hub()
            for thread in threads:
                await asyncio.to_thread(thread.join, COMPANION_STOP_S)
            await asyncio.to_thread(close_reserve)
            if alive is not None:
                alive.cancel()
            await send({"type": "lifespan.shutdown.complete"})
            return
