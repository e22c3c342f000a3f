"""Beside each web process: whoever's console has gone is asked after, if they have somebody on the line."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections
from django.utils import timezone

from calls import lines
from realtime import departures

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5


def watch(stop: threading.Event) -> None:
    while not stop.wait(LOOK_EVERY_S):
        gone = departures.taken()
        if not gone:
            continue
        try:
            lines.ask_after(gone, now=timezone.now())
        except Exception:  # the database is away; the provider tells of the line in its own time
            logger.warning("departures_not_asked_after", exc_info=True)
        finally:
            close_old_connections()
