"""From a named place to a candidate: how sure, how wide, on which side, at which number."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from maps.geo import LatLng, distance_m, point_along
from maps.geocoding import house_numbers, places, streets
from maps.geocoding.candidates import Candidate, Quality
from maps.geocoding.details import Details
from maps.geocoding.house_numbers import HouseNumber, Placed
from maps.geocoding.mentions import Mention
from maps.geocoding.normalise import normalise, squash
from maps.geocoding.places import PlaceHit
from maps.geocoding.relations import (
    FROM_ROAD,
    OVER_ROAD,
    TO_ROAD,
    WIDER_M,
    Relation,
    is_between,
    relation_before,
)
from maps.geocoding.vocabulary import AREA_KINDS, CALLED_FOR, JUNCTION_WORDS

NAMED_IN_FULL_WORDS_MIN = 3  # "ambulans 119" is called for, "RSUD Raja Ahmad Tabib" is a place
CROSSING_RADIUS_M = 80.0
CROSSING_STREETS_MAX = 4
STREETS_WITH_HOUSES_MAX = 4  # of one name
SHIFT_M = 25.0  # from the middle of the road to what lies on its other side
SHIFT_RADIUS_M_MAX = 150.0  # a place known no better than this has no front
ROAD_BEFORE_M_MAX = 120.0
HALFWAY_M_MAX = 3_000.0
AREA_PART_M_MIN = 200.0  # a shorter street lies in one area alone
AREA_REACH = 1.2
WIDE_M = 1_500.0  # as little help as a whole kelurahan
WIDE_WEIGHT = 0.15

# How sure an exactly named, unique place of this kind is meant; and how useful it is to a crew (for the order only).
CONFIDENCE: dict[str, float] = {
    "kecamatan": 0.6, "kelurahan": 0.75, "km_marker": 0.7, "street": 0.75, "island": 0.75, "neighbourhood": 0.7,
    "housing": 0.75, "alley": 0.75, "address": 0.9, "postcode": 0.5,
}  # fmt: skip
CONFIDENCE_OTHER = 0.8
CONFIDENCE_OF_CROSSING = 0.85
PRECISION: dict[str, float] = {
    "kecamatan": 0.4, "kelurahan": 0.6, "island": 0.6, "km_marker": 0.8, "neighbourhood": 0.85, "street": 0.85,
    "housing": 0.9, "alley": 0.9, "postcode": 0.5,
}  # fmt: skip
WEIGHT_OF_HOUSE = {"house_known": 1.0, "house_between": 0.95, "house_nearest": 0.85}
_MOVED = frozenset({Quality.COMPUTED, Quality.INTERPOLATED, Quality.NEAREST})
_QUALITIES = {"exact": Quality.EXACT, "corrected": Quality.CORRECTED, "part": Quality.PART}


@dataclass(frozen=True, slots=True)
class Draft:
    """A candidate, and the words it comes from."""

    candidate: Candidate
    mention: Mention | None = None
    hit: PlaceHit | None = None


def of_mention(mention: Mention, words: Sequence[str]) -> list[Draft]:
    # Places of one name are ordered by how often they are meant; only between names does precision count.
    weight = max(PRECISION.get(hit.kind, 1.0) for hit in mention.hits)
    weight *= 1 - WIDE_WEIGHT * min(1.0, min(hit.radius_m for hit in mention.hits) / WIDE_M)
    relation = relation_before(words, mention.window.begin)
    house = house_numbers.number_at(words, mention.window.end)
    found = []
    for at, hit in enumerate(mention.hits):
        confidence = _confidence(hit, mention)
        if confidence is None:
            continue
        candidate = _candidate(hit, mention, confidence, weight)
        if house and hit.kind in {"street", "alley"} and at < STREETS_WITH_HOUSES_MAX:
            candidate = _at_house(candidate, hit, house[0])
        elif relation:
            candidate = _related(candidate, hit, relation)
        found.append(Draft(candidate, mention, hit))
    return found


def in_their_districts(candidates: Sequence[Candidate]) -> list[Candidate]:
    """A house or a junction lies in the kelurahan of its position, not in that of the middle of its street."""
    moved = [at for at, one in enumerate(candidates) if one.house_number or one.quality in _MOVED]
    found = list(candidates)
    districts = places.districts_at([candidates[at].position for at in moved])
    for at, district in zip(moved, districts, strict=True):
        if district is not None:
            found[at] = _in_district(found[at], *district)
    return found


def _in_district(candidate: Candidate, district: str, subdistrict: str) -> Candidate:
    before = places.context_of(candidate.district, candidate.subdistrict)
    label = candidate.label
    if label and before:
        label = label.replace(before, places.context_of(district, subdistrict))
    return replace(candidate, district=district, subdistrict=subdistrict, label=label)


def within_areas(found: Sequence[Draft]) -> list[Draft]:
    """A street that a text names with an area: the part of it in that area is meant, not the middle of the street."""
    told = in_their_districts([draft.candidate for draft in found])
    found = [replace(draft, candidate=one) for draft, one in zip(found, told, strict=True)]
    areas = [
        draft
        for draft in found
        if draft.hit is not None and draft.hit.kind in {"kelurahan", "postcode"}
    ]
    if len({draft.candidate.position for draft in areas}) != 1:
        return list(found)
    area = areas[0].candidate
    return [_within(draft, area) for draft in found]


def _within(draft: Draft, area: Candidate) -> Draft:
    one, hit = draft.candidate, draft.hit
    if hit is None or hit.kind not in {"street", "alley"} or one.radius_m < AREA_PART_M_MIN:
        return draft
    part = streets.part_towards(hit.id, area.position)
    if part is None or distance_m(part, area.position) > area.radius_m * AREA_REACH:
        return draft
    if distance_m(part, one.position) <= AREA_PART_M_MIN and one.radius_m <= area.radius_m:
        return draft
    narrowed = replace(
        one,
        position=part,
        radius_m=min(one.radius_m, area.radius_m),
        quality=Quality.COMPUTED,
    )
    if area.district:
        narrowed = _in_district(narrowed, area.district, area.subdistrict or "")
    return replace(
        draft, candidate=narrowed.because("part_in_area", area=(area.label or "").split(",")[0])
    )


def of_postcode(hit: PlaceHit, count: int) -> Draft:
    confidence = round(CONFIDENCE["postcode"] / count**0.5, 2)
    candidate = Candidate(
        hit.position, float(hit.radius_m), "address", confidence, hit.label, hit.id, hit.kind, hit.district,
        PRECISION["postcode"], subdistrict=hit.subdistrict, is_demo_position=hit.is_demo_position,
    )  # fmt: skip
    return Draft(candidate.because("postcode", postcode=hit.postcode))


def neighbourhoods(found: Iterable[Draft], said: Details, *, near: LatLng) -> list[Draft]:
    """ "RW 05 Kel. X" as a place of its own, when the gazetteer has it."""
    if not said.rw:
        return []
    keys: dict[str, float] = {}
    for draft in found:
        if draft.hit is not None and draft.hit.kind == "kelurahan":
            name = squash(normalise(draft.hit.name))
            keys[f"rw{said.rw}{name}"] = 0.7
            keys[f"rt{said.rt}rw{said.rw}{name}"] = 0.8
    drafts = []
    for key, hits in places.named(list(keys), near=near).items():
        for hit in hits:
            candidate = Candidate(
                hit.position, float(hit.radius_m), "address", keys[key], hit.label, hit.id, hit.kind, hit.district,
                0.82, subdistrict=hit.subdistrict, is_demo_position=hit.is_demo_position,
            )  # fmt: skip
            drafts.append(Draft(candidate.because("name", name=hit.name), None, hit))
    return drafts


def crossings(found: Sequence[Draft], words: Sequence[str]) -> list[Candidate]:
    """Two streets in one text that meet: their junction is meant. A junction of one street alone: all its junctions."""
    streets_named = [
        draft for draft in found if draft.hit is not None and draft.hit.kind in {"street", "alley"}
    ][:CROSSING_STREETS_MAX]
    met = []
    for first, second in itertools.combinations(streets_named, 2):
        if first.mention is second.mention:
            continue
        assert first.hit is not None
        assert second.hit is not None
        position = streets.crossing_of(first.hit.id, second.hit.id)
        if position is not None:
            label = f"{first.hit.name} × {second.hit.name}"
            likely = min(draft.hit.score for draft in (first, second) if draft.hit)
            met.append(_junction(position, label, first.hit, CONFIDENCE_OF_CROSSING * likely))
    if met:
        return met
    return [
        one
        for draft in streets_named
        if _is_junction_of(draft, words)
        for one in _junctions(draft)
    ]


def _is_junction_of(draft: Draft, words: Sequence[str]) -> bool:
    begin = draft.mention.window.begin if draft.mention else 0
    return begin > 0 and words[begin - 1] in JUNCTION_WORDS


def _junctions(draft: Draft) -> list[Candidate]:
    hit = draft.hit
    assert hit is not None
    found = streets.junctions_of(hit.id)
    confidence = 0.8 * hit.score / max(1, len(found)) ** 0.5
    return [
        replace(
            _junction(
                one.position,
                one.name if one.is_named else f"{hit.name} × {one.name}",
                hit,
                confidence,
            ),
            reasons=(),
        ).because("junction_of", street=hit.name, count=len(found))
        for one in found
    ]


def _junction(position: LatLng, label: str, hit: PlaceHit, confidence: float) -> Candidate:
    return Candidate(
        position, CROSSING_RADIUS_M, "address", round(confidence, 2), label, None, "junction", hit.district,
        quality=Quality.COMPUTED, subdistrict=hit.subdistrict, is_demo_position=hit.is_demo_position,
    ).because("junction", name=label)  # fmt: skip


def halfway(found: Sequence[Draft], words: Sequence[str]) -> list[Candidate]:
    """ "antara A dan B": the middle, and half the way as radius."""
    named = [draft for draft in found if draft.mention is not None]
    for first, second in itertools.combinations(named, 2):
        a, b = first.mention, second.mention
        if a is None or b is None or a is b:
            continue
        if not is_between(words, (a.window.begin, a.window.end), (b.window.begin, b.window.end)):
            continue
        ends = first.candidate.position, second.candidate.position
        apart_m = distance_m(*ends)
        if apart_m <= HALFWAY_M_MAX:
            one = first.candidate
            return [
                replace(
                    one,
                    position=point_along(ends, apart_m / 2),
                    radius_m=round(apart_m / 2 + WIDER_M["antara"]),
                    label=f"{_name(first)} – {_name(second)}",
                    place_id=None,
                    weight=1.0,
                    confidence=round(min(one.confidence, second.candidate.confidence) + 0.05, 2),
                    quality=Quality.COMPUTED,
                    reasons=(),
                ).because("between", first=_name(first), second=_name(second))
            ]
    return []


def _name(draft: Draft) -> str:
    return draft.hit.name if draft.hit else (draft.candidate.label or "")


def _candidate(hit: PlaceHit, mention: Mention, confidence: float, weight: float) -> Candidate:
    label = hit.label
    candidate = Candidate(
        hit.position, float(hit.radius_m), "address", round(confidence, 2), label, hit.id, hit.kind, hit.district,
        weight, _QUALITIES[mention.how], subdistrict=hit.subdistrict, house_number=hit.house_number,
        is_demo_position=hit.is_demo_position,
    )  # fmt: skip
    written = " ".join(mention.window.words)
    if mention.how == "corrected":
        candidate = candidate.because("corrected", written=written, name=hit.name)
    elif mention.how == "part":
        candidate = candidate.because("part", written=written, name=hit.name)
    else:
        candidate = candidate.because("name", name=hit.name)
    if mention.window.cue == "destination":
        candidate = candidate.because("destination")
    elif mention.window.cue == "direction":
        candidate = candidate.because("direction")
    return about_position(candidate, hit)


def about_position(candidate: Candidate, hit: PlaceHit) -> Candidate:
    """What must be said of a position that is none."""
    if hit.certainty == "kelurahan" and hit.kind not in AREA_KINDS:
        return candidate.because("village_only", district=hit.district or "?")
    return candidate.because("demo_position") if hit.is_demo_position else candidate


def _confidence(hit: PlaceHit, mention: Mention) -> float | None:
    """None: the word was not used as a place."""
    cue = mention.window.cue
    confidence = CONFIDENCE.get(hit.kind, CONFIDENCE_OTHER) * hit.score
    if hit.kind in CALLED_FOR and cue != "place":
        if len(mention.window.words) < NAMED_IN_FULL_WORDS_MIN:
            return None
        confidence *= 0.5
    if cue == "destination":
        confidence *= 0.5
    elif cue == "direction":
        confidence *= 0.6
    if hit.kind == "kecamatan" and any(other.kind == "kelurahan" for other in mention.hits):
        confidence *= 0.9  # the same name; the smaller one is asked for more often
    return confidence


def _at_house(candidate: Candidate, hit: PlaceHit, number: HouseNumber) -> Candidate:
    placed: Placed | None = house_numbers.place(number, house_numbers.houses_of(hit.id))
    label = f"{hit.name} No. {number}" + (f", {hit.context}" if hit.context else "")
    candidate = replace(candidate, label=label, house_number=str(number))
    if placed is None:
        return candidate.because("house_unknown", number=str(number))
    quality = {
        "house_known": candidate.quality,
        "house_between": Quality.INTERPOLATED,
        "house_nearest": Quality.NEAREST,
    }[placed.how]
    return replace(
        candidate,
        position=placed.position,
        radius_m=placed.radius_m,
        quality=quality,
        weight=WEIGHT_OF_HOUSE[placed.how],
        place_id=placed.place_id or candidate.place_id,
        confidence=round(
            min(0.95, candidate.confidence * (1.2 if placed.how == "house_known" else 1.05)), 2
        ),
    ).because(placed.how, number=str(number), neighbours=" – ".join(placed.neighbours))


def _related(candidate: Candidate, hit: PlaceHit, relation: Relation) -> Candidate:
    """Wider by what the word may mean, and moved to the side of the street that it says, where that is known."""
    wider_m = relation.distance_m or WIDER_M.get(relation.word, 0.0)
    position, road = candidate.position, None
    if relation.distance_m is None and candidate.radius_m <= SHIFT_RADIUS_M_MAX:
        road = streets.nearest_road(position, within_m=ROAD_BEFORE_M_MAX)
    if road is not None and road.distance_m > 1:
        position = _on_the_side(position, road.position, road.distance_m, relation.word)
        if position != candidate.position:
            candidate = candidate.because("road_side", street=road.name)
    candidate = replace(candidate, position=position, radius_m=round(candidate.radius_m + wider_m))
    if relation.distance_m is not None:
        return candidate.because("metres_from", metres=relation.distance_m, name=hit.name)
    return candidate.because("relation", relation=relation.word, name=hit.name)


def _on_the_side(place: LatLng, road: LatLng, away_m: float, word: str) -> LatLng:
    if word in TO_ROAD:
        return road
    if word in OVER_ROAD:
        return _moved(place, road, away_m + SHIFT_M)
    if word in FROM_ROAD:
        return _moved(place, road, -SHIFT_M)
    return place


def _moved(start: LatLng, towards: LatLng, by_m: float) -> LatLng:
    share = by_m / max(1.0, distance_m(start, towards))
    return LatLng(
        start.lat + (towards.lat - start.lat) * share,
        start.lng + (towards.lng - start.lng) * share,
    )
