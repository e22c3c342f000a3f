"""What the centre asks of any provider of messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    message_id: UUID
    channel: str
    to: str
    text: str
    sent: bool
    report_to: str = (
        ""  # path of the webhook that hears how it went; empty: the one for citizens' messages
    )
    # An approved template of WhatsApp and what stands in it; whoever has no templates sends `text`, which says the same.
    content_sid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; that is not yet delivery."""

    provider_sid: str
    status: str


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """One message as the provider's own list has it."""

    sid: str
    from_raw: str
    to: str
    text: str
    status: str
    error_code: str
    inbound: bool
    at: datetime
    media_count: int
    price: str = ""
    price_unit: str = ""


class Messaging(Protocol):
    name: str
    reports_as: str  # the provider of the webhooks by which it says how a message went

    def send_message(self, message: OutgoingMessage) -> Accepted:
        """Failures are `calls.domain.ProviderError`."""

    def list_messages(self, *, since: datetime) -> list[ListedMessage] | None:
        """All messages since then, theirs and ours; None: this provider keeps no list."""

    def list_media(self, sid: str) -> list[tuple[str, str]]:
        """(url, content type) of what came with a message."""
