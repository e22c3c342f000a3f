"""The hub's own thread for reading the log, which is given up when it hangs.

A half-open connection or a stopped database answers neither yes nor no. The thread that waits for it cannot be
killed; its connection is shut, so that it fails, and the next read has a new thread and a new connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, connections

READ_S_MAX = 5.0
READ_THREADS_MAX = 1  # events are handed out in their order


class ReadTooLong(Exception):  # noqa: N818 - a state of the database, not a bug
    """The database has not answered a read within READ_S_MAX."""


class Reader:
    def __init__(self) -> None:
        self._begin()

    async def read(self, call: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, self._keeping, call)
        done, _waiting = await asyncio.wait({work}, timeout=READ_S_MAX)
        if not done:
            self._give_up()
            work.add_done_callback(lambda late: late.cancelled() or late.exception())
            raise ReadTooLong
        return work.result()

    async def stop(self) -> None:
        closing = asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        done, _waiting = await asyncio.wait({closing}, timeout=READ_S_MAX)
        if not done:
            self._give_up()
        self._thread.shutdown(wait=False)

    def _begin(self) -> None:
        self._thread = ThreadPoolExecutor(READ_THREADS_MAX, thread_name_prefix="hub-reader")
        self._descriptor: int | None = None

    def _keeping(self, call: Callable[[], Any]) -> Any:
        """The thread keeps its connection, and drops it when it fails."""
        try:
            connection.ensure_connection()
            self._descriptor = connection.connection.fileno()
            return call()
        except Exception:
            self._descriptor = None
            connections.close_all()
            raise

    def _give_up(self) -> None:
        old, descriptor = self._thread, self._descriptor
        self._begin()
        old.shutdown(wait=False, cancel_futures=True)
        if descriptor is None:
            return
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
            line.shutdown(socket.SHUT_RDWR)
