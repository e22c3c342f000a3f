"""Who is with a caller, in the form that screens get."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from calls.conference import GONE
from calls.domain import Channel
from calls.models import Call, Participant
from realtime.protocol import stamp

PARTICIPANTS_ON_BOARD_MAX = 12  # of a call


def participants_of(calls: list[Call]) -> dict[UUID, list[Participant]]:
    """Of calls that somebody has or has had; who only waits has none."""
    found: dict[UUID, list[Participant]] = defaultdict(list)
    concerned = [call.pk for call in calls if call.answered_at and call.channel == Channel.VOICE]
    if concerned:
        rows = Participant.objects.filter(call__in=concerned).exclude(
            kind="caller", dismissed_at__isnull=False
        )
        for row in rows.order_by("added_at", "id"):
            found[row.call_id].append(row)
    return defaultdict(list, {call_id: _newest(rows) for call_id, rows in found.items()})


def _newest(rows: list[Participant]) -> list[Participant]:
    """Everybody who is there, and of those who have gone the newest: the caller is the oldest, and must not fall off."""
    gone = [row for row in rows if row.presence in GONE]
    shown = max(0, PARTICIPANTS_ON_BOARD_MAX - (len(rows) - len(gone)))
    dropped = {row.pk for row in gone[: len(gone) - shown]} if len(gone) > shown else set()
    return [row for row in rows if row.pk not in dropped]


def wire(row: Participant) -> dict[str, Any]:
    """`held` and `muted` are what people here have asked for; `settled` says that the provider has told the same."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "name": row.name or None,
        "user_id": str(row.user_id) if row.user_id else None,
        "device": row.device or None,
        "address": row.address or None,
        "mode": row.mode or None,
        "state": row.presence,
        "held": row.wants_held,
        "muted": row.wants_muted,
        "settled": (row.held, row.muted) == (row.wants_held, row.wants_muted),
        "leaving": row.dismissed_at is not None,
        "added_at": stamp(row.added_at),
    }
