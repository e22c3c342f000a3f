"""One event loop in a thread of its own: what plays the outside world runs there, tests ask it from their thread."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
ASK_S = 60.0


class Background:
    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="outside-world", daemon=True)
        self._thread.start()

    def ask(self, work: Coroutine[Any, Any, T], *, timeout_s: float = ASK_S) -> T:
        """Run it in the loop and wait for its answer."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(timeout_s)

    def close(self) -> None:
        self.ask(self._cancel_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(ASK_S)
        self.loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.loop.shutdown_asyncgens()


def seed_of_this_run() -> int:
    """SIAGA_SEED repeats a run; without it every run tries something else."""
    given = os.environ.get("SIAGA_SEED")
    return int(given) if given else secrets.randbelow(2**31)


def chance(seed: int, purpose: str) -> random.Random:
    """Chance for one purpose: what another part draws does not change it."""
    return random.Random(f"{seed}:{purpose}")
