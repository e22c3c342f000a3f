"""Whom to send: a pure function over units, travel times and needs. No clock, no database, no chance.

Slots (one for each unit a capability is needed for) are matched to able, free units so that the summed travel
time is least (scipy's linear_sum_assignment); ties go to the smaller callsign, so the same input gives the same
answer. Every unit chosen says why, every nearer unit left out says why not.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

LEFT_OUT_MAX = 12
SLOTS_MAX = 40
NEAREST_WITHOUT_PLAN_MAX = 3
STALE_POSITION_S = 600
# Cost of a unit whose travel time is unknown: after every known one, before leaving the slot empty.
UNKNOWN_ETA_S = 4 * 3600
UNFILLED_S = 100 * 3600


@dataclass(frozen=True, slots=True)
class Need:
    capability: str
    count: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One unit as the recommendation sees it. `eta_s` None: no way known; `by` then says why."""

    unit_id: str
    callsign: str
    kind: str
    capabilities: frozenset[str]
    status: str
    free: bool
    eta_s: int | None
    distance_m: int | None
    by: str | None  # road, boat, air (straight line), none (no way there), None (no position)
    position_age_s: int | None  # None: no position of its own, the station's is used
    for_number: str | None = None  # the incident that holds it
    due: str | None = (
        None  # "first": its station is due first here; "outside": its agency does not answer here
    )
    eta_p90_s: int | None = None  # nine of ten such drives take no longer
    ready_s: int = 0  # of eta_s, until it leaves
    notes: tuple[str, ...] = ()  # what a person should know of the way


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code and what its sentence names; words are made in the viewer's language."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    candidate: Candidate
    capability: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    candidate: Candidate
    reason: Reason


@dataclass(frozen=True, slots=True)
class Recommendation:
    units: tuple[Chosen, ...]
    left_out: tuple[LeftOut, ...]
    shortfall: tuple[Need, ...]


def needs_for(plan: Mapping[str, Sequence[Mapping[str, Any]]], priority: int | None) -> list[Need]:
    """The needs of a priority; without an entry of its own the plan's default."""
    rows = plan.get(str(priority)) if priority is not None else None
    if rows is None:
        rows = plan.get("default", ())
    return [Need(row["capability"], row["count"]) for row in rows]


def still_needed(needs: Iterable[Need], working: Iterable[frozenset[str]]) -> list[Need]:
    """What is missing when units with these capabilities already work on the incident."""
    helpers = sorted(working, key=sorted)
    open_needs = []
    for need in needs:
        count = need.count
        for helper in list(helpers):
            if count and need.capability in helper:
                helpers.remove(helper)
                count -= 1
        if count:
            open_needs.append(Need(need.capability, count))
    return open_needs


def recommend(
    plan: Sequence[Need],
    candidates: Sequence[Candidate],
    *,
    working: Iterable[frozenset[str]] = (),
    location_known: bool = True,
) -> Recommendation:
    """Units to send, fastest first; units left out that are nearer than the slowest sent; what is missing.

    `working`: the capabilities of the units that are on the incident already.
    """
    ordered = sorted(candidates, key=_rank)
    needs = still_needed(plan, working)
    if plan and not needs:
        # Nothing more is proposed; those who could help, too, stay in sight with their travel times.
        able = [one for one in ordered if _serves(plan, one)]
        spare = [LeftOut(one, _why_not(one, able=True, otherwise="plan_met")) for one in able]
        return Recommendation((), tuple(spare[:LEFT_OUT_MAX]), ())
    free = [one for one in ordered if one.free and one.by != "none"]
    if needs:
        matched = _match(_slots(needs), free)
        chosen = [Chosen(one, slot, _why(one, slot, free)) for slot, one in matched if one]
        shortfall = _missing(slot for slot, one in matched if one is None)
    else:
        nearest = free[:NEAREST_WITHOUT_PLAN_MAX] if location_known else []
        chosen = [Chosen(one, None, (Reason("no_plan"), *_how(one))) for one in nearest]
        shortfall = []
    chosen.sort(key=lambda one: _rank(one.candidate))
    taken = {one.candidate.unit_id for one in chosen}
    rest = [one for one in ordered if one.unit_id not in taken]
    left_out = _left_out(rest, needs, chosen)
    return Recommendation(tuple(chosen), tuple(left_out), tuple(shortfall))


def _rank(one: Candidate) -> tuple[int, str]:
    return (UNKNOWN_ETA_S if one.eta_s is None else one.eta_s, one.callsign)


def _slots(needs: Sequence[Need]) -> list[str]:
    return [need.capability for need in needs for _ in range(need.count)][:SLOTS_MAX]


