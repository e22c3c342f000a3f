"""What tags say of a road: a table for each rule, and no tags that raise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.importing import road_tags
from maps.importing.place_tags import KINDS, place_of


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({}, 0),
        ({"oneway": "yes"}, 1),
        ({"oneway": "-1"}, -1),
        ({"oneway": "no", "junction": "roundabout"}, 0),
        ({"junction": "roundabout"}, 1),
        ({"highway": "motorway"}, 1),
        ({"oneway": "reversible"}, 0),
        ({"oneway": "yes", "oneway:emergency": "no"}, 0),
    ],
)
def test_the_direction_of_a_road(tags, direction):
    assert road_tags.road_of({"highway": "residential", **tags}).direction == direction


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50), ("50 km/h", 50), ("30 mph", 48.3), ("10 knots", 18.5), ("walk", 7), ("ID:urban", 50),
        ("none", 130), ("70;50", 50), ("fast", None), ("0", None), ("999", None), ("", None), ("signals", None),
    ],
)  # fmt: skip
def test_a_signed_limit(text, kph):
    found = road_tags.speed_kph(text)
    assert found == (pytest.approx(kph, abs=0.05) if kph is not None else None)


@pytest.mark.parametrize(
    ("tags", "kph"),
    [
        ({"highway": "residential"}, 22),
        ({"highway": "residential", "surface": "dirt"}, 13.2),
        ({"highway": "residential", "maxspeed": "40"}, 40),
        ({"highway": "primary", "maxspeed": "80", "surface": "gravel"}, 30),
        ({"highway": "primary", "maxspeed:backward": "30", "oneway": "yes"}, 50),
        ({"highway": "primary", "maxspeed:backward": "30", "oneway": "-1"}, 30),
        ({"highway": "residential", "name": "Gang Melati", "maxspeed": "50"}, 15),
        ({"highway": "steps"}, 2),
    ],
)
def test_the_speed_of_an_emergency_drive(tags, kph):
    assert road_tags.road_of(tags).speed_kph == pytest.approx(kph)


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({"highway": "residential"}, "open"),
        ({"highway": "residential", "access": "destination"}, "open"),
        ({"highway": "residential", "access": "private"}, "emergency"),
        ({"highway": "service", "motor_vehicle": "no"}, "emergency"),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, "open"),
        ({"highway": "busway"}, "emergency"),
        ({"highway": "pedestrian"}, "emergency"),
        ({"highway": "footway"}, "foot"),
        ({"highway": "footway", "emergency": "yes"}, "emergency"),
        ({"highway": "footway", "motorcycle": "yes"}, "narrow"),
        ({"highway": "steps", "motorcycle": "yes"}, "foot"),
        ({"highway": "path", "name": "Gg. Kenanga"}, "narrow"),
        ({"highway": "path"}, "foot"),
        ({"highway": "residential", "name": "Gang Melati"}, "narrow"),
        ({"highway": "residential", "name": "Gang Melati", "width": "4"}, "open"),
        ({"highway": "residential", "name": "Gang Melati", "motorcar": "yes"}, "open"),
        ({"highway": "residential", "name": "Ganggang Raya"}, "open"),
        ({"highway": "residential", "width": "1.5"}, "narrow"),
        ({"highway": "residential", "motorcar": "no", "motorcycle": "yes"}, "narrow"),
        ({"man_made": "pier"}, "foot"),
    ],
)
def test_who_may_drive_there(tags, access):
    assert road_tags.road_of(tags).access == access


@pytest.mark.parametrize(
    ("tags", "passes"),
    [
        ({"barrier": "bollard"}, "narrow"),
        ({"barrier": "bollard", "bollard": "removable"}, "emergency"),
        ({"barrier": "gate"}, "emergency"),
        ({"barrier": "gate", "access": "yes"}, None),
        ({"barrier": "stile"}, "foot"),
        ({"barrier": "cattle_grid"}, None),
        ({"barrier": "kerb"}, None),
    ],
)
def test_who_passes_a_barrier(tags, passes):
    assert road_tags.barrier_of(tags) == passes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:15", 900), ("1:30", 5400), ("01:30:30", 5430), ("45", 2700), ("PT1H30M", 5400), ("soon", None),
        ("0", None), ("999:00", None), ("", None),
    ],
)  # fmt: skip
def test_the_duration_of_a_crossing(text, seconds):
    assert road_tags.duration_s(text) == seconds


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "construction"},
        {"highway": "bus_stop"},
        {"highway": "pedestrian", "area": "yes"},
        {"railway": "rail"},
        {},
    ],
)
def test_what_is_no_road(tags):
    assert road_tags.road_of(tags) is None


@pytest.mark.parametrize(
    ("tags", "surface"),
    [
        ({"surface": "asphalt"}, "paved"),
        ({"surface": "asphalt;gravel"}, "unpaved"),
        ({"tracktype": "grade1"}, "paved"),
        ({"tracktype": "grade4"}, "unpaved"),
        ({"surface": "mystery"}, "unknown"),
    ],
)
def test_the_surface(tags, surface):
    assert road_tags.surface_of(tags) == surface


_KEYS = st.sampled_from(
    ["highway", "route", "man_made", "oneway", "maxspeed", "maxspeed:forward", "surface", "tracktype", "width", "access",
     "vehicle", "motor_vehicle", "motorcar", "motorcycle", "emergency", "barrier", "bollard", "bridge", "duration",
     "name", "name:id", "name:zh", "alt_name", "addr:street", "addr:housenumber", "amenity", "place", "building",
     "junction", "landuse", "area", "phone", "oneway:emergency", "shop", "admin_level", "boundary"]
)  # fmt: skip
_WORDS = sorted(
    {value for _key, values, _kind in KINDS for value in values}
    | set(road_tags.HIGHWAYS)
    | set(road_tags.BARRIERS)
    | {
        "yes",
        "no",
        "-1",
        "private",
        "ferry",
        "30 mph",
        "1:30",
        "ID:urban",
        "Gang X",
        "Jl. A;Jl. B",
        "1,5 m",
        ";",
    }
)
_VALUES = st.sampled_from([*_WORDS, "x" * 300, "\x00"]) | st.text(" ;:.,-0159aé医", max_size=20)


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({}, "foot"),
        ({"motor_vehicle": "no"}, "foot"),
        ({"foot": "yes"}, "foot"),
        ({"motor_vehicle": "yes"}, "open"),
        ({"motorcar": "designated"}, "open"),
    ],
)
def test_only_a_crossing_that_says_so_carries_vehicles(tags, access):
    assert road_tags.road_of({"route": "ferry", **tags}).access == access


@given(st.dictionaries(_KEYS, _VALUES, max_size=12))
def test_no_tags_raise(tags):
    road = road_tags.road_of(tags)
    if road is not None:
        assert road.access in road_tags.ACCESS_ORDER
        assert road.speed_kph is None or 1 <= road.speed_kph <= 160
    place = place_of(tags)
    if place is not None:
        assert all(0 < len(name) <= 160 for name in place.names)
    road_tags.barrier_of(tags)
