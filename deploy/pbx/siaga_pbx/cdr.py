"""Asterisk's own record of calls, Master.csv: what was offered here, whether or not anybody heard of it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

TAIL_BYTES_MAX = 4 * 1024 * 1024  # some ten thousand calls; older ones are not asked for
# The columns of cdr_csv with loguniqueid=yes and usegmtime=yes in cdr.conf.
ACCOUNT, SRC, DST, START, END, UNIQUE_ID = 0, 1, 2, 9, 11, 16


def calls_since(path: Path, since: datetime, *, account: str) -> list[dict[str, str]]:
    """One row for each call; Asterisk writes one for each part of it. A row that is none is left out."""
    found: dict[str, dict[str, datetime | str]] = {}
    for row in csv.reader(_tail(path)):
        try:
            if row[ACCOUNT] != account:
                continue
            at, ended_at = _instant(row[START]), _instant(row[END])
        except (IndexError, ValueError):
            continue
        if ended_at < since - timedelta(minutes=1):
            continue
        call = found.setdefault(
            row[UNIQUE_ID], {"from": row[SRC], "to": row[DST], "at": at, "ended_at": ended_at}
        )
        call["at"] = min(call["at"], at)
        call["ended_at"] = max(call["ended_at"], ended_at)
    return [
        {
            "call_id": call_id,
            "from": str(call["from"]),
            "to": "112",
            "status": "ended",
            "at": call["at"].isoformat(),
            "ended_at": call["ended_at"].isoformat(),
        }
        for call_id, call in found.items()
        if call_id
    ]


def _tail(path: Path) -> list[str]:
    """The end of the file; Asterisk keeps it for years."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES_MAX))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    return lines[1:] if size > TAIL_BYTES_MAX else lines


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
