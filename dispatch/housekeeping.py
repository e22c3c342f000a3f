"""What the centre does by the clock, by the job worker. Imported when every app is ready: earlier, the queue is not."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from dispatch.services import capacity, learning


@app.periodic(cron="* * * * *")
@app.task(queue="housekeeping", queueing_lock="dispatch.capacity")
def check_capacity(timestamp: int) -> None:
    """Disks and connections, every minute; `timestamp` is when it was due."""
    capacity.check(now=timezone.now())


@app.periodic(cron="40 3 * * *")
@app.task(queue="housekeeping", queueing_lock="dispatch.learn_speeds")
def learn_speeds(timestamp: int) -> None:
    """How fast units are, every night when fewest drive."""
    learning.learn_speeds(now=timezone.now())
