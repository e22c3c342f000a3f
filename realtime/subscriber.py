"""One socket's place in the hub, and what is on its way to many of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from realtime import metrics
from realtime.direct import framed
from realtime.protocol import CloseCode, Viewer

# A socket that does not read holds at most this; then it is closed and comes back by its number.
SOCKET_QUEUE_MAX = 2_000
SOCKET_QUEUE_CHARS_MAX = 4_000_000


class Ready:
    """A frame on its way to many sockets. `seq` is 0 for what has no place in the log."""

    __slots__ = ("seq", "text", "wire")

    def __init__(self, seq: int, text: str) -> None:
        self.seq = seq
        self.text = text
        self.wire = framed(text)


Write = Callable[[bytes], bool]  # False: not now


def never(_frame: bytes) -> bool:
    return False


class Subscriber:
    """One socket's place in the hub: what it may see and a bounded queue of ready frames.

    Frames for a socket that keeps up are written at once; the queue is for those that do not.
    """

    __slots__ = (
        "chars",
        "closed",
        "floor",
        "frames",
        "is_sending",
        "start",
        "topic",
        "viewer",
        "waiter",
        "write",
    )

    def __init__(self, viewer: Viewer, topic: str, start: int, write: Write = never) -> None:
        self.viewer = viewer
        self.write = write
        self.topic = topic
        self.start = start  # the hub's head when this socket came
        self.floor: int | None = None  # frames up to here were part of the first answer
        self.frames: deque[Ready] = deque()
        self.chars = 0
        self.is_sending = True  # until the writer comes for the first frame
        self.waiter: asyncio.Future[None] | None = None
        self.closed: int | None = None

    def offer(self, frame: Ready) -> None:
        if self.closed is not None:
            return
        if not self.is_sending and not self.frames:
            assert self.floor is not None, "the writer begins with the floor"
            if 0 < frame.seq <= self.floor or self.write(frame.wire):
                return
        if len(self.frames) >= SOCKET_QUEUE_MAX or self.chars >= SOCKET_QUEUE_CHARS_MAX:
            self.close(CloseCode.TOO_SLOW)
            return
        self.frames.append(frame)
        self.chars += len(frame.text)
        self._wake()

    def close(self, code: int) -> None:
        if self.closed is None:
            self.closed = code
            self.frames.clear()  # the writer may hang in the socket for long; what it would have sent need not
            metrics.SOCKETS_CLOSED.labels(str(code)).inc()
            self._wake()

    def begin(self, floor: int) -> None:
        self.floor = floor
        self._wake()

    async def next_text(self) -> str | None:
        """The next frame to send; None when the socket is to be closed with `closed`."""
        while True:
            while self.floor is not None and self.frames and self.closed is None:
                frame = self.frames.popleft()
                self.chars -= len(frame.text)
                if frame.seq == 0 or frame.seq > self.floor:
                    self.is_sending = True  # until the writer comes back nothing may overtake it
                    return frame.text
            if self.closed is not None:
                return None
            self.is_sending = self.floor is None
            self.waiter = asyncio.get_running_loop().create_future()
            await self.waiter

    def _wake(self) -> None:
        if self.waiter is not None and not self.waiter.done():
            self.waiter.set_result(None)
