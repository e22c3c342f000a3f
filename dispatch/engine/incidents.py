"""Numbers and ends of incidents. Pure."""

from __future__ import annotations

from enum import StrEnum

from realtime.protocol import Rejected


class IncidentStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


INCIDENT_DISPOSITIONS = (
    "handled",
    "transported",
    "handed_over",
    "refused",
    "cancelled_before_arrival",
    "cancelled_by_caller",
    "unfounded",
    "false_alarm_good_intent",
    "false_alarm_malicious",
    "duplicate",
)

PRIORITIES = (1, 2, 3, 4)


def number_text(*, year: int, ordinal: int) -> str:
    """The number people say: the year of the city's clock and a running number, `2026-000123`."""
    return f"{year}-{ordinal:06d}"


def check_open(status: str) -> None:
    if status != IncidentStatus.OPEN:
        raise Rejected("incident_closed")


def check_closable(*, status: str, active_assignments: int) -> None:
    """An incident ends when nobody works on it any more; the crews are never cut off silently."""
    check_open(status)
    if active_assignments:
        raise Rejected("units_still_assigned", count=active_assignments)
