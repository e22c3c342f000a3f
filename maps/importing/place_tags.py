"""What the tags of OpenStreetMap say of a place: its kind, its names, its address. Pure; no tags raise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from maps.importing.road_tags import is_gang

Tags = Mapping[str, str]
NAME_CHARS_MAX = 160
NAMES_MAX = 24
STREET_CHARS_MAX, NUMBER_CHARS_MAX, POSTCODE_CHARS_MAX = 120, 20, 10
PHONE_CHARS_MAX, ADDRESS_CHARS_MAX = 40, 200

# The first row whose key has one of the values (empty: any but "no") says the kind.
KINDS: tuple[tuple[str, frozenset[str], str], ...] = tuple(
    (key, frozenset(values.split()), kind)
    for key, values, kind in (
        ("emergency", "fire_hydrant", "hydrant"),
        ("emergency", "defibrillator", "aed"),
        ("amenity", "fire_station", "fire_station"),
        ("amenity", "police", "police"),
        ("amenity", "hospital", "hospital"),
        ("healthcare", "hospital", "hospital"),
        ("amenity", "clinic doctors health_post", "clinic"),
        ("healthcare", "clinic centre center doctor midwife birthing_centre", "clinic"),
        ("emergency", "ambulance_station water_rescue mountain_rescue lifeguard coast_guard", "rescue"),
        ("amenity", "rescue_station coast_guard", "rescue"),
        ("amenity", "ferry_terminal", "pier"),
        ("man_made", "pier quay", "pier"),
        ("harbour", "", "pier"),
        ("leisure", "marina slipway", "pier"),
        ("landuse", "harbour port", "pier"),
        ("industrial", "port", "pier"),
        ("aeroway", "aerodrome terminal heliport helipad", "airport"),
        ("amenity", "school kindergarten university college", "school"),
        ("amenity", "place_of_worship", "worship"),
        ("building", "mosque church temple cathedral chapel", "worship"),
        ("amenity", "fuel", "fuel"),
        ("amenity", "marketplace", "market"),
        ("shop", "", "market"),
        ("amenity", "townhall courthouse public_building community_centre post_office prison", "government"),
        ("office", "government", "government"),
        ("man_made", "bridge", "bridge"),
        ("place", "island islet", "island"),
        ("place", "city town suburb quarter neighbourhood borough city_block hamlet village isolated_dwelling locality "
         "allotments", "neighbourhood"),
        ("junction", "yes", "junction"),
        ("highway", "motorway_junction", "junction"),
        ("highway", "traffic_signals crossing mini_roundabout", "junction"),
        ("landuse", "residential", "housing"),
        ("tourism", "", "landmark"),
        ("historic", "", "landmark"),
        ("leisure", "", "landmark"),
        ("natural", "peak beach bay cape spring cave_entrance", "landmark"),
        ("landuse", "cemetery industrial commercial retail military recreation_ground", "landmark"),
        ("man_made", "tower lighthouse monument water_works works", "landmark"),
        ("military", "", "landmark"),
        ("amenity", "", "landmark"),
        ("healthcare", "", "landmark"),
        ("office", "", "landmark"),
        ("craft", "", "landmark"),
        ("railway", "station halt", "landmark"),
        ("power", "plant substation", "landmark"),
        ("building", "", "building"),
    )
)  # fmt: skip
# A crew needs these even where nobody has given them a name.
NAMELESS = frozenset({"hydrant", "aed", "fire_station", "police", "hospital", "clinic", "fuel"})
RADIUS_M = {
    "hydrant": 10, "aed": 10, "address": 20, "building": 30, "neighbourhood": 400, "island": 500, "housing": 250,
    "hospital": 100, "school": 80, "market": 50, "pier": 80, "airport": 500, "landmark": 60, "junction": 60,
    "bridge": 100,
}  # fmt: skip
RADIUS_M_USUAL = 50
SHAPELESS = frozenset({"address", "building", "hydrant", "aed"})
_HOUSING = re.compile(r"(perum(ahan)?|komplek?s?|griya|residence|cluster|btn)\b", re.IGNORECASE)
_JUNCTION = re.compile(r"(simpang|sp\.|perempatan|pertigaan|bundaran)", re.IGNORECASE)
_NAME_KEYS = ("name", "name:id", "name:en", "official_name", "alt_name", "short_name", "old_name",
              "loc_name", "int_name", "nat_name", "reg_name", "bridge:name")  # fmt: skip
_NAME_OF_LANGUAGE = re.compile(
    r"(name|alt_name|official_name|short_name|old_name):[a-z]{2,3}(-[A-Za-z]+)?", re.ASCII
)
_STREET_KEYS = ("addr:street", "addr:place", "addr:neighbourhood", "addr:hamlet")


@dataclass(frozen=True, slots=True)
class Address:
    street: str = ""
    house_number: str = ""
    postcode: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A place without its position. `name` may be empty where the kind is needed all the same."""

    kind: str
    name: str
    names: tuple[str, ...]
    address: Address
    phone: str
    problems: tuple[str, ...] = field(default=())


