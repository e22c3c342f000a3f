"""Start the hub with the process and stop it with it, so that sockets are told to come back."""

import asyncio
import logging
from typing import Any

from realtime import capacity
from realtime.hub import hub, stop_hub

logger = logging.getLogger(__name__)


async def _check_connections() -> None:
    problem = await asyncio.to_thread(capacity.check_connections)
    if problem:
        logger.error(problem)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    check: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            capacity.prepare_process()
            hub()
            # Beside the start, not before it: a database that is away must not keep callers from being answered.
            check = asyncio.create_task(_check_connections())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if check is not None:
                check.cancel()
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
