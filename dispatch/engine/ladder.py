"""The acknowledgement ladder: a crew that does not acknowledge is reached another way, then a person is told. Pure.

Rungs are climbed in order, each once: SMS, a voice call, an alarm at the dispatcher. Whatever answers the assignment
(acknowledged, on the way, refused, taken off) ends the ladder wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dispatch.engine.assignments import AssignmentStatus

AFTER_S_MIN = 5
AFTER_S_MAX = 3_600

# Nobody of the crew has answered yet; every other status is an answer or an end.
UNANSWERED = frozenset({AssignmentStatus.ASSIGNED, AssignmentStatus.NOTIFIED})


class Rung(StrEnum):
    SMS = "sms"
    CALL = "call"
    ALARM = "alarm"


RUNGS = tuple(Rung)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds after the assignment at which each rung is due; None leaves a rung out. The alarm cannot be left out."""

    sms_after_s: int | None
    call_after_s: int | None
    alarm_after_s: int

    def after_s(self, rung: Rung) -> int | None:
        return {
            Rung.SMS: self.sms_after_s,
            Rung.CALL: self.call_after_s,
            Rung.ALARM: self.alarm_after_s,
        }[rung]


DEFAULT = Thresholds(sms_after_s=20, call_after_s=45, alarm_after_s=75)


@dataclass(frozen=True, slots=True)
class Rule:
    """Thresholds for an agency and a priority; None stands for every one of them."""

    agency: str | None
    priority: int | None
    thresholds: Thresholds


def thresholds_for(rules: Iterable[Rule], *, agency: str, priority: int | None) -> Thresholds:
    """The most exact rule wins: agency and priority, then agency, then priority, then the one for all."""
    fitting = [
        rule
        for rule in rules
        if rule.agency in {None, agency} and (rule.priority is None or rule.priority == priority)
    ]
    return max(fitting, key=_exactness).thresholds if fitting else DEFAULT


def _exactness(rule: Rule) -> tuple[bool, bool]:
    return rule.agency is not None, rule.priority is not None


def problems(thresholds: Thresholds) -> list[tuple[Rung, str]]:
    """What is wrong with these thresholds, as (rung, code): `out_of_range`, or `not_after` an earlier rung."""
    found = []
    before: int | None = None
    for rung in RUNGS:
        after_s = thresholds.after_s(rung)
        if after_s is None:
            continue
        if not AFTER_S_MIN <= after_s <= AFTER_S_MAX:
            found.append((rung, "out_of_range"))
        elif before is not None and after_s <= before:
            found.append((rung, "not_after"))
        before = after_s
    return found


@dataclass(frozen=True, slots=True)
class Ladder:
    """One assignment's ladder. `started_at` and `now` below are read on the same clock."""

    started_at: datetime
    thresholds: Thresholds
    climbed: frozenset[Rung] = frozenset()

    def due_at(self, rung: Rung) -> datetime | None:
        after_s = self.thresholds.after_s(rung)
        return None if after_s is None else self.started_at + timedelta(seconds=after_s)


@dataclass(frozen=True, slots=True)
class Climb:
    """This rung is due now."""

    rung: Rung


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is due before `until`, when `rung` is."""

    rung: Rung
    until: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is due any more."""


Verdict = Climb | Wait | Over


def next_step(ladder: Ladder, *, status: AssignmentStatus, now: datetime) -> Verdict:
    """What the ladder asks for now. After a stop of the machine every rung that is overdue comes, in order."""
    if status not in UNANSWERED:
        return Over()
    for rung in RUNGS:
        due_at = ladder.due_at(rung)
        if rung in ladder.climbed or due_at is None:
            continue
        return Climb(rung) if now >= due_at else Wait(rung, due_at)
    return Over()
