"""The one write path: rows, effects and events in one transaction, numbers given last.

A plain sequence hands out numbers before commit, so a reader that has seen 11 can miss 10 for ever. Here the
number comes from a counter row, updated when all rows of the change are written: the row lock makes the order of
numbers the order of commits, and a reader that sees N sees everything up to N.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from realtime import doorbell, failpoints, prepared, registry
from realtime.models import CommandReceipt, Event
from realtime.protocol import CONTROL, KINDS, Actor, LoggedEvent, Recorded

logger = logging.getLogger(__name__)

EVENTS_IN_CHANGE_MAX = 500  # one change that records more is a programming error
EVENTS_PAGE_MAX = 1_000
_COLUMNS = "seq, name, at, by, by_name, data, topics"
_INSERT = (
    f"INSERT INTO realtime_event ({_COLUMNS}, subjects) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - constants
)
_AFTER = f"SELECT {_COLUMNS} FROM realtime_event WHERE seq > %s ORDER BY seq LIMIT %s"  # noqa: S608 - constants


class AlreadyAnswered(Exception):  # noqa: N818 - not an error: the request was a repetition
    """This request_id of this actor has been answered or is being answered."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a committed change answers: its last event's number and the command's result."""

    seq: int
    result: dict[str, Any]


@dataclass(slots=True)
class Change:
    """An open change. Services record events here; inner services take it as their first argument."""

    by: Actor
    now: datetime
    result: dict[str, Any] = field(default_factory=dict)
    recorded: list[Recorded] = field(default_factory=list)
    committed: Done | None = None
    when_committed: list[Callable[[], None]] = field(default_factory=list)

    def record(
        self, name: str, *, facts: Mapping[str, Any] | None = None, **touched: Iterable[Any]
    ) -> None:
        """Record a fact in the past tense. `touched` names the entities whose board row it changes, by kind."""
        unknown = set(touched) - set(KINDS)
        assert not unknown, f"unknown kinds {unknown}"
        assert len(self.recorded) < EVENTS_IN_CHANGE_MAX
        ids = {kind: {str(id_) for id_ in ids} for kind, ids in touched.items()}
        self.recorded.append(Recorded(name, ids, dict(facts or {})))

    def after_commit(self, call: Callable[[], None]) -> None:
        self.when_committed.append(call)

    @property
    def done(self) -> Done:
        """Available once the change has committed."""
        assert self.committed is not None, "the change is still open"
        return self.committed


@contextmanager
def change(
    *, by: Actor, now: datetime, context: registry.Context | None = None
) -> Iterator[Change]:
    """Open a change.

    1. one durable transaction; 2. with a context that carries a request_id the receipt is claimed first, so a
    repetition waits for the first and then gets its answer; 3. the caller's rows; 4. numbers; 5. entities touched are
    expanded and loaded in wire form, log rows; 6. commit; 7. the doorbell rings.
    """
    log = Change(by=by, now=now)
    with transaction.atomic(durable=True):
        failpoints.passed("change.begun")
        receipt = _claim_receipt(context) if context and context.request_id else None
        failpoints.passed("change.receipt_claimed")
        yield log
        failpoints.passed("change.rows_saved")
        seq = _append(log)
        failpoints.passed("change.logged")
        log.committed = Done(seq, log.result)
        if receipt is not None:
            answer = {"ok": True, "seq": seq, "result": log.result}
            CommandReceipt.objects.filter(pk=receipt).update(answer=answer)
        transaction.on_commit(lambda: failpoints.passed("change.committed"))
        for call in log.when_committed:
            transaction.on_commit(call)
        if log.recorded:
            transaction.on_commit(lambda: doorbell.ring(doorbell.EVENTS_CHANNEL, seq))
            transaction.on_commit(lambda: _write_line(log, context))


def _write_line(log: Change, context: registry.Context | None) -> None:
    """The line by which a log is searched for a call, an incident or a command: names and ids, never what was said."""
    touched = {
        kind: sorted({id_ for one in log.recorded for id_ in one.touched.get(kind, ())})
        for kind in KINDS
    }
    logger.info(
        "change_committed",
        extra={
            "seq": log.done.seq,
            "events": [one.name for one in log.recorded],
            "by": log.by.id,
            **({"command_id": context.request_id} if context and context.request_id else {}),
            **{kind: ids for kind, ids in touched.items() if ids},
        },
    )


