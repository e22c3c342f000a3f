"""Positions on the earth and the many ways in which people write them. Pure: no database, no network, no clock.

Nothing here raises for what a citizen may have typed: text that holds no position gives an empty list.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, unquote, urlsplit

EARTH_RADIUS_M = 6_371_008.8
METRES_PER_DEGREE = 111_195.0
TEXT_CHARACTERS_MAX = 4_000
RADIUS_M_MIN = 10.0  # no telephone knows better, however many decimals it prints
RADIUS_M_MAX = 50_000.0
# Three decimals could also be a price ("25.500, 30.250"); see _is_price.
BARE_DECIMALS_MIN = 3
LABELLED_DECIMALS_MIN = 2
NEAR_PRICE_M_MAX = 300_000.0
VIEWPORT_PIXELS = 300  # half a screen: what a shared view of a map says about the place meant
PIXEL_M_AT_ZOOM_0 = 156_543.0


@dataclass(frozen=True, slots=True)
class LatLng:
    """A position in degrees, WGS 84. The point 0,0 is refused: it is what broken devices send, not a place."""

    lat: float
    lng: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.lat) and math.isfinite(self.lng)):
            raise ValueError("a position must be finite")
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise ValueError("a position must be within -90..90 and -180..180")
        if abs(self.lat) < 1e-6 and abs(self.lng) < 1e-6:
            raise ValueError("0,0 is not a position")


@dataclass(frozen=True, slots=True)
class Found:
    """A position read out of a text. The radius is what the written form can say, not what a device measured."""

    position: LatLng
    radius_m: float
    form: str  # decimal | dms | geo_uri | link_marker | link_view
    written: str


def position_or_none(lat: float | None, lng: float | None) -> LatLng | None:
    if lat is None or lng is None:
        return None
    try:
        return LatLng(float(lat), float(lng))
    except (TypeError, ValueError, OverflowError):
        return None


def distance_m(a: LatLng, b: LatLng) -> float:
    """Along the great circle (haversine); exact to about 0.5 %."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2) ** 2
    half_lng = math.sin(math.radians(b.lng - a.lng) / 2) ** 2
    chord = half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lng
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def heading_deg(a: LatLng, b: LatLng) -> float:
    """The direction from a to b, clockwise from north, 0 to 360."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    turn = math.radians(b.lng - a.lng)
    east = math.sin(turn) * math.cos(lat_b)
    north = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(turn)
    return math.degrees(math.atan2(east, north)) % 360


def path_length_m(path: Sequence[LatLng]) -> float:
    return sum(distance_m(a, b) for a, b in itertools.pairwise(path))


def point_along(path: Sequence[LatLng], travelled_m: float) -> LatLng:
    """The position after so many metres of the path; its ends when the distance lies outside it."""
    left_m = max(0.0, travelled_m)
    for a, b in itertools.pairwise(path):
        length_m = distance_m(a, b)
        if left_m <= length_m and length_m > 0:
            share = left_m / length_m
            return LatLng(a.lat + (b.lat - a.lat) * share, a.lng + (b.lng - a.lng) * share)
        left_m -= length_m
    return path[-1]


def radius_of_decimals(decimals: int) -> float:
    """How far the true place may be from degrees written with so many decimals: three say about 110 m."""
    return _bounded(METRES_PER_DEGREE * 10.0**-decimals)


def find_positions(text: str, *, near: LatLng | None = None) -> list[Found]:
    """Every position written in the text, in the order of their worth: marked places first, views of a map last.

    near is the city; it only decides whether a pair with three decimals is a position or two prices.
    """
    text = text[:TEXT_CHARACTERS_MAX]
    found: list[Found] = []
    for link in LINK.findall(text):
        in_link = list(_positions_of_link(link))
        marked = [item for item in in_link if item.form == "link_marker"]
        found.extend(
            marked or in_link
        )  # where the map was moved to says nothing once a place is marked
    found.extend(_geo_uris(text))
    # What belongs to an address must not be read a second time as a bare pair of numbers.
    bare = GEO_URI.sub(" ", LINK.sub(" ", text))
    found.extend(_dms(bare))
    bare = DMS.sub(" ", bare)
    found.extend(_marine(bare))
    found.extend(_decimals(MARINE.sub(" ", bare), near))
    found.sort(key=lambda item: item.form == "link_view")
    unique: dict[LatLng, Found] = {}
    for item in found:
        unique.setdefault(item.position, item)
    return list(unique.values())


def unread_links(text: str) -> list[str]:
    """Addresses of map services which hide the position (short links). They are never fetched: a person opens them."""
    return [
        link
        for link in LINK.findall(text[:TEXT_CHARACTERS_MAX])
        if SHORT_LINK.search(link) and not list(_positions_of_link(link))
    ]


# --- links -------------------------------------------------------------------------------------

LINK = re.compile(
    # An apostrophe inside belongs to it: Google writes the minutes of a dropped pin into the path.
    r"(?:https?://|(?<![\w/.@])(?:www\.|maps\.|waze\.))(?:[^\s<>\"'|\\^`{}]|'(?=\S)){3,1500}",
    re.IGNORECASE,
)
SHORT_LINK = re.compile(
    r"maps\.app\.goo\.gl|goo\.gl/|g\.co/|waze\.com/ul/h|osm\.org/go/|bit\.ly/|s\.id/|tinyurl\.com/|apple\.co/|t\.co/",
    re.IGNORECASE,
)
GEO_URI = re.compile(
    r"\bgeo:(?P<lat>-?\d{1,3}(?:\.\d{1,15})?),(?P<lng>-?\d{1,3}(?:\.\d{1,15})?)(?P<rest>[;?][^\s<>\"]{0,300})?",
    re.IGNORECASE | re.ASCII,
)
_PAIR = re.compile(
    r"^\s*(?:loc:|ll\.)?\s*(-?\d{1,3}(?:\.\d{1,15})?)\s*[,~ +]\s*(-?\d{1,3}(?:\.\d{1,15})?)(?![\d.])",
    re.ASCII,
)
_PLACE = re.compile(r"!3d(-?\d{1,3}(?:\.\d{1,15})?)!4d(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)
_VIEW = re.compile(
    r"/@(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)(?:,(\d{1,2}(?:\.\d{1,3})?)z)?",
    re.ASCII,
)
_OSM_VIEW = re.compile(
    r"map=(\d{1,2})/(-?\d{1,3}(?:\.\d{1,15})?)/(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII
)
_PATH_PAIR = re.compile(r"/(-?\d{1,3}\.\d{3,15}),\+?(-?\d{1,3}\.\d{3,15})(?![\d.])", re.ASCII)
# The parameters in which Google, Waze, Apple, Bing and others write a marked place; "q" before "ll", which may be a view.
_MARKERS = (
    "q",
    "query",
    "daddr",
    "destination",
    "coordinate",
    "center",
    "to",
    "ll",
    "sll",
    "cp",
    "loc",
    "pin",
    "map",
    "viewpoint",
)
_LAT_NAMES = ("mlat", "lat", "latitude")
_LNG_NAMES = ("mlon", "lon", "lng", "long", "longitude")


def _positions_of_link(link: str) -> Iterator[Found]:
    try:
        parts = urlsplit(link if "://" in link else "https://" + link)
        query = dict(parse_qsl(parts.query, max_num_fields=50))
    except ValueError:  # a broken bracket or too many parameters: no address at all
        return
    whole = unquote(link)
    for match in _PLACE.finditer(whole):
        yield from _found(match[1], match[2], "link_marker", link)
    lat = next((query[name] for name in _LAT_NAMES if name in query), None)
    lng = next((query[name] for name in _LNG_NAMES if name in query), None)
    if lat is not None and lng is not None:
        yield from _found(lat, lng, "link_marker", link)
    for name in _MARKERS:
        pair = _PAIR.match(query.get(name, ""))
        if pair:
            yield from _found(pair[1], pair[2], "link_marker", link)
    for found in _dms(unquote(parts.path).replace("+", " ")):
        yield replace(found, form="link_marker", written=link)
    for match in _PATH_PAIR.finditer(unquote(parts.path)):
        yield from _found(match[1], match[2], "link_marker", link)
    for match in _VIEW.finditer(unquote(parts.path)):
        yield from _found(match[1], match[2], "link_view", link, zoom=match[3] or "15")
    for match in _OSM_VIEW.finditer(unquote(parts.fragment)):
        yield from _found(match[2], match[3], "link_view", link, zoom=match[1])


def _geo_uris(text: str) -> Iterator[Found]:
    for match in GEO_URI.finditer(text):
        rest = match["rest"] or ""
        asked = re.search(
            r"[?&]q=(-?\d{1,3}(?:\.\d{1,15})?),(-?\d{1,3}(?:\.\d{1,15})?)",
            unquote(rest),
            re.ASCII,
        )
        lat, lng = (asked[1], asked[2]) if asked else (match["lat"], match["lng"])
        for item in _found(lat, lng, "geo_uri", match[0]):
            said = re.search(
                r";u=(\d{1,6}(?:\.\d{1,3})?)", rest, re.ASCII
            )  # RFC 5870: uncertainty in metres
            radius_m = max(item.radius_m, _bounded(float(said[1]))) if said else item.radius_m
            yield Found(item.position, radius_m, item.form, item.written)


def _found(lat: str, lng: str, form: str, written: str, *, zoom: str = "") -> Iterator[Found]:
    position = _number_pair(lat, lng)
    if position is None:
        return
    decimals = min(_decimals_of(lat), _decimals_of(lng))
    radius_m = radius_of_decimals(decimals)
    if zoom:
        radius_m = max(
            radius_m,
            _bounded(VIEWPORT_PIXELS * PIXEL_M_AT_ZOOM_0 / 2 ** min(22.0, float(zoom))),
        )
    yield Found(position, radius_m, form, written)


# --- numbers in a sentence ---------------------------------------------------------------------

_DEGREE = r"(?:°|º|˚|\bder(?:ajat)?\b|\bdeg(?:rees)?\b)"
_HEMI = r"(?:LU|LS|BT|BB|[NSEWUTB])"
DMS = re.compile(
    rf"(?:\b(?P<h1>{_HEMI})\s{{0,3}})?(?P<d1>\d{{1,3}})\s{{0,3}}{_DEGREE}\s{{0,3}}"
    rf"(?P<m1>\d{{1,2}}(?:[.,]\d{{1,8}})?)\s{{0,3}}['′’‘´]\s{{0,3}}"
    rf"(?:(?P<s1>\d{{1,2}}(?:[.,]\d{{1,8}})?)\s{{0,3}}(?:\"|″|”|“|''|′′|’’)\s{{0,3}})?(?P<i1>{_HEMI}\b)?"
    rf"[\s,;/]{{0,6}}(?:\b(?P<h2>{_HEMI})\s{{0,3}})?(?P<d2>\d{{1,3}})\s{{0,3}}{_DEGREE}\s{{0,3}}"
    rf"(?P<m2>\d{{1,2}}(?:[.,]\d{{1,8}})?)\s{{0,3}}['′’‘´]\s{{0,3}}"
    rf"(?:(?P<s2>\d{{1,2}}(?:[.,]\d{{1,8}})?)\s{{0,3}}(?:\"|″|”|“|''|′′|’’)\s{{0,3}})?(?P<i2>{_HEMI}\b)?",
    re.IGNORECASE | re.ASCII,
)
_LABEL = r"(?:lat(?:itude)?|lng|lon(?:g(?:itude)?)?|lintang|bujur|gps|koordinat|coord(?:inate)?s?)"
DECIMAL = re.compile(
    rf"(?<![\w.,])(?P<l1>{_LABEL}\s{{0,3}}[:=]?\s{{0,3}})?(?:(?P<h1>{_HEMI})\s{{0,3}})?(?P<a>[+-]?\d{{1,3}}[.,]\d{{2,15}})"
    rf"\s{{0,3}}{_DEGREE}?\s{{0,3}}(?P<i1>{_HEMI}\b)?(?:\s{{0,3}}[,;/|&]\s{{0,3}}|\s{{1,3}}|(?<=[a-z°º])\s{{0,3}})"
    rf"(?P<l2>{_LABEL}\s{{0,3}}[:=]?\s{{0,3}})?(?:(?P<h2>{_HEMI})\s{{0,3}})?(?P<b>[+-]?\d{{1,3}}[.,]\d{{2,15}})"
    rf"\s{{0,3}}{_DEGREE}?\s{{0,3}}(?P<i2>{_HEMI}\b)?(?![\d])",
    re.IGNORECASE | re.ASCII,
)
# As fishermen and GPS sets write it: no signs, but letters on both sides ("N 00 55.116 E 104 27.990", "00-55-07 LU 104-27-59 BT").
_SIGNLESS = r"\d{1,3}(?:\s{1,3}|\s?[-.]\s?)\d{1,2}(?:[.,]\d{1,8}|(?:\s{1,3}|\s?-\s?)\d{1,2}(?:[.,]\d{1,8})?)"
MARINE = re.compile(
    rf"(?<![\w.,-])(?:(?P<h1>{_HEMI})\s{{0,3}}(?P<a>{_SIGNLESS})|(?P<c>{_SIGNLESS})\s{{0,3}}(?P<i1>{_HEMI})\b)"
    rf"[\s,;/]{{0,6}}"
    rf"(?:(?P<h2>{_HEMI})\s{{0,3}}(?P<b>{_SIGNLESS})|(?P<d>{_SIGNLESS})\s{{0,3}}(?P<i2>{_HEMI})\b)(?![\w])",
    re.IGNORECASE | re.ASCII,
)
_PARTS = re.compile(
    r"^(\d{1,3})[\s.-]+(\d{1,2}(?:[.,]\d{1,8})?)(?:[\s-]+(\d{1,2}(?:[.,]\d{1,8})?))?$"
)
_LATITUDES = frozenset({"N", "S", "U", "LU", "LS"})  # U = Utara; S = South and Selatan
_LONGITUDES = frozenset({"E", "W", "T", "B", "BT", "BB"})  # T = Timur; B, BB = Barat
_NEGATIVE = frozenset({"S", "LS", "W", "B", "BB"})


def _dms(text: str) -> Iterator[Found]:
    for match in DMS.finditer(text):
        first = _degrees(match["d1"], match["m1"], match["s1"])
        second = _degrees(match["d2"], match["m2"], match["s2"])
        if first is None or second is None:
            continue
        position = _ordered(first, second, match["h1"] or match["i1"], match["h2"] or match["i2"])
        if position is None:
            continue
        radius_m = _radius_of_dms(match["m1"], match["s1"])
        yield Found(position, radius_m, "dms", match[0].strip())


def _marine(text: str) -> Iterator[Found]:
    for match in MARINE.finditer(text):
        parts = [_PARTS.match(match["a"] or match["c"]), _PARTS.match(match["b"] or match["d"])]
        if parts[0] is None or parts[1] is None:
            continue
        first, second = (_degrees(*part.groups()) for part in parts if part is not None)
        if first is None or second is None:
            continue
        position = _ordered(first, second, match["h1"] or match["i1"], match["h2"] or match["i2"])
        if position is not None:
            minutes, seconds = parts[0][2], parts[0][3]
            yield Found(position, _radius_of_dms(minutes, seconds), "dms", match[0].strip())


def _decimals(text: str, near: LatLng | None) -> Iterator[Found]:
    for match in DECIMAL.finditer(text):
        first, second = (
            float(match["a"].replace(",", ".")),
            float(match["b"].replace(",", ".")),
        )
        hemi_1, hemi_2 = match["h1"] or match["i1"], match["h2"] or match["i2"]
        position = _ordered(first, second, hemi_1, hemi_2, lng_first=_says_lng(match["l1"]))
        if position is None:
            continue
        if not (match["l1"] or match["l2"] or hemi_1 or hemi_2):
            position = _nearer_order(position, near)
        labelled = bool(match["l1"] or match["l2"] or (hemi_1 and hemi_2))
        decimals = min(_decimals_of(match["a"]), _decimals_of(match["b"]))
        if decimals < (LABELLED_DECIMALS_MIN if labelled else BARE_DECIMALS_MIN):
            continue  # "jam 12.30, 13.45" are times
        if not labelled and _is_price(match["a"], match["b"], position, near):
            continue
        yield Found(position, radius_of_decimals(decimals), "decimal", match[0].strip())


def _nearer_order(position: LatLng, near: LatLng | None) -> LatLng:
    """Two bare numbers in the other order, when only that one lies near the city."""
    turned = position_or_none(position.lng, position.lat)
    if near is None or turned is None or distance_m(position, near) <= NEAR_PRICE_M_MAX:
        return position
    return turned if distance_m(turned, near) <= NEAR_PRICE_M_MAX else position


def _is_price(a: str, b: str, position: LatLng, near: LatLng | None) -> bool:
    """Thousands are written with a dot: "25.500, 30.250" are two prices, "0.918, 104.466" is a place."""
    if _decimals_of(a) != 3 or _decimals_of(b) != 3 or a[0] in "0-+" or b[0] in "0-+":
        return False
    return near is None or distance_m(position, near) > NEAR_PRICE_M_MAX


def _says_lng(label: str | None) -> bool:
    return label is not None and label.lower().startswith(("lng", "lon", "bujur"))


def _ordered(
    first: float,
    second: float,
    hemi_1: str | None,
    hemi_2: str | None,
    *,
    lng_first: bool = False,
) -> LatLng | None:
    """Puts latitude first: by the letters, else by the label, else by what can be no latitude."""
    letter_1, letter_2 = (hemi_1 or "").upper(), (hemi_2 or "").upper()
    first = -abs(first) if letter_1 in _NEGATIVE else first
    second = -abs(second) if letter_2 in _NEGATIVE else second
    letters = {letter_1, letter_2}
    if letters <= _LONGITUDES or letters <= _LATITUDES:
        return None  # both name the same axis
    says_lng_first = letter_1 in _LONGITUDES or letter_2 in _LATITUDES
    bare = not (letter_1 or letter_2)
    if says_lng_first or (bare and (lng_first or abs(first) > 90 >= abs(second))):
        first, second = second, first
    return position_or_none(first, second)


def _degrees(degrees: str, minutes: str, seconds: str | None) -> float | None:
    minute, second = (
        float(minutes.replace(",", ".")),
        float((seconds or "0").replace(",", ".")),
    )
    if minute >= 60 or second >= 60:
        return None
    return int(degrees) + minute / 60 + second / 3600


def _radius_of_dms(minutes: str, seconds: str | None) -> float:
    unit_m = METRES_PER_DEGREE / (3600 if seconds else 60)
    return _bounded(unit_m * 10.0 ** -_decimals_of(seconds or minutes))


def _number_pair(lat: str, lng: str) -> LatLng | None:
    try:
        first, second = float(lat), float(lng)
    except ValueError:
        return None
    if abs(first) > 90 >= abs(second):  # some services write longitude first
        first, second = second, first
    return position_or_none(first, second)


def _decimals_of(number: str) -> int:
    _, _, decimals = number.replace(",", ".").partition(".")
    return len(decimals)


def _bounded(radius_m: float) -> float:
    return round(min(RADIUS_M_MAX, max(RADIUS_M_MIN, radius_m)), 1)
