"""Runs beside each web process: what the journal keeps goes into the database as soon as that takes it, in order."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from django.utils import timezone

from calls import journal, metrics, receiving
from realtime import failpoints
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to
from realtime.reserve import Unavailable, within_deadline

logger = logging.getLogger(__name__)

LOOK_S = 1.0


def watch(stop: threading.Event) -> None:
    """Look into the journal every LOOK_S until told to stop; one process at a time replays."""
    while not stop.wait(LOOK_S):
        try:
            journal.prepare()
            metrics.JOURNAL_WAITING.set(len(journal.waiting()))
            with journal.alone() as is_mine:
                if is_mine:
                    journal.adopt_left_behind(now_s=timezone.now().timestamp())
                    replay_waiting(stop)
        except Exception:
            # A process edge: whatever is wrong with the disk, the next look may find it mended.
            logger.exception("journal_not_replayed")


def replay_waiting(stop: threading.Event) -> int:
    """How many were done. Ends early when the database is away: order counts, so nothing is skipped over."""
    count = 0
    for path in journal.waiting():
        if stop.is_set():
            break
        try:
            outcome = receiving.replay(journal.read(path))
        except FileNotFoundError:
            continue
        except journal.Unreadable:
            _set_aside(path)
            continue
        except Unavailable:
            break
        failpoints.passed("journal.replayed")
        journal.done(path)
        count += 1
        metrics.JOURNAL_REPLAYED.inc()
        logger.info("journal_replayed %s", outcome)
    return count


def _set_aside(path: Path) -> None:
    journal.set_aside(path)
    logger.error("journal_unreadable %s", path.name)

    def tell() -> None:
        with change(by=Actor.system("journal"), now=timezone.now()) as log:
            react_to("webhook.failed", log, webhook="journal")

    try:
        within_deadline(tell)
    except Unavailable:
        logger.warning("journal_alarm_not_raised")
