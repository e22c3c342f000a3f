"""Twilio's signature, as its documentation describes it, for the side that sends. Pure.

Checking is the adapter's business and uses Twilio's own library; this is what our emulated provider signs with.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlencode

Pairs = Iterable[tuple[str, str]]


def signature(*, token: str, url: str, pairs: Pairs) -> str:
    """HMAC-SHA1 over the URL and the sorted parameters; a repeated value counts once."""
    text = url + "".join(f"{name}{value}" for name, value in sorted(set(pairs)))
    return base64.b64encode(
        hmac.new(token.encode(), text.encode("utf-8"), hashlib.sha1).digest()
    ).decode()


def form(pairs: Pairs) -> bytes:
    return urlencode(list(pairs)).encode()
