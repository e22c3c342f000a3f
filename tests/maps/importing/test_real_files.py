"""Whole extracts of real cities: what the import counts is what the file holds, counted another way."""

from __future__ import annotations

from collections import Counter

import osmium
import pytest
from django.db import connection, transaction

from maps.importing import osm, run
from maps.importing.road_tags import HIGHWAYS
from maps.importing.rows import Content
from maps.models import Place, RoadEdge, RoadNode, TurnRestriction
from tests.shared_data import path as shared

FIELDS_OF_THE_FILE = {("amenity", "fire_station"): "fire_station", ("amenity", "police"): "police",
                      ("amenity", "hospital"): "hospital", ("amenity", "fuel"): "fuel"}  # fmt: skip


@pytest.fixture(scope="module")
def liechtenstein(django_db_setup, django_db_blocker):
    file = shared("osm/liechtenstein.osm.pbf")
    block = transaction.atomic()
    block._from_testcase = (
        True  # as Django's own test cases say: what asks for a transaction of its own gets one
    )
    with django_db_blocker.unblock(), block:
        yield run.run(run.Wish(files=[file], districts_level=8)), file
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def counted():
    """The same file by osmium alone."""
    found: Counter[str] = Counter()
    streets, shared_by = set(), Counter[int]()
    for item in osmium.FileProcessor(str(shared("osm/liechtenstein.osm.pbf"))):
        tags = dict(item.tags)
        for (key, value), kind in FIELDS_OF_THE_FILE.items():
            found[kind] += not item.is_relation() and tags.get(key) == value
        if item.is_way() and tags.get("highway") in HIGHWAYS and tags.get("area") != "yes":
            found["ways"] += 1
            found["oneways"] += tags.get("oneway") in {"yes", "-1"}
            refs = [node.ref for node in item.nodes]
            shared_by.update(refs)
            shared_by.update((refs[0], refs[-1]))
            if name := tags.get("name"):
                streets.add(name)
        found["addresses"] += "addr:housenumber" in tags
    found["crossings"] = sum(count > 1 for count in shared_by.values())
    return found, streets


def test_every_road_is_there_and_no_other(liechtenstein, counted):
    ways = {key.split("-")[1] for key in RoadEdge.objects.values_list("key", flat=True)}
    assert len(ways) == pytest.approx(
        counted[0]["ways"], abs=3
    )  # ways that lie outside with all their nodes


def test_every_one_way_road_is_one_way(liechtenstein, counted):
    ways = {
        key.split("-")[1]
        for key in RoadEdge.objects.filter(oneway=True).values_list("key", flat=True)
    }
    assert len(ways) >= counted[0]["oneways"] * 0.9  # those on foot may be walked both ways
    assert len(ways) <= counted[0]["oneways"] + 60  # roundabouts


def test_nodes_are_the_ends_and_crossings(liechtenstein, counted):
    loops = RoadNode.objects.count() - counted[0]["crossings"]
    assert 0 <= loops < 100  # roads that lead back to themselves, and what lies behind barriers
    assert (
        not RoadNode.objects.exclude(pk__in=RoadEdge.objects.values("source"))
        .exclude(pk__in=RoadEdge.objects.values("target"))
        .exists()
    )


def test_every_street_and_every_important_place_is_there(liechtenstein, counted):
    found, streets = counted
    names = set(Place.objects.filter(key__startswith="osm-street").values_list("name", flat=True))
    assert streets <= names
    for kind in FIELDS_OF_THE_FILE.values():
        assert Place.objects.filter(kind=kind).count() == found[kind], kind
    with_number = Place.objects.exclude(house_number="").count()
    assert with_number == pytest.approx(found["addresses"], abs=15)


def test_lengths_are_those_of_the_ellipsoid_and_nothing_breaks_a_rule(liechtenstein):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(abs(length_m - ST_Length(line::geography))) FROM maps_roadedge"
        )
        count, worst = cursor.fetchone()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert count > 7_000
    assert worst <= 0.1


def test_most_of_the_network_is_one_piece(liechtenstein):
    report, _file = liechtenstein
    assert report.components["share_of_largest"] > 0.98
    assert report.components["nodes"] == RoadNode.objects.count()


def test_a_second_import_of_the_country_changes_nothing(liechtenstein):
    report, file = liechtenstein
    again = run.run(run.Wish(files=[file], districts_level=8))
    assert again.changes == 0
    assert again.total("unchanged") == report.total("added")


@pytest.mark.django_db
def test_krems_has_its_turns_and_its_emergency_places():
    run.run(run.Wish(files=[shared("osm/krems.osm.gz")]))
    assert TurnRestriction.objects.filter(kind="only").count() == 7
    kinds = Counter(Place.objects.values_list("kind", flat=True))
    assert (kinds["hospital"], kinds["fire_station"], kinds["police"], kinds["hydrant"]) == (
        2,
        1,
        2,
        2,
    )
    assert RoadEdge.objects.count() == pytest.approx(1723, abs=5)


def test_the_places_of_surabaya_have_indonesian_kinds():
    content = Content()
    osm.read(shared("osm/infrastructure_surabaya.osm"), content)
    kinds = Counter(place.kind for place in content.places.values())
    assert (kinds["clinic"], kinds["police"], kinds["school"]) == (16, 12, 147)
    assert content.boxes[0][0] == pytest.approx(112.59, abs=0.01)  # the file itself names no box
