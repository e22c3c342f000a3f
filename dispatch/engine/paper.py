"""Times written on paper while the service was dead, entered afterwards: what of them can be true. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.engine.assignments import AssignmentStatus
from realtime.protocol import Rejected

S = AssignmentStatus
Steps = Mapping[AssignmentStatus, datetime]

# Older paper is a matter for the supervisor and the admin pages, not for the figures of a running week.
PAPER_AGE_MAX = timedelta(hours=72)
# In the order in which they are done; on paper there is no tablet that could show an assignment.
PAPER_STEPS = (
    S.ASSIGNED,
    S.ACKNOWLEDGED,
    S.EN_ROUTE,
    S.ON_SCENE,
    S.TRANSPORTING,
    S.AT_DESTINATION,
    S.CLEAR,
)


@dataclass(frozen=True, slots=True)
class PaperTimes:
    """The real times of one event. None was not written down; each of `units` has at least its assignment."""

    received_at: datetime | None
    answered_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    units: Sequence[Steps]


def check_paper(times: PaperTimes, *, now: datetime) -> None:
    """Refuses what cannot have happened: in the future, too long ago, out of order, ended while units were working."""
    head = [times.received_at, times.answered_at, times.opened_at]
    _check_instants(head, now=now)
    _check_order(head)
    for steps in times.units:
        check_steps(steps, {}, opened_at=times.opened_at, now=now)
    if times.closed_at is not None:
        check_end(times.closed_at, opened_at=times.opened_at, units=times.units, now=now)


def check_steps(
    written: Steps, known: Steps, *, opened_at: datetime, now: datetime
) -> dict[AssignmentStatus, datetime]:
    """All steps of one unit: begun by being assigned, in their order, after the incident was opened.

    What the service has known itself may be older than paper may be: a flood lasts for days.
    """
    steps = merged(known, written)
    if S.ASSIGNED not in steps or set(steps) - set(PAPER_STEPS):
        raise Rejected("paper_not_assigned", status=422)
    _check_instants(list(written.values()), now=now)
    _check_order([opened_at, *(steps[step] for step in PAPER_STEPS if step in steps)])
    return steps


def check_end(
    closed_at: datetime, *, opened_at: datetime, units: Sequence[Steps], now: datetime
) -> None:
    _check_instants([closed_at], now=now)
    _check_order([opened_at, closed_at])
    for steps in units:
        if S.CLEAR not in steps:
            raise Rejected("paper_not_over", status=422)
        _check_order([steps[S.CLEAR], closed_at])


def merged(known: Steps, written: Steps) -> dict[AssignmentStatus, datetime]:
    """What the service knew before it died, and what was written on paper afterwards; paper corrects nothing."""
    if any(step in known and known[step] != at for step, at in written.items()):
        raise Rejected("paper_known_already", status=409)
    return {**written, **known}


def last_step(steps: Steps) -> AssignmentStatus:
    return [step for step in PAPER_STEPS if step in steps][-1]


def _check_instants(instants: Sequence[datetime | None], *, now: datetime) -> None:
    known = [one for one in instants if one is not None]
    if any(one > now for one in known):
        raise Rejected("paper_in_the_future", status=422)
    if any(now - one > PAPER_AGE_MAX for one in known):
        raise Rejected("paper_too_old", status=422, hours=PAPER_AGE_MAX // timedelta(hours=1))


def _check_order(instants: Sequence[datetime | None]) -> None:
    known = [one for one in instants if one is not None]
    if any(later < earlier for earlier, later in itertools.pairwise(known)):
        raise Rejected("paper_order", status=422)
