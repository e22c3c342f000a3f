"""How full the disks of the home are, and what is still taken then: media are refused first, calls last.

The rule is pure; `read` asks the kernel. Nothing here needs the database, which may be what the full disk stopped.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

WARNING_SHARE_MIN = 0.80
CRITICAL_SHARE_MIN = 0.90
# An alarm that was raised goes when there is this much less in use; at the limit itself it would come and go.
CLEAR_SHARE_MARGIN = 0.02
MEDIA_SHARE_MAX = 0.85
TRACES_SHARE_MAX = 0.95
# On a big disk the last twentieth is a year of calls: with so much free nothing is refused, whatever the share.
ROOMY_BYTES_MIN = 20 * 1024**3
# Where things lie under the home. A folder that is not there is on another machine, and not ours to watch.
FOLDERS = ("journal", "media", "log", "pg", "pg/pg_wal", "redis")


class Matter(IntEnum):
    """What wants room, in the order in which it is refused."""

    MEDIA = 1  # recordings, pictures: the provider keeps them, they can be fetched later
    TRACES = 2  # the history of positions; the newest position of a unit is still kept
    CALLS = 3  # calls, messages, locations of callers, and what people decide: as long as a byte is left


ROOM_SHARE_MAX: Mapping[Matter, float] = {
    Matter.MEDIA: MEDIA_SHARE_MAX,
    Matter.TRACES: TRACES_SHARE_MAX,
    Matter.CALLS: 1.0,
}


@dataclass(frozen=True, slots=True)
class Disk:
    """One file system and those of our folders that lie on it."""

    folders: tuple[str, ...]
    bytes_free: int
    used_share: float

    @property
    def name(self) -> str:
        return " ".join(self.folders)

    @property
    def level(self) -> str | None:
        """How loud its alarm is; None when there is enough room."""
        if self.used_share >= CRITICAL_SHARE_MIN:
            return "critical"
        return "warning" if self.used_share >= WARNING_SHARE_MIN else None

    def may_clear(self, level: str) -> bool:
        """Whether an alarm of this level has clearly passed, and does not only hover at its limit."""
        limit = CRITICAL_SHARE_MIN if level == "critical" else WARNING_SHARE_MIN
        return self.used_share < limit - CLEAR_SHARE_MARGIN

    def takes(self, matter: Matter) -> bool:
        if matter is Matter.CALLS:
            return True  # it is tried; only the write itself can tell that the last byte is gone
        return self.bytes_free >= ROOMY_BYTES_MIN or self.used_share <= ROOM_SHARE_MAX[matter]


def takes(matter: Matter, disks: Iterable[Disk]) -> bool:
    """Whether there is room for it on every one of them."""
    return all(disk.takes(matter) for disk in disks)


def refused(disks: Iterable[Disk]) -> list[str]:
    """The words of what is not taken any more."""
    known = list(disks)
    return [matter.name.lower() for matter in Matter if not takes(matter, known)]


def read(home: Path, *, folders: Iterable[str] = FOLDERS) -> list[Disk]:
    """The file systems under a home, in the order of FOLDERS. A folder that cannot be asked is left out."""
    found: dict[int, tuple[list[str], os.statvfs_result]] = {}
    for folder in folders:
        try:
            device = (home / folder).stat().st_dev
            found.setdefault(device, ([], os.statvfs(home / folder)))[0].append(folder)
        except OSError:
            continue
    return [_disk(tuple(names), told) for names, told in found.values()]


def has_room(matter: Matter, *, home: Path, folder: str) -> bool:
    """The gate before something is written to a folder of the home."""
    return takes(matter, read(home, folders=(folder,)))


def _disk(folders: tuple[str, ...], told: os.statvfs_result) -> Disk:
    """As df(1) counts: what is kept back for root is neither free nor in use. No inodes left is full, too."""
    used = told.f_blocks - told.f_bfree
    shares = [_share(used, told.f_bavail)]
    if told.f_files:
        shares.append(_share(told.f_files - told.f_ffree, told.f_favail))
    return Disk(folders, bytes_free=told.f_bavail * told.f_frsize, used_share=max(shares))


def _share(used: int, free: int) -> float:
    return used / (used + free) if used + free else 1.0
