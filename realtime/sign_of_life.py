"""A file whose time this process renews once a second, so that its supervisor sees it alive, not merely existing.

A worker that is stopped, swapped out or stuck still has its sockets open and is asked for answers that never come:
`deploy/machine/supervisor.py` ends such a one and starts another.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

RENEW_S = 1.0
SETTING = "SIAGA_SIGN_OF_LIFE"


def path() -> Path | None:
    """Where the supervisor looks; None when nobody does."""
    named = os.environ.get(SETTING, "")
    return Path(named) if named else None


def renew(file: Path) -> None:
    try:
        file.touch()
    except OSError:
        # On a full disk an existing file can still be touched; a missing one costs a restart, not an answer.
        return


async def show(file: Path) -> None:
    """In the event loop, so that a loop which is stuck shows nothing."""
    while True:
        renew(file)
        await asyncio.sleep(RENEW_S)
