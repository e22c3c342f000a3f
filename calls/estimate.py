"""Where a caller most likely is, from everything that says so. Pure: no database, no clock.

Pieces of evidence either agree, then the most precise one leads and the others pull it a little, or they do not: then
they are named with their distance and never averaged, for the middle between two places is a third one where nobody is.
What a dispatcher has set or confirmed wins over every machine.

Hints (where this number was before, what its network says) are not about this call: they may support what is, and
where nothing else says anything they are shown as hints. They move nothing and speak against nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from calls.domain import LocationSource
from maps.geo import METRES_PER_DEGREE, RADIUS_M_MIN, LatLng, distance_m

# What a source is taken for when it names no radius: a pin is set by hand at the very place.
NOMINAL_RADIUS_M = {
    LocationSource.OPERATOR: 50.0,
    LocationSource.WHATSAPP: 50.0,
    LocationSource.SHARE_LINK: 50.0,
    LocationSource.AML: 100.0,
    LocationSource.TEXT: 300.0,
    LocationSource.ADDRESS: 300.0,
    LocationSource.HISTORY: 300.0,
    LocationSource.NETWORK: 5_000.0,
}
# Of two with the same radius: what a person meant, then what a device measured, then what was read out of words.
RANK = {
    LocationSource.OPERATOR: 0,
    LocationSource.WHATSAPP: 1,
    LocationSource.SHARE_LINK: 1,
    LocationSource.AML: 1,
    LocationSource.ADDRESS: 2,
    LocationSource.TEXT: 3,
    LocationSource.HISTORY: 4,
    LocationSource.NETWORK: 5,
}
HINTS = frozenset({LocationSource.HISTORY, LocationSource.NETWORK})
# Of these the newest replaces the ones before: they say where the telephone was, and it may have moved.
FOLLOWING = frozenset(
    {
        LocationSource.AML,
        LocationSource.WHATSAPP,
        LocationSource.SHARE_LINK,
        LocationSource.NETWORK,
        LocationSource.OPERATOR,
    }
)
MEASURED = frozenset({LocationSource.AML, LocationSource.WHATSAPP, LocationSource.SHARE_LINK})
WALKING_M_PER_S = 1.4
DRIFT_MAX = timedelta(minutes=15)  # an older fix is widened no further: it is then 1.3 km wide
# A radius holds the caller with some confidence; all are brought to the same one before they are compared. For an
# error that is alike in all directions P(r < R) = 1 - exp(-R^2 / 2s^2).
CONFIDENCE = 0.95
CONFIDENCE_MIN, CONFIDENCE_MAX = 0.2, 0.999


class Verdict(StrEnum):
    """What a dispatcher has said about a piece."""

    NONE = ""
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Why(StrEnum):
    OPERATOR = "operator"  # a dispatcher has set it
    CONFIRMED = "confirmed"  # a dispatcher has confirmed a piece
    ONLY = "only"  # nothing else says where
    HINT = "hint"  # nothing but hints
    AGREE = "agree"  # several agree and none speaks against it
    BEST = "best"  # the most precise one; others speak against it


@dataclass(frozen=True, slots=True)
class Fix:
    """One piece of evidence; `radius_m` as its source said, None for unknown; `confidence` 0..1 of that radius."""

    id: str
    position: LatLng
    source: LocationSource
    at: datetime
    radius_m: float | None = None
    confidence: float | None = None
    verdict: Verdict = Verdict.NONE


@dataclass(frozen=True, slots=True)
class Against:
    """A piece that cannot be true together with the estimate."""

    id: str
    apart_m: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """`radius_m` holds the caller with 95 %, if the evidence is right; `by` are the pieces that agree, the leading first."""

    position: LatLng
    radius_m: float
    why: Why
    by: tuple[str, ...]
    against: tuple[Against, ...]


def estimate(fixes: Iterable[Fix]) -> Estimate | None:
    """None when nothing says where. The order of `fixes` does not matter.

    Ages count from the newest piece, not from now: an estimate changes when evidence comes, and only then.
    """
    all_ = sorted(fixes, key=lambda fix: fix.id)
    kept = _current([fix for fix in all_ if fix.verdict is not Verdict.REJECTED])
    if not kept:
        return None
    newest = max(fix.at for fix in kept)
    reach = {fix.id: reach_m(fix, newest) for fix in kept}
    ranked = sorted(kept, key=lambda fix: _order(fix, reach[fix.id]))
    decided = [fix for fix in ranked if _is_decided(fix)]
    lead = max(decided, key=lambda fix: (fix.at, fix.id)) if decided else ranked[0]
    agreeing, against = [lead], []
    for fix in ranked:
        if fix is lead:
            continue
        apart_m = distance_m(lead.position, fix.position)
        if apart_m <= reach[lead.id] + reach[fix.id]:
            agreeing.append(fix)
        elif not _is_hint(fix):
            against.append(Against(fix.id, apart_m))
    told = [fix for fix in agreeing if fix is lead or not _is_hint(fix)]
    position = lead.position if decided else _centre(told, reach)
    return Estimate(
        position=position,
        radius_m=reach[lead.id],
        why=_why(lead, agreeing, against),
        by=tuple(fix.id for fix in agreeing),
        against=tuple(against),
    )


def reach_m(fix: Fix, newest: datetime) -> float:
    """The radius that holds the caller with 95 %, at the time of the newest piece."""
    radius = NOMINAL_RADIUS_M[fix.source] if fix.radius_m is None else fix.radius_m
    radius = max(radius, RADIUS_M_MIN)
    if fix.confidence is not None:
        said = min(max(fix.confidence, CONFIDENCE_MIN), CONFIDENCE_MAX)
        radius *= math.sqrt(math.log(1 - CONFIDENCE) / math.log(1 - said))
    if fix.source in MEASURED and not _is_decided(fix):
        radius += WALKING_M_PER_S * min(newest - fix.at, DRIFT_MAX).total_seconds()
    return radius


# --- inside ------------------------------------------------------------------------------------


def _is_decided(fix: Fix) -> bool:
    return fix.verdict is Verdict.CONFIRMED or fix.source == LocationSource.OPERATOR


def _is_hint(fix: Fix) -> bool:
    return fix.source in HINTS and fix.verdict is not Verdict.CONFIRMED


def _current(fixes: Sequence[Fix]) -> list[Fix]:
    """Of what follows a telephone only the newest, and whatever a dispatcher has confirmed."""
    last: dict[LocationSource, Fix] = {}
    for fix in fixes:
        before = last.get(fix.source)
        if before is None or (before.at, before.id) < (fix.at, fix.id):
            last[fix.source] = fix
    return [
        fix
        for fix in fixes
        if fix.source not in FOLLOWING
        or last[fix.source] is fix
        or fix.verdict is Verdict.CONFIRMED
    ]


def _order(fix: Fix, reach: float) -> tuple[bool, float, int, float, str]:
    return _is_hint(fix), reach, RANK[fix.source], -fix.at.timestamp(), fix.id


def _why(lead: Fix, agreeing: Sequence[Fix], against: Sequence[Against]) -> Why:
    if lead.verdict is Verdict.CONFIRMED:
        return Why.CONFIRMED
    if lead.source == LocationSource.OPERATOR:
        return Why.OPERATOR
    if _is_hint(lead):
        return Why.HINT
    if against:
        return Why.BEST
    return Why.AGREE if len(agreeing) > 1 else Why.ONLY


def _centre(agreeing: Sequence[Fix], reach: dict[str, float]) -> LatLng:
    """The mean, each weighted by the inverse square of its radius, inside the circle of every piece that is in it.

    Who would pull it out of a circle is left out of the mean, the least precise first; the leading piece stays.
    """
    within = list(agreeing)
    while len(within) > 1:
        centre = _mean(within, reach)
        outside = [
            fix
            for fix in within
            if centre is None or distance_m(centre, fix.position) > reach[fix.id]
        ]
        if centre is not None and not outside:
            return centre
        leaving = [fix for fix in within[1:] if fix in outside] or within[1:]
        within.remove(leaving[-1])
    return within[0].position


def _mean(fixes: Sequence[Fix], reach: dict[str, float]) -> LatLng | None:
    """In a plane around the first, so that it holds at the date line; None where there is no such plane (a pole)."""
    origin = fixes[0].position
    shrink = math.cos(math.radians(origin.lat))
    total = north_m = east_m = 0.0
    for fix in fixes:
        weight = 1 / reach[fix.id] ** 2
        turn = (fix.position.lng - origin.lng + 540) % 360 - 180
        total += weight
        north_m += weight * (fix.position.lat - origin.lat) * METRES_PER_DEGREE
        east_m += weight * turn * METRES_PER_DEGREE * shrink
    try:
        lat = origin.lat + north_m / total / METRES_PER_DEGREE
        lng = origin.lng + east_m / total / METRES_PER_DEGREE / shrink
        return LatLng(lat, (lng + 540) % 360 - 180)
    except (ValueError, ZeroDivisionError):
        return None
