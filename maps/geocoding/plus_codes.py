"""Plus codes in a text ("WF9F+CM Tanjungpinang", "6PG6WF9F+CM")."""

from __future__ import annotations

import re
from urllib.parse import unquote

from openlocationcode import openlocationcode as olc

from maps.geo import METRES_PER_DEGREE, RADIUS_M_MIN, Found, LatLng, position_or_none

_CODE = re.compile(
    r"(?<![\w+])([23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,5})(?![\w+])", re.IGNORECASE
)


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
