"""The board as a program follows it: the socket /ws/v1/, resumed after every cut."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from realtime.protocol import PROTOCOL_VERSION, State, apply_event, state_of

logger = logging.getLogger(__name__)

SILENCE_S_MAX = 15.0  # three beats; then the connection is taken for dead
OPEN_S_MAX = 10.0
FIRST_PAUSE_S = 0.5
PAUSE_S_MAX = 8.0

OnEvent = Callable[[dict[str, Any]], None]


class Feed:
    """`state` is the board as of `seq`; `on_event` hears every event, with the board already brought forward."""

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        on_event: OnEvent | None = None,
        keeps_board: bool = True,
    ) -> None:
        self.url = "ws" + base_url.removeprefix("http") + "/ws/v1/"
        self.state: State = state_of({})
        self.seq: int | None = None
        self.ready = asyncio.Event()
        self._token = token
        self._on_event = on_event
        self._keeps_board = keeps_board
        self._promised = 0

    async def follow(self) -> None:
        """Follow until cancelled."""
        pause_s = FIRST_PAUSE_S
        while True:
            self.ready.clear()
            try:
                async with connect(
                    self.url,
                    additional_headers={"Authorization": f"Bearer {self._token}"},
                    max_size=None,
                    open_timeout=OPEN_S_MAX,
                    compression=None,
                    proxy=None,
                ) as socket:
                    await self._say_hello(socket)
                    while True:
                        async with asyncio.timeout(SILENCE_S_MAX):
                            frame = json.loads(await socket.recv())
                        if self._take(frame):
                            pause_s = FIRST_PAUSE_S
                        else:
                            break
            except (OSError, WebSocketException, TimeoutError) as error:
                logger.info("feed_cut", extra={"error": type(error).__name__})
            await asyncio.sleep(pause_s)
            pause_s = min(PAUSE_S_MAX, pause_s * 2)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return list(self.state[kind].values())

    async def _say_hello(self, socket: ClientConnection) -> None:
        self._promised = 0
        hello: dict[str, Any] = {"id": 1, "type": "hello", "protocol": PROTOCOL_VERSION}
        if self.seq is not None:
            hello["since"] = self.seq
        await socket.send(json.dumps(hello))

    def _take(self, frame: dict[str, Any]) -> bool:
        """Apply one frame; False when something is missing and the board has to be asked for again."""
        kind = frame.get("type")
        if kind == "snapshot":
            self.state, self.seq = state_of(frame["state"]), frame["seq"]
            self.ready.set()
        elif kind == "events":
            for event in frame["events"]:
                self._apply(event)
            self.seq = frame["seq"]
            self.ready.set()
        elif kind in {"event", "skip"}:
            if self.seq is None or frame["seq"] > self.seq + 1:
                return False
            if frame["seq"] == self.seq + 1:
                self._apply(frame)
        elif kind == "beat":
            return self._has_kept_promise(frame["head_seq"])
        elif kind == "telemetry":
            self._move(frame["units"])
        return True

    def _has_kept_promise(self, head_seq: int) -> bool:
        """What one beat announced must have come before the next: else the last event was lost."""
        kept = self.seq is not None and self._promised <= self.seq
        self._promised = head_seq
        return kept

    def _apply(self, event: dict[str, Any]) -> None:
        if event["type"] == "event" and self._keeps_board:
            self.state = apply_event(self.state, event["data"])
        self.seq = event["seq"]
        if event["type"] == "event" and self._on_event is not None:
            self._on_event(event)

    def _move(self, units: list[dict[str, Any]]) -> None:
        for moved in units:
            unit = self.state["units"].get(str(moved["id"]))
            if unit is not None:
                unit["position"] = {key: value for key, value in moved.items() if key != "id"}
