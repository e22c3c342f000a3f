"""Bring together what the learning of speeds needs: who was on the way when, and where they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

import units.history
import units.selectors
from dispatch.models import Assignment
from maps import learnt
from maps.domain import gait_of, group_of
from maps.routing import learning, loading
from maps.routing.speeds import slot_of

DAYS = 60
DRIVES_MAX = 20_000  # the newest ones
DRIVE_MAX = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Lessons:
    """What one run has looked at and what came of it."""

    drives: int
    samples: int
    speeds: int
    arrivals: int
    spreads: int


def learn_speeds(*, now: datetime) -> Lessons:
    """Drives of the last DAYS days, from "en route" to "on scene". What was written on paper has no positions."""
    rows: list[tuple[Any, ...]] = list(
        Assignment.objects.filter(
            en_route_at__gte=now - timedelta(days=DAYS),
            on_scene_at__isnull=False,
            paper_entered_at__isnull=True,
        )
        .order_by("-en_route_at")
        .values_list("unit_id", "en_route_at", "on_scene_at", "eta_s", "eta_by", "eta_distance_m")[
            :DRIVES_MAX
        ]
    )
    kinds = units.selectors.kinds()
    samples = [sample for row in rows for sample in _samples(row, kinds)]
    arrivals = [
        learning.Arrival(by, metres, expected_s, (ended - begun).total_seconds())
        for _, begun, ended, expected_s, by, metres in rows
        if begun and ended and expected_s and metres is not None and by != "air"
    ]
    speeds, spreads = learning.learn(samples), learning.learn_arrivals(arrivals)
    learnt.save_speeds(speeds, now=now)
    learnt.save_arrivals(spreads, now=now)
    return Lessons(len(rows), len(samples), len(speeds), len(arrivals), len(spreads))


def _samples(row: tuple[Any, ...], kinds: dict[Any, tuple[str, str]]) -> Iterator[learning.Sample]:
    unit_id, begun, ended = row[:3]
    kind, by = kinds.get(unit_id, ("", "air"))
    network = loading.current()
    if by == "air" or network.is_empty or not timedelta(0) < ended - begun <= DRIVE_MAX:
        return
    group = group_of(kind, by)
    parts = network.parts
    lines = parts.water_lines() if by == "boat" else parts.lines(gait_of(group).access)
    track = units.history.track(unit_id, begin=begun, end=ended)
    if lines is None or len(track) < 2:
        return
    drive = learning.Drive(
        group=group,
        slot=slot_of(timezone.localtime(begun)),
        seconds=np.array([(at - begun).total_seconds() for at, _, _ in track]),
        lnglat=np.array([(lng, lat) for _, lat, lng in track]),
    )
    yield from learning.samples_of(network.roads, lines, network.speeds.factor(group), drive)
