"""Database work that answers in time or not at all: threads of its own, each with a connection kept for it alone.

Why not `statement_timeout`: a commit that waits for a dead standby ignores it (measured), and so does a connection to
a stopped server. Here the caller waits DEADLINE_S at most. Work that is not done by then is cancelled at the server
and, where nobody answers, cut off at the socket, so that its thread comes back; **it may have been committed all the
same**: whoever keeps the work for later must be able to do it twice.

Why threads of its own: when consoles and reports have taken every connection of the pool, these still have theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import copy
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDone
from typing import Any, TypeVar

from django.conf import settings
from django.db import Error, InterfaceError, InternalError, OperationalError, connections
from django.db.utils import load_backend
from psycopg.errors import (
    DeadlockDetected,
    IdleInTransactionSessionTimeout,
    SerializationFailure,
)

from realtime import metrics
from realtime.capacity import SECOND_LINE_THREADS

DEADLINE_S = 2.0
CONNECT_S_MAX = 2
IDLE_IN_TRANSACTION_S_MAX = 3.0
CANCEL_S_MAX = 0.5
# After a failure the database is left alone for this long, so that the next caller is not kept waiting as well.
OPEN_S = 1.0
# More than this under way and waiting for a thread: whoever comes next would be late before it began, after two seconds
# of work for nothing. Refused at once, it is kept at once, and the others are done in time.
IN_HAND_MAX = 40
# For what was put off, which nobody waits for on the line.
SECOND_DEADLINE_S = 10.0

T = TypeVar("T")


def is_away(error: BaseException) -> bool:
    """Whether the database or the way to it failed, and not the work: the same work may succeed later."""
    if isinstance(error, InternalError):
        return isinstance(error.__cause__, IdleInTransactionSessionTimeout)
    return isinstance(error, (OperationalError, InterfaceError))


class Unavailable(Exception):  # noqa: N818 - the state of the database, not a mistake of the work
    """The work was not done in time; it may still have been committed."""


class Reserve:
    """`rests`: after a failure the database is left alone for OPEN_S, and whatever is asked meanwhile is refused.

    Late work alone is no failure of a database that has just done other work: it is slow, and to refuse what it could do
    would only put off more than it can catch up with.
    """

    def __init__(
        self, threads: int, *, deadline_s: float = DEADLINE_S, rests: bool = True
    ) -> None:
        self._threads = threads
        self._deadline_s = deadline_s
        self._rests = rests
        self._connections: list[Any] = []
        self._pool = ThreadPoolExecutor(threads, "reserve", initializer=self._own_connection)
        self._left_alone_until = 0.0
        self._worked_at = float("-inf")
        self._in_hand = 0
        self._counting = threading.Lock()

    def run(self, work: Callable[[], T], *, deadline_s: float | None = None) -> T:
        """The work's result; Unavailable when it is not there in time or the database is away."""
        task, future = self._begin(work)
        with self._judged(task, future):
            return future.result(deadline_s or self._deadline_s)

    async def run_async(self, work: Callable[[], T]) -> T:
        """As `run`, for an event loop, which goes on meanwhile."""
        task, future = self._begin(work)
        with self._judged(task, future):
            try:
                return await asyncio.wait_for(asyncio.wrap_future(future), self._deadline_s)
            except asyncio.CancelledError:
                asking = asyncio.current_task()
                if asking is None or asking.cancelling():
                    raise  # whoever asked has been told to stop
                raise CancelledError from None  # the reserve is closing

    def _begin(self, work: Callable[[], T]) -> tuple[_Task, Future[T]]:
        if time.monotonic() < self._left_alone_until:
            raise Unavailable
        task = _Task(work)
        with self._counting:
            if self._in_hand >= IN_HAND_MAX:
                metrics.RESERVE_FAILURES.labels("crowded").inc()
                raise Unavailable
            self._in_hand += 1
        try:
            future = self._pool.submit(contextvars.copy_context().run, task)
        except RuntimeError:  # the reserve is closing
            self._out_of_hand()
            raise
        future.add_done_callback(self._out_of_hand)
        return task, future

    def _out_of_hand(self, _future: Future[Any] | None = None) -> None:
        with self._counting:
            self._in_hand -= 1

    @contextlib.contextmanager
    def _judged(self, task: _Task, future: Future[Any]) -> Iterator[None]:
        try:
            yield
            self._worked_at = time.monotonic()
        except (NotDone, CancelledError):
            future.cancel()
            self._trip("late", rests=time.monotonic() - self._worked_at > OPEN_S)
            task.abandon()
            raise Unavailable from None
        except Error as error:
            if not is_away(error):
                raise
            if not isinstance(error.__cause__, (DeadlockDetected, SerializationFailure)):
                self._trip("error")
            raise Unavailable from None

    def warm_up(self) -> None:
        """Take the connections now: when they are needed there may be none left."""
        for _ in range(self._threads):
            self._pool.submit(_connect)

    def close(self) -> None:
        """End the threads and give their connections back to the server."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for known in self._connections:
            if known.connection is not None:
                known.connection.close()

    def _own_connection(self) -> None:
        """In each thread: Django's connection of this thread is one outside the pool, kept until it breaks."""
        known = copy.deepcopy(connections.settings["default"])
        known["OPTIONS"] = {
            **{name: value for name, value in known["OPTIONS"].items() if name != "pool"},
            "connect_timeout": CONNECT_S_MAX,
            "options": f"{known['OPTIONS'].get('options', '')} -c statement_timeout={int(self._deadline_s * 1000)}"
            # Whoever was cut off in the middle keeps the number's and the call's locks otherwise: the same request,
            # kept and tried again, would wait for its own first try for ever, and everything after it.
            f" -c idle_in_transaction_session_timeout={int(IDLE_IN_TRANSACTION_S_MAX * 1000)}",
        }
        known["CONN_MAX_AGE"] = None
        made = load_backend(known["ENGINE"]).DatabaseWrapper(known, "default")
        connections["default"] = made
        self._connections.append(made)
        with contextlib.suppress(Error):
            _connect()

    def _trip(self, why: str, *, rests: bool = True) -> None:
        if self._rests and rests:
            self._left_alone_until = time.monotonic() + OPEN_S
        metrics.RESERVE_FAILURES.labels(why).inc()


