"""A client of the socket for tests: speaks the protocol, waits with a limit, never sleeps."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connections

from realtime.hub import stop_hub
from realtime.routing import websocket_urls
from tests.factories import Person

WAIT_S = 10


class Client:
    def __init__(self, communicator: WebsocketCommunicator) -> None:
        self.raw = communicator

    async def hello(self, since: int | None = None, **extra: Any) -> dict[str, Any]:
        frame = {"id": 1, "type": "hello", "protocol": 1, **extra}
        if since is not None:
            frame["since"] = since
        await self.send(frame)
        return await self.next("snapshot", "events")

    async def send(self, frame: dict[str, Any]) -> None:
        await self.raw.send_to(text_data=json.dumps(frame))

    async def next(self, *types: str) -> dict[str, Any]:
        """The next frame of one of these types; others (beats, telemetry) are passed over."""
        while True:
            frame = json.loads(await self.raw.receive_from(timeout=WAIT_S))
            if frame["type"] in types:
                return frame

    async def command(self, name: str, id_: int = 7, **payload: Any) -> dict[str, Any]:
        await self.send({"id": id_, "type": name, **payload})
        return await self.next("result")

    async def closed_with(self) -> int:
        while True:
            message = await self.raw.receive_output(timeout=WAIT_S)
            if message["type"] == "websocket.close":
                return message["code"]


@asynccontextmanager
async def connected(headers: dict[str, str], *, keep_hub: bool = False):
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    communicator = WebsocketCommunicator(websocket_urls, "/ws/v1/", headers=pairs)
    accepted, _protocol = await communicator.connect(timeout=WAIT_S)
    assert accepted
    try:
        yield Client(communicator)
    finally:
        await communicator.disconnect()
        if not keep_hub:
            await stop_hub()


def as_(person: Person, *, keep_hub: bool = False):
    """`keep_hub` for a socket inside another one's block."""
    return connected(person.bearer, keep_hub=keep_hub)


async def do(call, *args: Any, **kwargs: Any) -> Any:
    """Run blocking test code beside the socket."""

    def closing() -> Any:
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(closing, thread_sensitive=True)()
