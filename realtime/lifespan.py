"""Start the hub with the process and stop it with it, so that sockets are told to come back."""

from typing import Any

from realtime.hub import hub, stop_hub


async def lifespan(_scope: Any, receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            hub()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await stop_hub()
            await send({"type": "lifespan.shutdown.complete"})
            return
