"""Housekeeping of the position history, by the job worker."""

from django.utils import timezone
from procrastinate.contrib.django import app

from units import history


@app.periodic(cron="17 * * * *")
@app.task(queue="housekeeping", queueing_lock="units.position_days")
def keep_position_days(timestamp: int) -> None:
    now = timezone.now()
    history.make_days(now=now)
    history.drop_old_days(now=now)
