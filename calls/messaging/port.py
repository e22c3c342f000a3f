"""What the centre asks of any provider of messages."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message; that is not yet delivery."""

    provider_sid: str
    status: str


class Messaging(Protocol):
    name: str

    def send_message(self, message: OutgoingMessage) -> Accepted:
        """Failures are `calls.domain.ProviderError`."""
