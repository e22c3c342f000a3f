"""How fast units really are beside the map's speeds: by class of road, group of kinds and time of the week. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from maps.domain import FACTOR_MAX, FACTOR_MIN, SPEED_FACTOR, Group
from maps.routing.graph import CLASSES
from maps.routing.spread import Learnt

# The hours at which a band of the day begins: night, school and office traffic, morning, noon, afternoon, evening.
BAND_HOURS = (0, 6, 9, 12, 15, 18, 21)
SATURDAY = 5
RATIO_MIN, RATIO_MAX = 0.3, 2.0


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of the week, in the city's own clock."""

    is_weekend: bool
    band: int  # the hour at which it begins


def slot_of(local: datetime) -> Slot:
    band = BAND_HOURS[bisect.bisect_right(BAND_HOURS, local.hour) - 1]
    return Slot(local.weekday() >= SATURDAY, band)


@dataclass(frozen=True, slots=True)
class Speeds:
    """What has been set and learnt: factors of groups, and ratios of the map's speed that drives have shown."""

    version: int = 0
    factors: Mapping[Group, float] = field(default_factory=dict)
    learnt: Mapping[tuple[Group, Slot, str], float] = field(default_factory=dict)
    spread: Learnt = field(default_factory=dict)

    def factor(self, group: Group) -> float:
        factor = self.factors.get(group, SPEED_FACTOR[group])
        return min(FACTOR_MAX, max(FACTOR_MIN, factor))

    def ratios(self, group: Group, slot: Slot | None) -> tuple[float, ...]:
        """For each class of road; 1 where too little is known."""
        if slot is None or not self.learnt:
            return _AS_DRAWN
        return tuple(
            min(RATIO_MAX, max(RATIO_MIN, self.learnt.get((group, slot, name), 1.0)))
            for name in CLASSES
        )


_AS_DRAWN = (1.0,) * len(CLASSES)
