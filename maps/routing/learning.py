"""How fast units have really been, from where they were on the way to incidents. Pure.

A drive is compared with the map between each two positions that lie on one road or on two that meet. Positions beside
the roads, jumps, and standing for longer than a red light say nothing; of what is left a drive gives one ratio for
each class of road, so that no long drive outweighs many short ones. What counts is the median over the drives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maps.domain import Group
from maps.routing.graph import CLASSES, Bools, Floats, Ints, Roads
from maps.routing.snapping import Lines
from maps.routing.speeds import RATIO_MAX, RATIO_MIN, Slot
from maps.routing.spread import band_of

SAMPLES_MIN = 20  # drives; fewer change nothing
ARRIVALS_MIN = 30  # finished drives of a band of distance
OFF_LINE_M_MAX = 30.0
STEP_S_MAX = 60.0  # further apart two positions do not show the way between them
STEP_KPH_MAX = 150.0
# Who has come no further than this after so long stands; from one position to the next noise alone moves as far.
STANDING_M, STANDING_WINDOW_S = 25.0, 20.0
STANDING_S_MAX = 45.0  # a red light belongs to the drive, waiting for an address does not
DRIVE_M_MIN = 300.0  # of a class, in one drive
ARRIVAL_S_MIN, ARRIVAL_S_MAX = 30.0, 7_200.0
ARRIVAL_RATIO_MAX = 6.0  # somebody forgot to press a key


@dataclass(frozen=True, slots=True)
class Drive:
    """One unit on its way to one incident."""

    group: Group
    slot: Slot
    seconds: Floats  # of each position, from any instant on, rising
    lnglat: Floats


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one drive on one class of road: real speed over the speed of the map."""

    group: Group
    slot: Slot
    road_class: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Learnt:
    group: Group
    slot: Slot
    road_class: str
    ratio: float
    spread: float
    samples: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A finished drive: what was expected, and what it took."""

    by: str
    distance_m: float
    expected_s: float
    took_s: float


@dataclass(frozen=True, slots=True)
class ArrivalsLearnt:
    by: str
    band_m: int
    median: float
    p90: float
    samples: int


def samples_of(roads: Roads, lines: Lines, factor: float, drive: Drive) -> list[Sample]:
    """`factor` is how many times faster than the map this group of kinds is held to be."""
    snaps = lines.nearest(roads.metres(drive.lnglat), within_m=OFF_LINE_M_MAX)
    on_road = np.isfinite(snaps.off_m)
    seconds, local = drive.seconds[on_road], roads.metres(drive.lnglat[on_road])
    standing = _standing(seconds, local)
    steps = _steps(roads, snaps.edge[on_road], snaps.share[on_road], seconds, standing)
    real_s: dict[int, float] = defaultdict(float)
    map_s: dict[int, float] = defaultdict(float)
    metres: dict[int, float] = defaultdict(float)
    for step in _without_standing(steps):
        whole_s = sum(seconds for _, _, seconds in step.parts)
        if whole_s <= 0:
            continue
        for road_class, length, seconds in step.parts:
            real_s[road_class] += step.seconds * seconds / whole_s
            map_s[road_class] += seconds / factor
            metres[road_class] += length
    return [
        Sample(drive.group, drive.slot, CLASSES[road_class], map_s[road_class] / spent_s)
        for road_class, spent_s in sorted(real_s.items())
        if metres[road_class] >= DRIVE_M_MIN and spent_s > 0
    ]


@dataclass(frozen=True, slots=True)
class _Step:
    """From one position to the next: seconds, and the parts (class, metres, seconds by the map)."""

    seconds: float
    parts: tuple[tuple[int, float, float], ...]
    is_standing: bool


def _standing(seconds: Floats, local: Floats) -> Bools:
    """For each step whether it belongs to a stretch of time in which the unit came nowhere."""
    standing = np.zeros(max(0, len(seconds) - 1), dtype=bool)
    later = np.searchsorted(seconds, seconds + STANDING_WINDOW_S)
    for at in np.flatnonzero(later < len(seconds)).tolist():
        if np.hypot(*(local[later[at]] - local[at])) < STANDING_M:
            standing[at : later[at]] = True
    return standing


def _steps(
    roads: Roads, edge: Ints, share: Floats, seconds: Floats, standing: Bools
) -> list[_Step | None]:
    """None where nothing can be said: too far apart, on roads that do not meet, or impossibly fast."""
    found: list[_Step | None] = []
    for at in range(len(edge) - 1):
        spent_s = float(seconds[at + 1] - seconds[at])
        parts = _parts(roads, edge[at], share[at], edge[at + 1], share[at + 1])
        metres = sum(length for _, length, _ in parts) if parts else 0.0
        usable = 0 < spent_s <= STEP_S_MAX and metres <= STEP_KPH_MAX / 3.6 * spent_s
        found.append(_Step(spent_s, parts, bool(standing[at])) if parts and usable else None)
    return found


def _parts(
    roads: Roads, edge: int, share: float, other: int, other_share: float
) -> tuple[tuple[int, float, float], ...] | None:
    def part(of: int, moved: float) -> tuple[int, float, float]:
        return (
            int(roads.road_class[of]),
            float(roads.length_m[of]) * moved,
            float(roads.seconds[of]) * moved,
        )

    if edge == other:
        return (part(edge, abs(other_share - share)),)
    ways = [
        (part(edge, abs(end - share)), part(other, abs(other_share - begin)))
        for end, node in ((0.0, roads.source[edge]), (1.0, roads.target[edge]))
        for begin, meets in ((0.0, roads.source[other]), (1.0, roads.target[other]))
        if node == meets
    ]
    return min(ways, key=lambda two: two[0][1] + two[1][1]) if ways else None


def _without_standing(steps: Sequence[_Step | None]) -> Iterable[_Step]:
    """Standing at either end of the drive, or longer than a red light, is left out."""
    run: list[_Step] = []
    has_moved = False
    for step in steps:
        if step is None:
            run, has_moved = [], False
        elif step.is_standing:
            run.append(step)
        else:
            if has_moved and sum(one.seconds for one in run) <= STANDING_S_MAX:
                yield from run
            run, has_moved = [], True
            yield step


def learn(samples: Iterable[Sample]) -> list[Learnt]:
    """For each cell with enough drives the median, and how far the drives lie from it."""
    cells: dict[tuple[Group, Slot, str], list[float]] = defaultdict(list)
    for sample in samples:
        cells[sample.group, sample.slot, sample.road_class].append(sample.ratio)
    found = []
    for (group, slot, road_class), ratios in cells.items():
        if len(ratios) >= SAMPLES_MIN:
            middle = float(np.median(ratios))
            spread = float(np.median(np.abs(np.array(ratios) - middle)))
            kept = min(RATIO_MAX, max(RATIO_MIN, middle))
            found.append(Learnt(group, slot, road_class, kept, spread, len(ratios)))
    return found


def learn_arrivals(arrivals: Iterable[Arrival]) -> list[ArrivalsLearnt]:
    """How many times the expected time half and nine of ten drives took, by band of distance."""
    bands: Mapping[tuple[str, int], list[float]] = defaultdict(list)
    for one in arrivals:
        if one.expected_s <= 0 or not ARRIVAL_S_MIN <= one.took_s <= ARRIVAL_S_MAX:
            continue
        ratio = one.took_s / one.expected_s
        if ratio <= ARRIVAL_RATIO_MAX:
            bands[one.by, band_of(one.distance_m)].append(ratio)
    return [
        ArrivalsLearnt(
            by,
            band_m,
            float(np.median(ratios)),
            float(np.quantile(ratios, 0.9, method="higher")),
            len(ratios),
        )
        for (by, band_m), ratios in bands.items()
        if len(ratios) >= ARRIVALS_MIN
    ]
