"""What a telephone exchange (PBX, SIP trunk gateway) tells us of a call. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calls.signed_json import (
    ID_CHARS_MAX,
    NotUnderstood,
    believed,
    fields_of,
    id_of,
    instant_of,
    text_of,
    whole_of,
)

PROVIDER = "pbx"
WORD_CHARS_MAX = 100
SEQUENCE_MAX = 2**53
DURATION_S_MAX = 2**31 - 1


class Told(StrEnum):
    RINGING = "ringing"  # the caller has reached the centre and waits
    ANSWERED = "answered"  # a dispatcher's telephone was picked up
    NO_ANSWER = (
        "no_answer"  # a dispatcher's telephone was rung for this call, and nobody picked it up
    )
    LEFT = (
        "left"  # a dispatcher's telephone has gone out of the call, and the caller is still there
    )
    ENDED = "ended"  # the caller has left
    RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class ExchangeEvent:
    """`at` is when it happened, `offered_at` when the call reached the exchange; both are believed only within HELD_MAX.

    `act_id`: this is the outcome of what we asked for, not something that happened by itself.
    """

    told: Told
    event_id: str
    call_id: str
    at: datetime
    offered_at: datetime
    sequence: int | None = None
    caller: str = ""
    caller_name: str = ""
    called: str = ""
    trunk: str = ""
    agent: str = ""
    act_id: str = ""
    cause: str = ""
    recording_id: str = ""
    recording_url: str = ""
    recording_status: str = ""
    duration_s: int | None = None


def event_of(body: bytes, *, now: datetime) -> ExchangeEvent:
    """Fields nobody knows are ignored: an exchange may send more than we ask for. Raises NotUnderstood."""
    fields = fields_of(body)
    word = text_of(fields, "event", required=True)
    if word not in set(Told):
        raise NotUnderstood("event", f"“{word}” is unknown; it is one of {', '.join(Told)}")
    at = believed(instant_of(fields, "at", required=True), now=now)
    offered_at = instant_of(fields, "offered_at")
    event = ExchangeEvent(
        told=Told(word),
        event_id=id_of(fields, "event_id"),
        call_id=id_of(fields, "call_id"),
        at=at,
        offered_at=min(at, believed(offered_at, now=now)) if offered_at else at,
        sequence=whole_of(fields, "sequence", SEQUENCE_MAX),
        caller=dialled(text_of(fields, "from")),
        caller_name=text_of(fields, "caller_name"),
        called=dialled(text_of(fields, "to")),
        trunk=text_of(fields, "trunk")[:WORD_CHARS_MAX],
        agent=text_of(fields, "agent")[:WORD_CHARS_MAX],
        act_id=text_of(fields, "act_id")[:ID_CHARS_MAX],
        cause=text_of(fields, "cause")[:WORD_CHARS_MAX],
        recording_id=text_of(fields, "recording_id")[:ID_CHARS_MAX],
        recording_url=text_of(fields, "url"),
        recording_status=text_of(fields, "status") or "completed",
        duration_s=whole_of(fields, "duration_s", DURATION_S_MAX),
    )
    if event.told == Told.RECORDING and not event.recording_id:
        raise NotUnderstood("recording_id", "is needed with event “recording”")
    if event.told in (Told.NO_ANSWER, Told.LEFT) and not event.agent:
        raise NotUnderstood("agent", f"is needed with event “{event.told}”")
    return event


_ADDRESS = re.compile(r"(?i)(?:sips?|tel):(?P<user>[^@;>]*)")


def dialled(raw: str) -> str:
    """The number in what a trunk sends: `sip:+62812…@ims.example;user=phone` is a number with an address around it."""
    found = _ADDRESS.search(raw)
    user = found["user"].strip() if found else ""
    return user if re.fullmatch(r"\+?[0-9().\-\s]{3,30}", user) else raw.strip()
