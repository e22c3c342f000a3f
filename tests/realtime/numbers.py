"""Every sequence and counter of the database, as if the service had run for a very long time."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils import timezone

EDGES = {"2^31": 2**31 - 10, "2^53": 2**53 - 10}


def run_on_from(number: int) -> list[str]:
    """The next number of everything that counts is `number + 1`; returns the names of what counts."""
    with connection.cursor() as cursor:
        _empty_the_queue(cursor)
        cursor.execute(
            "SELECT schemaname || '.' || sequencename FROM pg_sequences"
            " WHERE schemaname = 'public' AND data_type = 'bigint'::regtype"
        )
        names = sorted(name for (name,) in cursor.fetchall())
        for name in names:
            cursor.execute("SELECT setval(%s, %s)", [name, number])
        cursor.execute(
            "INSERT INTO realtime_loghead (id, seq) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET seq = EXCLUDED.seq",
            [number],
        )
        cursor.execute(
            "INSERT INTO dispatch_incidentcounter (year, last) VALUES (%s, %s)"
            " ON CONFLICT (year) DO UPDATE SET last = EXCLUDED.last",
            [timezone.localtime().year, number],
        )
    return [*names, "realtime_loghead.seq", "dispatch_incidentcounter.last"]


def start_over() -> None:
    """Sequences outlive the rows of a test; the next test must not count on into what another one left."""
    with connection.cursor() as cursor:
        _empty_the_queue(cursor)
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute("SELECT setval(%s::regclass, 1)", [f'public."{name}"'])


def _empty_the_queue(cursor: Any) -> None:
    """The job queue's tables are not Django's, so no test empties them at its end."""
    cursor.execute("TRUNCATE procrastinate_jobs RESTART IDENTITY CASCADE")
