"""How a text stands to the place it names: in front of it, behind it, 200 m before it, between it and another one. Pure.

A relation makes the circle wider, because nobody measures; where a street is known it also says on which side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from maps.geocoding.vocabulary import AND_WORDS, METRES

BACK_WORDS_MAX = 3
DISTANCE_M_MAX = 5_000  # "200 m dari simpang"; further away nobody gives a place by another one
# How much further than the place itself the words may mean.
WIDER_M: dict[str, float] = {
    "depan": 30.0,
    "seberang": 50.0,
    "samping": 40.0,
    "sebelah": 40.0,
    "belakang": 70.0,
    "pojok": 30.0,
    "dekat": 150.0,
    "sekitar": 200.0,
    "sebelum": 200.0,
    "sesudah": 200.0,
    "lewat": 200.0,
    "antara": 100.0,
}
# Towards the street, over it, or away from it; in metres from the edge of the road.
TO_ROAD = frozenset({"depan"})
OVER_ROAD = frozenset({"seberang"})
FROM_ROAD = frozenset({"belakang"})
_BETWEEN_RELATION_AND_NAME = frozenset(
    {"di", "dari", "persis", "pas", "tepat", "sekali", "of", "the", "to", "from", "itu"}
)


@dataclass(frozen=True, slots=True)
class Relation:
    word: str
    distance_m: int | None = None  # said in metres


def relation_before(words: Sequence[str], begin: int) -> Relation | None:
    """The relation that stands before the name which begins there."""
    at = begin - 1
    steps = 0
    distance_m = None
    while at >= 0 and steps < BACK_WORDS_MAX + 2:
        word = words[at]
        if word in WIDER_M:
            measured = _metres_before(words, at)
            return Relation(word, distance_m or measured)
        if word not in _BETWEEN_RELATION_AND_NAME:
            break
        if word in {"dari", "from"}:
            distance_m = _metres_before(words, at)
            if distance_m is not None:
                return Relation("dari", distance_m)
        at -= 1
        steps += 1
    return None


def _metres_before(words: Sequence[str], at: int) -> int | None:
    """ "200 m" or "2 km" before this word; the normal spelling of km is "batu"."""
    if at < 2 or not words[at - 2].isdigit():
        glued = words[at - 1] if at >= 1 else ""
        number = glued.rstrip("metr")
        if glued != number and number.isdigit():
            return _bounded(int(number[:6]))
        return None
    number = int(words[at - 2][:6])
    if words[at - 1] in METRES:
        return _bounded(number)
    return _bounded(number * 1000) if words[at - 1] == "batu" else None


def _bounded(distance_m: int) -> int | None:
    return distance_m if 0 < distance_m <= DISTANCE_M_MAX else None


def is_between(words: Sequence[str], first: tuple[int, int], second: tuple[int, int]) -> bool:
    """ "antara A dan B": the two names stand so."""
    before = words[max(0, first[0] - 2) : first[0]]
    middle = words[first[1] : second[0]]
    return (
        "antara" in before and 0 < len(middle) <= 2 and any(word in AND_WORDS for word in middle)
    )
