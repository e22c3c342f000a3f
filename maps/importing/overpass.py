"""Fetches what lies in a box from an Overpass server into a file, which is then read like any other."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
from django.conf import settings

from maps.importing.report import ImportRefused
from maps.importing.rows import Box

FETCH_S_MAX = 300
CONNECT_S_MAX = 10.0
BYTES_MAX = 512 * 1024 * 1024
BOX_DEGREES_MAX = 2.0
TAIL_BYTES = 4_096
QUERY = (
    "[out:xml][timeout:{seconds}][maxsize:{size}][bbox:{south},{west},{north},{east}];"
    "(node;way;relation[type=multipolygon][!admin_level];relation[type=restriction];relation[route=ferry];"
    "relation[boundary=administrative][admin_level~'^([6-9]|10)$'];);(._;>;);out body;"
)


def box_of(text: str) -> Box:
    """ "W,S,E,N" in degrees."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise ImportRefused("box_unreadable", text) from None
    is_box = -180 <= west < east <= 180 and -90 <= south < north <= 90
    if not is_box:
        raise ImportRefused("box_unreadable", text)
    if max(east - west, north - south) > BOX_DEGREES_MAX:
        raise ImportRefused("box_too_large", text)
    return west, south, east, north


def fetch(box: Box, path: Path) -> None:
    west, south, east, north = box
    query = QUERY.format(
        seconds=FETCH_S_MAX, size=BYTES_MAX, west=west, south=south, east=east, north=north
    )
    address = settings.OVERPASS_URL
    limit_s = httpx.Timeout(FETCH_S_MAX, connect=CONNECT_S_MAX)
    until_s = time.monotonic() + FETCH_S_MAX
    try:
        with (
            httpx.stream("POST", address, data={"data": query}, timeout=limit_s) as answer,
            path.open("wb") as file,
        ):
            if answer.status_code != httpx.codes.OK:
                raise ImportRefused("overpass_refused", str(answer.status_code))
            size = 0
            for part in answer.iter_bytes():
                size += len(part)
                if size > BYTES_MAX or time.monotonic() > until_s:
                    raise ImportRefused("overpass_too_much", address)
                file.write(part)
    except httpx.HTTPError as error:
        raise ImportRefused(
            "overpass_unreachable", f"{address}: {error or type(error).__name__}"
        ) from None
    _is_whole(path)


def _is_whole(path: Path) -> None:
    """The server says what went wrong behind what it has sent by then, with a status that says nothing."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        tail = file.read()
    if b"<remark>" in tail and b"error" in tail:
        remark = tail.partition(b"<remark>")[2].partition(b"</remark>")[0]
        raise ImportRefused("overpass_refused", remark.decode(errors="replace").strip())
