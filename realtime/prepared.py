"""Queries that PostgreSQL plans once for each connection: planning the busiest ones took longer than running them.

Only for what every change of the board asks. Name the columns: a plan for `*` fails for good once a migration adds
one while the service runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.json import JsonbLoader


def rows(query: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of `query`, in Django's own connection and transaction; errors are Django's."""
    with _cursor() as cursor:
        return cursor.execute(query, parameters, prepare=True).fetchall()


def run(query: str, parameters: Sequence[Any] | Mapping[str, Any]) -> None:
    with _cursor() as cursor:
        cursor.execute(query, parameters, prepare=True)


@contextmanager
def _cursor() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection) as cursor,
    ):
        # Django reads JSON as text, for its fields to make something of; here nobody does.
        cursor.adapters.register_loader("jsonb", JsonbLoader)
        yield cursor
