"""Rules of the page on which a citizen shares the position. Pure: the moment and chance come in.

What a telephone sends is read here and never raises: what cannot be a position is left out, and counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from maps.geo import LatLng, distance_m, position_or_none

# Ten digits: they can be read aloud over a bad line in both languages and typed on any telephone. Who guesses has
# 10^10 to choose from, GUESSES_PER_MIN_MAX tries a minute, and a few open codes to hit (SECURITY.md counts it).
CODE_DIGITS = 10
CODE_GROUPS = (3, 3, 4)
LINK_LASTS = timedelta(hours=4)
AFTER_END_LASTS = timedelta(hours=1)  # the call is over and no incident of it is open

POINTS_IN_BATCH_MAX = 200
PHONES_MAX = 4  # of one link: it was opened on a second telephone, or passed on
PAGES_MAX = 12  # of one telephone: opened again and again
TRAIL_POINTS_MAX = 60
TRAIL_ON_BOARD_MAX = 20
KEY_CHARS_MAX = 40
RADIUS_M_MAX = 100_000.0
SEQUENCE_MAX = 2**31 - 1
AGE_MAX = timedelta(hours=24)
OLD_AFTER = timedelta(minutes=10)

# Which of the points that come in are news: so many metres, so much better, or so long since the last.
NEWS_M_MIN = 10.0
NEWS_RADIUS_SHARE_MAX = 0.75
NEWS_EVERY = timedelta(seconds=30)
# A coarse fix (a mast) does not take the place of a fine one (satellites) that lies within it and is as young as this.
COARSE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Point:
    """Where the telephone was, `at` by our clock: the telephone's may be wrong by hours and only tells the age."""

    number: int
    position: LatLng
    at: datetime
    radius_m: float | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """`device` is one telephone, `page` one opening of the page on it, which numbers its points upwards."""

    device: str
    page: str
    points: tuple[Point, ...] = ()
    left_out: int = 0


def code_of(number: int) -> str:
    """`number` is chosen by chance from 0 to 10^CODE_DIGITS - 1."""
    return f"{number:0{CODE_DIGITS}d}"


def spoken(code: str) -> str:
    """In groups, as it is read aloud: 412 907 3385."""
    parts, start = [], 0
    for length in CODE_GROUPS:
        parts.append(code[start : start + length])
        start += length
    return " ".join(parts)


def code_written(text: str) -> str | None:
    """The code that somebody typed, with spaces, dots and dashes or without; None: it cannot be one."""
    digits = "".join(sign for sign in text if sign not in " .-+_\u00a0")
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit() else None


def batch_of(body: Any, *, now: datetime) -> Batch | None:
    """What the page has sent; None when it does not say which telephone it is. Never raises, never gives 0,0."""
    if not isinstance(body, Mapping):
        return None
    device, page = key_of(body.get("device")), key_of(body.get("page"))
    if not device or not page:
        return None
    told = body.get("points")
    rows: Sequence[Any] = told if isinstance(told, list) else ()
    # The newest are at the end: of too many those are kept.
    points = [point for row in rows[-POINTS_IN_BATCH_MAX:] if (point := _point(row, now=now))]
    points.sort(key=lambda point: point.number)
    return Batch(device, page, tuple(points), left_out=len(rows) - len(points))


def key_of(value: Any) -> str:
    """A name that the page has given to itself, or to what it sends; empty: it has none that we take."""
    if not isinstance(value, str) or not 0 < len(value) <= KEY_CHARS_MAX:
        return ""
    return value if value.isascii() and value.replace("-", "").isalnum() else ""


def is_news(known: Point | None, new: Point) -> bool:
    """Whether the screens should hear of it: a telephone that lies still must not fill the log."""
    if known is None:
        return True
    if has_moved(known, new) or new.at - known.at >= NEWS_EVERY:
        return True
    if known.radius_m is None or new.radius_m is None:
        return known.radius_m is None and new.radius_m is not None
    return new.radius_m <= known.radius_m * NEWS_RADIUS_SHARE_MAX


def has_moved(known: Point, new: Point) -> bool:
    return distance_m(known.position, new.position) >= NEWS_M_MIN


def supersedes(known: Point | None, new: Point) -> bool:
    """Whether it takes the place of what is shown: the newest wins, unless it only knows less."""
    if known is None:
        return True
    if new.at < known.at:
        return False
    if new.at - known.at >= COARSE_AFTER or known.radius_m is None or new.radius_m is None:
        return True
    apart_m = distance_m(known.position, new.position)
    return new.radius_m <= 2 * known.radius_m or apart_m > new.radius_m


def newest(known: Point | None, points: Sequence[Point]) -> Point | None:
    """What is shown after these points."""
    for point in points:
        if supersedes(known, point):
            known = point
    return known


def trail(old: Sequence[Sequence[Any]], points: Sequence[Point]) -> list[list[Any]]:
    """The way so far, `[lat, lng, radius, seconds of the epoch]`, oldest first. Of too many points every second of the
    older half is given up, so that the whole way stays visible, and its newest part in full."""
    rows = [list(row) for row in old]
    for point in points:
        if rows and _apart_m(rows[-1], point) < NEWS_M_MIN:
            continue
        radius = None if point.radius_m is None else round(point.radius_m)
        at_s = int(point.at.timestamp())
        rows.append([round(point.position.lat, 6), round(point.position.lng, 6), radius, at_s])
        if len(rows) > TRAIL_POINTS_MAX:
            half = TRAIL_POINTS_MAX // 2
            rows = rows[:half:2] + rows[half:]
    return rows


def is_open(
    *,
    expires_at: datetime,
    revoked_at: datetime | None,
    over_since: datetime | None,
    now: datetime,
) -> bool:
    """`over_since`: when the call and its incident were both over; None: somebody still works on it."""
    if revoked_at is not None or now >= expires_at:
        return False
    return over_since is None or now < over_since + AFTER_END_LASTS


# --- inside ------------------------------------------------------------------------------------


def _point(row: Any, *, now: datetime) -> Point | None:
    if not isinstance(row, Mapping):
        return None
    number = row.get("n")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= SEQUENCE_MAX:
        return None
    position = position_or_none(_real(row.get("lat")), _real(row.get("lng")))
    if position is None:
        return None
    at, warnings = _measured(_real(row.get("age_ms")), now=now)
    return Point(number, position, at, _radius(_real(row.get("accuracy"))), warnings)


def _measured(age_ms: float | None, *, now: datetime) -> tuple[datetime, tuple[str, ...]]:
    if age_ms is None or age_ms < 0 or age_ms > AGE_MAX.total_seconds() * 1000:
        return now, (
            "clock",
        )  # the telephone's clock was set meanwhile: taken as of now, and marked
    age = timedelta(milliseconds=age_ms)
    return now - age, ("old",) if age > OLD_AFTER else ()


def _radius(metres: float | None) -> float | None:
    """0 is what a telephone says that does not know."""
    return min(metres, RADIUS_M_MAX) if metres is not None and metres > 0 else None


def _real(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _apart_m(row: Sequence[Any], point: Point) -> float:
    before = position_or_none(row[0], row[1])
    return math.inf if before is None else distance_m(before, point.position)
