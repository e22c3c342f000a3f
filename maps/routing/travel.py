"""How long units need to a place, by the network they travel on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from maps.domain import ON_FOOT_KPH, group_of
from maps.geo import LatLng, distance_m
from maps.routing import closures as overlays
from maps.routing import loading
from maps.routing.closures import Closed
from maps.routing.graph import Floats, Roads
from maps.routing.network import Network, Terms, Ways
from maps.routing.search import TRAVEL_S_MAX, Found, Search, Spot, Starts
from maps.routing.snapping import Lines, Snaps
from maps.routing.speeds import Slot, slot_of
from maps.routing.spread import (
    SIGMA_FLIGHT,
    SIGMA_STRAIGHT_LINE,
    Z90,
    p90_s,
)
from maps.routing.topology import DRIVE, SAIL, WALK

SNAP_M_MAX = 2_000.0  # further from every line of the network: it cannot say anything, so the straight line does
UNDRAWN_ROAD_M_MAX = 400.0  # between the line and the door, streets that the network leaves out
UNDRAWN_ROAD_KPH = 15.0
OFF_LINE_BOAT_KPH = 18.0
STRAIGHT_LINE_FACTOR = 1.4  # roads are that much longer than the crow flies
STRAIGHT_LINE_KPH = 30.0
AIRCRAFT_KPH = 180.0
AT_PIER_M = 150.0  # this near to a crossing a boat lies where it is
ASHORE_M = 60.0  # this near to a road, and not at a pier, a boat's crew is on land
LEAVING_MAX = 4  # searches for units that stand inside of closures

STARTS_AS = {"road": DRIVE, "boat": SAIL, "foot": WALK}


class Source(NamedTuple):
    """Where somebody starts and how: `by` is road, boat, foot or air; an empty `kind` drives like an ambulance."""

    position: LatLng
    by: str
    kind: str = ""
    ready_s: int = 0


@dataclass(frozen=True, slots=True)
class Travel:
    """`by` "air" for somebody of road or boat is the marked straight-line estimate. `ready_s` comes before `eta_s`."""

    eta_s: int
    distance_m: int
    by: str
    p90_s: int = 0
    ready_s: int = 0
    notes: tuple[str, ...] = ()  # to_pier, ferry, own_network


def travel_to(target: LatLng, sources: Mapping[str, tuple]) -> dict[str, Travel]:
    """Travel time of every source to the target, with one reversed Dijkstra for each way of travelling.

    A source that has no way there is left out of the answer: no vehicle drives to an island without a bridge. The
    straight line ("air") stands in only where the network can say nothing: it is empty, or an end lies more than
    SNAP_M_MAX from it.
    """
    return travel_in(loading.current(), target, sources, now=timezone.now())


def travel_in(
    network: Network,
    target: LatLng,
    sources: Mapping[str, tuple],
    *,
    now: datetime | None = None,
) -> dict[str, Travel]:
    """Without `now` every closure holds and no time of the week counts."""
    question = Question(network, target, now)
    found: dict[str, Travel] = {}
    by_key: dict[tuple[object, ...], dict[str, tuple[Source, Terms]]] = defaultdict(dict)
    for key, value in sources.items():
        source = Source(*value)
        if source.by == "air":
            found[key] = flight(source.position, target)
        elif not question.knows(source.by):
            found[key] = straight_line(source.position, target)
        else:
            terms = network.terms(group_of(source.kind, source.by), question.slot)
            by_key[network.key_of(terms)][key] = (source, terms)
    for alike in by_key.values():
        found.update(question.travels(alike))
    return {
        key: replace(travel, ready_s=Source(*sources[key]).ready_s)
        for key, travel in found.items()
    }


def kept_out_by_closures(target: LatLng, sources: Mapping[str, Source]) -> frozenset[str]:
    """Those of sources without a way that would have one if nothing were closed."""
    network = loading.current()
    if not sources or not network.closures:
        return frozenset()
    return frozenset(travel_in(network.without_closures(), target, sources, now=timezone.now()))


class Question:
    """Everything that is asked about one target at one moment; without a target, how far one comes."""

    def __init__(self, network: Network, target: LatLng | None, now: datetime | None) -> None:
        self.network = network
        self.target = target
        self.holding: Sequence[Closed] = network.closures if now is None else network.holding(now)
        self.slot: Slot | None = slot_of(timezone.localtime(now)) if now else None

    def knows(self, by: str) -> bool:
        if self.network.is_empty:
            return False
        return by != "boat" or self.network.parts.has_water

    def searches(self, terms: Terms) -> Searches:
        return Searches(self, terms)

    def travels(self, alike: Mapping[str, tuple[Source, Terms]]) -> dict[str, Travel]:
        """Sources of one way of travelling, which one search answers."""
        assert self.target is not None
        terms = next(iter(alike.values()))[1]
        searches = self.searches(terms)
        places = [source.position for source, _ in alike.values()]
        if searches.end is None:
            return {
                key: straight_line(at, self.target) for key, at in zip(alike, places, strict=True)
            }
        begins = searches.begin(places)
        found: dict[str, Travel] = {}
        names = list(alike)
        for begun in begins:
            rows = searches.find(begun)
            for at, row in zip(begun.rows, rows, strict=True):
                key = names[at]
                if row is None:
                    continue
                scale = alike[key][1].scale
                eta_s = row.off_s + row.seconds / scale
                notes = (*begun.notes, *(("ferry",) if row.afloat_m > 0 else ()))
                found[key] = Travel(
                    eta_s=round(eta_s),
                    distance_m=round(row.metres),
                    by=terms.gait.by,
                    p90_s=p90_s(eta_s, row.metres, terms.gait.by, self.network.speeds.spread),
                    notes=notes,
                )
            for at in begun.lost:
                found[names[at]] = straight_line(places[at], self.target)
        return found


@dataclass(frozen=True, slots=True)
class Begun:
    """Sources that begin alike: which rows of the question they are, and their lines."""

    rows: list[int]
    use: int
    snaps: Snaps
    notes: tuple[str, ...] = ()
    lost: tuple[int, ...] = ()  # no line is near


@dataclass(frozen=True, slots=True)
class Row:
    seconds: float
    metres: float
    off_s: float  # off the line at both ends
    afloat_m: float


class Searches:
    """The searches of one way of travelling to one target: one, and one more for those inside of closures."""

    def __init__(self, question: Question, terms: Terms) -> None:
        self.question = question
        self.terms = terms
        network, roads = question.network, question.network.roads
        self.roads: Roads = roads
        self.ways: Ways = network.ways(terms, question.holding)
        target = question.target
        snap = snap_all(roads, self.ways.ends, [target]) if target is not None else None
        self.end: Spot | None = None
        self.end_off_m = self.end_off_s = 0.0
        self._made: dict[frozenset[str], Search] = {}
        if snap is not None and math.isfinite(snap.off_m[0]):
            self.end = Spot(int(snap.edge[0]), float(snap.share[0]))
            self.end_off_m = float(snap.off_m[0])
            self.end_off_s = off_line_s(self.end_off_m, is_boat=bool(roads.is_boat[self.end.edge]))
            self.reached = self._reached(self.end)

    def _reached(self, end: Spot) -> frozenset[str]:
        """Closed roads around the target itself: whoever is sent there is let in. High water lets nobody in."""
        inside = overlays.around(self.question.holding, end.edge, end.share)
        kinds = {one.id: one.kind for one in self.question.holding}
        return frozenset(one for one in inside if kinds[one] == overlays.CLOSED)

    def search(self, without: frozenset[str]) -> Search:
        """With all closures but these."""
        if without not in self._made:
            if len(self._made) > LEAVING_MAX:  # very many units each in a closure of its own
                without = frozenset(one.id for one in self.question.holding)
            closed = [one for one in self.question.holding if one.id not in without]
            ways = self.question.network.ways(self.terms, closed)
            assert self.end is not None
            self._made.setdefault(without, Search(self.roads, ways, self.end))
        return self._made[without]

    def begin(self, places: Sequence[LatLng]) -> list[Begun]:
        use = STARTS_AS[self.terms.gait.by]
        snaps = snap_all(self.roads, self.ways.starts, places)
        if snaps is None:
            return [Begun([], use, _NO_SNAPS, lost=tuple(range(len(places))))]
        on_foot: list[int] = []
        if self.ways.ashore is not None:
            roads = snap_all(self.roads, self.ways.ashore, places)
            assert roads is not None
            is_ashore = (roads.off_m <= ASHORE_M) & (snaps.off_m > AT_PIER_M)
            on_foot = np.flatnonzero(is_ashore).tolist()
        rest = [at for at in range(len(places)) if at not in set(on_foot)]
        near = [at for at in rest if math.isfinite(snaps.off_m[at])]
        lost = tuple(at for at in rest if not math.isfinite(snaps.off_m[at]))
        begun = [Begun(near, use, _taken(snaps, near), lost=lost)]
        if on_foot:
            begun.append(Begun(on_foot, DRIVE, _taken(roads, on_foot), notes=("to_pier",)))
        return begun

    def find(self, begun: Begun) -> list[Row | None]:
        """In the order of the rows; None: no way there."""
        rows: list[Row | None] = [None] * len(begun.rows)
        for without, chosen in self._leaving(begun).items():
            snaps = _taken(begun.snaps, chosen)
            found = self.search(without).find(Starts(begun.use, snaps.edge, snaps.share))
            for at, row in zip(chosen, self._rows(begun, snaps, found), strict=True):
                rows[at] = row
        return rows

    def leaves(self, begun: Begun) -> frozenset[str]:
        """The closures that do not hold for a single source."""
        return next(iter(self._leaving(begun)))

    def _leaving(self, begun: Begun) -> dict[frozenset[str], list[int]]:
        """Whoever stands in a closure may leave it: sources by the closures that do not hold for them."""
        if not self.question.holding:
            return {self.reached: list(range(len(begun.rows)))}
        groups: dict[frozenset[str], list[int]] = defaultdict(list)
        for at, (edge, share) in enumerate(
            zip(begun.snaps.edge.tolist(), begun.snaps.share.tolist(), strict=True)
        ):
            inside = overlays.around(self.question.holding, edge, share)
            groups[self.reached | self._shut_in(inside)].append(at)
        return groups

    def _shut_in(self, inside: Iterable[str]) -> frozenset[str]:
        slow = {one.id for one in self.question.holding if one.kind == overlays.SLOW}
        return frozenset(inside) - slow

    def _rows(self, begun: Begun, snaps: Snaps, found: Found) -> Iterable[Row | None]:
        afloat = (
            self.roads.is_boat[snaps.edge] if begun.use != DRIVE else np.zeros(len(snaps.edge))
        )
        for off_m, is_boat, seconds, metres, afloat_m in zip(
            snaps.off_m.tolist(),
            afloat.tolist(),
            found.seconds.tolist(),
            found.metres.tolist(),
            found.afloat_m.tolist(),
            strict=True,
        ):
            if not math.isfinite(seconds):
                yield None
                continue
            off_s = off_line_s(off_m, is_boat=bool(is_boat)) + self.end_off_s
            yield Row(seconds, off_m + metres + self.end_off_m, off_s, afloat_m)


_NO_SNAPS = Snaps(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0))


def _taken(snaps: Snaps, rows: Sequence[int]) -> Snaps:
    at = np.array(rows, dtype=np.int64)
    return Snaps(snaps.off_m[at], snaps.edge[at], snaps.share[at])


def snap_all(roads: Roads, lines: Lines | None, places: Sequence[LatLng]) -> Snaps | None:
    if lines is None or not places:
        return None
    lnglat: Floats = np.array([(at.lng, at.lat) for at in places])
    return lines.nearest(roads.metres(lnglat), within_m=SNAP_M_MAX)


def off_line_s(metres: float, *, is_boat: bool) -> float:
    if is_boat:
        return metres / (OFF_LINE_BOAT_KPH / 3.6)
    driven_m = min(metres, UNDRAWN_ROAD_M_MAX)
    return driven_m / (UNDRAWN_ROAD_KPH / 3.6) + (metres - driven_m) / (ON_FOOT_KPH / 3.6)


def straight_line(start: LatLng, target: LatLng) -> Travel:
    metres = distance_m(start, target) * STRAIGHT_LINE_FACTOR
    seconds = metres / (STRAIGHT_LINE_KPH / 3.6)
    return Travel(
        round(seconds), round(metres), "air", round(seconds * math.exp(Z90 * SIGMA_STRAIGHT_LINE))
    )


def flight(start: LatLng, target: LatLng) -> Travel:
    metres = distance_m(start, target)
    seconds = metres / (AIRCRAFT_KPH / 3.6)
    return Travel(
        round(seconds), round(metres), "air", round(seconds * math.exp(Z90 * SIGMA_FLIGHT))
    )


__all__ = ("TRAVEL_S_MAX", "Source", "Travel", "travel_in", "travel_to")
