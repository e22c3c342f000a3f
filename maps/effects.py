"""What the map does by the clock, by the job worker."""

from __future__ import annotations

from maps import closures
from realtime.jobs import TIMERS_QUEUE, job


@job(closures.LIFT, queue=TIMERS_QUEUE)
def lift_closure(*, closure_id: str) -> None:
    """The end of a closure may have come."""
    closures.lift_when_over(closure_id=closure_id)
