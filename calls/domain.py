"""Rules of calls as tables and questions. Pure: no database, no clock, no provider's library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class Channel(StrEnum):
    VOICE = "voice"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PBX = "pbx"
    APP = "app"


class CallStatus(StrEnum):
    RINGING = "ringing"
    QUEUED = "queued"
    ANSWERED = "answered"
    ENDED = "ended"
    ABANDONED = "abandoned"


# The "provider" of a call that was taken by telephone and paper while the service was dead.
PAPER = "paper"


class Disposition(StrEnum):
    EMERGENCY = "emergency"
    NON_EMERGENCY_TRANSFERRED = "non_emergency_transferred"
    INFORMATION = "information"
    PRANK = "prank"
    GHOST = "ghost"
    ABANDONED = "abandoned"
    MISDIAL = "misdial"
    DUPLICATE = "duplicate"
    TEST = "test"


class Happening(StrEnum):
    """What may happen to a call, whoever says so."""

    QUEUE = "queue"
    ANSWER = "answer"
    RELEASE = "release"
    HANG_UP = "hang_up"  # by the caller, the provider or us


class LocationSource(StrEnum):
    AML = "aml"
    WHATSAPP = "whatsapp"
    SHARE_LINK = "share_link"
    TEXT = "text"
    ADDRESS = "address"
    NETWORK = "network"
    HISTORY = "history"
    OPERATOR = "operator"


TEXT_CHANNELS = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.APP})
SPOKEN_CHANNELS = frozenset({Channel.VOICE, Channel.PBX})
WAITING = frozenset({CallStatus.RINGING, CallStatus.QUEUED})
LIVE = WAITING | {CallStatus.ANSWERED}
OVER = frozenset({CallStatus.ENDED, CallStatus.ABANDONED})

_S, _H = CallStatus, Happening
# None: it cannot happen in this state (a person is told). The same status: nothing changes.
STEPS: Mapping[CallStatus, Mapping[Happening, CallStatus | None]] = {
    _S.RINGING: {
        _H.QUEUE: _S.QUEUED,
        _H.ANSWER: _S.ANSWERED,
        _H.RELEASE: None,
        _H.HANG_UP: _S.ABANDONED,
    },
    _S.QUEUED: {
        _H.QUEUE: _S.QUEUED,
        _H.ANSWER: _S.ANSWERED,
        _H.RELEASE: None,
        _H.HANG_UP: _S.ABANDONED,
    },
    # A late "in the queue" of the provider must not take an answered call back.
    _S.ANSWERED: {
        _H.QUEUE: _S.ANSWERED,
        _H.ANSWER: None,
        _H.RELEASE: _S.QUEUED,
        _H.HANG_UP: _S.ENDED,
    },
    _S.ENDED: {
        _H.QUEUE: _S.ENDED,
        _H.ANSWER: None,
        _H.RELEASE: None,
        _H.HANG_UP: _S.ENDED,
    },
    _S.ABANDONED: {
        _H.QUEUE: _S.ABANDONED,
        _H.ANSWER: None,
        _H.RELEASE: None,
        _H.HANG_UP: _S.ABANDONED,
    },
}


def step(status: CallStatus, happening: Happening) -> CallStatus | None:
    return STEPS[status][happening]


# --- what the provider says ---------------------------------------------------------------------

# Words of the provider in the order in which they happen; the last five are all the end of the call.
PROVIDER_RANK: Mapping[str, int] = {
    "queued": 0,
    "initiated": 1,
    "ringing": 2,
    "in-progress": 3,
    "answered": 3,
    "completed": 4,
    "busy": 4,
    "failed": 4,
    "no-answer": 4,
    "canceled": 4,
}
NOT_REACHED = frozenset({"busy", "failed", "no-answer", "canceled"})
_PROVIDER_HAPPENING: Mapping[int, Happening | None] = {
    0: None,
    1: None,
    2: None,
    3: Happening.QUEUE,
    4: Happening.HANG_UP,
}


@dataclass(frozen=True, slots=True)
class ProviderState:
    """Where a call stands: our status, and the furthest word of the provider with the highest number."""

    status: CallStatus
    provider_status: str = ""
    sequence: int | None = None


def next_status(state: ProviderState, provider_status: str, sequence: int | None) -> ProviderState:
    """The state after one status callback. Repeated, late and reordered ones never move it back.

    An unknown word changes nothing but the sequence: the provider adds words without notice.
    """
    highest = max((n for n in (state.sequence, sequence) if n is not None), default=None)
    rank = PROVIDER_RANK.get(provider_status)
    if rank is None:
        return ProviderState(state.status, state.provider_status, highest)
    # Of two words with the same rank the choice must not depend on the order of arrival.
    furthest = max(
        state.provider_status,
        provider_status,
        key=lambda word: (PROVIDER_RANK.get(word, -1), word),
    )
    happening = _PROVIDER_HAPPENING[rank]
    status = state.status
    if happening is not None:
        moved = step(status, happening)
        assert moved is not None, "what the provider reports is possible in every state"
        status = moved
    return ProviderState(status, furthest, highest)


MESSAGE_RANK: Mapping[str, int] = {
    "not_sent": 0,  # our own word: given up; whatever the provider says later is further
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
    "partially_delivered": 4,
    "read": 5,
}


def next_message_status(old: str, new: str) -> str:
    """The further of the two; of equals the one that does not depend on the order of arrival."""
    return max(old, new, key=lambda word: (MESSAGE_RANK.get(word, -1), word))


# --- who calls ----------------------------------------------------------------------------------

ADDRESS_CHARS_MAX = 200
# What networks and providers send in place of a number. +266696687 spells ANONYMOUS on a keypad.
NO_NUMBER = frozenset(
    {
        "",
        "anonymous",
        "unavailable",
        "unknown",
        "restricted",
        "private",
        "blocked",
        "withheld",
        "null",
        "none",
        "+266696687",
        "266696687",
        "+7378742833",  # RESTRICTED
        "+2562533",  # BLOCKED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
    }
)


class AddressKind(StrEnum):
    NONE = "none"
    NUMBER = "number"
    CLIENT = "client"  # a browser or an app
    SIP = "sip"
    USER = "user"  # a person of a messaging service who shows no number


@dataclass(frozen=True, slots=True)
class Address:
    """Who is at the other end, as far as the provider says. `text` identifies a conversation; empty: nobody."""

    kind: AddressKind
    text: str
    channel: Channel | None = None


def address_of(raw: str) -> Address:
    """Never raises. A number is not yet normalised here; what is no number stays as it was written."""
    # The control characters of direction could make +62 8… read backwards on a screen.
    text = "".join(sign for sign in raw if sign.isprintable()).strip()[:ADDRESS_CHARS_MAX]
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() == "whatsapp":
        plain = rest.strip()
        if plain.lower() in NO_NUMBER:
            return Address(AddressKind.NONE, "", Channel.WHATSAPP)
        # "+" and digits are a number; a business-scoped user id looks like US.1234
        kind = AddressKind.NUMBER if _DIALLED.match(plain) else AddressKind.USER
        return Address(kind, plain, Channel.WHATSAPP)
    if colon and scheme.lower() == "client":
        return Address(AddressKind.CLIENT, text)
    if colon and scheme.lower() in {"sip", "sips"}:
        return Address(AddressKind.SIP, text)
    if text.lower() in NO_NUMBER:
        return Address(AddressKind.NONE, "")
    return Address(AddressKind.NUMBER, text)


_DIALLED = re.compile(r"^\+?[\d\s().-]{3,30}$")


# --- text from outside --------------------------------------------------------------------------

TRUNCATED = " […]"


def storable(text: str) -> str:
    """PostgreSQL refuses NUL and lone surrogates; everything else is kept as it came."""
    return (
        text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    )


def limited(text: str, chars_max: int) -> str:
    """Cut with a mark, so that nobody takes the beginning for the whole."""
    text = storable(text)
    if len(text) <= chars_max:
        return text
    return text[: chars_max - len(TRUNCATED)] + TRUNCATED


# --- which call a position belongs to -----------------------------------------------------------

AML_BEFORE_CALL = timedelta(seconds=60)
AML_AFTER_CALL = timedelta(seconds=600)


def aml_belongs(*, aml_at: datetime, call_at: datetime) -> bool:
    return -AML_BEFORE_CALL <= aml_at - call_at <= AML_AFTER_CALL


# --- outside acts -------------------------------------------------------------------------------


def id_or_none(value: Any) -> UUID | None:
    """The id in an argument of a job that was given up, which may have been given up because it is none."""
    try:
        return UUID(str(value))
    except ValueError:
        return None


class ProviderError(Exception):
    """A provider refused or did not answer. A permanent refusal is not worth a second try.

    `status` is the HTTP status of a refusal, 0 when there was no answer; `code` is the provider's own, if it has one.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        status: int = 0,
        timed_out: bool = False,
        code: int = 0,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.status = status
        self.timed_out = timed_out
        self.code = code
