"""Misspelled words: what of the gazetteer's words may be meant.

The database keeps each distinct word of all names with keys (migration 0020): the word without each one of its letters,
and its sound. Two words that share a key are one typing error apart, or two; so the question is a few look-ups in an
index, however many names there are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from rapidfuzz.distance import OSA

WORD_CHARACTERS_MIN = 4  # of three letters every one is the misspelling of another
TWO_ERRORS_CHARACTERS_MIN = 7
ALTERNATIVES_MAX = 4
FOUND_MAX = 400  # words that share a key; the nearest of them are meant
KEYS_MAX = 60
LIKENESS_MIN = 0.55

_FOLDED = (
    ("oe", "u"),
    ("dj", "j"),
    ("tj", "c"),
    ("sj", "sy"),
    ("ph", "f"),
    ("v", "f"),
    ("th", "t"),
)


@dataclass(frozen=True, slots=True)
class Alternative:
    word: str
    likeness: float  # 1: the same; the errors in relation to the length


def sound(word: str) -> str:
    """The spelling without what is written so or so; the same as maps_word_sound() in the database."""
    for written, said in _FOLDED:
        word = word.replace(written, said)
    consonants = re.sub(r"[aeiou]", "", word[1:])
    return f"~{word[:1]}" + re.sub(r"(.)\1+", r"\1", consonants)


def asked_keys(word: str) -> list[str]:
    """The keys under which a word that was meant may be found."""
    keys = [word, sound(word), *(word[:at] + word[at + 1 :] for at in range(len(word)))]
    if len(word) >= TWO_ERRORS_CHARACTERS_MIN:
        pairs = itertools.combinations(range(len(word)), 2)
        keys += [word[:a] + word[a + 1 : b] + word[b + 1 :] for a, b in pairs]
    return list(dict.fromkeys(keys))[:KEYS_MAX]


def alternatives(
    words: Iterable[str], *, also_known: bool = False
) -> dict[str, tuple[Alternative, ...]]:
    """What each word may stand for, the likeliest first. A word that is in a name stands for itself alone, unless asked."""
    asked = sorted({word for word in words if _may_be_wrong(word)})
    if not asked:
        return {}
    found = _found(asked)
    answer: dict[str, tuple[Alternative, ...]] = {}
    for word in asked:
        known = found.get(word, [])
        if word in known and not also_known:
            continue
        alike = sorted(
            (Alternative(other, likeness(word, other)) for other in known),
            key=lambda item: (-item.likeness, item.word),
        )
        near = tuple(item for item in alike if item.likeness >= LIKENESS_MIN)[:ALTERNATIVES_MAX]
        if near:
            answer[word] = near
    return answer


def likeness(written: str, meant: str) -> float:
    """1 minus the share of letters that are wrong. Left-out vowels and other spellings of a sound count half."""
    errors = float(OSA.distance(written, meant))
    if sound(written) == sound(meant):
        errors *= 0.5
    if written[:1] != meant[:1]:
        errors += 0.5  # the first letter is rarely wrong
    return 1 - errors / max(len(written), len(meant))


def _may_be_wrong(word: str) -> bool:
    return len(word) >= WORD_CHARACTERS_MIN and word.isalpha()


def _found(asked: Sequence[str]) -> dict[str, list[str]]:
    keys = [asked_keys(word) for word in asked]
    flat = [(word, key) for word, of_word in zip(asked, keys, strict=True) for key in of_word]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.asked, found.word FROM ("
            "  SELECT asked, array_agg(key)::varchar[] AS keys"
            "  FROM unnest(%s::text[], %s::text[]) AS t(asked, key) GROUP BY asked"
            ") AS w CROSS JOIN LATERAL ("
            "  SELECT word FROM maps_nameword WHERE keys && w.keys LIMIT %s"
            ") AS found",
            [[word for word, _key in flat], [key for _word, key in flat], FOUND_MAX],
        )
        rows = cursor.fetchall()
    found: dict[str, list[str]] = {}
    for word, other in rows:
        found.setdefault(word, []).append(other)
    return found
