"""Requests that the database could not take, on the local disk until it can: one file each, named by its time.

A file appears whole or not at all (written aside, fsynced, renamed, folder fsynced), so a process killed at any point
leaves nothing half-written, several processes need no lock to write, and the order of names is the order of arrival.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uuid6
from django.conf import settings

from realtime import failpoints

ENTRY = ".request.json"
# Held back while the disk is not full: what a full disk still lets in are some thousand requests, because this goes.
BALLAST_BYTES = 4 * 1024 * 1024
ENTRIES_IN_PASS_MAX = 1_000
LEFT_S_MIN = (
    10.0  # writing takes milliseconds: whoever began an entry so long ago has died over it
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`id` is a UUID; with it the same entry replayed twice acts once."""

    id: str
    path: Path
    content: Mapping[str, Any]


class Unreadable(Exception):  # noqa: N818 - the state of a file
    """The file is none of ours or damaged."""


def folder() -> Path:
    return Path(settings.HOME) / "journal"


def quarantine() -> Path:
    return folder() / "unreadable"


def prepare() -> None:
    """Make the folder and the ballast. A disk that is full already costs the ballast, nothing else."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    ballast = _ballast()
    with contextlib.suppress(OSError):
        if not ballast.exists() or ballast.stat().st_size < BALLAST_BYTES:
            ballast.write_bytes(b"\0" * BALLAST_BYTES)


def keep(content: Mapping[str, Any], *, at_ns: int) -> str:
    """Put one request on the disk, safely before this returns; the id of its entry. Raises OSError."""
    entry_id = str(uuid6.uuid7())
    data = json.dumps({**content, "id": entry_id}).encode()
    name = f"{at_ns:020d}-{entry_id}{ENTRY}"
    try:
        _write(name, data)
    except FileNotFoundError:
        prepare()
        _write(name, data)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        _ballast().unlink(missing_ok=True)
        _write(name, data)
    failpoints.passed("journal.kept")
    return entry_id


def waiting() -> list[Path]:
    """Entries in the order of their arrival; at most ENTRIES_IN_PASS_MAX, the rest is the next pass's."""
    try:
        found = sorted(path for path in folder().iterdir() if path.name.endswith(ENTRY))
    except FileNotFoundError:
        return []
    # A leading dot marks one that is being written, or that a killed process left half-written.
    return [path for path in found if not path.name.startswith(".")][:ENTRIES_IN_PASS_MAX]


def read(path: Path) -> Entry:
    """Raises Unreadable; FileNotFoundError when another process was quicker."""
    try:
        content = json.loads(path.read_bytes())
        return Entry(id=str(content["id"]), path=path, content=content)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable from error


def adopt_left_behind(*, now_s: float) -> None:
    """Entries whose writer died before they had their name: what is whole is kept after all, the rest was never heard.

    `now_s` is a time of the file system, in seconds of the epoch.
    """
    for path in folder().glob(f".*{ENTRY}"):
        with contextlib.suppress(FileNotFoundError):
            if now_s - path.stat().st_mtime < LEFT_S_MIN:
                continue
            try:
                read(path)
            except Unreadable:
                path.unlink()
            else:
                path.rename(folder() / path.name.removeprefix("."))


def done(path: Path) -> None:
    path.unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    """Out of the way of the others, kept for a person."""
    quarantine().mkdir(mode=0o700, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        path.rename(quarantine() / path.name)


@contextlib.contextmanager
def alone() -> Iterator[bool]:
    """Whether this process may replay now; a process that dies lets go by dying."""
    descriptor = os.open(folder() / "replay.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _write(name: str, data: bytes) -> None:
    aside = folder() / f".{name}"
    try:
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        failpoints.passed("journal.written")
        aside.rename(folder() / name)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    descriptor = os.open(folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ballast() -> Path:
    return folder() / "ballast"
