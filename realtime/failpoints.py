"""Named places between any two steps of the write path at which a test can end the process, as kill -9 would.

`SIAGA_FAIL_POINT=name` ends this process with status 9 the first time it passes there. Nobody sets it outside tests.
"""

from __future__ import annotations

import os

SETTING = "SIAGA_FAIL_POINT"
STATUS = 9

# In the order in which a webhook and a command pass them; tests/failure/test_crash_points.py goes through all.
POINTS = (
    "webhook.verified",
    "webhook.written_down",
    "change.begun",
    "change.receipt_claimed",
    "change.rows_saved",
    "change.numbered",
    "change.logged",
    "change.committed",
    "webhook.acted",
    "webhook.noted",
    "journal.written",
    "journal.kept",
    "journal.replayed",
    "effect.asked",
    "effect.noted",
)

_armed = os.environ.get(SETTING, "")


def passed(name: str) -> None:
    """Say that this place has been passed. Costs one comparison."""
    if _armed and _armed == name:
        os._exit(STATUS)
