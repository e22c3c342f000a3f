"""What the job worker does by the clock: compare what the provider was offered with what the centre has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from calls import media, recovery
from calls.domain import ProviderError
from calls.effects import messaging, telephonies

QUEUE = "housekeeping"
TRIES_MAX = 3  # then the next minute is the next try
RETRY_WAIT_S = 2


def cron(every_s: int) -> str:
    """Every minute, or for tests more often; the sixth field is seconds."""
    return "* * * * *" if every_s == 60 else f"* * * * * */{every_s}"


def _try(context: Any, work: Any) -> None:
    """An error of the provider is tried again soon, and the job never ends as failed: the next one is a minute away."""
    try:
        work()
    except ProviderError as error:
        if not error.permanent and context.job.attempts < TRIES_MAX - 1:
            raise


def _task(name: str) -> Any:
    return app.task(
        name=name,
        queue=QUEUE,
        queueing_lock=name,
        pass_context=True,
        retry=RetryStrategy(
            max_attempts=TRIES_MAX, wait=RETRY_WAIT_S, retry_exceptions=(ProviderError,)
        ),
    )


def _reconcile_with_each() -> None:
    """One provider that does not answer must not keep back what another has."""
    failed = []
    for provider in telephonies():
        try:
            recovery.reconcile_calls(provider, now=timezone.now())
        except ProviderError as error:
            failed.append(error)
    if failed:
        raise failed[0]


@app.periodic(cron=cron(settings.RECONCILE_EVERY_S))
@_task("calls.reconcile_calls")
def reconcile_calls(context: Any, timestamp: int) -> None:
    _try(context, _reconcile_with_each)


@app.periodic(cron=cron(settings.RECONCILE_EVERY_S))
@_task("calls.reconcile_messages")
def reconcile_messages(context: Any, timestamp: int) -> None:
    _try(context, lambda: recovery.reconcile_messages(messaging(), now=timezone.now()))


@app.periodic(cron="* * * * *")
@_task("calls.sweep_media")
def sweep_media(context: Any, timestamp: int) -> None:
    media.sweep(now=timezone.now())


@app.periodic(cron="23 3 * * *")
@_task("calls.purge_media")
def purge_media(context: Any, timestamp: int) -> None:
    """A batch each night; what is left over goes in the next ones."""
    media.purge(now=timezone.now())
