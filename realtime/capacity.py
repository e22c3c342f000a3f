"""How many sockets and database connections a process may have, so that calls always find a place.

Consoles degrade first: a socket past the limit is told to come back later, and a request of a page waits for a pool that
leaves room. What is kept back is for the provider's webhooks.
"""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error, connection

from realtime import metrics

logger = logging.getLogger(__name__)

# Files that are no sockets of people: the log, Redis, the database's pool, and the provider's requests.
FILES_RESERVE = 128
# On a machine with a tiny limit, half of it.
FILES_RESERVE_SHARE_MAX = 0.75
# Connections that are not the web workers': the job worker, backups, a person with psql, PostgreSQL's own reserve.
OTHER_CONNECTIONS = 30
# Of each web worker, for what was put off (realtime/reserve.py).
SECOND_LINE_THREADS = 1
FULL_TOLD_EVERY_S = 60.0


def sockets_max(files_max: int) -> int:
    """How many sockets of people fit under a limit of open files."""
    reserve = min(FILES_RESERVE, int(files_max * FILES_RESERVE_SHARE_MAX))
    return max(1, files_max - reserve)


def connections_wanted(*, workers: int, pool: int) -> int:
    """What all processes together may ask of the database."""
    return workers * pool + OTHER_CONNECTIONS


class Sockets:
    """The sockets of this process: counted, and refused past the limit of open files."""

    def __init__(self) -> None:
        self.open = 0
        self.most = sockets_max(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self._told_at: float | None = None

    @contextmanager
    def place(self) -> Iterator[bool]:
        """True while there is a place for one more; it is kept until the block is left."""
        free = self.open < self.most
        self.open += free
        try:
            yield free
        finally:
            self.open -= free

    def is_news(self) -> bool:
        """Whether to tell a person that sockets are refused: once a minute is enough."""
        now = time.monotonic()
        if self._told_at is not None and now - self._told_at < FULL_TOLD_EVERY_S:
            return False
        self._told_at = now
        return True


sockets = Sockets()


def prepare_process() -> None:
    """At the start of a web worker: as many open files as the system allows, and the limit for sockets after it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):
            logger.warning("open_files_limit_stays", extra={"soft": soft, "hard": hard})
    sockets.most = sockets_max(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    metrics.SOCKETS_MAX.set(sockets.most)


def check_connections() -> str | None:
    """A sentence when all web workers together could ask the database for more than it gives; None when they fit."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW max_connections")
            most = int(cursor.fetchone()[0])
    except Error:
        return None  # the database is away: that is told elsewhere, and must not stop a worker that answers callers
    finally:
        connection.close()
    wanted = connections_wanted(
        workers=settings.WEB_WORKERS,
        pool=settings.DATABASE_POOL + settings.RESERVE_THREADS + SECOND_LINE_THREADS,
    )
    if wanted <= most:
        return None
    return (
        f"The database gives {most} connections, but {settings.WEB_WORKERS} web workers with DATABASE_POOL="
        f"{settings.DATABASE_POOL} and RESERVE_THREADS={settings.RESERVE_THREADS} and everything else may ask for {wanted}. Raise its max_connections, or lower"
        " DATABASE_POOL or WEB_WORKERS."
    )
