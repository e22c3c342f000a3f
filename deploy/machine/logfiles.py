"""Log files of the children, kept small."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

LOG_BYTES_MAX = 10_000_000
OLDER_KEPT = 3


def open_log(path: Path) -> int:
    """A descriptor that appends. Appending is what lets `rotate` empty the file under a running program.

    With a full disk the words go nowhere: a program without a log is better than no program.
    """
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)


def rotate(paths: Iterable[Path]) -> None:
    """Move what a grown log holds to `.1`, `.2` …

    The file is copied and emptied, not renamed: the program goes on writing to the descriptor it has. A line that is
    written between the two is lost, which a log may afford and a full disk may not.
    """
    for path in paths:
        try:
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
