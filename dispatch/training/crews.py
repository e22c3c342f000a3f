"""Emulated crews: what they do next, where they are, how they drive. Pure: time and chance come in as arguments."""

from __future__ import annotations

import bisect
import itertools
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maps.geo import LatLng, distance_m

# What a crew does after a step, and after how many seconds of its own time (drawn between the two).
# None: not before the drive is over.
NEXT: Mapping[str, tuple[str, float, float]] = {
    "assigned": ("notified", 1.0, 4.0),
    "notified": ("acknowledged", 8.0, 30.0),
    "acknowledged": ("en_route", 20.0, 75.0),
    "en_route": ("on_scene", 0.0, 0.0),
    "on_scene": ("work_done", 240.0, 700.0),
    "transporting": ("at_destination", 0.0, 0.0),
    "at_destination": ("clear", 120.0, 300.0),
}
DRIVING = frozenset({"en_route", "transporting"})
BRISK_SHARE = 0.2  # of the usual waits, while the demonstration has just begun
TRANSPORTING_KINDS = frozenset({"ambulance", "ambulance_boat"})
TRANSPORT_SHARE = 0.7
UNKNOWN_WAY_S = (120.0, 300.0)  # a drive whose way nobody knows
HOMEWARD_KPH = 30.0
AT_HOME_M = 40.0
STROLL_M = 90.0
STROLL_KPH = 15.0
STANDING_REPORT_S = 60.0

Point = tuple[float, float]  # as the route comes over the wire: (lat, lng)


@dataclass(frozen=True, slots=True)
class Way:
    """Points and the second at which each is reached."""

    points: tuple[Point, ...]
    seconds: tuple[float, ...]

    def at(self, elapsed_s: float) -> Point:
        after = bisect.bisect_right(self.seconds, elapsed_s)
        if after == 0:
            return self.points[0]
        if after == len(self.points):
            return self.points[-1]
        begin, end = self.seconds[after - 1], self.seconds[after]
        share = (elapsed_s - begin) / (end - begin)
        here, there = self.points[after - 1], self.points[after]
        return (
            here[0] + (there[0] - here[0]) * share,
            here[1] + (there[1] - here[1]) * share,
        )

    def back(self) -> Way:
        whole = self.seconds[-1]
        return Way(self.points[::-1], tuple(whole - second for second in self.seconds[::-1]))

    def until(self, elapsed_s: float) -> Way:
        """The part that has been driven, its last point included."""
        count = bisect.bisect_right(self.seconds, elapsed_s)
        kept = max(0.0, min(elapsed_s, self.seconds[-1]))
        return Way((*self.points[:count], self.at(kept)), (*self.seconds[:count], kept))

    def then(self, other: Way) -> Way:
        begun = self.seconds[-1]
        return Way(
            self.points + other.points,
            self.seconds + tuple(begun + second for second in other.seconds),
        )


def way_of(answer: Mapping[str, Any] | None) -> Way | None:
    """The way in an answer of the service; None when none is known."""
    points, seconds = (answer or {}).get("points") or [], (answer or {}).get("seconds") or []
    if len(points) < 2 or len(points) != len(seconds):
        return None
    return Way(tuple((lat, lng) for lat, lng in points), tuple(float(one) for one in seconds))


def straight(points: Sequence[Point], *, kph: float) -> Way:
    """A way from point to point at one speed."""
    seconds = [0.0]
    for here, there in itertools.pairwise(points):
        seconds.append(seconds[-1] + distance_m(LatLng(*here), LatLng(*there)) / (kph / 3.6))
    return Way(tuple(points), tuple(seconds))


@dataclass(slots=True)
class Drive:
    way: Way
    begun: float
    speed: float  # how many times faster than real time
    homeward: bool = False

    def elapsed_s(self, now: float) -> float:
        return (now - self.begun) * self.speed

    def is_over(self, now: float) -> bool:
        return self.elapsed_s(now) >= self.way.seconds[-1]


