"""Reasons and addresses in the words of the reader's language. Everything before speaks in codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from maps.geocoding.candidates import Reason

SENTENCES: dict[str, str] = {
    "name": gettext_noop("Named exactly so: %(name)s."),
    "corrected": gettext_noop("“%(written)s” was read as %(name)s."),
    "part": gettext_noop("“%(written)s” is a part of the name %(name)s."),
    "ambiguous": gettext_noop("%(count)s places are called so: ask which one."),
    "relation": gettext_noop("Not at the place itself but %(relation)s %(name)s, so the circle is wider."),
    "road_side": gettext_noop("Moved to the side of %(street)s that the words say."),
    "metres_from": gettext_noop("About %(metres)s m from %(name)s; the direction is not known."),
    "between": gettext_noop("Half way between %(first)s and %(second)s."),
    "junction": gettext_noop("Where the two streets meet: %(name)s."),
    "junction_of": gettext_noop("%(street)s has %(count)s junctions: ask with which street."),
    "house_known": gettext_noop("House number %(number)s is on the map."),
    "house_between": gettext_noop("House number %(number)s is not on the map; it lies between %(neighbours)s."),
    "house_nearest": gettext_noop("House number %(number)s is not on the map; the nearest known one is %(neighbours)s."),
    "house_unknown": gettext_noop("No house numbers of this street are on the map: the whole street is meant."),
    "detail": gettext_noop("%(detail)s is not on the map; the place around it is. Tell the crew."),
    "in_area": gettext_noop("It lies in %(area)s, which the text names too."),
    "other_area": gettext_noop("It does not lie in the area that the text names."),
    "part_in_area": gettext_noop("Of this street the part in %(area)s is meant."),
    "destination": gettext_noop("Somebody is to be brought there, or goes there."),
    "direction": gettext_noop("Only the direction is named by it."),
    "demo_position": gettext_noop("The position on the map is made up for the demonstration: never send a crew by it."),
    "village_only": gettext_noop("Of its position only the kelurahan is known (%(district)s): never send a crew by it."),
    "postcode": gettext_noop("Postcode %(postcode)s belongs to it."),
    "position_written": gettext_noop("The position stands in the text."),
    "plus_code": gettext_noop("The plus code stands in the text."),
    "geohash": gettext_noop("The geohash stands in the text."),
    "view_of_map": gettext_noop("The link shows a part of the map, no marked place."),
    "far_away": gettext_noop("It is %(km)s km away from the city."),
    "words": gettext_noop("These words are in the name."),
    "alike": gettext_noop("The name is spelled nearly so: %(name)s."),
    "outside": gettext_noop("Found by another service (%(source)s), not on our own map: check it."),
    "short_link": gettext_noop(
        "A short link hides the position, and links are never opened here. Ask the caller to send the position itself."
    ),
    "what3words": gettext_noop(
        "Three words of what3words cannot be read here. Ask the caller to send the position itself."
    ),
}  # fmt: skip

RELATIONS: dict[str, str] = {
    "depan": gettext_noop("in front of"),
    "seberang": gettext_noop("opposite"),
    "samping": gettext_noop("beside"),
    "sebelah": gettext_noop("next to"),
    "belakang": gettext_noop("behind"),
    "pojok": gettext_noop("at the corner of"),
    "dekat": gettext_noop("near"),
    "sekitar": gettext_noop("around"),
    "sebelum": gettext_noop("before"),
    "sesudah": gettext_noop("after"),
    "lewat": gettext_noop("past"),
    "antara": gettext_noop("between"),
    "dari": gettext_noop("away from"),
}  # fmt: skip

DIRECTIONS: tuple[str, ...] = (
    gettext_noop("north"),
    gettext_noop("north-east"),
    gettext_noop("east"),
    gettext_noop("south-east"),
    gettext_noop("south"),
    gettext_noop("south-west"),
    gettext_noop("west"),
    gettext_noop("north-west"),
)


def sentence(reason: Reason) -> str:
    values = dict(reason.values)
    if "relation" in values:
        values["relation"] = _(RELATIONS[values["relation"]])
    return _(SENTENCES[reason.code]) % values


def wire(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "text": sentence(reason)} for reason in reasons]


def direction(heading_deg: float) -> str:
    return _(DIRECTIONS[round(heading_deg / 45) % len(DIRECTIONS)])


def joined(parts: Sequence[str]) -> str:
    return ", ".join(part for part in parts if part)
