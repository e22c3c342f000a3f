"""Which places a text names: windows of words that are a name, a misspelled name, or a part of one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.fuzz import ratio

from maps.geo import LatLng
from maps.geocoding import places
from maps.geocoding.normalise import squash
from maps.geocoding.places import PlaceHit, scored
from maps.geocoding.search import WORD_CHARACTERS_MAX, match
from maps.geocoding.vocabulary import (
    ALSO_WORDS,
    AND_WORDS,
    AREA_KINDS,
    DESTINATION_CUES,
    DIRECTION_CUES,
    GENERIC,
    JUNCTION_WORDS,
    KINDS_OF_TYPE,
    NO_NAME,
    PLACE_CUES,
    STREET_TYPES,
    TITLES,
    TYPES,
    UNIT_WORDS,
)
from maps.geocoding.words import Alternative, alternatives

WINDOW_WORDS_MAX = 6
CUE_WORDS_BACK = 2
VARIANTS_MAX = 12  # of one window with misspelled words
CORRECTED_WINDOWS_MAX = 40
SHORT_TEXT_WORDS = 4  # who writes no more writes a name
CORRECTED_LIKENESS_MIN = 0.6
KNOWN_WORD_LIKENESS_MIN = 0.8  # a word of some name is rarely the misspelling of another
PART_WINDOWS_MAX = 12
PART_MATCH_MIN = 0.45
PART_CHARACTERS_MIN = 5
BARE_CHARACTERS_MIN = 6  # a shorter word of a sentence is like too many names
GLUED_CHARACTERS_MIN = 9
GLUED_LIKENESS_MIN = 0.86
UNSAID = 0.9  # the street that a bare name may be
ALSO_GOOD = 0.08  # hits this much worse than the best are meant no less


@dataclass(frozen=True, slots=True)
class Window:
    begin: int
    end: int
    words: tuple[str, ...]
    cue: str | None  # place | destination | direction

    @property
    def squashed(self) -> str:
        return "".join(self.words)

    @property
    def head(self) -> str:
        return self.words[0] if self.words[0] in TYPES and len(self.words) > 1 else ""

    def overlaps(self, other: Window) -> bool:
        return self.begin < other.end and other.begin < self.end


@dataclass(frozen=True, slots=True)
class Mention:
    window: Window
    hits: tuple[PlaceHit, ...]
    how: str = "exact"  # exact | corrected | part


Match = tuple[Window, tuple[PlaceHit, ...]]


def mentions_in(words: Sequence[str], *, near: LatLng) -> list[Mention]:
    """The places that are named, in the order of the text; no word is used twice."""
    windows = _windows([word[:WORD_CHARACTERS_MAX] for word in words])
    found = _exact(windows, words, near)
    found += _corrected(_free(windows, found), words, near)
    found += _parts(_free(windows, found), len(words))
    return sorted(found, key=lambda mention: mention.window.begin)


def _windows(words: Sequence[str]) -> list[Window]:
    return [
        Window(begin, end, tuple(words[begin:end]), _cue_before(words, begin))
        for begin in range(len(words))
        for end in range(begin + 1, min(len(words), begin + WINDOW_WORDS_MAX) + 1)
    ]


def _cue_before(words: Sequence[str], begin: int) -> str | None:
    for word in reversed(words[max(0, begin - CUE_WORDS_BACK) : begin]):
        if word in DESTINATION_CUES:
            return (
                "direction"
                if set(words[max(0, begin - 3) : begin]) & DIRECTION_CUES
                else "destination"
            )
        if word in DIRECTION_CUES:
            return "direction"
        if word in PLACE_CUES:
            return "place"
    return None


# --- names as they are ---------------------------------------------------------------------------


def _exact(windows: Sequence[Window], words: Sequence[str], near: LatLng) -> list[Mention]:
    """The longest names first; a shorter one inside of a longer one is not meant."""
    wanted: dict[str, list[tuple[Window, Way]]] = {}
    for window in windows:
        for way in _ways_to_say(window, words):
            wanted.setdefault(way.key, []).append((window, way))
    found = places.named(list(wanted), near=near)
    matches = [
        (window, fitting)
        for key, hits in found.items()
        for window, way in wanted[key]
        if (fitting := way.fitting(hits))
    ]
    return _longest(matches)


@dataclass(frozen=True, slots=True)
class Way:
    """A spelling in which the gazetteer may hold what a window says."""

    key: str
    kinds: frozenset[str] | None = None  # that it must then be
    likeness: float = 1.0

    def fitting(self, hits: Iterable[PlaceHit], likeness: float = 1.0) -> tuple[PlaceHit, ...]:
        return tuple(
            scored(hit, self.likeness * likeness)
            for hit in hits
            if self.kinds is None or hit.kind in self.kinds
        )


def _ways_to_say(window: Window, words: Sequence[str]) -> Iterable[Way]:
    if _is_common(window):
        return
    if len(window.squashed) >= 3:
        yield Way(
            window.squashed,
            KINDS_OF_TYPE.get(window.head) if window.head in AREA_KINDS else None,
        )
    if window.head == "simpang" and len(window.words) > 2 and window.words[1] in {"3", "4", "5"}:
        yield Way("simpang" + "".join(window.words[2:]))  # "simpang tiga Pamedan"
    if window.head in KINDS_OF_TYPE and len(window.squashed) >= len(window.head) + 2:
        yield Way("".join(window.words[1:]), KINDS_OF_TYPE[window.head])
    if window.words[-1] in TYPES and not window.head:
        yield Way(window.words[-1] + "".join(window.words[:-1]))  # English: "Senggarang pier"
    if window.words[0] not in TYPES and _may_be_street(window, words):
        yield Way("jalan" + window.squashed, None, UNSAID)  # "di merdeka" is Jalan Merdeka


def _may_be_street(window: Window, words: Sequence[str]) -> bool:
    if window.cue == "place" or len(words) <= SHORT_TEXT_WORDS:
        return True
    before = words[window.begin - 1] if window.begin else ""
    return before in JUNCTION_WORDS or (
        before in AND_WORDS and any(word in JUNCTION_WORDS for word in words[: window.begin])
    )


def _is_common(window: Window) -> bool:
    if len(window.words) > 1:
        return all(word in NO_NAME or word in PLACE_CUES for word in window.words)
    word = window.words[0]
    return (
        word in NO_NAME
        or word in PLACE_CUES
        or word in DESTINATION_CUES
        or (word in ALSO_WORDS and window.cue != "place")
    )


# --- misspelled names ----------------------------------------------------------------------------


def _corrected(windows: Sequence[Window], words: Sequence[str], near: LatLng) -> list[Mention]:
    meant = alternatives(
        {word for window in windows for word in window.words if _may_be_wrong(word)},
        also_known=True,
    )
    chosen = [window for window in windows if _may_be_misspelled(window, len(words))]
    chosen.sort(key=lambda window: (not window.head, -len(window.words), window.begin))
    wanted: dict[str, list[tuple[Window, float, Way]]] = {}
    for window in chosen[:CORRECTED_WINDOWS_MAX]:
        for variant, alike in _variants(window, meant):
            for way in _ways_to_say(replace(window, words=variant), words):
                wanted.setdefault(way.key, []).append((window, alike, way))
    found = places.named(list(wanted), near=near) if wanted else {}
    matches: list[Match] = [
        (window, fitting)
        for key, hits in found.items()
        for window, alike, way in wanted[key]
        if (fitting := way.fitting(hits, alike))
    ]
    matches += _glued(chosen, meant)
    matches.sort(key=lambda match: -(_best(match) ** 2) * len(match[0].squashed))
    return [replace(mention, how="corrected") for mention in _longest(matches, by_length=False)]


def _may_be_wrong(word: str) -> bool:
    return not (
        word in NO_NAME
        or word in PLACE_CUES
        or word in TYPES
        or word in UNIT_WORDS
        or word in DESTINATION_CUES
    )


def _may_be_misspelled(window: Window, word_count: int) -> bool:
    if any(word in NO_NAME or word in PLACE_CUES for word in window.words):
        return False
    if all(word in TYPES or word.isdigit() for word in window.words):
        return False  # "simpang" alone is like every Simpang
    if word_count <= SHORT_TEXT_WORDS or window.head:
        return True
    return window.cue is not None and len(window.squashed) >= BARE_CHARACTERS_MIN


def _variants(
    window: Window, meant: Mapping[str, Sequence[Alternative]]
) -> Iterable[tuple[tuple[str, ...], float]]:
    """The window with its misspelled words replaced, and how alike it still is."""
    choices = []
    for word in window.words:
        of_word = meant.get(word, ())
        is_known = any(other.word == word for other in of_word)
        if is_known:
            of_word = [one for one in of_word if one.likeness >= KNOWN_WORD_LIKENESS_MIN]
        choices.append([*of_word] if of_word else [Alternative(word, 1.0)])
    letters = len(window.squashed)
    for variant in itertools.islice(itertools.product(*choices), VARIANTS_MAX):
        alike = sum(
            one.likeness * len(word) for one, word in zip(variant, window.words, strict=True)
        )
        spelled = tuple(one.word for one in variant)
        if spelled != window.words and alike / letters >= CORRECTED_LIKENESS_MIN:
            yield spelled, round(alike / letters, 3)


def _glued(windows: Sequence[Window], meant: Mapping[str, object]) -> list[Match]:
    """A name of several words that is written in one, and misspelled: by its beginning, which must be right."""
    matches = []
    for window in windows:
        word = window.words[0]
        if len(window.words) > 1 or len(word) < GLUED_CHARACTERS_MIN or word in meant:
            continue
        lengths = sorted({len(word) * 3 // 4, len(word) // 2, 6}, reverse=True)
        hits = places.beginning_with([word[:length] for length in lengths])
        alike = [scored(hit, ratio(word, squash(hit.matched)) / 100) for hit in hits]
        best = max((hit.score for hit in alike), default=0.0)
        if best >= GLUED_LIKENESS_MIN:
            fitting = {hit.id: hit for hit in alike if hit.score > best - ALSO_GOOD / 4}
            matches.append((window, tuple(fitting.values())))
    return matches


# --- parts of names ------------------------------------------------------------------------------


def _parts(windows: Sequence[Window], word_count: int) -> list[Mention]:
    """ "jalan fisabilillah" is Jl. Raja Haji Fisabilillah, "jalan brigjen katamso" the street of Katamso."""
    chosen = [window for window in windows if _may_be_part(window, word_count)]
    chosen.sort(key=lambda window: (not window.head, -len(window.words), window.begin))
    chosen = chosen[:PART_WINDOWS_MAX]
    found = places.holding(
        [" & ".join(sorted(set(_telling(window)))) for window in chosen],
        most=places.WORDS_FOUND_MAX,
    )
    matches: list[Match] = []
    for window, hits in zip(chosen, found, strict=True):
        head = window.head
        kinds = KINDS_OF_TYPE.get(head)
        said = [word for word in window.words if word not in TITLES] or list(window.words)
        alike = [
            scored(
                hit,
                match(
                    said,
                    " ".join(w for w in hit.matched.split() if w not in TITLES) or hit.matched,
                ),
            )
            for hit in hits
            if hit.matched.split()[0] == head
            or (not head)
            or (kinds is not None and hit.kind in kinds)
        ]
        best = max((hit.score for hit in alike), default=0.0)
        fitting = {hit.id: hit for hit in alike if hit.score > best - ALSO_GOOD}
        if best >= PART_MATCH_MIN and len(fitting) <= places.OF_ONE_NAME_MAX:
            matches.append((window, tuple(fitting.values())))
    matches.sort(key=lambda match: (-len(match[0].words), -_best(match)))
    return [replace(mention, how="part") for mention in _longest(matches, by_length=False)]


def _may_be_part(window: Window, word_count: int) -> bool:
    if any(word in NO_NAME or word in PLACE_CUES or word in UNIT_WORDS for word in window.words):
        return False
    if not window.head and not (window.cue == "place" or word_count <= SHORT_TEXT_WORDS):
        return False
    telling = [word for word in _telling(window) if word not in TYPES and word not in GENERIC]
    return any(len(word) >= PART_CHARACTERS_MIN and not word.isdigit() for word in telling)


def _telling(window: Window) -> list[str]:
    """The words that tell a name from others; titles are left out or mistaken."""
    words = [word for word in window.words if word not in TITLES and len(word) > 1]
    street = window.head in STREET_TYPES
    return [word for word in words if not (street and word == window.head)] or list(window.words)


# --- choosing ------------------------------------------------------------------------------------


def _best(match: Match) -> float:
    return max(hit.score for hit in match[1])


def _longest(matches: Iterable[Match], *, by_length: bool = True) -> list[Mention]:
    pool = list(matches)
    if by_length:
        pool.sort(key=lambda match: (-len(match[0].words), match[0].begin))
    taken: dict[tuple[int, int], Mention] = {}
    for window, hits in pool:
        same = taken.get((window.begin, window.end))
        if same is not None:  # "merdeka" and "jalan merdeka" of one window
            taken[window.begin, window.end] = replace(same, hits=_merged(same.hits, hits))
        elif not any(window.overlaps(mention.window) for mention in taken.values()):
            taken[window.begin, window.end] = Mention(window, hits)
    return list(taken.values())


def _merged(first: tuple[PlaceHit, ...], second: tuple[PlaceHit, ...]) -> tuple[PlaceHit, ...]:
    """Each place once, as it is said best."""
    best: dict[str, PlaceHit] = {}
    for hit in (*first, *second):
        if hit.id not in best or hit.score > best[hit.id].score:
            best[hit.id] = hit
    return tuple(best.values())


def _free(windows: Sequence[Window], mentions: Sequence[Mention]) -> list[Window]:
    return [
        window
        for window in windows
        if not any(window.overlaps(mention.window) for mention in mentions)
    ]
