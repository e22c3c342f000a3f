"""Positions on their way to the screens: no number, droppable, the newest wins."""

from __future__ import annotations

from typing import Any

from realtime import doorbell

UNITS_IN_FRAME_MAX = 500


def publish(units: list[dict[str, Any]]) -> None:
    """`units` are `{"id", "lat", "lng", "at", "speed_kph", "heading", "accuracy_m"}`; best effort."""
    for start in range(0, len(units), UNITS_IN_FRAME_MAX):
        doorbell.ring(doorbell.TELEMETRY_CHANNEL, units[start : start + UNITS_IN_FRAME_MAX])
