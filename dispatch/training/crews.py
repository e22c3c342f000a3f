"""Emulated crews: acknowledge, drive along the roads, report positions, work, come back."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

# What a crew does next, after how many seconds of its own work (drawn between the two).
WAITS_S: dict[str, tuple[str, float, float]] = {
    "assigned": ("notified", 0.5, 2.0),
    "notified": ("acknowledged", 3.0, 12.0),
    "acknowledged": ("en_route", 8.0, 30.0),
    "on_scene": ("work", 60.0, 240.0),
    "transporting": ("at_destination", 60.0, 180.0),
    "at_destination": ("clear", 30.0, 90.0),
}
TRANSPORTING_KINDS = frozenset({"ambulance", "ambulance_boat"})
TRANSPORT_SHARE = 0.7


@dataclass(slots=True)
class Journey:
    """A drive along a route at `speed` times the real speed."""

    points: list[list[float]]
    seconds: list[float]
    begun: float
    speed: float

    def at(self, now: float) -> tuple[float, float]:
        elapsed = (now - self.begun) * self.speed
        pairs = zip(itertools.pairwise(self.points), itertools.pairwise(self.seconds), strict=True)
        for (here, there), (begin, end) in pairs:
            if elapsed < end:
                share = 0.0 if end <= begin else max(0.0, elapsed - begin) / (end - begin)
                return (
                    here[0] + (there[0] - here[0]) * share,
                    here[1] + (there[1] - here[1]) * share,
                )
        return self.points[-1][0], self.points[-1][1]

    def is_over(self, now: float) -> bool:
        return (now - self.begun) * self.speed >= self.seconds[-1]


@dataclass(slots=True)
class Crew:
    """One emulated crew; `step_due` is when it does the next thing."""

    unit: dict[str, Any]
    token: str
    lat: float | None = None
    lng: float | None = None
    journey: Journey | None = None
    assignment_id: str | None = None
    status: str | None = None
    step_due: float = 0.0
    reported: tuple[float, float] | None = field(default=None)

    def position_report(self) -> dict[str, Any] | None:
        """The position to report; an engine that stands reports now and then, too."""
        if self.lat is None or self.lng is None:
            return None
        moved = (self.lat, self.lng) != self.reported
        self.reported = (self.lat, self.lng)
        return {
            "unit_id": self.unit["id"],
            "lat": round(self.lat, 6),
            "lng": round(self.lng, 6),
            "at": datetime.now(UTC).isoformat(),
            "accuracy_m": 6,
            "speed_kph": 42 if moved else 0,
        }
