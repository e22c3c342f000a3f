"""Signed JSON between us and a partner's machine, both ways alike: the proof, and what may be believed of it. Pure.

`X-Siaga-Signature: t=<seconds of the epoch>,v1=<hex>`, an HMAC-SHA256 over the seconds, a full stop and the body. The
time inside the signature makes a request that was recorded useless soon after.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from calls.domain import storable

SIGNATURE_HEADER = "X-Siaga-Signature"
# How far the other clock may be from ours, either way; it is also how long a recorded request stays of use.
CLOCK_TOLERANCE_S = 300
HELD_MAX = timedelta(hours=4)  # what happened while we could not be reached is told afterwards
ID_CHARS_MAX = 100
FIELD_CHARS_MAX = 1_000


class Proof(StrEnum):
    """What became of a signature, and what is said to whoever sent it."""

    GOOD = "good"
    MISSING = (
        "The signature is missing. Send X-Siaga-Signature: t=<seconds of the epoch>,v1=<hex HMAC-SHA256>"
        " over the seconds, a full stop and the body.\n"
    )
    WRONG = (
        "The signature is wrong. Check that both sides have the same key, and that the body is signed"
        " byte for byte as it is sent.\n"
    )
    TOO_OLD = (
        "The signature is right, but its time is too far from ours. Set the clock (NTP), and sign again when you"
        " send again.\n"
    )
    NOT_SET_UP = "This way in is not set up here: its key is empty.\n"


def sign(body: bytes, *, key: str, at_s: int) -> str:
    return f"t={at_s},v1={_mac(body, key=key, at_s=str(at_s))}"


def proof(body: bytes, header: str, *, keys: Iterable[str], now_s: float) -> Proof:
    """All keys count while the key is being changed. The time is told to nobody who has not proved to have a key."""
    known = [key for key in keys if key]
    if not known:
        return Proof.NOT_SET_UP
    parts = [part.strip().partition("=") for part in header[:FIELD_CHARS_MAX].split(",")]
    at_s = next((value for name, _, value in parts if name == "t"), "")
    signatures = [value.lower() for name, _, value in parts if name == "v1"]
    if not signatures or not _SECONDS.fullmatch(at_s):
        return Proof.MISSING
    good = [_mac(body, key=key, at_s=at_s) for key in known]
    if not any(
        hmac.compare_digest(one.encode(), given.encode("utf-8", "replace"))
        for one in good
        for given in signatures
    ):
        return Proof.WRONG
    return Proof.GOOD if abs(now_s - int(at_s)) <= CLOCK_TOLERANCE_S else Proof.TOO_OLD


_SECONDS = re.compile(r"[0-9]{1,12}")


def _mac(body: bytes, *, key: str, at_s: str) -> str:
    return hmac.new(key.encode(), at_s.encode() + b"." + body, hashlib.sha256).hexdigest()


# --- fields ------------------------------------------------------------------------------------


class NotUnderstood(ValueError):  # noqa: N818 - an answer
    """Its sentence says which field, what is wrong, and what it should be."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")


def fields_of(body: bytes) -> Mapping[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood("body", "is no JSON; send one object in UTF-8") from None
    if not isinstance(fields, dict):
        raise NotUnderstood("body", "is no JSON object; send {…}")
    return fields


def believed(at: datetime | None, *, now: datetime) -> datetime:
    """A time that cannot be is not taken over: a clock ahead would make calls of the future."""
    return at if at is not None and now - HELD_MAX < at <= now else now


def text_of(
    fields: Mapping[str, Any],
    name: str,
    *,
    required: bool = False,
    chars_max: int = FIELD_CHARS_MAX,
) -> str:
    value = fields.get(name)
    if isinstance(value, bool | dict | list | float):
        raise NotUnderstood(name, "must be a text")
    text = "" if value is None else storable(str(value)).strip()[:chars_max]
    if required and not text:
        raise NotUnderstood(name, "is missing")
    return text


def id_of(fields: Mapping[str, Any], name: str) -> str:
    text = text_of(fields, name, required=True)
    if len(text) > ID_CHARS_MAX:  # cut, two different ones could become one
        raise NotUnderstood(name, f"has more than {ID_CHARS_MAX} characters")
    return text


def whole_of(fields: Mapping[str, Any], name: str, largest: int) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise NotUnderstood(name, f"must be a whole number from 0 to {largest}")
    return value


def instant_of(fields: Mapping[str, Any], name: str, *, required: bool = False) -> datetime | None:
    text = text_of(fields, name, required=required)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise ValueError
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotUnderstood(
            name, "must be a time with its zone, such as 2026-11-28T01:25:29Z"
        ) from None