@dataclass(slots=True)
class Crew:
    """One emulated crew. `trail` leads from home to where the last drive went: it is the way back."""

    unit_id: str
    callsign: str
    kind: str
    home: Point | None
    here: Point | None
    speed: float
    drive: Drive | None = None
    trail: Way | None = None
    assignment_id: str | None = None
    status: str | None = None
    due_at: float = 0.0
    reported: Point | None = None
    reported_at: float = field(default=float("-inf"))

    def follow(
        self,
        assignment: Mapping[str, Any] | None,
        *,
        now: float,
        chance: random.Random,
        brisk: bool,
    ) -> None:
        """Take note of what the board says; a new step starts the wait for the next."""
        id_, status = (assignment["id"], assignment["status"]) if assignment else (None, None)
        if (id_, status) == (self.assignment_id, self.status):
            return
        ended = id_ != self.assignment_id
        if ended or status == "on_scene":
            self.halt(now)
        self.assignment_id, self.status = id_, status
        if status in NEXT:
            _next, shortest_s, longest_s = NEXT[status]
            wait_s = chance.uniform(shortest_s, longest_s) / self.speed
            self.due_at = now + (wait_s * BRISK_SHARE if brisk else wait_s)

    def next_step(self, now: float, chance: random.Random) -> str | None:
        """The step the crew takes now, None while it waits or drives."""
        if self.status not in NEXT or now < self.due_at:
            return None
        if self.status in DRIVING and self.drive is not None and not self.drive.is_over(now):
            return None
        step = NEXT[self.status][0]
        if step != "work_done":
            return step
        carries = self.kind in TRANSPORTING_KINDS and chance.random() < TRANSPORT_SHARE
        return "transporting" if carries else "clear"

    def wait_instead_of_driving(self, now: float, chance: random.Random) -> None:
        """The way is unknown, the time it takes is not."""
        self.due_at = now + chance.uniform(*UNKNOWN_WAY_S) / self.speed

    # --- driving -------------------------------------------------------------------------------

    def set_out(self, way: Way, *, now: float) -> None:
        """Leave along a way; it becomes the last part of the way back."""
        self.halt(now)
        self.trail = self.trail.then(way) if self.trail is not None else way
        self.drive = Drive(way, now, self.speed)

    def go_home(self, now: float) -> bool:
        """Turn round, along the way that was come; False when the crew is there already."""
        self.halt(now)
        if self.home is None or self.here is None or self.is_home():
            self.trail = None
            return False
        back = self.trail.back() if self.trail is not None else None
        if back is None or not _meets(back.points[0], self.here):
            back = straight((self.here, self.home), kph=HOMEWARD_KPH)
        elif not _meets(back.points[-1], self.home):
            back = back.then(straight((back.points[-1], self.home), kph=HOMEWARD_KPH))
        self.drive, self.trail = Drive(back, now, self.speed, homeward=True), back.back()
        return True

    def stroll(self, now: float, chance: random.Random) -> None:
        """A patrol that waits does not stand still: a small round from home and back."""
        if self.home is None or self.drive is not None:
            return
        reach = STROLL_M / 111_000
        corners = [
            (
                self.home[0] + chance.uniform(-reach, reach),
                self.home[1] + chance.uniform(-reach, reach),
            )
            for _corner in range(2)
        ]
        way = straight((self.here or self.home, *corners, self.home), kph=STROLL_KPH)
        self.drive = Drive(way, now, 1.0)

    def move(self, now: float) -> bool:
        """Bring `here` forward; True when a drive has just ended."""
        if self.drive is None:
            return False
        self.here = self.drive.way.at(self.drive.elapsed_s(now))
        if not self.drive.is_over(now):
            return False
        self.drive = None
        if self.is_home():
            self.trail = None
        return True

    def halt(self, now: float) -> None:
        """Stop where the drive has come to; the trail ends here, too."""
        if self.drive is None:
            return
        driven_s = self.drive.elapsed_s(now)
        self.here = self.drive.way.at(driven_s)
        if self.trail is not None and not self.drive.is_over(now):
            # Outward the trail's end is still ahead, homeward its far part lies behind: both end here.
            whole_s, left_s = self.trail.seconds[-1], self.drive.way.seconds[-1] - driven_s
            self.trail = self.trail.until(left_s if self.drive.homeward else whole_s - left_s)
        self.drive = None

    def is_home(self) -> bool:
        return self.here is not None and self.home is not None and _meets(self.here, self.home)

    # --- reporting -----------------------------------------------------------------------------

    def report(self, now: float, *, at: str) -> dict[str, Any] | None:
        """The position to report, None when it is known already; who stands reports now and then, too."""
        if self.here is None:
            return None
        moved = self.here != self.reported
        if not moved and now - self.reported_at < STANDING_REPORT_S:
            return None
        speed_kph = heading = None
        if moved and self.reported is not None:
            seconds = max(0.1, now - self.reported_at)
            metres = distance_m(LatLng(*self.reported), LatLng(*self.here))
            speed_kph = round(min(120.0, metres / seconds * 3.6 / max(1.0, self.speed)), 1)
            heading = _heading(self.reported, self.here)
        self.reported, self.reported_at = self.here, now
        row = {
            "unit_id": self.unit_id,
            "lat": round(self.here[0], 6),
            "lng": round(self.here[1], 6),
        }
        row |= {"at": at, "accuracy_m": 6, "speed_kph": speed_kph or 0, "heading": heading}
        return row


def _meets(one: Point, other: Point) -> bool:
    return distance_m(LatLng(*one), LatLng(*other)) <= AT_HOME_M


def _heading(here: Point, there: Point) -> int:
    """Degrees from north; a city at the equator needs no more geometry than this."""
    return round(math.degrees(math.atan2(there[1] - here[1], there[0] - here[0]))) % 360
