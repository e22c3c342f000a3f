"""Facts about processes that outlive the one who started them: who they are, where they stand, how they end."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
POLL_S = 0.05
KILLED_S = 5.0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Identity:
    """A process number alone is used again by the system; with its start time it is one process for ever."""

    pid: int
    started_ticks: int

    def is_alive(self) -> bool:
        return identify(self.pid) == self

    def signal(self, number: int) -> None:
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def identify(pid: int) -> Identity | None:
    """Who runs under this number now; None when nobody does or it is only waiting to be buried."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()  # the name of a program may hold spaces and brackets
    return None if fields[0] in "ZX" else Identity(pid=pid, started_ticks=int(fields[19]))


def standing_in(folder: Path) -> list[Identity]:
    """Processes whose working folder is this one: every process of a PostgreSQL cluster stands in its data folder."""
    wanted = str(folder.resolve())
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            here = str((entry / "cwd").readlink())
        except OSError:
            continue
        identity = identify(int(entry.name)) if here == wanted else None
        if identity:
            found.append(identity)
    return found


def end(victims: Mapping[Identity, int], *, patience_s: float) -> None:
    """Ask each to stop with its own signal, wait for all, and kill those that did not."""
    waiting = list(victims)
    for victim, ask in victims.items():
        victim.signal(ask)
    deadline_s = time.monotonic() + patience_s
    while (
        waiting := [victim for victim in waiting if victim.is_alive()]
    ) and time.monotonic() < deadline_s:
        time.sleep(POLL_S)
    for victim in waiting:
        victim.signal(signal.SIGKILL)
    while (
        any(victim.is_alive() for victim in waiting) and time.monotonic() < deadline_s + KILLED_S
    ):
        time.sleep(POLL_S)


def child_setup(*, parent: int, dies_with: int) -> Callable[[], None]:
    """What a child does between fork and exec: hear signals again, and end with its parent, however that ends."""

    def setup() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        _libc.prctl(PR_SET_PDEATHSIG, dies_with, 0, 0, 0)
        if os.getppid() != parent:  # it died before we could ask to be told
            os._exit(1)

    return setup
