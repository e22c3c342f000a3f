"""How the centre and the exchange prove to each other who speaks: the same in both directions."""

from __future__ import annotations

import hashlib
import hmac
import time

HEADER = "X-Siaga-Signature"
CLOCK_TOLERANCE_S = 300


def sign(body: bytes, key: str) -> str:
    at_s = str(int(time.time()))
    return f"t={at_s},v1={_mac(body, key, at_s)}"


def is_signed(body: bytes, header: str, keys: list[str]) -> bool:
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    at_s, given = parts.get("t", ""), parts.get("v1", "")
    if not (
        at_s.isascii() and at_s.isdigit() and abs(time.time() - int(at_s)) <= CLOCK_TOLERANCE_S
    ):
        return False
    return any(hmac.compare_digest(_mac(body, key, at_s).encode(), given.encode()) for key in keys)


def _mac(body: bytes, key: str, at_s: str) -> str:
    return hmac.new(key.encode(), at_s.encode() + b"." + body, hashlib.sha256).hexdigest()
