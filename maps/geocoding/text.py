"""Where may the writer of these words be? Positions and codes in the text first, then names of the gazetteer.

The answer is a list of candidates, best first, and it is empty when the text names no place: nothing is guessed.
An ambiguous name gives all its places with lower confidence, so that the dispatcher can ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings

from maps.geo import TEXT_CHARACTERS_MAX, Found, LatLng, distance_m, find_positions
from maps.geocoding import places
from maps.geocoding.normalise import normalise, squash
from maps.geocoding.places import PlaceHit
from maps.geocoding.plus_codes import find_plus_codes

WORDS_MAX = 60  # of a text; a caller names the place early
WINDOW_WORDS_MAX = 6
FUZZY_WINDOWS_MAX = 14
FUZZY_CHARACTERS_MIN = 6
CORE_SIMILARITY_MIN = 0.34
FAR_AWAY_M = 150_000.0
NAMED_IN_FULL_WORDS_MIN = 3  # "ambulans 119" is called for, "RSUD Raja Ahmad Tabib" is a place
CROSSING_M_MAX = 60.0
CROSSING_RADIUS_M = 120.0
CANDIDATES_MAX = 8
CROSSING_STREETS_MAX = 3

# How sure an exactly named, unique place of this kind is meant; and how useful it is to a crew (for the order only).
CONFIDENCE: dict[str, float] = {
    "kecamatan": 0.6,
    "kelurahan": 0.75,
    "km_marker": 0.7,
    "street": 0.75,
    "island": 0.75,
    "neighbourhood": 0.7,
}
CONFIDENCE_OTHER = 0.8
PRECISION: dict[str, float] = {
    "kecamatan": 0.4, "kelurahan": 0.6, "island": 0.6, "km_marker": 0.8, "neighbourhood": 0.85, "street": 0.85,
}  # fmt: skip
CONFIDENCE_OF_FORM: dict[str, float] = {"link_view": 0.5}
CONFIDENCE_OF_POSITION = 0.95

# After these words comes a place; after "ke" comes where somebody is to be brought.
PLACE_CUES = frozenset(
    [
        "di",
        "dekat",
        "depan",
        "belakang",
        "samping",
        "sebelah",
        "seberang",
        "sekitar",
        "area",
        "daerah",
        "lokasi",
        "posisi",
        "disini",
        "alamat",
        "arah",
        "dari",
        "dalam",
        "at",
        "near",
        "behind",
        "opposite",
        "front",
        "in",
    ]
)
DESTINATION_CUES = frozenset({"ke", "menuju", "to"})
# Words that begin a name; a misspelled name is looked for behind them.
TYPES = frozenset(
    [
        "jalan",
        "simpang",
        "kampung",
        "gang",
        "lorong",
        "perumahan",
        "pasar",
        "masjid",
        "vihara",
        "kelenteng",
        "gereja",
        "puskesmas",
        "hotel",
        "pelabuhan",
        "pelantar",
        "dermaga",
        "jembatan",
        "tanjung",
        "teluk",
        "pulau",
        "kelurahan",
        "kecamatan",
        "bundaran",
        "kantor",
        "sma",
        "smp",
        "smk",
        "sd",
        "taman",
        "lapangan",
        "rs",
        "bukit",
        "batu",
        "sei",
        "melayu",
        "tanjungpinang",
    ]
)
# Said by everybody who wants help, so these names are places only behind a word of place ("di depan damkar").
CALLED_FOR = frozenset({"fire_station", "rescue", "police", "hospital"})
# A name and a common word at once (the school MAN): a place only behind a word of place, too.
_ALSO_WORDS = frozenset({"man"})
_AREAS = frozenset({"kelurahan", "kecamatan"})
_NO_NAME = frozenset(
    [
        "ada",
        "api",
        "air",
        "asap",
        "bakar",
        "banjir",
        "bantuan",
        "bapak",
        "besar",
        "ibu",
        "itu",
        "ini",
        "jalanan",
        "jatuh",
        "kami",
        "kebakaran",
        "kecelakaan",
        "kejadian",
        "korban",
        "lagi",
        "luka",
        "mobil",
        "mohon",
        "motor",
        "orang",
        "pohon",
        "rumah",
        "saya",
        "sakit",
        "segera",
        "sekarang",
        "sini",
        "sudah",
        "tabrakan",
        "tolong",
        "tumbang",
        "warga",
        "yang",
        "kebanjiran",
        "pingsan",
        "tenggelam",
        "pencurian",
        "terbakar",
        "kapal",
        "perahu",
        "sedang",
        "parah",
        "cepat",
        "selamat",
        "malam",
        "pagi",
        "siang",
        "sore",
        "terima",
        "kasih",
        "please",
        "help",
        "fire",
        "accident",
        "person",
        "water",
        "house",
    ]
)


@dataclass(frozen=True, slots=True)
class Candidate:
    position: LatLng
    radius_m: float
    source: str  # "text": written in the text; "address": a name of the gazetteer
    confidence: float
    label: str | None
    place_id: str | None
    kind: str | None = None
    district: str | None = None
    weight: float = 1.0  # for the order only: how far it narrows the search


@dataclass(frozen=True, slots=True)
class _Window:
    begin: int
    end: int
    words: tuple[str, ...]
    cue: str | None

    @property
    def squashed(self) -> str:
        return "".join(self.words)

    def overlaps(self, other: _Window) -> bool:
        return self.begin < other.end and other.begin < self.end


@dataclass(frozen=True, slots=True)
class _Mention:
    window: _Window
    hits: tuple[PlaceHit, ...]


def locate_text(text: str, *, near: LatLng | None = None) -> list[Candidate]:
    text = text[:TEXT_CHARACTERS_MAX]
    reference = near or _city_centre()
    written = [
        _written(found, reference)
        for found in (
            *find_positions(text, near=reference),
            *find_plus_codes(text, near=reference),
        )
    ]
    if any(candidate.confidence > 0.9 for candidate in written):
        return _ordered(written)  # who sends a position means it, whatever else the text names
    return _ordered([*written, *_named(_without_links(text))])


def _written(found: Found, reference: LatLng) -> Candidate:
    confidence = CONFIDENCE_OF_FORM.get(found.form, CONFIDENCE_OF_POSITION)
    if distance_m(found.position, reference) > FAR_AWAY_M:
        confidence *= 0.4
    return Candidate(found.position, found.radius_m, "text", round(confidence, 2), None, None)


# --- names -------------------------------------------------------------------------------------


def _named(text: str) -> list[Candidate]:
    words = normalise(text).split()[:WORDS_MAX]
    windows = _windows(words)
    mentions = _exact_mentions(windows)
    mentions += _fuzzy_mentions(
        [window for window in windows if _is_free(window, mentions)], len(words)
    )
    mentions.sort(key=lambda mention: mention.window.begin)
    candidates = [candidate for mention in mentions for candidate in _candidates(mention)]
    areas = {
        hit.district: mention.window
        for mention in mentions
        for hit in mention.hits
        if hit.kind == "kelurahan"
    }
    return [
        *_crossings(mentions),
        *(_in_context(candidate, window, areas) for candidate, window in candidates),
    ]


def _windows(words: list[str]) -> list[_Window]:
    return [
        _Window(begin, end, tuple(words[begin:end]), _cue_before(words, begin))
        for begin in range(len(words))
        for end in range(begin + 1, min(len(words), begin + WINDOW_WORDS_MAX) + 1)
    ]


def _cue_before(words: list[str], begin: int) -> str | None:
    for word in reversed(words[max(0, begin - 2) : begin]):
        if word in PLACE_CUES:
            return "place"
        if word in DESTINATION_CUES:
            return "destination"
    return None


def _exact_mentions(windows: list[_Window]) -> list[_Mention]:
    """The longest names first; a shorter one inside of a longer one is not meant."""
    wanted: dict[str, list[_Window]] = {}
    for window in windows:
        if len(window.squashed) < 3 or (len(window.words) == 1 and _is_common(window)):
            continue
        wanted.setdefault(window.squashed, []).append(window)
        if window.words[-1] in TYPES and window.words[0] not in TYPES:
            turned = window.words[-1] + "".join(window.words[:-1])
            wanted.setdefault(turned, []).append(window)  # English: "Senggarang pier"
        if window.cue == "place" and window.words[0] not in TYPES:
            wanted.setdefault("jalan" + window.squashed, []).append(
                window
            )  # "di merdeka" is Jalan Merdeka
    found = places.named(list(wanted))
    matches = [(window, tuple(hits)) for key, hits in found.items() for window in wanted[key]]
    return _longest(matches)


def _is_common(window: _Window) -> bool:
    word = window.words[0]
    return (
        word in _NO_NAME or word in PLACE_CUES or (word in _ALSO_WORDS and window.cue != "place")
    )


def _fuzzy_mentions(windows: list[_Window], word_count: int) -> list[_Mention]:
    chosen: dict[str, _Window] = {}
    for window in sorted(windows, key=lambda window: _fuzzy_rank(window, word_count)):
        if _may_be_misspelled(window, word_count) and len(chosen) < FUZZY_WINDOWS_MAX:
            chosen.setdefault(window.squashed, window)
    found = places.named_like({key: _beginning(window) for key, window in chosen.items()})
    matches = []
    for key, hits in found.items():
        alike = [hit for hit in hits if _is_alike(key, squash(hit.matched), chosen[key].words)]
        if alike:
            best = max(hit.score for hit in alike)
            matches.append((chosen[key], tuple(hit for hit in alike if hit.score > best - 0.08)))
    # What explains most of the text well: a whole name before a better half of it.
    matches.sort(
        key=lambda match: -(max(hit.score for hit in match[1]) ** 2) * len(match[0].squashed)
    )
    return _longest(matches, by_length=False)


def _beginning(window: _Window) -> str:
    """What of a misspelled name must be right: its type and one more letter, or two letters."""
    head = _head(window.words)
    return window.squashed[: len(head) + 1] if head else window.squashed[:2]


def _head(words: tuple[str, ...]) -> str:
    return words[0] if words[0] in TYPES and len(words) > 1 else ""


def _may_be_misspelled(window: _Window, word_count: int) -> bool:
    if len(window.squashed) < FUZZY_CHARACTERS_MIN or any(
        word in _NO_NAME for word in window.words
    ):
        return False
    if window.words[0] in PLACE_CUES or window.words[-1] in PLACE_CUES:
        return False
    if all(word in TYPES for word in window.words):
        return False  # "simpang" alone is like every Simpang
    return word_count <= 4 or window.words[0] in TYPES or window.cue == "place"


def _fuzzy_rank(window: _Window, word_count: int) -> tuple[bool, int, int]:
    typed = window.words[0] in TYPES and len(window.words) > 1
    return not typed, abs(len(window.words) - min(3, word_count)), window.begin


def _is_alike(wanted: str, name: str, words: tuple[str, ...]) -> bool:
    """The numbers are the same, and the part behind "jalan" or "simpang" is alike too: all streets begin alike."""
    if re.findall(r"\d+", wanted) != re.findall(r"\d+", name):
        return False
    head = _head(words)
    if not name.startswith(head):
        return False
    return _similarity(wanted[len(head) :], name[len(head) :]) >= CORE_SIMILARITY_MIN


def _similarity(a: str, b: str) -> float:
    """As pg_trgm counts it, for one word."""
    of_a, of_b = ({f"  {word} "[at : at + 3] for at in range(len(word) + 1)} for word in (a, b))
    return len(of_a & of_b) / len(of_a | of_b)


def _longest(
    matches: Iterable[tuple[_Window, tuple[PlaceHit, ...]]], *, by_length: bool = True
) -> list[_Mention]:
    pool = list(matches)
    if by_length:
        pool.sort(key=lambda match: (-len(match[0].words), match[0].begin))
    taken: dict[tuple[int, int], _Mention] = {}
    for window, hits in pool:
        same = taken.get((window.begin, window.end))
        if same is not None:  # "merdeka" and "jalan merdeka" of one window
            taken[window.begin, window.end] = replace(same, hits=_merged(same.hits, hits))
        elif _is_free(window, taken.values()):
            taken[window.begin, window.end] = _Mention(window, hits)
    return list(taken.values())


def _merged(first: tuple[PlaceHit, ...], second: tuple[PlaceHit, ...]) -> tuple[PlaceHit, ...]:
    return tuple({hit.id: hit for hit in (*second, *first)}.values())


def _is_free(window: _Window, mentions: Iterable[_Mention]) -> bool:
    return not any(window.overlaps(mention.window) for mention in mentions)


def _candidates(mention: _Mention) -> list[tuple[Candidate, _Window]]:
    # Places of one name are ordered by how often they are meant; only between names does precision count.
    weight = max(PRECISION.get(hit.kind, 1.0) for hit in mention.hits)
    found = []
    for hit in mention.hits:
        confidence = _confidence(hit, mention)
        if confidence is not None:
            label = f"{hit.name}, {hit.context}" if hit.context else hit.name
            candidate = Candidate(
                hit.position, float(hit.radius_m), "address", round(confidence, 2), label, hit.id, hit.kind,
                hit.district, weight,
            )  # fmt: skip
            found.append((candidate, mention.window))
    return found


def _confidence(hit: PlaceHit, mention: _Mention) -> float | None:
    """None: the word was not used as a place."""
    cue = mention.window.cue
    confidence = CONFIDENCE.get(hit.kind, CONFIDENCE_OTHER) * hit.score
    if hit.kind in CALLED_FOR and cue != "place":
        if len(mention.window.words) < NAMED_IN_FULL_WORDS_MIN:
            return None
        confidence *= 0.5
    if cue == "destination":
        confidence *= 0.5
    if hit.kind == "kecamatan" and any(other.kind == "kelurahan" for other in mention.hits):
        confidence *= 0.9  # the same name; the smaller one is asked for more often
    return confidence / len(mention.hits) ** 0.7


def _crossings(mentions: list[_Mention]) -> list[Candidate]:
    """Two streets in one text that meet: the crossing is meant."""
    streets = [hit for mention in mentions for hit in mention.hits if hit.kind == "street"][
        :CROSSING_STREETS_MAX
    ]
    found = []
    for at, first in enumerate(streets):
        for second in streets[at + 1 :]:
            position = places.crossing_of(first.id, second.id, within_m=CROSSING_M_MAX)
            if position is not None:
                found.append(
                    Candidate(
                        position, CROSSING_RADIUS_M, "address", 0.85, f"{first.name} × {second.name}", None, "junction",
                        first.district,
                    )
                )  # fmt: skip
    return found


def _in_context(
    candidate: Candidate, window: _Window, areas: dict[str | None, _Window]
) -> Candidate:
    """A kelurahan elsewhere in the text speaks for the places inside of it and against the others."""
    if candidate.kind in _AREAS or candidate.district is None:
        return candidate
    others = {district for district, place in areas.items() if not place.overlaps(window)}
    if not others:
        return candidate
    factor = 1.15 if candidate.district in others else 0.8
    return replace(candidate, confidence=round(min(0.95, candidate.confidence * factor), 2))


def _ordered(candidates: list[Candidate]) -> list[Candidate]:
    unique: dict[tuple[LatLng, str | None], Candidate] = {}
    for candidate in sorted(candidates, key=lambda item: -item.confidence * item.weight):
        unique.setdefault((candidate.position, candidate.place_id), candidate)
    return list(unique.values())[:CANDIDATES_MAX]


def _without_links(text: str) -> str:
    return re.sub(r"(?:https?://|www\.)\S+", " ", text)


def _city_centre() -> LatLng:
    lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
    return LatLng(lat, lng)
