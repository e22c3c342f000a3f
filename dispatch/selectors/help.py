"""How far help is, as the caller may know it: a word and minutes. Never who comes, with what, or where they are."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from dispatch.engine.assignments import ACTIVE, AssignmentStatus
from dispatch.models import Assignment

_THERE = ("on_scene", "transporting", "at_destination", "clear")


def help_state(incident_id: Any, *, now: datetime) -> dict[str, Any]:
    """`{"state": received|assigned|on_the_way|arrived, "eta_min": whole minutes or None}`."""
    state: dict[str, Any] = {"state": "received", "eta_min": None}
    if incident_id is None:
        return state
    rows = list(
        Assignment.objects.filter(incident=incident_id).only(
            "status", "on_scene_at", "en_route_at", "eta_s"
        )
    )
    if any(row.status in _THERE and row.on_scene_at is not None for row in rows):
        return {**state, "state": "arrived"}
    moving = [row for row in rows if row.status == AssignmentStatus.EN_ROUTE]
    if moving:
        return {"state": "on_the_way", "eta_min": _soonest_min(moving, now=now)}
    if any(row.status in ACTIVE for row in rows):
        return {**state, "state": "assigned"}
    return state


def _soonest_min(rows: list[Assignment], *, now: datetime) -> int | None:
    """None when it is not known, or when they should have been there already: no time is promised that has passed."""
    due = [
        row.en_route_at + timedelta(seconds=row.eta_s) - now
        for row in rows
        if row.en_route_at is not None and row.eta_s is not None
    ]
    ahead = [left.total_seconds() for left in due if left > timedelta(0)]
    return math.ceil(min(ahead) / 60) if ahead else None
