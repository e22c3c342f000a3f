"""House numbers: as they are written, and where a number lies that the gazetteer does not have. The arithmetic is pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from maps.geo import LatLng, distance_m
from maps.geocoding.vocabulary import METRES, NO_NAME

NUMBER_MAX = 2_000  # more is no house in a street of this country
HOUSES_MAX = 400  # of one street
HOUSE_RADIUS_M = 25.0
INTERPOLATED_RADIUS_M_MIN = 60.0
METRES_A_NUMBER = 8.0  # when only one neighbour is known
NEAREST_RADIUS_M_MAX = 600.0
NEIGHBOUR_NUMBERS_MAX = 60  # further off the nearest known number says nothing
_NUMBER = re.compile(r"^(\d{1,4})([a-z]?)$", re.ASCII)


@dataclass(frozen=True, slots=True)
class HouseNumber:
    number: int
    letter: str = ""

    def __str__(self) -> str:
        return f"{self.number}{self.letter.upper()}"


@dataclass(frozen=True, slots=True)
class House:
    number: HouseNumber
    position: LatLng
    place_id: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a number lies: at a known house, between two, or by the nearest one."""

    position: LatLng
    radius_m: float
    how: str  # house_known | house_between | house_nearest
    neighbours: tuple[str, ...] = ()
    place_id: str | None = None


def number_at(words: Sequence[str], at: int) -> tuple[HouseNumber, int] | None:
    """The house number that is written at this word ("no 12 a", "12"), and where the text goes on."""
    marked = at < len(words) and words[at] == "no"
    at += marked
    if at >= len(words):
        return None
    read = _NUMBER.match(words[at])
    if read is None or not 0 < int(read[1]) <= NUMBER_MAX:
        return None
    at += 1
    letter = read[2]
    after = words[at] if at < len(words) else ""
    if not letter and len(after) == 1 and after.isalpha() and after not in {"m", "x"}:
        letter, at = after, at + 1
    elif not marked and (after in METRES or after in NO_NAME):
        return None  # "jalan merdeka 2 orang luka"
    return HouseNumber(int(read[1]), letter), at


def read(written: str) -> HouseNumber | None:
    """A stored number; of "5-7" the first."""
    found = re.match(r"\s*(?:no\.?\s*)?(\d{1,4})\s*([a-z]?)\b", written.lower(), re.ASCII)
    return HouseNumber(int(found[1]), found[2]) if found and int(found[1]) else None


def place(asked: HouseNumber, houses: Sequence[House]) -> Placed | None:
    """By the houses whose positions are known; None when they say nothing."""
    same = [house for house in houses if house.number == asked] or [
        house for house in houses if house.number.number == asked.number
    ]
    if same:
        house = same[0]
        exact = house.number == asked
        spread_m = max(distance_m(house.position, other.position) for other in same)
        radius_m = (
            HOUSE_RADIUS_M
            + min(spread_m, NEAREST_RADIUS_M_MAX)
            + (0 if exact else METRES_A_NUMBER)
        )
        return Placed(house.position, round(radius_m), "house_known", (), house.place_id)
    return _between(asked, houses) or _nearest(asked, houses)


def _between(asked: HouseNumber, houses: Sequence[House]) -> Placed | None:
    """Even and odd numbers have a side each; where one side is not known, the other one tells as well."""
    side = [house for house in houses if house.number.number % 2 == asked.number % 2]
    for known in (side, houses):
        lower = max(
            (house for house in known if house.number.number < asked.number),
            key=lambda house: house.number.number,
            default=None,
        )
        upper = min(
            (house for house in known if house.number.number > asked.number),
            key=lambda house: house.number.number,
            default=None,
        )
        if lower and upper and upper.number.number - lower.number.number <= NEIGHBOUR_NUMBERS_MAX:
            share = (asked.number - lower.number.number) / (
                upper.number.number - lower.number.number
            )
            a, b = lower.position, upper.position
            between = LatLng(a.lat + (b.lat - a.lat) * share, a.lng + (b.lng - a.lng) * share)
            radius_m = max(INTERPOLATED_RADIUS_M_MIN, distance_m(a, b) / 2)
            return Placed(
                between, round(radius_m), "house_between", (str(lower.number), str(upper.number))
            )
    return None


def _nearest(asked: HouseNumber, houses: Sequence[House]) -> Placed | None:
    nearest = min(houses, key=lambda house: abs(house.number.number - asked.number), default=None)
    if nearest is None or abs(nearest.number.number - asked.number) > NEIGHBOUR_NUMBERS_MAX:
        return None
    away_m = METRES_A_NUMBER * abs(nearest.number.number - asked.number)
    return Placed(
        nearest.position,
        round(min(NEAREST_RADIUS_M_MAX, INTERPOLATED_RADIUS_M_MIN + away_m)),
        "house_nearest",
        (str(nearest.number),),
    )


def houses_of(street_id: str) -> list[House]:
    """The houses of a street whose positions are known, by any of the street's names, around it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.house_number, ST_Y(h.point), ST_X(h.point), h.id::text FROM maps_place AS s JOIN maps_place AS h"
            "  ON maps_street_key(h.street) IN"
            "    (SELECT maps_street_key(n.written) FROM maps_placename AS n WHERE n.place_id = s.id)"
            "  AND h.house_number <> ''"
            "  AND ST_DWithin(h.point, COALESCE(s.shape, s.point), 0.002 + s.radius_m * 1.5 / 111195.0)"
            " WHERE s.id = %s LIMIT %s",
            [street_id, HOUSES_MAX],
        )
        rows = cursor.fetchall()
    houses = []
    for written, lat, lng, place_id in rows:
        number = read(written)
        if number is not None:
            houses.append(House(number, LatLng(lat, lng), place_id))
    return sorted(
        houses, key=lambda house: (house.number.number, house.number.letter, house.place_id)
    )
