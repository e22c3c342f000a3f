"""Start the hub with the process and stop it with it, so that sockets are told to come back."""

import logging
import resource
from typing import Any

from realtime.hub import hub, stop_hub

logger = logging.getLogger(__name__)

# Each socket is a file. Many systems begin with 1024, which 2 500 screens on two workers exceed.
FILES_WANTED = 65_536


def raise_file_limit() -> int:
    """As many open files as this process may have by itself; returns how many that are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            logger.info("file_limit", extra={"files": raise_file_limit()})
            hub()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
