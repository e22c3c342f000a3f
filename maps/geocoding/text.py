"""Where may the writer of these words be? Positions and codes in the text first, then names of the gazetteer.

The answer is a list of candidates, best first, each with its reasons, and it is empty when the text names no place:
nothing is guessed. An ambiguous name gives all its places with lower confidence, so that the dispatcher can ask.
"""

from __future__ import annotations

import re

from maps.geo import TEXT_CHARACTERS_MAX, Found, LatLng, distance_m, find_positions
from maps.geocoding import details, drafts, places
from maps.geocoding.candidates import Candidate, Quality, Reason
from maps.geocoding.codes import find_geohashes, find_grids, find_plus_codes
from maps.geocoding.drafts import Draft
from maps.geocoding.mentions import mentions_in
from maps.geocoding.normalise import normalise
from maps.geocoding.places import city_centre
from maps.geocoding.ranking import in_context, ordered

WORDS_MAX = 80  # of a text; a caller names the place early
FAR_AWAY_M = 150_000.0
SURE = 0.9  # who sends such a position means it, whatever else the text names

CONFIDENCE_OF_FORM: dict[str, float] = {"link_view": 0.5, "geohash": 0.8}
CONFIDENCE_OF_POSITION = 0.95
REASON_OF_FORM = {"link_view": "view_of_map", "geohash": "geohash", "plus_code": "plus_code"}
_POSTCODE = re.compile(
    r"\b(?:kode\s?pos|postcode|post\s?code|zip)\b[\s:.]{0,4}(?:\d{5}\b)?", re.IGNORECASE
)


def locate_text(text: str, *, near: LatLng | None = None) -> list[Candidate]:
    text = text[:TEXT_CHARACTERS_MAX]
    reference = near or city_centre()
    written = [
        _written(found, reference)
        for found in (
            *find_positions(text, near=reference),
            *find_plus_codes(text, near=reference),
            *find_grids(text),
            *find_geohashes(text, near=reference),
        )
    ]
    if any(candidate.confidence > SURE for candidate in written):
        return ordered(written)
    return ordered([*written, *_named(_without_links(text), reference)])


def _written(found: Found, reference: LatLng) -> Candidate:
    confidence = CONFIDENCE_OF_FORM.get(found.form, CONFIDENCE_OF_POSITION)
    reasons = [Reason(REASON_OF_FORM.get(found.form, "position_written"))]
    away_m = distance_m(found.position, reference)
    if away_m > FAR_AWAY_M:
        confidence *= 0.4
        reasons.append(Reason("far_away", {"km": round(away_m / 1000)}))
    return Candidate(
        found.position, found.radius_m, "text", round(confidence, 2), None, None,
        quality=Quality.WRITTEN, reasons=tuple(reasons),
    )  # fmt: skip


def _named(text: str, reference: LatLng) -> list[Candidate]:
    codes = re.findall(r"(?<![\d.,+-])[1-9]\d{4}(?![\d.,])", text)
    words = normalise(_POSTCODE.sub(" ", text)).split()[:WORDS_MAX]
    mentions = mentions_in(words, near=reference)
    found: list[Draft] = [
        draft for mention in mentions for draft in drafts.of_mention(mention, words)
    ]
    found = in_context(drafts.within_areas(found))
    said = details.details_in(words)
    found += drafts.neighbourhoods(found, said, near=reference)
    if not any(draft.mention is not None for draft in found):
        found += _by_postcode(codes)
    computed = drafts.in_their_districts(
        [*drafts.crossings(found, words), *drafts.halfway(found, words)]
    )
    return [
        details.with_detail(candidate, said)
        for candidate in (*computed, *(draft.candidate for draft in found))
    ]


def _by_postcode(codes: list[str]) -> list[Draft]:
    hits = places.of_kind_with_postcode(sorted(set(codes)))
    return [drafts.of_postcode(hit, len(hits)) for hit in hits]


def _without_links(text: str) -> str:
    return re.sub(r"(?:https?://|www\.)\S+", " ", text)