def place_of(tags: Tags) -> Tagged | None:
    """The place that a node, a closed way or a relation is, or None when nobody would name it."""
    names, problems = names_of(tags)
    address = address_of(tags)
    if _is_cut(tags):
        problems = (*problems, "address_too_long")
    kind = kind_of(tags, names[0] if names else "")
    if kind in {None, "building"} and not names:
        return _house(address, tags, problems)
    if kind is None or (not names and kind not in NAMELESS):
        return _house(address, tags, problems)
    return Tagged(
        kind=kind,
        name=names[0] if names else "",
        names=names,
        address=address,
        phone=_cut(tags.get("phone", tags.get("contact:phone", "")), PHONE_CHARS_MAX),
        problems=problems,
    )


def _house(address: Address, tags: Tags, problems: tuple[str, ...]) -> Tagged | None:
    if not address.house_number:
        return None
    if not address.street:
        return Tagged("", "", (), address, "", (*problems, "house_number_without_street"))
    name = _cut(f"{address.street} {address.house_number}", NAME_CHARS_MAX)
    return Tagged("address", name, (name,), address, "", problems)


def kind_of(tags: Tags, name: str) -> str | None:
    if "place" not in tags and _JUNCTION.match(name) and "highway" in tags:
        return "junction"
    if _HOUSING.match(name) and (
        tags.get("landuse") == "residential"
        or tags.get("place", "") in {"neighbourhood", "quarter", "suburb"}
    ):
        return "housing"
    for key, values, kind in KINDS:
        value = tags.get(key, "no")
        if value != "no" and (not values or value in values):
            return kind
    return None


def names_of(tags: Tags) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every name in every language, the usual one first; and what was wrong with them."""
    keys = [key for key in _NAME_KEYS if key in tags]
    keys += sorted(
        key for key in tags if key not in _NAME_KEYS and _NAME_OF_LANGUAGE.fullmatch(key)
    )
    found: dict[str, None] = {}
    problems = set()
    for key in keys:
        for part in tags[key].split(";"):
            text = " ".join(part.split())
            if len(text) > NAME_CHARS_MAX:
                problems.add("name_too_long")
            elif text:
                found.setdefault(text)
    if len(found) > NAMES_MAX:
        problems.add("too_many_names")
    return tuple(found)[:NAMES_MAX], tuple(sorted(problems))


def address_of(tags: Tags) -> Address:
    street = next((tags[key].strip() for key in _STREET_KEYS if tags.get(key, "").strip()), "")
    number = _cut(tags.get("addr:housenumber", ""), NUMBER_CHARS_MAX)
    postcode = _cut(tags.get("addr:postcode", tags.get("postal_code", "")), POSTCODE_CHARS_MAX)
    city = tags.get("addr:city", "").strip()
    parts = (" ".join(filter(None, (street, number))), postcode, city)
    text = tags.get("addr:full", "").strip() or ", ".join(filter(None, parts))
    return Address(_cut(street, STREET_CHARS_MAX), number, postcode, _cut(text, ADDRESS_CHARS_MAX))


def _is_cut(tags: Tags) -> bool:
    bounds = {
        **dict.fromkeys(_STREET_KEYS, STREET_CHARS_MAX),
        "addr:housenumber": NUMBER_CHARS_MAX,
        "addr:postcode": POSTCODE_CHARS_MAX,
        "addr:full": ADDRESS_CHARS_MAX,
        "phone": PHONE_CHARS_MAX,
    }
    return any(len(tags.get(key, "").strip()) > most for key, most in bounds.items())


def street_kind(name: str) -> str:
    return "alley" if is_gang(name) else "street"


def _cut(text: str, most: int) -> str:
    return text.strip()[:most].strip()