class _Task:
    """One piece of work and the connection it uses, so that it can be called off from outside."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._driver: Any = None
        self._over = False

    def __call__(self) -> Any:
        try:
            _connect()
            with self._lock:
                self._driver = connections["default"].connection
                if self._over:
                    raise Unavailable
            return self._work()
        except Error:
            connections["default"].close()
            raise
        finally:
            with self._lock:
                self._driver = None

    def abandon(self) -> None:
        """Ask the server to stop, then cut the line. In a thread: the caller has waited long enough."""
        with self._lock:
            self._over = True
            driver = self._driver
        if driver is not None:
            threading.Thread(target=self._cut, args=(driver,), daemon=True).start()

    def _cut(self, driver: Any) -> None:
        with contextlib.suppress(Exception):
            driver.cancel_safe(timeout=CANCEL_S_MAX)
        deadline_s = time.monotonic() + CANCEL_S_MAX
        while time.monotonic() < deadline_s:
            with self._lock:
                if self._driver is not driver:
                    return
            time.sleep(0.02)
        with self._lock, contextlib.suppress(Exception):
            if self._driver is driver:
                with socket.socket(fileno=os.dup(driver.fileno())) as line:
                    line.shutdown(socket.SHUT_RDWR)


def _connect() -> None:
    connections["default"].ensure_connection()


_reserve: Reserve | None = None
_second: Reserve | None = None
_making = threading.Lock()


def within_deadline(work: Callable[[], T]) -> T:
    """Do database work bounded in time; raises Unavailable. Inline where a test holds the transaction."""
    if not settings.RESERVE_THREADS:
        return _inline(work)
    return reserve().run(work)


async def within_deadline_async(work: Callable[[], T]) -> T:
    """As `within_deadline`, for an event loop; always in the reserve's threads."""
    return await reserve().run_async(work)


def in_second_line(work: Callable[[], T]) -> T:
    """For what was put off: a thread and a connection of its own, so that a rush of new requests, which have the reserve
    refuse, cannot keep it waiting for ever. Raises Unavailable after SECOND_DEADLINE_S."""
    if not settings.RESERVE_THREADS:
        return _inline(work)
    return second_line().run(work)


def _inline(work: Callable[[], T]) -> T:
    try:
        return work()
    except Error as error:
        if not is_away(error):
            raise
        raise Unavailable from None


def reserve() -> Reserve:
    global _reserve  # noqa: PLW0603 - one for the process, made at its first use
    with _making:
        if _reserve is None:
            _reserve = Reserve(settings.RESERVE_THREADS)
        return _reserve


def second_line() -> Reserve:
    global _second  # noqa: PLW0603
    with _making:
        if _second is None:
            _second = Reserve(SECOND_LINE_THREADS, deadline_s=SECOND_DEADLINE_S, rests=False)
        return _second


def close_reserve() -> None:
    global _reserve, _second  # noqa: PLW0603
    with _making:
        for one in (_reserve, _second):
            if one is not None:
                one.close()
        _reserve = _second = None
