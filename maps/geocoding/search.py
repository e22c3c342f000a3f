"""The search while somebody types: beginnings of names, words in any order, and what misspelled words stand for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import Prefix
from rapidfuzz.fuzz import partial_ratio

from maps.geo import LatLng, distance_m
from maps.geocoding import places
from maps.geocoding.normalise import normalise, squash
from maps.geocoding.places import PlaceHit, scored
from maps.geocoding.vocabulary import TYPES
from maps.geocoding.words import Alternative, alternatives, likeness

LIMIT_MAX = 50
HITS_DEFAULT = 10
QUERY_WORDS_MAX = 8
WORD_CHARACTERS_MAX = 40
TYPED_CHARACTERS_MIN = (
    3  # a shorter last word begins too many; whole names that begin so are found nevertheless
)
GOOD_SCORE = 0.6  # from here on nobody has misspelled
NEAR_HALF_M = 3_000.0  # at this distance a place has lost half of what nearness may give
NEAR_WEIGHT = 0.1
HALF_TYPED = 0.85  # what a half typed word counts
BEGUN_CHARACTERS = 3  # of a half typed word that is misspelled, this much is taken as right
# Asked for most often comes first when the words say no more.
KIND_WEIGHT: dict[str, float] = {
    "kelurahan": 0.04, "kecamatan": 0.03, "street": 0.03, "hospital": 0.04, "junction": 0.02, "km_marker": 0.03,
    "address": -0.03, "hydrant": -0.06, "aed": -0.05,
}  # fmt: skip
# A name is looked for behind the words with which names begin, too: "merd" is Jalan Merdeka.
_HEADS = ("", "jalan", "simpang", "perumahan", "kampung", "gang", "masjid", "pulau", "pelabuhan")


def search(query: str, *, near: LatLng | None = None, limit: int = HITS_DEFAULT) -> list[PlaceHit]:
    """Places whose name is like the query, the likeliest first; each place once."""
    typed = [word[:WORD_CHARACTERS_MAX] for word in normalise(query).split()[:QUERY_WORDS_MAX]]
    if not typed:
        return []
    hits = _judged(_begun(typed, near), typed)
    if max((hit.score for hit in hits), default=0.0) < 1 or len(hits) < limit:
        hits += _judged(_held(typed), typed)
    if max((hit.score for hit in hits), default=0.0) < GOOD_SCORE:
        hits += _misspelled(typed)
    if not hits:
        hits = _without_one(typed)
    return _ranked(hits, near)[: max(0, min(limit, LIMIT_MAX))]


def _begun(typed: Sequence[str], near: LatLng | None) -> list[PlaceHit]:
    whole = squash(" ".join(typed))
    heads = [""] if typed[0] in TYPES else _HEADS
    named = places.named([head + whole for head in heads], near=near)
    return [
        *(hit for hits in named.values() for hit in hits),
        *places.beginning_with([head + whole for head in heads]),
    ]


def _held(typed: Sequence[str]) -> list[PlaceHit]:
    query = _query([(word,) for word in typed])
    return places.holding([query])[0] if query else []


def _without_one(typed: Sequence[str]) -> list[PlaceHit]:
    """Some say more than the name: "UPTD Puskesmas Sei Jang". The rest of the words must still tell."""
    shorter = (
        [[*typed[:at], *typed[at + 1 :]] for at in range(len(typed))] if len(typed) > 2 else []
    )
    queries = [query for words in shorter if (query := _query([(word,) for word in words]))]
    found = places.holding(queries, most=places.WORDS_FOUND_MAX)
    return _judged([hit for hits in found for hit in hits], typed)


def _misspelled(typed: Sequence[str]) -> list[PlaceHit]:
    meant = alternatives(typed)
    choices = [
        (Alternative(word, 1.0), *meant.get(word, ())) if word not in meant else meant[word]
        for word in typed
    ]
    hits: list[PlaceHit] = []
    if meant:
        query = _query([[one.word for one in choice] for choice in choices])
        found = places.holding([query])[0] if query else []
        hits = _judged(found, typed)
    best = max((hit.score for hit in hits), default=0.0)
    if len(typed[-1]) > BEGUN_CHARACTERS and typed[-1].isalpha() and best < GOOD_SCORE:
        begun = [*typed[:-1], typed[-1][:BEGUN_CHARACTERS]]
        query = _query([(word,) for word in begun])
        found = places.holding([query])[0] if query else []
        hits += [
            scored(hit, 0.6 * partial_ratio(squash(" ".join(typed)), squash(hit.matched)) / 100)
            for hit in found
        ]
    return hits


def _query(choices: Iterable[Sequence[str]]) -> str:
    """As PostgreSQL reads it. Words that hardly tell names apart count only beside others."""
    parts, tells = [], False
    alternatives_of = list(choices)
    for at, words in enumerate(alternatives_of):
        is_last = at == len(alternatives_of) - 1
        half_typed = is_last and words[0].isalpha() and len(words[0]) >= TYPED_CHARACTERS_MIN
        half = ":*" if half_typed else ""
        parts.append("(" + " | ".join(f"{word}{half}" for word in words) + ")")
        tells = tells or any(not _begins_a_type(word, half=bool(half)) for word in words)
    return " & ".join(parts) if tells else ""


def _begins_a_type(word: str, *, half: bool) -> bool:
    """ "jal" is half of all names: those that begin so are enough."""
    return word in TYPES or (half and any(kind.startswith(word) for kind in TYPES))


def _judged(hits: Iterable[PlaceHit], typed: Sequence[str]) -> list[PlaceHit]:
    return [scored(hit, match(typed, hit.matched)) for hit in hits]


def match(typed: Sequence[str], name: str) -> float:
    """How well typed words fit a name, 0 to 1: 1 is the name, a beginning of it is more than a part of it."""
    whole, said = squash(" ".join(typed)), squash(name)
    if whole == said:
        return 1.0
    if said.startswith(whole):
        return 0.9 - 0.1 * (1 - len(whole) / len(said))
    left = name.split()
    fits, explained, last = 0.0, 0, len(typed) - 1
    for at, word in enumerate(typed):
        best = max(left, key=lambda other: _fits(word, other, is_last=at == last), default="")
        worth = _fits(word, best, is_last=at == last) if best else 0.0
        if worth > 0:
            left.remove(best)
            fits += worth * len(word)
            explained += len(best)
    share = fits / len(whole)
    return round(max(0.0, 0.85 * share**2 - 0.15 * (1 - min(1.0, explained / len(said)))), 4)


def _fits(typed: str, word: str, *, is_last: bool) -> float:
    if typed == word:
        return 1.0
    if is_last and word.startswith(typed):
        return HALF_TYPED + (1 - HALF_TYPED) * len(typed) / len(word)
    if typed.isdigit() or word.isdigit():
        return 0.0
    if typed[:1] != word[:1] and Prefix.similarity(typed[1:], word[1:]) < 2:
        return 0.0
    alike = likeness(typed, word)
    return alike * 0.9 if alike >= 0.5 else 0.0


def _ranked(hits: Sequence[PlaceHit], near: LatLng | None) -> list[PlaceHit]:
    best: dict[str, PlaceHit] = {}
    for hit in hits:
        known = best.get(hit.id)
        if known is None or hit.score > known.score:
            best[hit.id] = hit
    return sorted(
        best.values(),
        key=lambda hit: (
            -hit.score - _nearness(hit, near) - KIND_WEIGHT.get(hit.kind, 0.0),
            hit.name,
            hit.id,
        ),
    )


def _nearness(hit: PlaceHit, near: LatLng | None) -> float:
    if near is None:
        return 0.0
    return NEAR_WEIGHT * NEAR_HALF_M / (NEAR_HALF_M + distance_m(hit.position, near))
