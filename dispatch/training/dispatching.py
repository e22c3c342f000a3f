"""What the emulated dispatcher does, as questions over the board. Pure: time and chance come in as arguments."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

WAITING = frozenset({"ringing", "queued"})
OVER = frozenset({"ended", "abandoned"})
LEFT_MIN = 1  # so many always wait for the newcomer
LEFT_MAX = 3
TAKEN_SHARE = 2 / 3
REACTION_S = (15.0, 45.0)
BRISK_REACTION_S = (1.0, 3.0)
# A location without a radius: somebody pointed at the place, or nobody knows how coarse it is.
POINTED_AT_M = 30.0
UNKNOWN_RADIUS_M = 500.0
POINTING_SOURCES = frozenset({"whatsapp", "share_link", "operator"})


@dataclass(slots=True)
class Intentions:
    """When which waiting call is to be answered; None: it is left to somebody else.

    The brisk ones at the start are for the newcomer's first impression: units roll within the first minute.
    """

    chance: random.Random
    brisk: int = 3
    due_at: dict[str, float | None] = field(default_factory=dict)

    def to_answer(self, waiting: Iterable[Mapping[str, Any]], *, now: float) -> list[str]:
        """Of the calls that wait (oldest first) those to be answered now. Some are always left."""
        ids = [call["id"] for call in waiting]
        for id_ in ids:
            if id_ not in self.due_at:
                self.due_at[id_] = self._first_thought(now)
        self.due_at = {id_: self.due_at[id_] for id_ in ids}
        self._relieve(ids, now=now)
        due = [id_ for id_ in ids if (at := self.due_at[id_]) is not None and at <= now]
        spare = len(ids) - LEFT_MIN
        return due[: max(0, spare)] if self.brisk <= 0 else due

    def _first_thought(self, now: float) -> float | None:
        if self.brisk > 0:
            self.brisk -= 1
            return now + self.chance.uniform(*BRISK_REACTION_S)
        if self.chance.random() < TAKEN_SHARE:
            return now + self.chance.uniform(*REACTION_S)
        return None

    def _relieve(self, ids: list[str], *, now: float) -> None:
        """More left than a newcomer can want: the longest waiting are taken after all."""
        left = [id_ for id_ in ids if self.due_at[id_] is None]
        for id_ in left[: max(0, len(left) - LEFT_MAX)]:
            self.due_at[id_] = now


def best_location(call: Mapping[str, Any]) -> dict[str, Any] | None:
    """The most exact position known of a caller, in the form a command takes; None when none is known."""
    known = [one for one in call.get("locations", ()) if one.get("lat") is not None]
    if not known:
        return None
    best = min(known, key=_coarseness_m)
    kept = {
        key: best[key] for key in ("lat", "lng", "radius_m", "source") if best.get(key) is not None
    }
    return {**kept, "label": best["label"]} if best.get("label") else kept


def units_to_assign(found: Mapping[str, Any], *, without: Collection[str]) -> list[str]:
    """The recommended units, in their order; in place of one that is left to a person the next able one."""
    spare = [
        row
        for row in found.get("left_out", ())
        if row["reasons"] == ["farther"] and row["callsign"] not in without
    ]
    chosen = []
    for row in found.get("units", ()):
        if row["callsign"] not in without:
            chosen.append(row["unit_id"])
            continue
        instead = next((other for other in spare if other["kind"] == row["kind"]), None)
        if instead is not None:
            spare.remove(instead)
            chosen.append(instead["unit_id"])
    return chosen


def to_close(incidents: Iterable[Mapping[str, Any]], *, own_id: str) -> list[str]:
    """Own incidents on which somebody has worked and nobody works any more."""
    return [
        one["id"]
        for one in incidents
        if _is_own(one, own_id) and one["first_assigned_at"] and not one["assignment_ids"]
    ]


def unserved(incidents: Iterable[Mapping[str, Any]], *, own_id: str) -> list[str]:
    """Own incidents to which nobody was sent: all units were busy."""
    return [
        one["id"]
        for one in incidents
        if _is_own(one, own_id) and not one["first_assigned_at"] and not one["assignment_ids"]
    ]


def abandoned(calls: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Callers who hung up before anybody answered; the call still waits for a disposition."""
    return [
        call
        for call in calls
        if call["status"] in OVER and not call["disposition"] and not call["incident_id"]
    ]


def _coarseness_m(location: Mapping[str, Any]) -> float:
    if location["radius_m"] is not None:
        return float(location["radius_m"])
    return POINTED_AT_M if location["source"] in POINTING_SOURCES else UNKNOWN_RADIUS_M


def _is_own(incident: Mapping[str, Any], own_id: str) -> bool:
    return bool(incident["opened_by"]) and incident["opened_by"]["id"] == own_id
