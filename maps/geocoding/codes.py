"""Positions written as codes: plus codes ("WF9F+CM Tanjungpinang", "6PG6WF9F+CM"), geohashes ("w23b5r7") and the grids of
maps on paper: UTM ("48N 440641 101537") and MGRS ("48N VG 40641 01537").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

import mgrs
import utm
from openlocationcode import openlocationcode as olc

from maps.geo import (
    METRES_PER_DEGREE,
    RADIUS_M_MIN,
    TEXT_CHARACTERS_MAX,
    Found,
    LatLng,
    distance_m,
    position_or_none,
)

GEOHASH_NEAR_M_MAX = 100_000.0  # a code of letters that lies elsewhere is a word
_CODE = re.compile(
    r"(?<![\w+])([23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,5})(?![\w+])", re.IGNORECASE
)
_GEOHASH = re.compile(r"(?<![\w/+-])([0-9b-hjkmnp-z]{5,12})(?![\w/+-])", re.ASCII)
_GEOHASH_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz"
BARE_GEOHASH_CHARACTERS_MIN = 7


def find_plus_codes(text: str, *, near: LatLng | None) -> list[Found]:
    """Full codes, and short ones when the city they are relative to is known."""
    found = []
    for written in _CODE.findall(unquote(text)):  # links write %2B
        code = written.upper()
        if olc.isShort(code):
            if near is None or not re.search(r"[A-Z]", code):  # "2345+67" is a sum
                continue
            code = olc.recoverNearest(code, near.lat, near.lng)
        if not olc.isFull(code):
            continue
        area = olc.decode(code)
        position = position_or_none(area.latitudeCenter, area.longitudeCenter)
        if position is not None:
            side_m = (area.latitudeHi - area.latitudeLo) * METRES_PER_DEGREE
            found.append(
                Found(position, max(RADIUS_M_MIN, round(side_m * 0.71, 1)), "plus_code", written)
            )
    return found


def find_geohashes(text: str, *, near: LatLng | None) -> list[Found]:
    """A code behind the word "geohash", or a long one with digits and letters that lies near the city."""
    text = text[:TEXT_CHARACTERS_MAX]
    named = re.search(r"\bgeohash\b", text, re.IGNORECASE) is not None
    found = []
    for written in _GEOHASH.findall(text.lower()):
        mixed = re.search(r"\d", written) and re.search(r"[a-z]", written)
        if not mixed or (not named and len(written) < BARE_GEOHASH_CHARACTERS_MIN):
            continue
        position, half_m = _decoded(written)
        if position is None:
            continue
        if not named and (near is None or distance_m(position, near) > GEOHASH_NEAR_M_MAX):
            continue
        found.append(
            Found(position, max(RADIUS_M_MIN, round(half_m * 1.42, 1)), "geohash", written)
        )
    return found


def _decoded(code: str) -> tuple[LatLng | None, float]:
    low, high = [-90.0, -180.0], [90.0, 180.0]
    axis = 1  # longitude first
    for sign in code:
        for bit in (16, 8, 4, 2, 1):
            middle = (low[axis] + high[axis]) / 2
            side = low if _GEOHASH_DIGITS.index(sign) & bit else high
            side[axis] = middle
            axis = 1 - axis
    half_m = max(high[0] - low[0], high[1] - low[1]) / 2 * METRES_PER_DEGREE
    return position_or_none((low[0] + high[0]) / 2, (low[1] + high[1]) / 2), half_m


# The number of a zone, its letter (N or S, or the band), metres east and metres north.
_UTM = re.compile(
    r"(?<![\w.])(?:utm|zona|zone)?\s{0,3}(?P<zone>[1-9]|[1-5]\d|60)\s{0,2}(?P<letter>[C-HJ-NP-X])\s{0,3}[,:]?\s{0,3}"
    r"(?:[EX]\s?[:=]?\s?)?(?P<east>\d{6}(?:[.,]\d{1,3})?)\s{0,2}(?:m?\s?[ET]\b)?[\s,;/]{1,4}"
    r"(?:[NY]\s?[:=]?\s?)?(?P<north>\d{4,8}(?:[.,]\d{1,3})?)(?:\s?m?\s?[NUS]\b)?(?![\w])",
    re.IGNORECASE | re.ASCII,
)
_MGRS = re.compile(
    r"(?<!\w)([1-5]?\d\s?[C-HJ-NP-X]\s?[A-HJ-NP-Z][A-HJ-NP-V]\s?(?:\d{10}|\d{8}|\d{6}|\d{5}\s\d{5}|\d{4}\s\d{4}|\d{3}\s\d{3}))(?!\w)",
    re.IGNORECASE | re.ASCII,
)


def find_grids(text: str) -> list[Found]:
    """Positions on the grids that rescuers and the army use."""
    text = text[:TEXT_CHARACTERS_MAX]
    return [*_utm(text), *_mgrs(text)]


def _utm(text: str) -> Iterator[Found]:
    for match in _UTM.finditer(text):
        letter = match["letter"].upper()
        # In the tropics S says south, as everywhere but in the band of that name in the far north.
        northern = letter >= "N" and letter != "S"
        try:
            lat, lng = utm.to_latlon(
                float(match["east"].replace(",", ".")),
                float(match["north"].replace(",", ".")),
                int(match["zone"]),
                northern=northern,
            )
        except (utm.OutOfRangeError, ValueError):
            continue
        position = position_or_none(float(lat), float(lng))
        if position is not None:
            yield Found(position, RADIUS_M_MIN, "grid", match[0].strip())


def _mgrs(text: str) -> Iterator[Found]:
    for written in _MGRS.findall(text):
        code = re.sub(r"\s", "", written).upper()
        digits = len(re.search(r"\d*$", code)[0])  # type: ignore[index]
        try:
            lat, lng = mgrs.MGRS().toLatLon(code)
        except (mgrs.core.MGRSError, ValueError, UnicodeError):
            continue
        position = position_or_none(lat, lng)
        if position is not None:
            yield Found(
                position, max(RADIUS_M_MIN, 10.0 ** (5 - digits // 2)), "grid", written.strip()
            )
