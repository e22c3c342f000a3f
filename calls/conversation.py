"""Rules of writing back and forth: the window in which free words are allowed, and what became of a message. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from calls.domain import Channel

# WhatsApp lets a centre write freely only so long after the citizen's last message; after that, approved templates.
FREE_WORDS_WINDOW = timedelta(hours=24)
# A message that WhatsApp has taken and not delivered by then is told to a person: the account may be out of money, and
# the provider says success all the same. SMS has no such limit: receipts of operators in Indonesia mean nothing.
WHATSAPP_DELIVERED_WITHIN_S = 60
VARIABLES_MAX = 10
VARIABLE_CHARS_MAX = 300


class Delivery(StrEnum):
    """What a dispatcher is told about a message of the centre."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


NOT_SENT = "not_sent"  # our own word: the provider has never taken it
NO_RECEIPT = "no_receipt"  # taken, and then nothing
WINDOW_CLOSED = "window_closed"

_DELIVERY: Mapping[str, Delivery] = {
    "": Delivery.QUEUED,
    "accepted": Delivery.QUEUED,
    "scheduled": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "partially_delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
    "canceled": Delivery.FAILED,
    NOT_SENT: Delivery.FAILED,
}
ARRIVED = frozenset({Delivery.DELIVERED, Delivery.READ})

# Twilio's error codes in words that the console has sentences for; every other is `other`, with its number.
_REASONS: Mapping[str, str] = {
    "63016": WINDOW_CLOSED,
    "63024": "no_whatsapp",
    "63003": "no_whatsapp",
    "63049": "held_back",  # WhatsApp chose not to deliver
    "63018": "too_many",
    "30001": "too_many",
    "63013": "account",
    "30002": "account",
    "63020": "account",
    "30003": "unreachable",
    "30004": "blocked",
    "21610": "blocked",
    "30005": "unknown_number",
    "30006": "no_sms",
    "21614": "no_sms",
    "30007": "held_back",
}


def delivery(provider_status: str) -> Delivery:
    """A word nobody knows yet says only that the provider has it."""
    return _DELIVERY.get(provider_status, Delivery.SENT)


def reason(provider_status: str, error_code: str) -> str | None:
    """Why it has failed, as a word; None: it has not."""
    if delivery(provider_status) is not Delivery.FAILED:
        return None
    if known := _REASONS.get(error_code):
        return known
    return NOT_SENT if provider_status == NOT_SENT else "other"


def delivered_within_s(channel: str) -> int | None:
    """How long a receipt may take; None: nobody waits for one."""
    return WHATSAPP_DELIVERED_WITHIN_S if channel == Channel.WHATSAPP else None


# --- the window ---------------------------------------------------------------------------------


def window_ends(last_inbound_at: datetime | None, closed_at: datetime | None) -> datetime | None:
    """When free words end. `closed_at`: the provider has refused them since, whatever we count. None: not known."""
    if last_inbound_at is None:
        return closed_at
    ends = last_inbound_at + FREE_WORDS_WINDOW
    refused = closed_at is not None and closed_at >= last_inbound_at
    return min(ends, closed_at) if refused and closed_at is not None else ends


def is_open(ends_at: datetime | None, *, now: datetime) -> bool:
    """Without a word of the citizen nothing is known: the provider decides."""
    return ends_at is None or now < ends_at


# --- templates ----------------------------------------------------------------------------------

_PLACE = re.compile(r"\{\{(\d{1,2})\}\}")


def places(text: str) -> list[str]:
    """The numbers of a template's variables, each once, in their order."""
    return sorted(set(_PLACE.findall(text)), key=int)


def filled(text: str, variables: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    """The words as the citizen reads them, and the variables by number; None: one is missing, or too many."""
    # WhatsApp refuses line breaks and runs of spaces in a variable.
    given = [" ".join(one.split())[:VARIABLE_CHARS_MAX] for one in variables]
    numbers = places(text)
    if len(given) != len(numbers) or not all(given):
        return None
    by_number = dict(zip(numbers, given, strict=True))
    return _PLACE.sub(lambda found: by_number[found[1]], text), by_number
