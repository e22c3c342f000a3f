"""Many cheap sockets in one client process: just enough of WebSocket to notice frames, so that the client costs little."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import struct
import time
from pathlib import Path
from urllib.parse import urlsplit

MARK = re.compile(rb'"caller": "\+62812(\d{8})"')
UPGRADE_S = 60.0
AT_ONCE = 40


class Socket(asyncio.Protocol):
    """Tells `crowd` the number of every event it receives."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._buffer = bytearray()
        self._upgraded = False
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {self._crowd.path} HTTP/1.1",
            f"Host: {self._crowd.host}:{self._crowd.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key}",
            f"Authorization: Bearer {self._crowd.token}",
        ]
        transport.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, gap, rest = bytes(self._buffer).partition(b"\r\n\r\n")
            if not gap:
                return
            if b" 101 " not in head.split(b"\r\n")[0]:
                self._fail(head.split(b"\r\n")[0].decode("latin1"))
                return
            self._upgraded, self._buffer = True, bytearray(rest)
            if self._crowd.hello is None:
                self.ready.set_result(None)
            else:
                self.transport.write(frame_of(self._crowd.hello))
        self._read_frames()

    def connection_lost(self, error: Exception | None) -> None:
        self._crowd.lost += 1
        self._fail(f"closed: {error}")

    def _fail(self, why: str) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(why))

    def _read_frames(self) -> None:
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            length, head = buffer[at + 1] & 127, 2
            if length == 126:
                if len(buffer) - at < 4:
                    break
                length, head = struct.unpack_from("!H", buffer, at + 2)[0], 4
            elif length == 127:
                if len(buffer) - at < 10:
                    break
                length, head = struct.unpack_from("!Q", buffer, at + 2)[0], 10
            if len(buffer) - at < head + length:
                break
            if buffer[at] & 15 == 1:
                self._notice(buffer, at + head, at + head + length)
            elif buffer[at] & 15 == 9:
                self.transport.write(frame_of(buffer[at + head : at + head + length], opcode=10))
            at += head + length
        del buffer[:at]

    def _notice(self, buffer: bytearray, begin: int, end: int) -> None:
        if not self.ready.done():
            self.ready.set_result(None)  # the snapshot
        elif buffer.startswith(b'{"type": "event"', begin):
            found = MARK.search(buffer, begin, end)
            if found:
                self._crowd.heard(int(found[1]), bytes(buffer[begin:end]))


class Crowd:
    """N sockets on one address. `delays_s` of deliveries and `slowest_s` of each event's last one."""

    def __init__(self, url: str, token: str, *, hello: bool = True) -> None:
        parts = urlsplit(url)
        self.host, self.port, self.path = parts.hostname, parts.port, parts.path or "/"
        self.token = token
        self.hello = b'{"id":1,"type":"hello","protocol":1}' if hello else None
        self.lost = 0
        self.sockets: list[Socket] = []
        self.sample = b""
        self.begin()

    def begin(self) -> None:
        """Forget what was measured."""
        self._sent_at: dict[int, float] = {}
        self._count: dict[int, int] = {}
        self.delays_s: list[float] = []
        self.slowest_s: list[float] = []
        self._complete = asyncio.Event()
        self._expected = 0

    async def join(self, count: int) -> None:
        places = asyncio.Semaphore(AT_ONCE)
        loop = asyncio.get_running_loop()

        async def one() -> None:
            async with places, asyncio.timeout(UPGRADE_S):
                _, socket = await loop.create_connection(
                    lambda: Socket(self), self.host, self.port
                )
                await socket.ready
                self.sockets.append(socket)

        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(one())

    def sending(self, number: int) -> None:
        self._sent_at[number] = time.monotonic()

    def heard(self, number: int, text: bytes) -> None:
        sent_at = self._sent_at.get(number)
        if sent_at is None:
            return
        delay_s = time.monotonic() - sent_at
        self.delays_s.append(delay_s)
        self.sample = text
        count = self._count[number] = self._count.get(number, 0) + 1
        if count == len(self.sockets):
            self.slowest_s.append(delay_s)
            if len(self.slowest_s) == self._expected:
                self._complete.set()

    async def all_heard(self, events: int, *, within_s: float) -> bool:
        self._expected = events
        if len(self.slowest_s) >= events:
            return True
        try:
            await asyncio.wait_for(self._complete.wait(), within_s)
        except TimeoutError:
            return False
        return True

    def leave(self) -> None:
        for socket in self.sockets:
            socket.transport.abort()
        self.sockets.clear()


def frame_of(payload: bytes, *, opcode: int = 1) -> bytes:
    """A masked frame, as clients send them; the mask of zeros leaves the payload as it is."""
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    else:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    return head + b"\0\0\0\0" + bytes(payload)


def cpu_s(pid: int) -> float:
    """User and system time of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def with_number(sample: bytes, number: int) -> bytes:
    """The same event of another caller: bytes of the same length."""
    return MARK.sub(b'"caller": "+62812%08d"' % number, sample)
