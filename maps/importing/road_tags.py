"""What the tags of OpenStreetMap say of a road: pure, and no combination of tags raises.

Speeds are those of an emergency drive in a small city with narrow streets; a signed limit is taken as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]

# highway -> class of the road, and km/h of an emergency drive where no limit is signed.
HIGHWAYS: dict[str, tuple[str, float]] = {
    "motorway": ("r1", 90.0), "motorway_link": ("r1", 50.0), "trunk": ("r1", 65.0), "trunk_link": ("r1", 45.0),
    "primary": ("r1", 50.0), "primary_link": ("r1", 40.0), "secondary": ("r2", 42.0), "secondary_link": ("r2", 35.0),
    "tertiary": ("r2", 36.0), "tertiary_link": ("r2", 30.0), "unclassified": ("r3", 28.0), "residential": ("r3", 22.0),
    "living_street": ("r3", 15.0), "service": ("r3", 15.0), "road": ("r3", 22.0), "track": ("r3", 18.0),
    "busway": ("r2", 40.0), "pedestrian": ("path", 10.0), "cycleway": ("path", 15.0), "path": ("path", 8.0),
    "footway": ("path", 5.0), "bridleway": ("path", 8.0), "steps": ("path", 2.0),
}  # fmt: skip
UNPAVED_SHARE = 0.6
NARROW_KPH_MAX = 15.0
ON_FOOT_KPH_MAX = 5.0
SPEED_KPH_MIN, SPEED_KPH_MAX = 1.0, 160.0
SPEED_WORDS = {
    "walk": 7.0, "none": 130.0, "urban": 50.0, "rural": 80.0, "motorway": 100.0, "trunk": 80.0, "living_street": 20.0,
    "bicycle_road": 30.0, "zone30": 30.0, "zone:30": 30.0, "zone20": 20.0, "zone:20": 20.0,
}  # fmt: skip
KPH_OF_UNIT = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_SPEED = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)\s*(km/h|kmh|kph|mph|knots)?", re.ASCII)

PAVED = frozenset(
    [
        "paved",
        "asphalt",
        "concrete",
        "concrete:plates",
        "concrete:lanes",
        "paving_stones",
        "sett",
        "cobblestone",
        "unhewn_cobblestone",
        "bricks",
        "brick",
        "metal",
        "wood",
        "chipseal",
        "tiles",
    ]
)
UNPAVED = frozenset(
    [
        "unpaved",
        "gravel",
        "fine_gravel",
        "compacted",
        "dirt",
        "earth",
        "ground",
        "sand",
        "mud",
        "grass",
        "grass_paver",
        "pebblestone",
        "rock",
        "clay",
        "laterite",
        "stone",
        "woodchips",
    ]
)
GRADES_UNPAVED = frozenset({"grade2", "grade3", "grade4", "grade5"})

YES = frozenset({"yes", "designated", "official", "permissive", "public"})
CLOSED = frozenset(
    [
        "no",
        "private",
        "permit",
        "agricultural",
        "forestry",
        "military",
        "psv",
        "bus",
        "emergency",
        "employees",
        "staff",
    ]
)
ON_FOOT = frozenset({"footway", "steps", "path", "bridleway"})
NARROW_M_MAX = 2.0
WIDE_M_MIN = 3.0
_GANG = re.compile(r"(gang|gg|lorong|lrg)\b", re.IGNORECASE)
_WIDTH = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*m?", re.ASCII)

# barrier -> who may still pass where no other tag says more.
BARRIERS: dict[str, str] = {
    "bollard": "narrow", "block": "narrow", "cycle_barrier": "narrow", "motorcycle_barrier": "narrow",
    "planter": "narrow", "log": "narrow", "debris": "narrow", "jersey_barrier": "narrow", "horse_stile": "foot",
    "stile": "foot", "kissing_gate": "foot", "turnstile": "foot", "full-height_turnstile": "foot",
    "gate": "emergency", "lift_gate": "emergency", "swing_gate": "emergency", "sliding_gate": "emergency",
    "chain": "emergency", "bus_trap": "emergency", "sump_buster": "emergency", "rope": "emergency",
}  # fmt: skip
MOVABLE_BOLLARDS = frozenset({"removable", "rising", "foldable", "flexible"})
ACCESS_ORDER = ("open", "emergency", "narrow", "foot")

DURATION_S_MAX = 48 * 3600
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,4})(?::(\d{2}))?", re.ASCII)
_ISO = re.compile(r"PT(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?", re.ASCII)

_TRUE, _FALSE, _REVERSED = {"yes", "true", "1"}, {"no", "false", "0"}, {"-1", "reverse"}


@dataclass(frozen=True, slots=True)
class Road:
    """How one way is driven. `direction` is 1 along the line, -1 against it, 0 both ways."""

    mode: str
    road_class: str
    name: str
    direction: int
    speed_kph: float | None
    surface: str
    access: str
    is_bridge: bool
    duration_s: int | None = None


def road_of(tags: Tags) -> Road | None:
    """The road or crossing that a way is, or None."""
    if tags.get("route") == "ferry":
        return _ferry(tags)
    highway = tags.get("highway", "")
    if not highway and tags.get("man_made") == "pier":
        highway = "footway"  # people live along them, and boats land there
    if highway not in HIGHWAYS or tags.get("area") == "yes":
        return None
    road_class, speed_kph = HIGHWAYS[highway]
    name, surface = name_of(tags), surface_of(tags)
    access = access_of(highway, name, tags)
    direction = 0 if access == "foot" else direction_of(tags)
    return Road(
        mode="road",
        road_class=road_class,
        name=name,
        direction=direction,
        speed_kph=_speed(tags, speed_kph, surface, access, direction),
        surface=surface,
        access=access,
        is_bridge=is_bridge(tags),
    )


def _ferry(tags: Tags) -> Road:
    return Road(
        mode="boat",
        road_class="ferry",
        name=name_of(tags),
        direction=direction_of(tags),
        speed_kph=None,
        surface="unknown",
        access="open" if carries_vehicles(tags) else "foot",
        is_bridge=False,
        duration_s=duration_s(tags.get("duration", "")),
    )


def carries_vehicles(tags: Tags) -> bool:
    """A crossing that does not say so takes people alone: no engine is sent onto a passenger boat."""
    return any(
        tags.get(key, "") in {"yes", "designated", "permissive", "destination"}
        for key in ("motor_vehicle", "motorcar", "vehicle", "hgv")
    )


def name_of(tags: Tags) -> str:
    for key in ("name", "name:id", "official_name", "ref"):
        if text := tags.get(key, "").strip():
            return text
    return ""


def is_bridge(tags: Tags) -> bool:
    return tags.get("bridge", "no") not in {"no", ""}


def is_gang(name: str) -> bool:
    """A lane between houses: a motorcycle gets through, a car as a rule does not."""
    return bool(_GANG.match(name))


def direction_of(tags: Tags) -> int:
    if tags.get("oneway:emergency") == "no":
        return 0
    said = tags.get("oneway", "").lower()
    if said in _REVERSED:
        return -1
    if said in _TRUE:
        return 1
    if said in _FALSE or said:  # reversible, alternating: a crew may meet it either way
        return 0
    implied = (
        tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    )
    return int(implied)


def surface_of(tags: Tags) -> str:
    said = {part.strip() for part in tags.get("surface", "").lower().split(";")}
    if said & UNPAVED:
        return "unpaved"
    if said & PAVED:
        return "paved"
    grade = tags.get("tracktype", "")
    if grade in GRADES_UNPAVED:
        return "unpaved"
    return "paved" if grade == "grade1" else "unknown"


def speed_kph(text: str) -> float | None:
    """A signed limit: "50", "30 mph", "ID:urban", "walk". Of several the lowest; nonsense is no limit."""
    found = [
        kph for part in text.lower().split(";") if (kph := _one_speed(part.strip())) is not None
    ]
    return min(found, default=None)


def _one_speed(text: str) -> float | None:
    if match := _SPEED.fullmatch(text):
        kph = float(match[1]) * KPH_OF_UNIT[match[2] or ""]
    else:
        word = text.partition(":")[2] or text
        kph = SPEED_WORDS.get(word, SPEED_WORDS.get(text, math.nan))
    return kph if SPEED_KPH_MIN <= kph <= SPEED_KPH_MAX else None


def _speed(tags: Tags, usual_kph: float, surface: str, access: str, direction: int) -> float:
    usual = usual_kph * (UNPAVED_SHARE if surface == "unpaved" else 1.0)
    signed = [
        kph for key in _limits(direction) if (kph := speed_kph(tags.get(key, ""))) is not None
    ]
    limit = min(signed) if signed else usual
    if surface == "unpaved":
        limit = min(limit, max(usual, HIGHWAYS["primary"][1] * UNPAVED_SHARE))
    if access == "foot":
        limit = min(limit, ON_FOOT_KPH_MAX)
    if access == "narrow":
        limit = min(limit, NARROW_KPH_MAX)
    return round(max(SPEED_KPH_MIN, limit), 1)


def _limits(direction: int) -> tuple[str, ...]:
    return {
        1: ("maxspeed", "maxspeed:forward"),
        -1: ("maxspeed", "maxspeed:backward"),
    }.get(direction, ("maxspeed", "maxspeed:forward", "maxspeed:backward"))


def access_of(highway: str, name: str, tags: Tags) -> str:
    """Who may drive there on the way to an emergency: open, emergency, narrow or foot."""
    width = _width_m(tags)
    is_for_motorcycles = tags.get("motorcycle") in YES
    cars = next(
        (tags[key] for key in ("motorcar", "motor_vehicle", "vehicle") if key in tags), None
    )
    if highway in ON_FOOT and highway != "steps" and cars in YES:
        return "open" if width is None or width >= NARROW_M_MAX else "narrow"
    if highway in ON_FOOT:
        opened = is_for_motorcycles or (highway == "path" and is_gang(name))
        if opened and highway != "steps":
            return "narrow"
        return "emergency" if tags.get("emergency") in YES and highway != "steps" else "foot"
    if highway == "cycleway":
        return "emergency" if tags.get("emergency") in YES else "narrow"
    if width is not None and width < NARROW_M_MAX:
        return "narrow"
    if is_gang(name) and cars not in YES and (width is None or width < WIDE_M_MIN):
        return "narrow"
    if cars in CLOSED and is_for_motorcycles:
        return "narrow"
    said = cars if cars is not None else tags.get("access", "")
    if said in CLOSED or highway == "busway" or (highway == "pedestrian" and said not in YES):
        return "emergency"
    return "open"


def _width_m(tags: Tags) -> float | None:
    match = _WIDTH.fullmatch(tags.get("maxwidth:physical", tags.get("width", "")).strip())
    return float(match[1].replace(",", ".")) if match else None


def barrier_of(tags: Tags) -> str | None:
    """Who still passes what stands in the road at a node, or None when everybody does."""
    usual = BARRIERS.get(tags.get("barrier", ""))
    if usual is None:
        return None
    said = next(
        (tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags),
        "",
    )
    if said in YES or said in {"destination", "customers", "delivery"}:
        return None
    can_move = tags.get("bollard") in MOVABLE_BOLLARDS or tags.get("emergency") in YES
    return "emergency" if can_move and usual == "narrow" else usual


def narrower(one: str, other: str) -> str:
    return max(one, other, key=ACCESS_ORDER.index)


def duration_s(text: str) -> int | None:
    """HH:MM, HH:MM:SS, minutes, or ISO 8601 (PT1H30M)."""
    text = text.strip()
    if (match := _ISO.fullmatch(text)) or (match := _CLOCK.fullmatch(text)):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
    else:
        return None
    total = hours * 3600 + minutes * 60 + seconds
    return total if 0 < total <= DURATION_S_MAX else None
