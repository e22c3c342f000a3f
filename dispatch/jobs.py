"""The tasks of the incident domain."""

from __future__ import annotations

from dispatch.engine.ladder import Rung
from dispatch.services import ladder
from realtime.jobs import TIMERS_QUEUE, job


@job(ladder.CLIMB, queue=TIMERS_QUEUE)
def climb_ladder(*, assignment_id: str, rung: str) -> None:
    """A rung of an assignment's acknowledgement ladder may be due."""
    ladder.climb(assignment_id=assignment_id, rung=Rung(rung))
