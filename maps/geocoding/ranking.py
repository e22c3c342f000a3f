"""Which of the candidates is meant: the places of one text speak for each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from maps.geo import LatLng, distance_m
from maps.geocoding.candidates import Candidate
from maps.geocoding.vocabulary import AREA_KINDS

if TYPE_CHECKING:
    from maps.geocoding.drafts import Draft

CANDIDATES_MAX = 8
TOGETHER_M = 1_500.0  # places that one text names lie about this near to each other
SAID_TWICE = 1.15
IN_CONTRADICTION = 0.8
FAR_FROM_IT = 0.55  # then the area is believed rather than the name, which there may be twice
BORDER_M = 700.0
NOT_MEANT = 0.5


def in_context(drafts: Sequence[Draft]) -> list[Draft]:
    """Areas in the text decide between places of one name; what is left ambiguous is less sure."""
    mentions: dict[int, list[Draft]] = {}
    for draft in drafts:
        mentions.setdefault(id(draft.mention), []).append(draft)
    groups = list(mentions.values())
    return [
        one
        for group in groups
        for one in _decided(group, [other for other in groups if other is not group])
    ]


def _decided(group: Sequence[Draft], others: Sequence[Sequence[Draft]]) -> list[Draft]:
    areas = [other for other in others if any(_is_area(draft) for draft in other)]
    points = [other for other in others if not any(_is_area(draft) for draft in other)]
    certain = [other for other in areas if all(_is_area(draft) for draft in other)]
    if all(_is_area(draft) for draft in group):
        areas = [area for area in areas if not _same_kinds(area, group)]
    supported = [draft for draft in group if any(_speaks_for(area, draft) for area in areas)]
    beside = [draft for draft in group if any(_is_beside(other, draft) for other in points)]
    meant = supported or (beside if 0 < len(beside) < len(group) else [])
    decided = []
    for draft in group:
        candidate = draft.candidate
        rivals = len(meant) if draft in meant else len(group)
        if rivals > 1:
            candidate = candidate.because("ambiguous", count=rivals)
        candidate = candidate.surer(rivals**-0.7)
        if draft in supported:
            candidate = candidate.surer(SAID_TWICE).because("in_area", area=_area_of(areas, draft))
        elif certain and not _is_area(draft):
            off = min(_beyond_m(candidate, one) for area in certain for one in area)
            candidate = candidate.surer(IN_CONTRADICTION if off <= BORDER_M else FAR_FROM_IT)
            candidate = candidate.surer(NOT_MEANT) if meant else candidate.because("other_area")
        elif meant and draft not in meant:
            candidate = candidate.surer(NOT_MEANT)
        decided.append(replace(draft, candidate=candidate))
    return decided


def _is_area(draft: Draft) -> bool:
    return draft.candidate.kind in AREA_KINDS


def _same_kinds(first: Sequence[Draft], second: Sequence[Draft]) -> bool:
    return {one.candidate.kind for one in first} == {one.candidate.kind for one in second}


def _speaks_for(area: Sequence[Draft], draft: Draft) -> bool:
    return any(_lies_in(draft.candidate, one.candidate) for one in area if _is_area(one))


def _lies_in(candidate: Candidate, area: Candidate) -> bool:
    if candidate.place_id == area.place_id:
        return False
    if area.kind == "kelurahan" and candidate.district and area.district:
        return candidate.district == area.district
    if area.kind == "kecamatan" and candidate.subdistrict and area.label:
        return area.label.removeprefix("Kecamatan ").split(",")[0] == candidate.subdistrict
    return distance_m(candidate.position, area.position) <= area.radius_m * 1.3


def _beyond_m(candidate: Candidate, area: Draft) -> float:
    """How far outside of an area, of which a radius is known."""
    apart_m = distance_m(candidate.position, area.candidate.position)
    return apart_m - area.candidate.radius_m


def _area_of(areas: Sequence[Sequence[Draft]], draft: Draft) -> str:
    for area in areas:
        for one in area:
            if _is_area(one) and _lies_in(draft.candidate, one.candidate):
                return (one.candidate.label or "").split(",")[0]
    return ""


def _is_beside(other: Sequence[Draft], draft: Draft) -> bool:
    return any(
        distance_m(one.candidate.position, draft.candidate.position)
        <= TOGETHER_M + min(one.candidate.radius_m, TOGETHER_M)
        for one in other
    )


def ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    unique: dict[tuple[LatLng, str | None], Candidate] = {}
    for candidate in sorted(candidates, key=_worth, reverse=True):
        unique.setdefault((candidate.position, candidate.place_id), candidate)
    return list(unique.values())[:CANDIDATES_MAX]


def _worth(candidate: Candidate) -> float:
    """How likely it is, and how much of the way to the caller it saves a crew."""
    return candidate.confidence * candidate.weight
