"""What Twilio tells of a conference, without Twilio: everybody who is rung answers at once, and does as they are told."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

from django.utils import timezone

from calls.telephony.port import CALLER_LABEL, Leg, Line

Tell = Callable[..., None]  # (name of the address, leg, args=…, **params)


def leg_sid(line: Line) -> str:
    return line.sid or f"CA{line.participant_id.hex}"


def rings(tell: Tell, leg: Leg, line: Line) -> str:
    """Rung, answered, in: the leg's own reports first, as the provider sends them."""
    sid = leg_sid(line)
    for number, word in enumerate(("initiated", "ringing", "in-progress")):
        tell(
            "twilio-voice-participant",
            leg,
            args=[line.participant_id],
            CallSid=sid,
            To=line.to,
            CallStatus=word,
            Direction="outbound-api",
            SequenceNumber=str(number),
        )
    event(tell, leg, line, "participant-join")
    return sid


def caller_joins(tell: Tell, leg: Leg) -> None:
    event(
        tell,
        leg,
        Line(participant_id=leg.call_id, label=CALLER_LABEL, sid=leg.provider_sid),
        "participant-join",
    )


def is_shaped(tell: Tell, leg: Leg, line: Line) -> None:
    event(tell, leg, line, "participant-hold" if line.held else "participant-unhold")
    event(tell, leg, line, "participant-mute" if line.muted else "participant-unmute")


def is_dropped(tell: Tell, leg: Leg, line: Line) -> None:
    event(tell, leg, line, "participant-leave")
    tell(
        "twilio-voice-participant",
        leg,
        args=[line.participant_id],
        CallSid=leg_sid(line),
        CallStatus="completed",
        Direction="outbound-api",
        SequenceNumber="3",
    )


def event(tell: Tell, leg: Leg, line: Line, name: str) -> None:
    now = timezone.now()
    params: dict[str, Any] = {
        "CallSid": leg_sid(line),
        "ConferenceSid": f"CF{leg.call_id.hex}",
        "FriendlyName": f"call-{leg.call_id}",
        "StatusCallbackEvent": name,
        # The provider counts; whoever keeps nothing has the time to count by.
        "SequenceNumber": str(int(now.timestamp() * 1_000_000)),
        "Timestamp": format_datetime(now),
        "ParticipantLabel": line.label,
        "Hold": str(line.held).lower(),
        "Muted": str(line.muted).lower(),
        "Coaching": str(bool(line.coaches)).lower(),
        "EndConferenceOnExit": "false",
        "StartConferenceOnEnter": "true",
    }
    tell("twilio-voice-conference", leg, args=[leg.call_id], **params)
