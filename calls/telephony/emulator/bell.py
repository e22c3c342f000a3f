"""Rings whenever anything has changed; whoever waits for something looks then whether it has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Bell:
    def __init__(self) -> None:
        self.rung = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        self.rung += 1
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seen: int) -> int:
        """Until it has rung more often than `seen` times."""
        if self.rung <= seen:
            future = asyncio.get_running_loop().create_future()
            self._waiting.add(future)
            try:
                await future
            finally:
                self._waiting.discard(future)
        return self.rung

    async def until(self, question: Callable[[], object], *, within_s: float) -> bool:
        """Whether it has become so in time."""
        try:
            async with asyncio.timeout(within_s):
                while not question():
                    await self.wait(self.rung)
        except TimeoutError:
            return False
        return True
