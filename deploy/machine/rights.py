"""What this person may do on this machine: everything (root), everything by asking (sudo), or only in their own folders."""

from __future__ import annotations

import enum
import functools
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.machine import commands


class Rights(enum.Enum):
    ROOT = "root"
    SUDO = "sudo"
    NONE = "none"

    @property
    def prefix(self) -> list[str]:
        """What stands before a command that changes the machine."""
        return ["sudo", "-n"] if self is Rights.SUDO else []


@functools.cache
def rights() -> Rights:
    if os.geteuid() == 0:
        return Rights.ROOT
    if shutil.which("sudo") and commands.answer(["sudo", "-n", "true"]) is not None:
        return Rights.SUDO
    return Rights.NONE


@dataclass(frozen=True)
class Account:
    """The account that a server runs under when it must not be root."""

    name: str
    uid: int
    gid: int


def database_account() -> Account | None:
    """PostgreSQL refuses to run as root; then it runs as `postgres` (made by its package) or `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise commands.Failed(
        "PostgreSQL must not run as root, and this machine has neither a user postgres nor nobody."
    )


def can_enter(folder: Path, account: Account) -> bool:
    """Whether the account may pass through every folder on the way (a clone in /root, mode 0700, it may not)."""
    for step in (folder, *folder.parents):
        if not step.exists():
            continue
        status = step.stat()
        if status.st_uid == account.uid:
            needed = 0o100
        elif status.st_gid == account.gid:
            needed = 0o010
        else:
            needed = 0o001
        if not status.st_mode & needed:
            return False
    return True
