"""Looks after the job queue: the clock, jobs of workers that died or stand still, jobs that failed unseen.

Runs beside every worker, in any number: each step locks what it takes.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from procrastinate.jobs import Job

from realtime import clock
from realtime.jobs import ATTEMPTS_MAX, give_up

logger = logging.getLogger(__name__)

HEARTBEAT_S = 1.0
# Judged by whether a heartbeat changes while we look, never by its time of day: a clock that jumps kills nobody.
STANDSTILL_S = 4.0
TICK_S = 0.5
JOBS_AT_ONCE_MAX = 100  # the others half a second later
DIED = "the worker process ended while it ran"
UNSEEN = "no task of this name, or the worker ended with it"


@dataclass
class Watch:
    """`look` is called twice a second."""

    _seen: dict[int, tuple[datetime, float]] = field(default_factory=dict)

    def look(self) -> None:
        clock.correct()
        for worker_id in self._standing_still(now_s=clock.steady_s()):
            take_back(worker_id, heartbeat=self._seen.pop(worker_id)[0])
        take_back_orphans()
        tell_of_unseen_failures()

    def _standing_still(self, *, now_s: float) -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, last_heartbeat FROM procrastinate_workers")
            workers = dict(cursor.fetchall())
        self._seen = {
            id_: self._seen[id_]
            if id_ in self._seen and self._seen[id_][0] == beat
            else (beat, now_s)
            for id_, beat in workers.items()
        }
        return [id_ for id_, (_, since_s) in self._seen.items() if now_s - since_s > STANDSTILL_S]


def take_back(worker_id: int, *, heartbeat: datetime) -> None:
    """The worker is gone: its jobs are done by others. Had it only stood still, it ends when it goes on."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM procrastinate_workers WHERE id = %s AND last_heartbeat = %s"
                " FOR UPDATE SKIP LOCKED",
                [worker_id, heartbeat],
            )
            if cursor.fetchone() is None:
                return
            cursor.execute("DELETE FROM procrastinate_workers WHERE id = %s", [worker_id])
        logger.warning("worker %s stands still, its jobs are taken back", worker_id)


def take_back_orphans() -> None:
    """Jobs that run nowhere: their worker is no more."""
    for job in _jobs(_ORPHANS):
        if job.attempts >= ATTEMPTS_MAX - 1:  # one that kills its worker each time is poison, too
            _finish(job.id)
            give_up(job, error=DIED)
        else:
            _retry(job.id)


def tell_of_unseen_failures() -> None:
    """A job may fail where no code of ours runs, above all when an update has removed its task."""
    for job in _jobs(_UNSEEN):
        give_up(job, error=UNSEEN)


_ORPHANS = """
SELECT id, queue_name, task_name, args, attempts, status::text FROM procrastinate_jobs
 WHERE status = 'doing' AND worker_id IS NULL ORDER BY id LIMIT %s
"""
_UNSEEN = """
SELECT id, queue_name, task_name, args, attempts, status::text FROM procrastinate_jobs
 WHERE status = 'failed' AND NOT EXISTS (
       SELECT 1 FROM realtime_quarantinedjob AS apart WHERE apart.job_id = procrastinate_jobs.id
          AND (apart.settled_at IS NULL OR apart.settled_how = 'put_away'))
 ORDER BY id LIMIT %s
"""


def _jobs(query: str) -> list[Job]:
    with connection.cursor() as cursor:
        cursor.execute(query, [JOBS_AT_ONCE_MAX])
        rows = cursor.fetchall()
    return [
        Job(
            id=id_,
            queue=queue,
            lock=None,
            queueing_lock=None,
            task_name=task,
            task_kwargs=arguments if isinstance(arguments, dict) else json.loads(arguments),
            attempts=attempts,
            status=status,
        )
        for id_, queue, task, arguments, attempts, status in rows
    ]


def _retry(job_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs"
            " WHERE id = %s AND status = 'doing' AND worker_id IS NULL FOR UPDATE SKIP LOCKED",
            [job_id],
        )


def _finish(job_id: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT procrastinate_finish_job_v1(id, 'failed', false) FROM procrastinate_jobs"
            " WHERE id = %s AND status = 'doing' AND worker_id IS NULL FOR UPDATE SKIP LOCKED",
            [job_id],
        )
