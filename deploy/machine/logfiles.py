"""Log files of the children, kept small."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

LOG_BYTES_MAX = 10_000_000
OLDER_KEPT = 3
LOG_BYTES_KEPT_FULL = 100_000  # of a log on a full disk; a longer one is emptied
DISK_FREE_SHARE_MIN = (
    0.05  # with less than this and the next, logs make room for what must not be lost
)
DISK_FREE_BYTES_MIN = 1_000_000_000


def open_log(path: Path) -> int:
    """A descriptor that appends. Appending is what lets `rotate` empty the file under a running program.

    With a full disk the words go nowhere: a program without a log is better than no program.
    """
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def rotate(paths: Iterable[Path]) -> None:
    """Move what a grown log holds to `.1`, `.2` …; on a disk that is nearly full, drop the older ones and empty it.

    The file is copied and emptied, not renamed: the program goes on writing to the descriptor it has. A line that is
    written between the two is lost, which a log may afford and a full disk may not.
    """
    for path in paths:
        try:
            if _disk_is_full(path):
                _make_room(path)
                continue
            if path.stat().st_size < LOG_BYTES_MAX:
                continue
            for number in range(OLDER_KEPT - 1, 0, -1):
                older = path.with_name(f"{path.name}.{number}")
                if older.exists():
                    older.replace(path.with_name(f"{path.name}.{number + 1}"))
            shutil.copyfile(path, path.with_name(f"{path.name}.1"))
            os.truncate(path, 0)
        except OSError:
            continue  # a full disk: the servers are worth more than their logs


def _disk_is_full(path: Path) -> bool:
    told = os.statvfs(path)
    scarce = told.f_bavail * told.f_frsize < DISK_FREE_BYTES_MIN
    return scarce and told.f_bavail < DISK_FREE_SHARE_MIN * told.f_blocks


def _make_room(path: Path) -> None:
    """What a log holds is the first thing to go. The newest words go on being written: they say what is wrong now."""
    for number in range(1, OLDER_KEPT + 1):
        path.with_name(f"{path.name}.{number}").unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        if path.stat().st_size > LOG_BYTES_KEPT_FULL:
            os.truncate(path, 0)
