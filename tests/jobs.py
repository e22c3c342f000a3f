"""Jobs of the test's own database, run by hand: the same rows and the same code as in the worker."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app


def waiting(task: str = "") -> list[dict[str, Any]]:
    """Jobs nobody has begun, in the order in which the worker takes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args, attempts, queue_name, extract(epoch FROM scheduled_at - clock_timestamp())::float8"
            " FROM procrastinate_jobs WHERE status = 'todo' AND (%s = '' OR task_name = %s)"
            " ORDER BY priority DESC, id",
            [task, task],
        )
        names = ("id", "task", "args", "attempts", "queue", "in_s")
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        if isinstance(row["args"], str):
            row["args"] = json.loads(row["args"])
    return rows


def run_one(row: dict[str, Any]) -> None:
    """One job to its end; what it raises is raised here."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [row["id"]])
    job = SimpleNamespace(
        id=row["id"], task_name=row["task"], task_kwargs=row["args"], attempts=row["attempts"]
    )
    app.tasks[row["task"]].func(SimpleNamespace(job=job), **row["args"])


def run_all(task: str = "", *, even_early: bool = True) -> int:
    """Every job that waits now, once; those they write are left for the next time. Returns how many."""
    rows = [row for row in waiting(task) if even_early or row["in_s"] is None or row["in_s"] <= 0]
    for row in rows:
        run_one(row)
    return len(rows)


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")
