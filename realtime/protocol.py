"""Words of the wire that every package shares: who looks, who acts, what was refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

PROTOCOL_VERSION = 1

# The kinds of entities a board consists of, in the order in which their rows are locked.
KINDS = ("calls", "incidents", "assignments", "units", "alarms", "closures", "hospitals")

CONTROL = "control"  # the topic of everybody who works in the centre


class Role(StrEnum):
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    CREW = "crew"
    ADMIN = "admin"


CONTROL_ROLES = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ADMIN})


class CloseCode:
    """Codes with which the server closes a socket."""

    NOT_SIGNED_IN = 4401
    FORBIDDEN = 4403
    BAD_FRAME = 4400
    TOO_SLOW = 4408
    TOO_MANY_FRAMES = 4429
    HELLO_EXPECTED = 4409
    RESTARTING = 1012
    TRY_LATER = 1013


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, as the log keeps it: a person's id, or a part of the system."""

    id: str
    name: str

    @classmethod
    def system(cls, part: str) -> Actor:
        return cls(id=f"system:{part}", name=part)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person or program. `fingerprint` changes when the person's rights do."""

    user_id: str
    username: str
    name: str
    role: str
    unit_id: str | None = None
    agency_id: str | None = None
    language: str = "id"
    fingerprint: str = ""
    session_key: str | None = None
    token_id: str | None = None

    @property
    def actor(self) -> Actor:
        return Actor(id=self.user_id, name=self.name)

    @property
    def topic(self) -> str | None:
        """The one topic whose events this viewer gets; None sees nothing."""
        if self.role in CONTROL_ROLES:
            return CONTROL
        if self.role == Role.CREW and self.unit_id:
            return unit_topic(self.unit_id)
        return None


def unit_topic(unit_id: object) -> str:
    return f"unit:{unit_id}"


class Rejected(Exception):  # noqa: N818 - the word of the trade: a command is rejected
    """A refusal an operator may cause. `code` is stable; words for it are registered per code."""

    def __init__(self, code: str, *, status: int = 409, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.params = params


@dataclass(slots=True)
class Recorded:
    """One event as it was recorded inside a change, before it has a number."""

    name: str
    touched: dict[str, set[str]]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One row of the log as the hub reads it."""

    seq: int
    name: str
    at: datetime
    by: str
    by_name: str
    data: dict[str, Any]
    topics: frozenset[str]

    def frame(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "event",
            "seq": self.seq,
            "name": self.name,
            "at": stamp(self.at),
            "by": self.by_name,
            "data": data,
        }


def stamp(instant: datetime | None) -> str | None:
    """An instant on the wire: ISO 8601, UTC, ending in Z, with milliseconds."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


State = dict[str, dict[str, dict[str, Any]]]  # kind -> id -> entity


def state_of(snapshot: Mapping[str, Iterable[dict[str, Any]]]) -> State:
    return {kind: {row["id"]: row for row in snapshot.get(kind, ())} for kind in KINDS}


def apply_event(state: State, data: Mapping[str, Any]) -> State:
    """The state after one event; the browser's store does the same, entity by entity."""
    after = {kind: dict(rows) for kind, rows in state.items()}
    for kind, rows in data.get("set", {}).items():
        for row in rows:
            after[kind][row["id"]] = row
    for kind, ids in data.get("gone", {}).items():
        for id_ in ids:
            after[kind].pop(id_, None)
    return after


def prune_for_unit(state: State, unit_id: str) -> State:
    """What a crew keeps: the incidents it works on, who else works there, itself, the closed roads. No calls."""
    own = {
        row["incident_id"] for row in state["assignments"].values() if row["unit_id"] == unit_id
    }
    incidents = {id_: row for id_, row in state["incidents"].items() if id_ in own}
    assignments = {
        id_: row for id_, row in state["assignments"].items() if row["incident_id"] in incidents
    }
    crews = {row["unit_id"] for row in assignments.values()} | {unit_id}
    return {
        "calls": {},
        "incidents": incidents,
        "assignments": assignments,
        "units": {id_: row for id_, row in state["units"].items() if id_ in crews},
        "alarms": {
            id_: row
            for id_, row in state["alarms"].items()
            if (row.get("subject") or {}).get("id") == unit_id
        },
        "hospitals": {},
        "closures": state["closures"],
    }


def incident_for_crew(row: Mapping[str, Any]) -> dict[str, Any]:
    """An incident without what leads to other callers."""
    return {**row, "call_ids": []}
