"""Outside acts as jobs: written in the transaction of their cause, done at least once, given up in public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from calls import call_back, delivery, media, metrics, notices, selectors, services
from calls.domain import Channel, ProviderError
from calls.messaging.emulator import EmulatedMessages
from calls.messaging.port import Messaging, OutgoingMessage
from calls.messaging.sms_gateway import SmsGateway
from calls.messaging.twilio_messages import TwilioMessages
from calls.models import Notice
from calls.telephony.emulator.in_process import EmulatedVoice
from calls.telephony.pbx import PbxVoice
from calls.telephony.port import CrewCall, Leg, Telephony
from calls.telephony.twilio_voice import TwilioVoice
from realtime import failpoints, pacing
from realtime.clock import wall_now
from realtime.jobs import TIMERS_QUEUE, defer, job

VOICE = "voice"  # calls that we start; the provider limits them for the whole account


def telephony() -> Telephony:
    """Who places the calls that we start."""
    match settings.TELEPHONY:
        case "twilio":
            return TwilioVoice()
        case "pbx":
            return PbxVoice()
    # With the emulator beside us the very adapter of the real provider asks it, as in production.
    return TwilioVoice() if settings.TWILIO_API_BASE_URL else EmulatedVoice()


def telephony_of(leg: Leg) -> Telephony:
    """Who has this caller on the line: only the provider that brought a call can move it."""
    if leg.provider == PbxVoice.name:
        return PbxVoice()
    return TwilioVoice() if settings.TELEPHONY == "pbx" else telephony()


def telephonies() -> list[Telephony]:
    """Everybody who may bring a call here, and who may therefore have offered one that never arrived."""
    found = [telephony()]
    if settings.TELEPHONY == "pbx" and settings.TWILIO_NUMBER:
        found.append(TwilioVoice())
    if settings.TELEPHONY != "pbx" and settings.PBX_CONTROL_URL:
        found.append(PbxVoice())
    return found


def messaging() -> Messaging:
    """An exchange carries no messages: beside it they go by Twilio, or SMS alone by a gateway."""
    if settings.TELEPHONY == "emulator":
        return TwilioMessages() if settings.TWILIO_API_BASE_URL else EmulatedMessages()
    return (
        SmsGateway()
        if settings.TELEPHONY == "pbx" and not settings.TWILIO_NUMBER
        else TwilioMessages()
    )


def messaging_by(channel: str) -> Messaging:
    """A gateway of SMS carries all SMS when there is one; WhatsApp stays with Twilio."""
    return SmsGateway() if channel == Channel.SMS and settings.SMS_GATEWAY_URL else messaging()


@job(services.CONNECT_CALLER, expected=(ProviderError,))
def connect_caller(*, call_id: str, act_id: str = "") -> None:
    leg = selectors.leg(call_id, act_id=act_id)
    # Released or ended while the job waited: the caller must not be pulled out of the queue again.
    if leg and leg.live and selectors.answered_by(call_id):
        provider = telephony_of(leg)
        ask(provider.name, "connect_caller", lambda: provider.connect_caller(leg))


@job(call_back.RING_CALLER, expected=(ProviderError,))
def ring_caller(*, call_id: str) -> None:
    leg = selectors.leg(call_id)
    # Ended while the job waited, or rung already: nobody is rung twice.
    if leg and leg.live and not leg.provider_sid:
        provider = telephony_of(leg)
        pacing.take(VOICE, per_s=settings.VOICE_CALLS_PER_S)
        sid = ask(provider.name, "ring_caller", lambda: provider.ring_caller(leg))
        call_back.being_rung(call_id=call_id, provider=provider.name, sid=sid)


@job(services.RETURN_TO_QUEUE, expected=(ProviderError,))
def return_to_queue(*, call_id: str, act_id: str = "") -> None:
    leg = selectors.leg(call_id, act_id=act_id)
    if leg and leg.live and not selectors.answered_by(call_id):
        provider = telephony_of(leg)
        ask(provider.name, "return_to_queue", lambda: provider.return_to_queue(leg))


@job(services.ASK_FOR_A_KEY, expected=(ProviderError,))
def ask_for_a_key(*, call_id: str, act_id: str = "") -> None:
    leg = selectors.leg(call_id, act_id=act_id)
    if leg and leg.live and selectors.answered_by(call_id):
        provider = telephony_of(leg)
        ask(provider.name, "ask_for_a_key", lambda: provider.ask_for_a_key(leg))


@job(services.HANG_UP, expected=(ProviderError,))
def hang_up(*, call_id: str, act_id: str = "") -> None:
    leg = selectors.leg(call_id, act_id=act_id)
    if leg and leg.provider_sid:
        provider = telephony_of(leg)
        ask(provider.name, "hang_up", lambda: provider.hang_up(leg))


@job(services.SEND_MESSAGE, expected=(ProviderError,))
def send_message(*, message_id: str) -> None:
    """A worker that dies between the provider's answer and our note of it sends twice: better than not at all."""
    message = selectors.outgoing(message_id)
    if message is None or message.sent:
        return
    provider = messaging_by(message.channel)
    taken = ask(provider.name, "send_message", lambda: provider.send_message(message))
    failpoints.passed("effect.asked")
    delivery.accepted(
        message_id=message_id,
        provider=provider.reports_as,
        sid=taken.provider_sid,
        status=taken.status,
        now=timezone.now(),
    )
    failpoints.passed("effect.noted")


