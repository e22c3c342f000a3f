"""Start the hub with the process and stop it with it, so that sockets are told to come back."""

import asyncio
import logging
from typing import Any

from realtime import capacity
from realtime.hub import hub, stop_hub

logger = logging.getLogger(__name__)


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            capacity.prepare_process()
            hub()
            problem = await asyncio.to_thread(capacity.check_connections)
            if problem:
                logger.error(problem)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
