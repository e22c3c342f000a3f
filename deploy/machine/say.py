"""What the commands tell the person who waits: one line for each thing, with the seconds since the start."""

from __future__ import annotations

import sys
import time

_started = time.monotonic()


def elapsed_s() -> float:
    return time.monotonic() - _started


def line(text: str) -> None:
    """One line, at once: a pipe or a log file must not hold it back."""
    sys.stdout.write(f"[{elapsed_s():6.1f} s] {text}\n")
    sys.stdout.flush()


def plain(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def error(text: str) -> None:
    sys.stdout.flush()
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
