"""The socket /ws/v1/: hello, resume, commands, positions. One reply to every command."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from datetime import datetime
from typing import Any

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils import timezone
from django.utils.translation import gettext as _

from realtime import capacity, departures, eventlog, metrics, registry
from realtime.direct import EXTENSION
from realtime.execution import execute
from realtime.hub import hub
from realtime.protocol import (
    CONTROL,
    PROTOCOL_VERSION,
    Actor,
    CloseCode,
    Rejected,
    Viewer,
)
from realtime.subscriber import Subscriber, never

logger = logging.getLogger(__name__)

HELLO_WITHIN_S = 10.0
FRAMES_PER_S_MAX = 20
# Together with SEAT_SILENT_S of calls/lines.py under the ten seconds in which a caller is to be first in the queue.
CONSOLE_ASKED_S = 1.5
CONSOLE_ANSWERS_S = 2.5
FRAMES_BURST_MAX = 60
FRAME_BYTES_MAX = 64 * 1024
COMMANDS_PENDING_MAX = 32
NOT_SIGNED_IN = "not_signed_in"


class BoardConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels has no types
    hello_due: asyncio.TimerHandle | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """One source of messages, one after the other.

        Channels waits for its group layer besides, with a task for each message, and gives connections of the
        database back in a thread before each; here there is neither, and thousands of screens that go or come in one
        moment must not hold up a call.
        """
        self.scope, self.base_send = scope, send
        with contextlib.suppress(StopConsumer):
            while True:
                message = await receive()
                await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        await self.disconnect(message["code"])
        raise StopConsumer

    async def connect(self) -> None:
        self.subscriber: Subscriber | None = None
        self.tasks: set[asyncio.Task[None]] = set()
        self.saying_hello = False
        self.pending = 0
        self.credit = float(FRAMES_BURST_MAX)
        self.credit_at = time.monotonic()
        self.viewer: Viewer | None = self.scope.get("viewer")
        await self.accept()
        if not self.scope.get("has_place", True):
            await self._send_away()
        elif self.viewer is None:
            await self.close(CloseCode.NOT_SIGNED_IN)
        elif self.viewer.topic is None:
            await self.close(CloseCode.FORBIDDEN)
        else:
            loop = asyncio.get_running_loop()
            self.hello_due = loop.call_later(HELLO_WITHIN_S, self._expect_hello)

    async def _send_away(self) -> None:
        """No file is left for one more screen: what is left is for calls. It comes back by itself, a little later."""
        metrics.SOCKETS_CLOSED.labels(str(CloseCode.TRY_LATER)).inc()
        await self.close(CloseCode.TRY_LATER)
        if capacity.sockets.is_news():
            logger.error("sockets_full", extra={"open": capacity.sockets.open})
            try:
                await hub().run(_tell_full)
            except Exception:
                logger.warning("sockets_full_untold", exc_info=True)

    async def disconnect(self, code: int) -> None:
        if self.hello_due is not None:
            self.hello_due.cancel()
        for task in getattr(self, "tasks", ()):
            task.cancel()
        subscriber: Subscriber | None = getattr(self, "subscriber", None)
        if subscriber is not None:
            hub().leave(subscriber)
            if subscriber.closed is None:  # it went by itself; whom we send away comes back
                departures.note(subscriber.viewer)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.viewer is None or self.viewer.topic is None:
            return
        if not self._within_rate():
            await self.close(CloseCode.TOO_MANY_FRAMES)
            return
        frame = _parse(text_data)
        if frame is None:
            await self.close(CloseCode.BAD_FRAME)
        elif frame["type"] == "hello":
            await self._hello(frame)
        elif self.subscriber is None:
            await self.close(CloseCode.HELLO_EXPECTED)
        elif self.subscriber.closed is None:
            self._take(frame)

    # --- hello and what follows ----------------------------------------------------------------

    def _expect_hello(self) -> None:
        if self.subscriber is None and not self.saying_hello:
            self._spawn(self.close(CloseCode.HELLO_EXPECTED))

    async def _hello(self, frame: dict[str, Any]) -> None:
        assert self.viewer is not None
        assert self.viewer.topic is not None
        since = frame.get("since")
        whole = since is None or (isinstance(since, int) and not isinstance(since, bool))
        if self.saying_hello or frame.get("protocol") != PROTOCOL_VERSION or not whole:
            await self.close(CloseCode.BAD_FRAME)
            return
        self.saying_hello = True
        async with hub().desks:
            if not await self._begin(self.viewer, self.viewer.topic, since):
                await self.close(CloseCode.RESTARTING)

    async def _begin(self, viewer: Viewer, topic: str, since: int | None) -> bool:
        direct = (self.scope.get("extensions") or {}).get(EXTENSION, {})
        write = direct.get("write", never)
        if "watch" in direct and topic == CONTROL and viewer.session_key is not None:
            # A console may have a caller on the line: when it is dead, they must hear of it within seconds.
            direct["watch"](every_s=CONSOLE_ASKED_S, answered_within_s=CONSOLE_ANSWERS_S)
        # Subscribe before reading: what commits meanwhile waits in the queue, the floor drops what was read twice.
        try:
            subscriber = self.subscriber = await hub().subscribe(viewer, topic, write)
            seq, text = await hub().first_answer(subscriber, since)
        except Exception:
            logger.warning("hello_failed", exc_info=True)
            return False
        await self.send(text_data=text)
        await self.send(text_data=hub().beat_text(max(seq, hub().head or 0)))
        subscriber.begin(seq)
        self._spawn(self._write(subscriber))
        return True

    async def _write(self, subscriber: Subscriber) -> None:
        while (text := await subscriber.next_text()) is not None:
            await self.base_send({"type": "websocket.send", "text": text})
        await self.close(subscriber.closed)

    # --- frames --------------------------------------------------------------------------------

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "position":
            self._spawn(self._position(frame))
            return
        if self.pending >= COMMANDS_PENDING_MAX:
            busy = {"ok": False, "code": "too_many_commands", "detail": "too many at once"}
            self._spawn(self._reply(frame, busy))
            return
        self.pending += 1
        self._spawn(self._command(frame))

    async def _command(self, frame: dict[str, Any]) -> None:
        viewer = self.viewer
        assert viewer is not None
        payload = _payload(frame)
        now = timezone.now()
        try:
            answer = await hub().run(
                lambda: _execute(viewer=viewer, name=frame["type"], payload=payload, now=now)
            )
        except Exception:
            logger.exception("command_failed", extra={"command": frame["type"]})
            answer = {"ok": False, "code": "failed", "detail": "failed"}
        finally:
            self.pending -= 1
        await self._reply(frame, answer)
        if answer.get("code") == NOT_SIGNED_IN and self.subscriber is not None:
            self.subscriber.close(CloseCode.NOT_SIGNED_IN)

    async def _position(self, frame: dict[str, Any]) -> None:
        viewer = self.viewer
        assert viewer is not None
        now = timezone.now()
        try:
            await hub().run(lambda: registry.take_position(viewer, frame, now))
        except Rejected as error:
            if "id" in frame:
                refusal = {"ok": False, "code": error.code, "detail": registry.words_for(error)}
                await self._reply(frame, refusal)
        except Exception:
            logger.exception("position_failed")

    async def _reply(self, frame: dict[str, Any], body: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps({"id": frame.get("id"), "type": "result", **body}))

    # --- housekeeping --------------------------------------------------------------------------

    def _within_rate(self) -> bool:
        now = time.monotonic()
        self.credit = min(
            FRAMES_BURST_MAX, self.credit + (now - self.credit_at) * FRAMES_PER_S_MAX
        )
        self.credit_at = now
        self.credit -= 1
        return self.credit >= 0

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


def _tell_full() -> None:
    with eventlog.change(by=Actor.system("sockets"), now=timezone.now()) as log:
        registry.react_to("sockets.full", log, open_sockets=capacity.sockets.open)


def _parse(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text.encode()) > FRAME_BYTES_MAX:
        return None
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        return None
    return frame


def _payload(frame: dict[str, Any]) -> Any:
    """What the command gets. The frame's `type` names the command, so a field of that name comes inside `body`:
    laid flat, the `type` of an incident would be overwritten by the name of the command."""
    fields = {key: value for key, value in frame.items() if key not in {"id", "type", "body"}}
    if "body" not in frame:
        return fields
    body = frame["body"]
    return {**fields, **body} if isinstance(body, dict) else body


def _execute(
    *, viewer: Viewer, name: str, payload: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """A command acts with the rights of this moment, not with those of the hello: HTTP asks each time, too."""
    if not registry.still_valid([viewer])[0]:
        return {"ok": False, "code": NOT_SIGNED_IN, "detail": _("Sign in first.")}
    return execute(viewer=viewer, name=name, payload=payload, now=now).body
