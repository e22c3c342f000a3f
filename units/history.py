"""Days of the position history: made ahead, dropped when they are old."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

DAYS_AHEAD = 7
DAYS_KEPT = 90
TRACK_MAX = 10_000  # of one drive: more than two hours at a position a second
_PREFIX = "units_positionsample_d"


def make_days(*, now: datetime) -> list[str]:
    """Make the partitions of today and the coming days; returns the names of the new ones."""
    today = now.astimezone(UTC).date()
    made = []
    with connection.cursor() as cursor:
        known = _days(cursor)
        for offset in range(DAYS_AHEAD + 1):
            day = today + timedelta(days=offset)
            name = f"{_PREFIX}{day:%Y%m%d}"
            if name in known or _rest_has(cursor, day):
                continue
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF units_positionsample"
                f" FOR VALUES FROM ('{day}T00:00:00Z') TO ('{day + timedelta(days=1)}T00:00:00Z')"
            )
            made.append(name)
    return made


def drop_old_days(*, now: datetime) -> list[str]:
    """Drop the days older than DAYS_KEPT; returns their names."""
    oldest = f"{_PREFIX}{now.astimezone(UTC).date() - timedelta(days=DAYS_KEPT):%Y%m%d}"
    with connection.cursor() as cursor:
        dropped = sorted(name for name in _days(cursor) if name < oldest)
        for name in dropped:
            cursor.execute(f"DROP TABLE {name}")
    return dropped


def _rest_has(cursor: Any, day: date) -> bool:
    """Rows of that day that came before its partition stay in the rest; the day is then not made."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM units_positionsample_rest"
        " WHERE received_at >= %s AND received_at < %s)",
        [f"{day}T00:00:00Z", f"{day + timedelta(days=1)}T00:00:00Z"],
    )
    return bool(cursor.fetchone()[0])


def _days(cursor: Any) -> set[str]:
    cursor.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits"
        " WHERE inhparent = 'units_positionsample'::regclass"
    )
    return {name for (name,) in cursor.fetchall() if name.startswith(_PREFIX)}


def track(unit_id: Any, *, begin: datetime, end: datetime) -> list[tuple[datetime, float, float]]:
    """Where a unit was: (instant, lat, lng) in the order of its own clock; doubtful positions are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (at) at, lat, lng FROM units_positionsample"
            " WHERE unit_id = %s AND at BETWEEN %s AND %s AND verdict <> 'doubtful'"
            " ORDER BY at LIMIT %s",
            [unit_id, begin, end, TRACK_MAX],
        )
        return cursor.fetchall()
