"""The job worker: outside acts, timers, housekeeping, and the watch over all of them."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import Error, close_old_connections
from procrastinate.contrib.django import app

from realtime import clock, sign_of_life
from realtime.job_watch import HEARTBEAT_S, TICK_S, Watch
from realtime.jobs import TIMERS_QUEUE

logger = logging.getLogger(__name__)

ACTS_AT_ONCE = 8  # a provider that answers slowly holds up one of them, not all
TIMERS_AT_ONCE = 2  # kept for the timers alone: whatever the acts wait for, the ladder goes on
POLL_S = 0.5
STOP_S = 4.0
# Workers that stand still are found by the watch; procrastinate's own rule goes by the time of day.
NEVER_S = 10 * 365 * 86_400


class Command(BaseCommand):
    help = "Run the job worker until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        # Before the first job: a jump of the clock while nobody looked must not fire a timer early.
        clock.correct()
        stop = threading.Event()
        watcher = threading.Thread(target=_watch, args=(stop,), name="watch", daemon=True)
        watcher.start()
        try:
            asked_to_stop = asyncio.run(_work())
        finally:
            stop.set()
            watcher.join(STOP_S)
        if not asked_to_stop:
            raise CommandError("The worker has lost its connection to the database and ends.")


async def _work() -> bool:
    """Run both workers; True when somebody asked them to stop, False when one ended by itself."""
    # A second application for the workers' own connection: jobs that a job writes must stay in its transaction.
    workers = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    common: dict[str, Any] = {
        "fetch_job_polling_interval": POLL_S,
        "shutdown_graceful_timeout": STOP_S,
        "install_signal_handlers": False,
        "update_heartbeat_interval": HEARTBEAT_S,
        "stalled_worker_timeout": NEVER_S,
        "delete_jobs": "successful",
    }
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    async with workers.open_async():
        tasks = [
            asyncio.create_task(
                workers.run_worker_async(name="all", concurrency=ACTS_AT_ONCE, **common)
            ),
            asyncio.create_task(
                workers.run_worker_async(
                    name="timers", queues=[TIMERS_QUEUE], concurrency=TIMERS_AT_ONCE, **common
                )
            ),
            asyncio.create_task(asked.wait()),
        ]
        if seen_at := sign_of_life.path():
            tasks.append(asyncio.create_task(sign_of_life.show(seen_at)))
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                logger.error("worker ended with %s", type(outcome).__name__)
    return asked.is_set()


def _watch(stop: threading.Event) -> None:
    watch = Watch()
    while not stop.wait(TICK_S):
        try:
            watch.look()
        except Error as error:  # the database is away; the worker itself ends or waits for it
            logger.warning("the watch over the jobs failed with %s", type(error).__name__)
        except Exception as error:  # the watch must outlive a mistake in it
            logger.error("the watch over the jobs failed with %s", type(error).__name__)
        finally:
            close_old_connections()
