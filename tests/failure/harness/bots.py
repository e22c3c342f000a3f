"""A console and a crew as programs: they speak the socket's protocol, keep the board, and note what they missed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from realtime.protocol import State, apply_event, state_of
from tests.failure.harness.background import Background

REPLY_S = 15.0
BACK_S = 0.2
FRAME_BYTES_MAX = 64_000_000  # a board on a bad night
TROUBLE = (OSError, ConnectionClosed, InvalidHandshake, TimeoutError)


class Bot:
    """One screen. After a cut it comes back by itself and resumes by number, as a browser does.

    `holes`: numbers it has never seen. `duplicates`: numbers that came twice. Both must be empty for a good service.
    """

    def __init__(
        self,
        background: Background,
        url: str,
        token: str = "",
        *,
        headers: Mapping[str, str]
        | None = None,  # of a browser: its session and where its page is from
    ) -> None:
        self.background = background
        self.url = url.replace("http://", "ws://", 1) + "/ws/v1/"
        self.headers = dict(headers or {"Authorization": f"Bearer {token}"})
        self.board: State = state_of({})
        self.seq: int | None = None
        self.seen: dict[int, float] = {}  # number of every event and when it came
        self.holes: list[int] = []
        self.duplicates: list[int] = []
        self.snapshots = 0
        self.resumed = 0
        self.connections = 0
        self.beats: list[tuple[float, int]] = []
        self.telemetry: list[dict[str, Any]] = []
        self.close_codes: list[int | None] = []
        self.is_live = False
        self._news = threading.Condition()
        self._replies: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._socket: ClientConnection | None = None
        self._number = 1
        self._task: asyncio.Future[None] | None = None
        self._reads = asyncio.Event()
        self._reads.set()

    # --- from the test's thread ----------------------------------------------------------------

    def start(self, *, within_s: float = REPLY_S) -> None:
        self.background.ask(self._begin())
        self.wait_for(lambda bot: bot.is_live, within_s, what="the screen is live")

    def close(self) -> None:
        self.background.ask(self._end())

    def stall(self) -> None:
        """Stop reading, as a tab that the browser has put to sleep."""
        self.background.loop.call_soon_threadsafe(self._reads.clear)

    def wake(self) -> None:
        self.background.loop.call_soon_threadsafe(self._reads.set)

    def command(self, name: str, *, request_id: str = "", **body: Any) -> dict[str, Any]:
        """The reply to a command, good or bad. The same `request_id` again must get the same answer."""
        return self.background.ask(self._command(name, request_id, body))

    def done(self, name: str, **body: Any) -> dict[str, Any]:
        reply = self.command(name, **body)
        assert reply["ok"], reply
        result: dict[str, Any] = reply["result"]
        return result

    def wait_for(self, question: Callable[[Bot], object], seconds: float, *, what: str) -> float:
        """Until it is so on this screen; answers after how many seconds it was."""
        started_s = time.monotonic()
        with self._news:
            good = self._news.wait_for(lambda: bool(question(self)), seconds)
        assert good, f"{what}: not on the screen within {seconds:g} s"
        return time.monotonic() - started_s

    def rows(self, kind: str) -> list[dict[str, Any]]:
        return list(self.board[kind].values())

    @property
    def is_whole(self) -> bool:
        return not (self.holes or self.duplicates)

    # --- in the loop ---------------------------------------------------------------------------

    async def _begin(self) -> None:
        self._task = asyncio.ensure_future(self._live())

    async def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _live(self) -> None:
        while True:
            with contextlib.suppress(*TROUBLE):
                await self._one_connection()
            self._tell(live=False)
            await asyncio.sleep(BACK_S)

    async def _one_connection(self) -> None:
        opened = connect(
            self.url,
            additional_headers=self.headers,
            proxy=None,
            compression=None,
            max_size=FRAME_BYTES_MAX,
            close_timeout=1,
            ping_interval=None,
        )
        async with opened as socket:
            self._socket = socket
            self.connections += 1
            hello: dict[str, Any] = {"id": 0, "type": "hello", "protocol": 1}
            if self.seq is not None:
                hello["since"] = self.seq
            await socket.send(json.dumps(hello))
            try:
                while True:
                    await self._reads.wait()
                    self._take(json.loads(await socket.recv()))
            finally:
                self._socket = None
                self.close_codes.append(socket.close_code)
                for reply in self._replies.values():
                    if not reply.done():
                        reply.set_exception(ConnectionError("cut before the reply"))

    def _take(self, frame: Mapping[str, Any]) -> None:
        match frame["type"]:
            case "snapshot":
                self.board, self.seq = state_of(frame["state"]), frame["seq"]
                self.snapshots += 1
                self._tell(live=True)
            case "events":
                self.resumed += 1
                for event in frame["events"]:
                    self._event(event)
                self._tell(live=True)
            case "event" | "skip":
                self._event(frame)
                self._tell()
            case "beat":
                self.beats.append((time.monotonic(), frame["head_seq"]))
                self._tell()
            case "telemetry":
                self.telemetry.extend(frame["units"])
                self._tell()
            case "result":
                reply = self._replies.pop(frame["id"], None)
                if reply is not None and not reply.done():
                    reply.set_result(dict(frame))

    def _event(self, frame: Mapping[str, Any]) -> None:
        number = frame["seq"]
        if self.seq is not None and number <= self.seq:
            self.duplicates.append(number)
            return
        if self.seq is not None:
            self.holes.extend(range(self.seq + 1, number))
        self.seq = number
        self.seen[number] = time.monotonic()
        if frame["type"] == "event":
            self.board = apply_event(self.board, frame["data"])
            self.react(frame)

    def react(self, frame: Mapping[str, Any]) -> None:
        """What this person does by themselves when they see an event."""

    async def _command(self, name: str, request_id: str, body: dict[str, Any]) -> dict[str, Any]:
        if self._socket is None:
            raise ConnectionError("not connected")
        number, self._number = self._number, self._number + 1
        reply = self._replies[number] = asyncio.get_running_loop().create_future()
        frame = {
            "id": number,
            "type": name,
            "request_id": request_id or str(uuid.uuid4()),
            "body": body,  # apart: an incident has a `type` of its own, as the frame has
        }
        await self._socket.send(json.dumps(frame))
        return await asyncio.wait_for(reply, REPLY_S)

    def _tell(self, *, live: bool | None = None) -> None:
        with self._news:
            if live is not None:
                self.is_live = live
            self._news.notify_all()


class ConsoleBot(Bot):
    """A dispatcher's console."""

    def calls(self, *, caller: str | None = None) -> list[dict[str, Any]]:
        return [row for row in self.rows("calls") if caller in (None, row["caller"])]

    def messages(self) -> list[dict[str, Any]]:
        return [message for call in self.rows("calls") for message in call["messages"]]

    def alarms(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.rows("alarms") if row["kind"] == kind]


class CrewBot(Bot):
    """A crew's tablet. `obedient`: it acknowledges what it is given, at once."""

    def __init__(
        self, background: Background, url: str, token: str, *, obedient: bool = True
    ) -> None:
        super().__init__(background, url, token)
        self.obedient = obedient
        self._doing: set[asyncio.Task[Any]] = set()

    def react(self, frame: Mapping[str, Any]) -> None:
        if not self.obedient:
            return
        for row in frame["data"].get("set", {}).get("assignments", []):
            if row["status"] in {"assigned", "notified"}:
                self._do("assignment.acknowledge", assignment_id=row["id"])

    def reports_position(self, lat: float, lng: float, at: str) -> None:
        self.background.ask(self._position(lat, lng, at))

    def _do(self, name: str, **body: Any) -> None:
        task = asyncio.ensure_future(self._command(name, "", body))
        self._doing.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._doing.discard(task)
        if not task.cancelled():
            task.exception()  # a cut before the reply: the crew sees it and presses again

    async def _position(self, lat: float, lng: float, at: str) -> None:
        assert self._socket is not None
        frame = {"type": "position", "lat": lat, "lng": lng, "at": at, "accuracy_m": 5.0}
        await self._socket.send(json.dumps(frame))
