"""What the commands tell the person who waits: one line for each thing, with the seconds since the start."""

from __future__ import annotations

import contextlib
import sys
import time

_started = time.monotonic()


def elapsed_s() -> float:
    return time.monotonic() - _started


def line(text: str) -> None:
    """One line, at once: a pipe or a log file must not hold it back."""
    plain(f"[{elapsed_s():6.1f} s] {text}")


def plain(text: str = "") -> None:
    # A closed pipe or a full disk takes away the words, never the servers that the speaker keeps running.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def error(text: str) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