def _match(slots: list[str], free: list[Candidate]) -> list[tuple[str, Candidate | None]]:
    """One unit for each slot; milliseconds as whole numbers and the rank as tie-break keep it deterministic."""
    # No slot gets a unit beyond its so many nearest: with as many slots one of those is always left for it.
    places = sorted({place for slot in set(slots) for place in _nearest(slot, free, len(slots))})
    near = [free[place] for place in places]
    cost = np.full((len(slots), len(near) + len(slots)), UNFILLED_S * 1000, dtype=np.int64)
    for row, capability in enumerate(slots):
        for column, (place, one) in enumerate(zip(places, near, strict=True)):
            if capability in one.capabilities:
                cost[row, column] = _rank(one)[0] * 1000 + place
    rows, columns = linear_sum_assignment(cost)
    matched: list[tuple[str, Candidate | None]] = []
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        filled = column < len(near) and cost[row, column] < UNFILLED_S * 1000
        matched.append((slots[row], near[column] if filled else None))
    return matched


def _nearest(capability: str, free: list[Candidate], count: int) -> list[int]:
    able = (place for place, one in enumerate(free) if capability in one.capabilities)
    return list(itertools.islice(able, count))


def _missing(slots: Iterable[str]) -> list[Need]:
    counts: dict[str, int] = {}
    for capability in slots:
        counts[capability] = counts.get(capability, 0) + 1
    return [Need(capability, count) for capability, count in counts.items()]


def _how(one: Candidate) -> tuple[Reason, ...]:
    """What a person should know besides the travel time, and doubt about it."""
    doubts = []
    if one.due is not None:
        doubts.append(Reason(f"due_{one.due}"))
    if one.by is None:
        doubts.append(Reason("position_unknown"))
    elif one.position_age_s is None:
        doubts.append(Reason("from_station"))
    elif one.position_age_s > STALE_POSITION_S:
        doubts.append(Reason("position_old", {"age_s": one.position_age_s}))
    if one.by == "air":
        doubts.append(Reason("straight_line"))
    if one.by == "boat":
        doubts.append(Reason("by_boat"))
    if one.ready_s:
        doubts.append(Reason("leaves_after", {"ready_s": one.ready_s}))
    doubts.extend(Reason(note) for note in one.notes)
    return tuple(doubts)


def _why(one: Candidate, capability: str, free: list[Candidate]) -> tuple[Reason, ...]:
    able = [other for other in free if capability in other.capabilities]
    place = able.index(one) + 1
    code = "nearest" if place == 1 else "next_nearest"
    return (Reason(code, {"capability": capability, "place": place}), *_how(one))


def _left_out(rest: list[Candidate], needs: Sequence[Need], chosen: list[Chosen]) -> list[LeftOut]:
    """Nearer ones first that the dispatcher would ask about: able but busy, near but not able, able but farther."""
    wanted = {need.capability for need in needs}
    slowest = max((_rank(one.candidate)[0] for one in chosen), default=UNKNOWN_ETA_S)
    found = []
    for one in rest:
        able = not wanted or bool(wanted & one.capabilities)
        reason = _why_not(one, able=able, otherwise="farther" if chosen else "place_unknown")
        nearer = _rank(one)[0] <= slowest
        if able or (nearer and one.free):
            found.append(LeftOut(one, reason))
    return found[:LEFT_OUT_MAX]


def replacement(
    plan: Sequence[Need],
    candidates: Sequence[Candidate],
    silent: frozenset[str],
    *,
    working: Iterable[frozenset[str]] = (),
    location_known: bool = True,
) -> Candidate | None:
    """The nearest free unit that can do here what the silent one was sent for; None when there is none."""
    duties = [need for need in plan if need.capability in silent]
    alike = [one for one in candidates if one.capabilities & silent]
    found = recommend(duties, alike, working=working, location_known=location_known)
    spare = [one.candidate for one in found.left_out if one.reason.code == "plan_met"]
    return next(iter([*(one.candidate for one in found.units), *spare]), None)


def _serves(plan: Iterable[Need], one: Candidate) -> bool:
    return any(need.capability in one.capabilities for need in plan)


def _why_not(one: Candidate, *, able: bool, otherwise: str) -> Reason:
    if not one.free:
        if one.for_number:
            return Reason("busy", {"status": one.status, "number": one.for_number})
        return Reason("not_in_service", {"status": one.status})
    if not able:
        return Reason("not_able")
    if one.by == "none":
        return Reason("all_ways_closed" if "all_ways_closed" in one.notes else "no_way")
    return Reason(otherwise)
