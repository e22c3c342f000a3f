"""Outside acts as jobs: written in the transaction of their cause, done at least once, given up in public."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from calls import intake, metrics, selectors, services
from calls.domain import ProviderError
from calls.messaging.emulator import EmulatedMessages
from calls.messaging.port import Messaging
from calls.messaging.twilio_messages import TwilioMessages
from calls.telephony.emulator import EmulatedVoice
from calls.telephony.port import Telephony
from calls.telephony.twilio_voice import TwilioVoice
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 5
RETRY_MS = (500, 1_000, 2_000, 4_000)


class BackOff(BaseRetryStrategy):
    """0.5, 1, 2, 4 s; then a person is told. A permanent refusal is not repeated, a bug is."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, ProviderError) and exception.permanent:
            return None
        if job.attempts >= ATTEMPTS_MAX - 1:
            return None
        return RetryDecision(retry_in={"milliseconds": RETRY_MS[job.attempts]})


def telephony() -> Telephony:
    return TwilioVoice() if settings.TELEPHONY == "twilio" else EmulatedVoice()


def messaging() -> Messaging:
    return TwilioMessages() if settings.TELEPHONY == "twilio" else EmulatedMessages()


@app.task(
    name=services.CONNECT_CALLER, queue=services.EFFECTS_QUEUE, retry=BackOff(), pass_context=True
)
def connect_caller(context: Any, *, call_id: str) -> None:
    leg = selectors.leg(call_id)
    # Released or ended while the job waited: the caller must not be pulled out of the queue again.
    if leg and leg.live and selectors.answered_by(call_id):
        provider = telephony()
        _do(
            context, provider.name, "connect_caller", lambda: provider.connect_caller(leg), call_id
        )


@app.task(
    name=services.RING_DISPATCHER, queue=services.EFFECTS_QUEUE, retry=BackOff(), pass_context=True
)
def ring_dispatcher(context: Any, *, call_id: str, dispatcher_id: str) -> None:
    leg = selectors.leg(call_id)
    if leg and leg.live and selectors.answered_by(call_id) == dispatcher_id:
        provider = telephony()
        _do(
            context,
            provider.name,
            "ring_dispatcher",
            lambda: provider.ring_dispatcher(leg, dispatcher_id=dispatcher_id),
            call_id,
        )


@app.task(
    name=services.RETURN_TO_QUEUE, queue=services.EFFECTS_QUEUE, retry=BackOff(), pass_context=True
)
def return_to_queue(context: Any, *, call_id: str) -> None:
    leg = selectors.leg(call_id)
    if leg and leg.live and not selectors.answered_by(call_id):
        provider = telephony()
        _do(
            context,
            provider.name,
            "return_to_queue",
            lambda: provider.return_to_queue(leg),
            call_id,
        )


@app.task(name=services.HANG_UP, queue=services.EFFECTS_QUEUE, retry=BackOff(), pass_context=True)
def hang_up(context: Any, *, call_id: str) -> None:
    leg = selectors.leg(call_id)
    if leg and leg.provider_sid:
        provider = telephony()
        _do(context, provider.name, "hang_up", lambda: provider.hang_up(leg), call_id)


@app.task(
    name=services.SEND_MESSAGE, queue=services.EFFECTS_QUEUE, retry=BackOff(), pass_context=True
)
def send_message(context: Any, *, message_id: str) -> None:
    """A worker that dies between the provider's answer and our note of it sends twice: better than not at all."""
    message = selectors.outgoing(message_id)
    if message is None or message.sent:
        return
    provider = messaging()
    taken = _do(
        context, provider.name, "send_message", lambda: provider.send_message(message), message_id
    )
    intake.message_accepted(message_id=message_id, sid=taken.provider_sid, status=taken.status)


def _do(context: Any, provider: str, act: str, ask: Callable[[], Any], subject_id: str) -> Any:
    try:
        return ask()
    except ProviderError as error:
        kind = "permanent" if error.permanent else "temporary"
        metrics.PROVIDER_ERRORS.labels(provider, act, kind).inc()
        logger.warning(
            "%s failed for %s (%s): %s, attempt %s",
            act,
            subject_id,
            provider,
            error,
            context.job.attempts + 1,
        )
        if error.permanent or context.job.attempts >= ATTEMPTS_MAX - 1:
            _tell_a_person(act=act, subject_id=subject_id, error=str(error))
        raise


def _tell_a_person(*, act: str, subject_id: str, error: str) -> None:
    with change(by=Actor.system("effects"), now=timezone.now()) as log:
        react_to("effect.failed", log, act=act, subject_id=subject_id, error=error)
