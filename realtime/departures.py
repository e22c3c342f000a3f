"""Screens that have gone by themselves: noted where it happens, taken up beside each process by whom it concerns.

A screen that we sent away (a slow one, a deploy) is none: it is told to come back.
"""

from __future__ import annotations

import threading

from realtime.protocol import CONTROL, Viewer

KEPT_MAX = 10_000  # people; a process whose companion stands still must not grow

_gone: set[str] = set()
_lock = threading.Lock()


def note(viewer: Viewer) -> None:
    """Of the centre alone: crews have nobody on the line."""
    if viewer.topic != CONTROL:
        return
    with _lock:
        if len(_gone) < KEPT_MAX:
            _gone.add(viewer.user_id)


def taken() -> set[str]:
    """Everybody noted since the last time."""
    with _lock:
        found = set(_gone)
        _gone.clear()
    return found