@job(delivery.CHECK_DELIVERY, queue=TIMERS_QUEUE)
def check_delivery(*, message_id: str) -> None:
    delivery.check(message_id=message_id, now=timezone.now())


@job(media.FETCH_MEDIA)
def fetch_media(*, media_id: str) -> None:
    media.bring(media_id)


@job(media.QUEUE_MEDIA)
def queue_media(*, media_id: str) -> None:
    """Its wait is over: back into its lane, where a job that waits for an instant would hold up the others."""
    media.queue(media_id)


@job(notices.SEND_NOTICE, expected=(ProviderError,))
def send_notice(*, notice_id: str) -> None:
    """An SMS or a call to a crew; nothing when it has gone out already, or is needed no more."""
    notice = selectors.notice(notice_id)
    if notice is None or notice.provider_sid or notice.withdrawn_at is not None:
        return
    if notice.channel == Channel.VOICE and telephony().is_metered:
        wait_s = pacing.turn(VOICE, per_s=settings.VOICE_CALLS_PER_S)
        if wait_s > 0:
            # A job of its own: to wait for one's turn is no failure and uses up no try.
            defer(
                notices.SEND_NOTICE,
                at=wall_now() + timedelta(seconds=wait_s),
                notice_id=notice_id,
            )
            return
    name, sid = _call(notice) if notice.channel == Channel.VOICE else _write(notice)
    notices.taken(notice_id=notice_id, provider=name, sid=sid, now=timezone.now())


def _call(notice: Notice) -> tuple[str, str]:
    provider = telephony()
    call = CrewCall(notice_id=notice.pk, to=notice.to, text=notice.text)
    return provider.name, ask(provider.name, "call_crew", lambda: provider.call_crew(call))


def _write(notice: Notice) -> tuple[str, str]:
    provider = messaging_by(Channel.SMS)
    message = OutgoingMessage(
        message_id=notice.pk,
        channel=Channel.SMS,
        to=notice.to,
        text=notice.text,
        sent=False,
        report_to=reverse("twilio-notice-status", args=[notice.pk]),
    )
    taken = ask(provider.name, "send_notice", lambda: provider.send_message(message))
    return provider.name, taken.provider_sid


def ask(provider: str, act: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except ProviderError as error:
        kind = "permanent" if error.permanent else "temporary"
        metrics.PROVIDER_ERRORS.labels(provider, act, kind).inc()
        raise
