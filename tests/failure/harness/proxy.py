"""A TCP proxy that breaks connections in the ways in which networks do, while the test is running.

    latency     every piece of data comes later, in order
    bandwidth   so many bytes a second
    cut         nothing listens any more, what was connected is closed
    half open   connections are taken and everything sent into them disappears
    reset       what is connected is torn down with RST

It may stand in front of TCP or unix sockets (PostgreSQL, Redis) and listens on 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.failure.harness.background import Background

PIECE_BYTES = 16_384
QUEUED_PIECES_MAX = 64
BACKLOG = 1_024
RST = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: close sends a reset


@dataclass
class Direction:
    """What happens to the bytes that go one way."""

    latency_s: float = 0.0
    bytes_per_s: float | None = None
    swallows: bool = False
    passed: int = 0

    def heal(self) -> None:
        self.latency_s, self.bytes_per_s, self.swallows = 0.0, None, False


@dataclass(eq=False)
class _Pair:
    """One connection: the client's half and ours to the target. While half open there may be no target.

    Its task is kept here and ended with it: what waits for bytes that were swallowed is woken by nobody,
    and a task that only waits for itself is collected in the middle of its life, its socket left open.
    """

    client: asyncio.StreamWriter
    target: asyncio.StreamWriter | None = None
    task: asyncio.Task[None] | None = None
    lost_bytes: bool = False

    def close(self, *, reset: bool) -> None:
        for half in (self.client, self.target):
            if half is None:
                continue
            known = half.get_extra_info("socket")
            if reset and known is not None and known.family == socket.AF_INET:
                with contextlib.suppress(OSError):
                    known.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
            half.transport.abort()

    def end(self, *, reset: bool) -> None:
        self.close(reset=reset)
        if self.task is not None:
            self.task.cancel()


@dataclass
class FaultProxy:
    """`target` is (host, port) or the path of a unix socket. Every method may be called from the test's thread."""

    background: Background
    target: tuple[str, int] | Path
    up: Direction = field(default_factory=Direction)  # client to target
    down: Direction = field(default_factory=Direction)  # target to client
    accepted: int = 0

    def __post_init__(self) -> None:
        # Holds the port also while nothing listens, so that a cut refuses and nobody else takes it.
        self._place = _socket()
        self._place.bind(("127.0.0.1", 0))
        self.port = int(self._place.getsockname()[1])
        self._pairs: set[_Pair] = set()
        self._server: asyncio.Server | None = None
        self.background.ask(self._listen())

    def cut(self) -> None:
        self.background.ask(self._cut())

    def half_open(self) -> None:
        self.up.swallows = self.down.swallows = True

    def reset(self) -> None:
        self.background.ask(self._end_all(reset=True))

    def heal(self) -> None:
        """Everything as it was; a connection that has lost bytes cannot go on and is reset."""
        self.background.ask(self._heal())

    def close(self) -> None:
        self.background.ask(self._cut())
        self._place.close()

    # --- in the loop ---------------------------------------------------------------------------

    async def _listen(self) -> None:
        if self._server is None:
            listener = _socket()
            listener.bind(("127.0.0.1", self.port))
            self._server = await asyncio.start_server(self._taken, sock=listener, backlog=BACKLOG)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._end_all(reset=False)

    async def _end_all(self, *, reset: bool) -> None:
        await self._end(self._pairs, reset=reset)

    async def _end(self, pairs: Iterable[_Pair], *, reset: bool) -> None:
        ended = [pair for pair in pairs if pair.task is not None]
        for pair in ended:
            pair.end(reset=reset)
        await asyncio.gather(*(pair.task for pair in ended if pair.task), return_exceptions=True)

    async def _heal(self) -> None:
        self.up.heal()
        self.down.heal()
        hurt = [pair for pair in self._pairs if pair.lost_bytes or pair.target is None]
        await self._end(hurt, reset=True)
        await self._listen()

    def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None:
            writer.transport.abort()  # it was in the queue when the line was cut
            return
        self.accepted += 1
        pair = _Pair(client=writer)
        self._pairs.add(pair)
        pair.task = asyncio.get_running_loop().create_task(self._pass_through(pair, reader))

    async def _pass_through(self, pair: _Pair, reader: asyncio.StreamReader) -> None:
        try:
            if self.up.swallows:
                while await reader.read(PIECE_BYTES):
                    pass
                return
            target_reader, pair.target = await self._connect()
            async with asyncio.TaskGroup() as ways:
                self._carry(ways, pair, reader, pair.target, self.up)
                self._carry(ways, pair, target_reader, pair.client, self.down)
        except* OSError:
            pass  # the other side refuses or is gone: so are we
        finally:
            self._pairs.discard(pair)
            pair.close(reset=False)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, Path):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection(*self.target)

    def _carry(
        self,
        ways: asyncio.TaskGroup,
        pair: _Pair,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        way: Direction,
    ) -> None:
        """Reading goes on while earlier pieces are still under way: latency does not cost bandwidth."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(QUEUED_PIECES_MAX)
        ways.create_task(self._read(pieces, reader, way))
        ways.create_task(self._deliver(pieces, pair, writer, way))

    async def _read(
        self,
        pieces: asyncio.Queue[tuple[float, bytes]],
        reader: asyncio.StreamReader,
        way: Direction,
    ) -> None:
        loop = asyncio.get_running_loop()
        more = True
        while more:
            data = await reader.read(PIECE_BYTES)
            await pieces.put((loop.time() + way.latency_s, data))
            more = bool(data)

    async def _deliver(
        self,
        pieces: asyncio.Queue[tuple[float, bytes]],
        pair: _Pair,
        writer: asyncio.StreamWriter,
        way: Direction,
    ) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await pieces.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            if way.swallows:
                pair.lost_bytes = True
                continue
            if not data:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(data)
            await writer.drain()
            way.passed += len(data)
            if way.bytes_per_s:
                await asyncio.sleep(len(data) / way.bytes_per_s)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return made
