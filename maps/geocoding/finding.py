"""What the search box answers: names while they are typed, whole addresses, positions in any notation, and what it cannot read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from maps.geo import LatLng, unread_links
from maps.geocoding.candidates import Candidate, Quality, Reason
from maps.geocoding.drafts import about_position
from maps.geocoding.normalise import normalise, squash
from maps.geocoding.places import PlaceHit
from maps.geocoding.relations import WIDER_M
from maps.geocoding.search import GOOD_SCORE, search
from maps.geocoding.text import locate_text
from maps.geocoding.vocabulary import AND_WORDS, JUNCTION_WORDS, PLACE_CUES, UNIT_WORDS

WHOLE_NAME_SCORE = 0.97  # the query is a name, so nothing else is meant
READ_WORDS_MIN = 4  # who types so many words writes an address
_SIGNS = PLACE_CUES | JUNCTION_WORDS | AND_WORDS | UNIT_WORDS | frozenset(WIDER_M)
_THREE_WORDS = re.compile(r"///\w+\.\w+\.\w+|w3w\.co/|what3words\.com/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    candidate: Candidate
    score: float
    hit: PlaceHit | None = None  # the row of the gazetteer, where it is one


def find(query: str, *, near: LatLng | None, limit: int) -> list[Finding]:
    """The likeliest first; every position once."""
    hits = search(query, near=near, limit=limit)
    typed = normalise(query).split()
    named = [_of_hit(hit, typed) for hit in hits]
    best = hits[0].score if hits else 0.0
    read = (
        [_of_candidate(one) for one in locate_text(query, near=near)]
        if _is_address(query, best)
        else []
    )
    computed = [one for one in read if _says_more(one.candidate)]
    plain = [one for one in read if not _says_more(one.candidate)]
    if best >= WHOLE_NAME_SCORE:
        order = [*_written(computed), *named, *computed, *plain]
    elif best >= GOOD_SCORE:
        order = [*computed, *named, *plain]
    else:
        order = [*read, *named]
    return _once(order)[:limit]


def notes(query: str) -> list[Reason]:
    """What is in the query and cannot be read."""
    found = [Reason("short_link")] if unread_links(query) else []
    return [*found, Reason("what3words")] if _THREE_WORDS.search(query) else found


def _is_address(query: str, best: float) -> bool:
    words = normalise(query).split()
    return (
        best < GOOD_SCORE
        or len(words) >= READ_WORDS_MIN
        or any(word in _SIGNS or word[0].isdigit() for word in words)
        or re.search(r"\d", query) is not None
    )


def _says_more(candidate: Candidate) -> bool:
    """More than the bare place: a position, a house, a junction, a side of the street."""
    said = {reason.code for reason in candidate.reasons}
    return (
        candidate.place_id is None
        or bool(candidate.house_number)
        or bool(candidate.detail)
        or not said.isdisjoint({"relation", "metres_from", "road_side", "junction_of"})
    )


def _written(findings: list[Finding]) -> list[Finding]:
    return [one for one in findings if one.candidate.quality == Quality.WRITTEN]


def _of_hit(hit: PlaceHit, typed: list[str]) -> Finding:
    candidate = Candidate(
        hit.position, float(hit.radius_m), "address", hit.score, hit.name, hit.id, hit.kind, hit.district,
        subdistrict=hit.subdistrict, house_number=hit.house_number, is_demo_position=hit.is_demo_position,
    )  # fmt: skip
    if hit.score >= WHOLE_NAME_SCORE:
        candidate = candidate.because("name", name=hit.name)
    elif _is_part(typed, hit.matched):
        candidate = replace(candidate, quality=Quality.PART).because("words", name=hit.name)
    else:
        candidate = replace(candidate, quality=Quality.CORRECTED).because("alike", name=hit.name)
    return Finding(about_position(candidate, hit), hit.score, hit)


def _is_part(typed: list[str], name: str) -> bool:
    """Nothing is misspelled: the words are in the name, the last one half typed."""
    words = name.split()
    return squash(name).startswith("".join(typed)) or (
        all(word in words for word in typed[:-1])
        and any(word.startswith(typed[-1]) for word in words)
    )


def _of_candidate(candidate: Candidate) -> Finding:
    return Finding(candidate, candidate.confidence)


def _once(findings: list[Finding]) -> list[Finding]:
    unique: dict[str | LatLng, Finding] = {}
    for one in findings:
        unique.setdefault(one.candidate.place_id or one.candidate.position, one)
    return list(unique.values())
