"""How long units need to a place, by the network they travel on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.utils import timezone

from maps.domain import ON_FOOT_KPH, Group, group_of
from maps.geo import LatLng, distance_m
from maps.routing import closures as overlays
from maps.routing.closures import Closed
from maps.routing.graph import Bools, Floats, Roads
from maps.routing.network import Network, Terms, Ways
from maps.routing.search import TRAVEL_S_MAX, Search, Spot, Starts
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


Asked = tuple[str, Source, float]  # its key, and how many times faster it is than the search says


@dataclass(frozen=True, slots=True)
class Travel:
    """`by` "air" for somebody of road or boat is the marked straight-line estimate. `ready_s` comes before `eta_s`."""

    eta_s: int
    distance_m: int
    by: str
    p90_s: int = 0
    ready_s: int = 0
    notes: tuple[str, ...] = ()  # to_pier, ferry, own_network


def travel_in(
    network: Network,
    target: LatLng,
    sources: Mapping[str, tuple],
    *,
    now: datetime | None = None,
) -> dict[str, Travel]:
    """Travel time of every source to the target, with one reversed Dijkstra for each way of travelling.

    A source that has no way there is left out of the answer: no vehicle drives to an island without a bridge. The
    straight line ("air") stands in only where the network can say nothing: it is empty, or an end lies more than
    SNAP_M_MAX from it. Without `now` every closure holds and no time of the week counts.
    """
    question = Question(network, target, now)
    found: dict[str, Travel] = {}
    terms_of: dict[Group, Terms] = {}
    by_key: dict[tuple[object, ...], list[Asked]] = defaultdict(list)
    for key, value in sources.items():
        source = Source(*value)
        if source.by == "air":
            found[key] = flight(source, target)
        elif not question.knows(source.by):
            found[key] = straight_line(source, target)
        else:
            group = group_of(source.kind, source.by)
            if group not in terms_of:
                terms_of[group] = network.terms(group, question.slot)
            terms = terms_of[group]
            by_key[network.key_of(terms)].append((key, source, terms.scale))
    by_terms = {network.key_of(terms): terms for terms in terms_of.values()}
    for searched, asked in by_key.items():
        found.update(question.travels(by_terms[searched], asked))
    return {key: found[key] for key in sources if key in found}


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

    def travels(self, terms: Terms, asked: Sequence[Asked]) -> dict[str, Travel]:
        """Sources of one way of travelling, which one search answers."""
        assert self.target is not None
        searches = self.searches(terms)
        if searches.end is None:
            return {key: straight_line(source, self.target) for key, source, _ in asked}
        scale = np.array([one[2] for one in asked])
        found: dict[str, Travel] = {}
        for begun in searches.begin([source.position for _, source, _ in asked]):
            rows = searches.find(begun)
            eta_s = rows.off_s + rows.seconds / scale[begun.rows]
            late_s = p90_s(eta_s, rows.metres, terms.gait.by, self.network.speeds.spread)
            known = np.isfinite(eta_s)
            columns = [
                np.where(known, one, 0).round().astype(int).tolist()
                for one in (eta_s, late_s, rows.metres)
            ]
            for at, reached, eta, late, metres, rides in zip(
                begun.rows, known.tolist(), *columns, (rows.afloat_m > 0).tolist(), strict=True
            ):
                if reached:
                    key, source, _ = asked[at]
                    notes = (*begun.notes, "ferry") if rides else begun.notes
                    found[key] = Travel(eta, metres, terms.gait.by, late, source.ready_s, notes)
            for at in begun.lost:
                found[asked[at][0]] = straight_line(asked[at][1], self.target)
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
class Rows:
    """In the order of the sources; infinite seconds: no way there."""

    seconds: Floats
    metres: Floats
    off_s: Floats  # off the line at both ends
    afloat_m: Floats


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

    def find(self, begun: Begun) -> Rows:
        snaps, count = begun.snaps, len(begun.rows)
        is_boat = self.roads.is_boat[snaps.edge] & (begun.use != DRIVE)
        rows = Rows(
            seconds=np.full(count, np.inf),
            metres=snaps.off_m + self.end_off_m,
            off_s=off_lines_s(snaps.off_m, is_boat) + self.end_off_s,
            afloat_m=np.zeros(count),
        )
        for without, chosen in self._leaving(begun).items():
            some = _taken(snaps, chosen)
            found = self.search(without).find(Starts(begun.use, some.edge, some.share))
            rows.seconds[chosen] = found.seconds
            rows.metres[chosen] += found.metres
            rows.afloat_m[chosen] = found.afloat_m
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


_NO_SNAPS = Snaps(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0))


def _taken(snaps: Snaps, rows: Sequence[int]) -> Snaps:
    at = np.array(rows, dtype=np.int64)
    return Snaps(snaps.off_m[at], snaps.edge[at], snaps.share[at])


def snap_all(roads: Roads, lines: Lines | None, places: Sequence[LatLng]) -> Snaps | None:
    if lines is None or not places:
        return None
    lnglat: Floats = np.array([(at.lng, at.lat) for at in places])
    return lines.nearest(roads.metres(lnglat), within_m=SNAP_M_MAX)


def off_lines_s(metres: Floats, is_boat: Bools) -> Floats:
    """What getting from a position to its line takes."""
    driven_m = np.minimum(metres, UNDRAWN_ROAD_M_MAX)
    ashore_s = driven_m / (UNDRAWN_ROAD_KPH / 3.6) + (metres - driven_m) / (ON_FOOT_KPH / 3.6)
    return np.where(is_boat, metres / (OFF_LINE_BOAT_KPH / 3.6), ashore_s)


def off_line_s(metres: float, *, is_boat: bool) -> float:
    return float(off_lines_s(np.array([metres]), np.array([is_boat]))[0])


def straight_line(source: Source, target: LatLng) -> Travel:
    metres = distance_m(source.position, target) * STRAIGHT_LINE_FACTOR
    return _through_the_air(metres, STRAIGHT_LINE_KPH, SIGMA_STRAIGHT_LINE, source)


def flight(source: Source, target: LatLng) -> Travel:
    metres = distance_m(source.position, target)
    return _through_the_air(metres, AIRCRAFT_KPH, SIGMA_FLIGHT, source)


def _through_the_air(metres: float, kph: float, sigma: float, source: Source) -> Travel:
    seconds = metres / (kph / 3.6)
    late_s = seconds * math.exp(Z90 * sigma)
    return Travel(round(seconds), round(metres), "air", round(late_s), source.ready_s)


__all__ = ("TRAVEL_S_MAX", "Source", "Travel", "travel_in")
