"""What the provider keeps of calls and messages, and how its API writes them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
API_VERSION = "2010-04-01"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Document:
    """One answer to one of the provider's requests; status 0: no answer at all."""

    url: str
    status: int
    body: str
    took_s: float
    tries: int = 1
    by_fallback: bool = False

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(eq=False)
class Leg:
    """One call at the provider. `heard` is what the person on it has been told, in order."""

    sid: str
    from_: str
    to: str
    direction: str = "inbound"
    status: str = "ringing"
    created_at: datetime = field(default_factory=now)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sequence: int = 0
    heard: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    queue_action: str | None = None  # set while the person waits in a queue
    conference: str | None = None
    params: dict[str, str] = field(default_factory=dict)  # as we were asked to make it
    task: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def is_queued(self) -> bool:
        return self.queue_action is not None

    def at(self) -> datetime:
        return self.created_at

    def wire(self, account: str) -> dict[str, Any]:
        lasted = (
            int((self.ended_at - (self.answered_at or self.ended_at)).total_seconds())
            if self.ended_at
            else None
        )
        return {
            "sid": self.sid,
            "account_sid": account,
            "from": self.from_,
            "to": self.to,
            "direction": self.direction,
            "status": self.status,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.ended_at or self.answered_at or self.created_at),
            "start_time": rfc2822(self.created_at),
            "end_time": rfc2822(self.ended_at),
            "duration": None if lasted is None else str(lasted),
            "caller_name": None,
            "api_version": API_VERSION,
            "uri": f"/{API_VERSION}/Accounts/{account}/Calls/{self.sid}.json",
            "subresource_uris": {},
        }


@dataclass(eq=False)
class Text:
    """One SMS or WhatsApp message at the provider."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str = "inbound"
    status: str = "received"
    created_at: datetime = field(default_factory=now)
    error_code: int | None = None
    params: dict[str, str] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    media: list[str] = field(default_factory=list)  # content types of what is attached

    def at(self) -> datetime:
        return self.created_at

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "num_media": str(len(self.media)),
            "num_segments": "1",
            "date_created": rfc2822(self.created_at),
            "date_sent": rfc2822(self.created_at),
            "date_updated": rfc2822(self.created_at),
            "error_code": self.error_code,
            "error_message": None,
            "messaging_service_sid": None,
            "api_version": API_VERSION,
            "uri": f"/{API_VERSION}/Accounts/{account}/Messages/{self.sid}.json",
            "subresource_uris": {},
        }


def rfc2822(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at.astimezone(UTC).replace(microsecond=0))
