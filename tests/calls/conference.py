"""A call with people in it, for tests: answered, joined, and what the provider tells of each."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import format_datetime
from typing import Any

from django.utils import timezone

from calls.models import Call, Participant
from tests import jobs


class Line:
    """One call of ada's with the provider's words about it. `post` sends them through the whole HTTP stack."""

    def __init__(self, post: Callable[..., Any], call: Call) -> None:
        self.post, self.call, self.sequence = post, call, 0

    def row(self, kind: str) -> Participant:
        return Participant.objects.filter(call=self.call, kind=kind).order_by("added_at").last()

    def tells(self, kind: str, event: str, **more: str) -> Any:
        """An event of the conference about the newest participant of this kind."""
        self.sequence += 1
        row = self.row(kind)
        params = {
            "ConferenceSid": "CF1",
            "StatusCallbackEvent": event,
            "SequenceNumber": str(self.sequence),
            "Timestamp": format_datetime(timezone.now()),
            "ParticipantLabel": "caller" if kind == "caller" else str(row.pk),
            "CallSid": f"CA{row.pk.hex}",
            "Hold": "false",
            "Muted": "false",
            **more,
        }
        return self.post(f"/twilio/voice/conference/{self.call.pk}", params)

    def leg(self, kind: str, status: str) -> Any:
        row = self.row(kind)
        return self.post(
            f"/twilio/voice/participant/{row.pk}",
            {"CallSid": f"CA{row.pk.hex}", "CallStatus": status},
        )

    def joins(self, *kinds: str) -> None:
        for kind in kinds:
            self.tells(kind, "participant-join")

    def now(self) -> Call:
        self.call.refresh_from_db()
        return self.call


def tasks() -> list[str]:
    return [job["task"].removeprefix("calls.") for job in jobs.waiting()]
