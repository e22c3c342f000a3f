"""The jobs of who is in a call. Each looks at the row again: what was wanted when it was written may be wanted no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from calls import lines, participants, selectors
from calls.conference import Kind
from calls.domain import ProviderError
from calls.effects import VOICE, ask, telephony_of
from realtime import pacing
from realtime.jobs import TIMERS_QUEUE, job

LATE_S = 4  # a check that comes so late says nothing about the consoles


def ring(participant_id: str) -> None:
    """Ring one participant. Rung already, let go meanwhile, or nobody has the call any more: nothing."""
    wanted = participants.wanted(participant_id)
    leg = selectors.leg(wanted.call_id) if wanted else None
    if wanted is None or leg is None or not wanted.is_wanted or wanted.line.sid:
        return
    provider = telephony_of(leg)
    if provider.is_metered:
        pacing.take(VOICE, per_s=settings.VOICE_CALLS_PER_S)
    dispatcher_id = str(wanted.user_id)
    try:
        if wanted.kind == Kind.DISPATCHER:
            sid = ask(
                provider.name,
                "ring_dispatcher",
                lambda: provider.ring_dispatcher(
                    leg, dispatcher_id=dispatcher_id, line=wanted.line
                ),
            )
        else:
            sid = ask(
                provider.name,
                "ring_participant",
                lambda: provider.ring_participant(leg, wanted.line),
            )
    except ProviderError as error:
        if not error.permanent:
            raise
        # The number is wrong, or may not be rung: for the people in the call the same as nobody there.
        lines.receive_leg(
            participant_id=wanted.line.participant_id,
            sid="",
            status=lines.NEVER_RUNG,
            now=timezone.now(),
        )
        if wanted.kind == Kind.DISPATCHER:
            raise  # a seat that cannot be rung is to be put right
        return
    participants.rung(participant_id=participant_id, sid=sid or "")


@job(participants.RING_DISPATCHER, expected=(ProviderError,))
def ring_dispatcher(
    *, call_id: str, dispatcher_id: str, act_id: str = "", participant_id: str = ""
) -> None:
    """Without a participant: at an exchange, or a job of the version before."""
    if participant_id:
        ring(participant_id)
        return
    leg = selectors.leg(call_id, act_id=act_id)
    if leg and leg.live and selectors.answered_by(call_id) == dispatcher_id:
        provider = telephony_of(leg)
        if provider.is_metered:
            pacing.take(VOICE, per_s=settings.VOICE_CALLS_PER_S)
        ask(
            provider.name,
            "ring_dispatcher",
            lambda: provider.ring_dispatcher(leg, dispatcher_id=dispatcher_id),
        )


@job(participants.RING_PARTICIPANT, expected=(ProviderError,))
def ring_participant(*, call_id: str, participant_id: str) -> None:
    ring(participant_id)


@job(participants.SHAPE_PARTICIPANT, expected=(ProviderError,))
def shape_participant(*, call_id: str, participant_id: str) -> None:
    wanted = participants.wanted(participant_id)
    leg = selectors.leg(wanted.call_id) if wanted else None
    if wanted and leg and wanted.is_wanted:
        provider = telephony_of(leg)
        ask(
            provider.name,
            "shape_participant",
            lambda: provider.shape_participant(leg, wanted.line),
        )


@job(participants.DROP_PARTICIPANT, expected=(ProviderError,))
def drop_participant(*, call_id: str, participant_id: str) -> None:
    wanted = participants.wanted(participant_id)
    leg = selectors.leg(wanted.call_id) if wanted else None
    if wanted and leg:
        provider = telephony_of(leg)
        ask(provider.name, "drop_participant", lambda: provider.drop_participant(leg, wanted.line))


@job(participants.CLOSE_CONFERENCE, expected=(ProviderError,))
def close_conference(*, call_id: str) -> None:
    """Not when somebody has taken the caller again meanwhile: they would be cut off."""
    leg = selectors.leg(call_id)
    if leg and selectors.answered_by(call_id) is None:
        provider = telephony_of(leg)
        ask(provider.name, "close_conference", lambda: provider.close_conference(leg))


@job(lines.CHECK_LOST_SEATS, queue=TIMERS_QUEUE)
def check_lost_seats(*, user_ids: list[str], since: str) -> None:
    """Late, the service itself was away and the consoles with it: they are asked once more, and nobody is cut off."""
    asked_at, now = datetime.fromisoformat(since), timezone.now()
    if now - asked_at > timedelta(seconds=lines.SEAT_SILENT_S + LATE_S):
        lines.ask_after(user_ids, now=now)
    else:
        lines.return_of_silent(user_ids, since=asked_at, now=now)
