"""The clock of timers: the database's, steadied by the machine's own, which nobody can set.

A wall clock that jumps (a wrong time server, a person) would fire every open timer at once or hold all of them back.
So the instant at which the steady clock (CLOCK_BOOTTIME) stood at zero is kept in the database; timers run on
"base + steady" and never see a jump. Jobs wait by the wall clock, so whoever notices a jump moves them with it.
Another machine than the one that keeps the base falls back to the database's wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import connection, transaction

from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to

JUMP_S = 2.0  # more than this at once is a jump; less is a clock being corrected, and is followed
FOLLOW_S = 0.05
READING_S_MAX = 0.5  # a slower reading says nothing about the clock
READINGS_MAX = 5
EFFECT_WAIT_S_MAX = (
    10  # a retry written in the moment of a jump waits no longer than this after it
)
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def steady_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    return BOOT_ID.read_text().strip()


@dataclass(frozen=True, slots=True)
class Correction:
    """The wall clock went by `jump_s`; that many waiting jobs were moved with it."""

    jump_s: float
    jobs: int


Shift = Callable[[timedelta], None]
_shifts: list[Shift] = []


def register_shift(shift: Shift) -> None:
    """`shift(by)` moves the open timers that a package keeps in rows of its own, inside the correction's change."""
    if shift not in _shifts:
        _shifts.append(shift)


def timer_now() -> datetime:
    """The instant on the timers' clock. Inside a change it also holds the clock still until commit.

    Take it before locking a row that a correction moves: the correction locks in that order too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp())::float8, boot_id, base_s FROM (SELECT 1) AS one"
            " LEFT JOIN LATERAL (SELECT boot_id, base_s FROM realtime_timerclock FOR SHARE) AS clock ON true"
        )
        wall_s, known_boot, base_s = cursor.fetchone()
    seconds = base_s + steady_s() if known_boot == boot_id() else wall_s
    return datetime.fromtimestamp(seconds, tz=UTC)


def correct() -> Correction | None:
    """Compare the two clocks; after a jump move everything that waits. Any number of processes may do it at once."""
    reading = _deviation_s()
    if reading is None or abs(reading) <= FOLLOW_S:
        return None
    if abs(reading) <= JUMP_S:
        _follow()
        return None
    with change(by=Actor.system("clock"), now=wall_now()) as log:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM realtime_timerclock WHERE id = 1 FOR UPDATE")
        jump_s = _deviation_s()  # another process may have been here while we waited
        if jump_s is None or abs(jump_s) <= JUMP_S:
            return None
        jobs = _move_jobs(jump_s)
        for shift in _shifts:
            shift(timedelta(seconds=jump_s))
        _rebase(jump_s)
        log.record("clock.jumped", facts={"jump_s": round(jump_s, 1), "jobs": jobs})
        react_to("clock.jumped", log, jump_s=jump_s, jobs=jobs)
    return Correction(jump_s, jobs)


def wall_now() -> datetime:
    """The database's wall clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def _deviation_s() -> float | None:
    """How far the database's wall clock is ahead of the timers' clock; None when it cannot be said."""
    for _ in range(READINGS_MAX):
        if (reading := _reading_s()) is not None:
            return reading
    return None


def _reading_s() -> float | None:
    before_s = steady_s()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp())::float8,"
            " (SELECT boot_id FROM realtime_timerclock), (SELECT base_s FROM realtime_timerclock)"
        )
        wall_s, known_boot, base_s = cursor.fetchone()
    after_s = steady_s()
    if after_s - before_s > READING_S_MAX:
        return None
    measured_s = wall_s - (before_s + after_s) / 2
    if known_boot != boot_id():
        _adopt(measured_s)
        return 0.0
    return float(measured_s - base_s)


def _adopt(base_s: float) -> None:
    """The first look after the machine has started: what its clock says now is where the timers go on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO realtime_timerclock (id, boot_id, base_s) VALUES (1, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET boot_id = EXCLUDED.boot_id, base_s = EXCLUDED.base_s"
            " WHERE realtime_timerclock.boot_id <> EXCLUDED.boot_id",
            [boot_id(), base_s],
        )


def _follow() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM realtime_timerclock WHERE id = 1 FOR UPDATE")
        drift_s = _deviation_s()
        if drift_s is not None and abs(drift_s) <= JUMP_S:
            _rebase(drift_s)


def _rebase(by_s: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE realtime_timerclock SET base_s = base_s + %s WHERE id = 1", [by_s])


def _move_jobs(jump_s: float) -> int:
    """Jobs that wait for an instant. A retry may have been written after the jump: it must not wait for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = CASE queue_name"
            " WHEN 'timers' THEN scheduled_at + make_interval(secs => %(jump)s)"
            " ELSE least(scheduled_at + make_interval(secs => %(jump)s),"
            "            clock_timestamp() + make_interval(secs => %(wait)s)) END"
            " WHERE status = 'todo' AND scheduled_at IS NOT NULL",
            {"jump": jump_s, "wait": EFFECT_WAIT_S_MAX},
        )
        return int(cursor.rowcount)
