"""The ceiling of the fan-out: `websockets.broadcast` on uvloop, and nothing else. Started by bench_fanout."""

from __future__ import annotations

import contextlib
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

listeners: set[ServerConnection] = set()


async def handle(socket: ServerConnection) -> None:
    """What comes in at /publish goes out to all others."""
    if socket.request.path == "/publish":
        with contextlib.suppress(ConnectionClosed):
            async for text in socket:
                broadcast(listeners, text)
        return
    listeners.add(socket)
    try:
        await socket.wait_closed()
    finally:
        listeners.discard(socket)


async def main(port: int) -> None:
    async with serve(handle, "127.0.0.1", port, compression=None, ping_interval=None) as server:
        print("ready", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
