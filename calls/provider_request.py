"""One request of a provider as it came: read once, kept whole, so that it can be acted on now or later."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from calls.domain import limited, storable
from calls.models import SID_CHARS_MAX
from calls.signed_json import SIGNATURE_HEADER

TOKEN_CHARS_MAX = 100
SID_NAMES = (
    "CallSid",
    "MessageSid",
    "SmsMessageSid",
    "SmsSid",
    "RecordingSid",
    "call_id",
    "message_id",
)
# By whom it is signed says the webhook; each looks only at its own.
SIGNATURE_HEADERS = ("X-Twilio-Signature", SIGNATURE_HEADER)


@dataclass(frozen=True)
class ProviderRequest:
    """Values are safe to store; `pairs` are as they came, for the signature. `now` is when it came."""

    path: str
    query: str
    body: bytes
    is_json: bool
    signature: str
    token: str
    now: datetime
    kept: bool = False  # it lies in the journal

    @classmethod
    def read(cls, request: HttpRequest, *, now: datetime) -> ProviderRequest | None:
        """None when the body is larger than UPLOAD_BYTES_MAX."""
        try:
            body = request.body
        except RequestDataTooBig:
            return None
        query = request.META.get("QUERY_STRING", "")
        return cls.of(request.path, query, body, request.headers, now=now)

    @classmethod
    def of(
        cls, path: str, query: str, body: bytes, headers: Mapping[str, str], *, now: datetime
    ) -> ProviderRequest:
        """`headers` by their usual names, in any case that the mapping itself understands."""
        return cls(
            path=path,
            query=query,
            body=body,
            is_json=headers.get("Content-Type", "").lower().startswith("application/json"),
            signature=next(
                (value for one in SIGNATURE_HEADERS if (value := headers.get(one))), ""
            ),
            token=limited(headers.get("I-Twilio-Idempotency-Token", ""), TOKEN_CHARS_MAX),
            now=now,
        )

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        if self.is_json:
            return _json_pairs(self.body)
        text = self.body.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, errors="replace")

    def get(self, name: str) -> str:
        """The first value of a parameter; a repeated one is kept whole in the record only."""
        return next((storable(value) for key, value in self.pairs if key == name), "")

    @property
    def sid(self) -> str:
        """What identifies it at the provider; without any, a repetition still carries the same token."""
        for name in SID_NAMES:
            if value := self.get(name).strip():
                return value[:SID_CHARS_MAX]
        return f"token:{self.token}"[:SID_CHARS_MAX] if self.token else ""

    def packed(self) -> dict[str, Any]:
        """For the journal; `unpacked` is its inverse."""
        return {
            "at": self.now.isoformat(),
            "path": self.path,
            "query": self.query,
            "body": base64.b64encode(self.body).decode(),
            "is_json": self.is_json,
            "signature": self.signature,
            "token": self.token,
        }

    @classmethod
    def unpacked(cls, row: Mapping[str, Any]) -> ProviderRequest:
        """Raises KeyError, TypeError or ValueError when the row is not one of ours."""
        return cls(
            path=str(row["path"]),
            query=str(row["query"]),
            body=base64.b64decode(row["body"], validate=True),
            is_json=bool(row["is_json"]),
            signature=str(row["signature"]),
            token=str(row["token"]),
            now=datetime.fromisoformat(row["at"]),
        )


def _json_pairs(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a JSON body; what is nested stays in the record only."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(fields, dict):
        return []
    plain = {name: value for name, value in fields.items() if isinstance(value, str | int | float)}
    return [(name, str(value)) for name, value in plain.items()]