def _claim_receipt(context: registry.Context) -> int:
    """The receipt's key. Waits for a repetition that is under way, then says that it has been answered."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO realtime_commandreceipt (actor, request_id, command, status, answer, at)"
            " VALUES (%s, %s, %s, 200, '{}', %s) ON CONFLICT (actor, request_id) DO NOTHING RETURNING id",
            [context.actor.id, context.request_id, context.command, context.now],
        )
        row = cursor.fetchone()
    if row is None:
        raise AlreadyAnswered
    return int(row[0])


def _append(log: Change) -> int:
    if not log.recorded:
        return head_seq()
    # The number first: two changes of one incident that load their entities before would each carry the other's rows
    # as they were, and the later event would take the earlier one's change back on every screen. Whoever holds the
    # counter sees everything with a lower number, and nothing else can commit until this change does.
    last = _take_numbers(len(log.recorded))
    failpoints.passed("change.numbered")
    expanded = [registry.expand(recorded.touched) for recorded in log.recorded]
    entities = _load(expanded)
    first = last - len(log.recorded) + 1
    for offset, (recorded, touched) in enumerate(zip(log.recorded, expanded, strict=True)):
        data: dict[str, Any] = {"set": {}, "gone": {}, **recorded.facts}
        for kind, ids in touched.items():
            present = [entities[kind][id_] for id_ in sorted(ids) if id_ in entities[kind]]
            gone = sorted(id_ for id_ in ids if id_ not in entities[kind])
            if present:
                data["set"][kind] = present
            if gone:
                data["gone"][kind] = gone
        topics = sorted({CONTROL} | registry.audience({**data, "touched": touched}))
        subjects = sorted({id_ for ids in recorded.touched.values() for id_ in ids})
        prepared.run(
            _INSERT,
            [
                first + offset,
                recorded.name,
                log.now,
                log.by.id,
                log.by.name,
                Jsonb(data),
                topics,
                subjects,
            ],
        )
    return last


def _load(expanded: list[registry.Touched]) -> dict[str, dict[str, dict[str, Any]]]:
    """Wire form of everything touched, one load for each kind, in the state at the end of the change."""
    wanted: dict[str, set[str]] = {}
    for touched in expanded:
        for kind, ids in touched.items():
            wanted.setdefault(kind, set()).update(ids)
    return {
        kind: {row["id"]: row for row in registry.loaders[kind](ids)} if ids else {}
        for kind, ids in wanted.items()
    }


def _take_numbers(count: int) -> int:
    """The last of `count` consecutive numbers. Holds the counter row until commit: only reading comes after it."""
    found = prepared.rows(
        "INSERT INTO realtime_loghead AS head (id, seq) VALUES (1, %s)"
        " ON CONFLICT (id) DO UPDATE SET seq = head.seq + EXCLUDED.seq RETURNING seq",
        [count],
    )
    return int(found[0][0])


# --- reading -----------------------------------------------------------------------------------


def head_seq() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM realtime_loghead WHERE id = 1")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def events_after(seq: int, *, limit: int = EVENTS_PAGE_MAX) -> list[LoggedEvent]:
    found = prepared.rows(_AFTER, [seq, limit])
    return [
        LoggedEvent(
            seq=seq,
            name=name,
            at=at,
            by=by,
            by_name=by_name,
            data=data,
            topics=frozenset(topics),
        )
        for seq, name, at, by, by_name, data, topics in found
    ]


def events_about(subject_id: str, *, limit: int) -> list[LoggedEvent]:
    """The newest events that touched one incident, unit or call, oldest first."""
    rows = Event.objects.filter(subjects__contains=[subject_id]).order_by("-seq")[:limit]
    return [_logged(row) for row in reversed(rows)]


@contextmanager
def one_moment() -> Iterator[None]:
    """A read-only transaction in which all reads see the same moment."""
    with transaction.atomic():
        if not connection.savepoint_ids and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _logged(row: Event) -> LoggedEvent:
    return LoggedEvent(
        seq=row.seq,
        name=row.name,
        at=row.at,
        by=row.by,
        by_name=row.by_name,
        data=row.data,
        topics=frozenset(row.topics),
    )
