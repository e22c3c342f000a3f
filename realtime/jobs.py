"""The job queue's frame: queues, retries, and what happens to a job that keeps failing.

Jobs are rows of PostgreSQL, written in the transaction of their cause and done at least once. A failure that may pass
is tried again after 0.5, 1, 2 and 4 s; then, or at once when it cannot pass, the job is set apart and a person told.
"""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from realtime.eventlog import Change, change
from realtime.models import QuarantinedJob
from realtime.protocol import Actor
from realtime.registry import react_to

logger = logging.getLogger(__name__)

EFFECTS_QUEUE = "effects"  # what is asked of the outside world
TIMERS_QUEUE = "timers"  # decisions that wait for an instant; no slow provider may hold them back
ATTEMPTS_MAX = 5
RETRY_MS = (500, 1_000, 2_000, 4_000)
JITTER = 0.2  # jobs that failed together must not come back together
ERROR_CHARS_MAX = 300
URGENT = 10  # jobs of a higher number are taken first


class JobFailed(Exception):  # noqa: N818 - an outcome, not a mistake of the caller
    """A bug inside a job: its kind and place, without its words, which may quote a caller's row."""

    permanent = False


def retry_after_ms(*, attempts: int, permanent: bool, chance: float) -> int | None:
    """How long to wait after the failure of try number `attempts` (from 0); None: give up. `chance` is in 0..1."""
    if permanent or attempts >= ATTEMPTS_MAX - 1:
        return None
    return round(RETRY_MS[attempts] * (1 + JITTER * (2 * chance - 1)))


class BackOff(BaseRetryStrategy):
    """A refusal that will stay is not repeated; a bug is: it may be a database that was away."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        wait_ms = retry_after_ms(
            attempts=job.attempts,
            permanent=_is_permanent(exception),
            chance=secrets.SystemRandom().random(),
        )
        return None if wait_ms is None else RetryDecision(retry_in={"milliseconds": wait_ms})


def job(
    name: str, *, queue: str = EFFECTS_QUEUE, expected: tuple[type[Exception], ...] = ()
) -> Any:
    """Make `act(**arguments)` a task. Errors of the `expected` kinds are safe to log; others are reduced to a place."""

    def register(act: Callable[..., None]) -> Any:
        @app.task(name=name, queue=queue, retry=BackOff(), pass_context=True)
        @functools.wraps(act)
        def run(context: Any, /, **arguments: Any) -> None:
            try:
                act(**arguments)
            except Exception as error:
                known = isinstance(error, expected)
                failure = error if known else JobFailed(_place(error))
                words = str(error) if known else str(failure)
                attempt = context.job.attempts
                logger.warning("job %s failed: %s, try %s", name, words, attempt + 1)
                if (
                    retry_after_ms(attempts=attempt, permanent=_is_permanent(failure), chance=0)
                    is None
                ):
                    give_up(context.job, error=words)
                raise failure from None

        return run

    return register


def defer(
    task: str,
    *,
    queue: str = EFFECTS_QUEUE,
    at: datetime | None = None,
    priority: int = 0,
    lock: str | None = None,
    **arguments: Any,
) -> None:
    """Write a job into the queue, in the same transaction as its cause; with `at`, for that instant.

    Of jobs with the same `lock` one runs at a time, over all workers; the others wait without a worker's place.
    """
    app.configure_task(task, queue=queue, schedule_at=at, priority=priority, lock=lock).defer(
        **arguments
    )


# --- given up ----------------------------------------------------------------------------------


def give_up(job: Job, *, error: str) -> None:
    """Set the job apart and tell a person: what it was, for whom, what to do."""
    with change(by=Actor.system("jobs"), now=timezone.now()) as log:
        apart, created = QuarantinedJob.objects.get_or_create(
            job_id=job.id,
            defaults={
                "task": job.task_name,
                "arguments": job.task_kwargs,
                "attempts": job.attempts + 1,
                "error": error[:ERROR_CHARS_MAX],
                "at": log.now,
            },
        )
        if not created and apart.settled_at is None:
            return
        if not created:  # somebody had it run once more, in vain
            apart.attempts, apart.error, apart.at = (
                job.attempts + 1,
                error[:ERROR_CHARS_MAX],
                log.now,
            )
            apart.settled_at, apart.settled_how = None, ""
            apart.save()
        react_to(
            "job.given_up",
            log,
            job_id=job.id,
            task=job.task_name,
            arguments=job.task_kwargs,
            error=error,
        )


def run_again(log: Change, quarantined: QuarantinedJob) -> None:
    """Once more, by a person's decision; when it fails again it comes back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL)"
            " FROM procrastinate_jobs WHERE id = %s AND status = 'failed'",
            [quarantined.job_id],
        )
    _settle(log, quarantined, how="run_again")


def put_away(log: Change, quarantined: QuarantinedJob) -> None:
    """A person has done what it was for, or it is needed no more."""
    _settle(log, quarantined, how="put_away")


def _settle(log: Change, quarantined: QuarantinedJob, *, how: str) -> None:
    quarantined.settled_at = log.now
    quarantined.settled_how = how
    quarantined.save(update_fields=["settled_at", "settled_how"])
    react_to("job.settled", log, job_id=quarantined.job_id)


def _is_permanent(error: BaseException) -> bool:
    return bool(getattr(error, "permanent", False))


def _place(error: BaseException) -> str:
    """The kind of error and where it came from."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {where}"
