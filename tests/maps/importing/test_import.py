"""An import changes what has changed, keeps what a person has edited, and removes what is gone where the file looks."""

from __future__ import annotations

import gzip
from unittest import mock

import pytest
from django.db import DatabaseError, connection

from maps import services
from maps.geocoding.search import search
from maps.importing import run, writing
from maps.importing.report import ImportRefused
from maps.models import (
    District,
    ImportRun,
    MapVersion,
    Origin,
    Place,
    PlaceName,
    PremiseNote,
    RoadEdge,
    RoadNode,
    TurnRestriction,
)
from tests.maps.importing.extracts import Extract
from tests.shared_data import path as shared

pytestmark = pytest.mark.django_db


def city(*, box=None, name="RSUD Raja Ahmad Tabib"):
    found = Extract(box) if box else Extract()
    found.line(1, 2, 3).node(4, 104.11, 0.6).node(5, 104.105, 0.505, emergency="fire_hydrant")
    found.node(6, 104.106, 0.506, amenity="hospital", name=name, alt_name="RSUP", phone="0771 123")
    found.node(10, 104.107, 0.507, addr__street="Jl. Merdeka", addr__housenumber="12")
    found.way(7, [1, 2, 3], highway="primary", name="Jl. Merdeka", bridge="yes", surface="asphalt")
    found.way(8, [2, 4], highway="residential", oneway="yes", maxspeed="30")
    members = [("way", 7, "from"), ("node", 2, "via"), ("way", 8, "to")]
    return found.relation(9, members, type="restriction", restriction="no_left_turn")


def everything():
    """Every row of the map with its primary key, as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in (
            "district",
            "place",
            "placename",
            "roadnode",
            "roadedge",
            "turnrestriction",
            "mapversion",
        ):
            cursor.execute(f"SELECT t::text FROM maps_{table} t ORDER BY 1")
            rows += cursor.fetchall()
    return rows


def versions():
    return dict(MapVersion.objects.values_list("layer", "number"))


def test_a_road_has_all_that_its_tags_say(tmp_path):
    city().imported(tmp_path)
    edge = RoadEdge.objects.get(key="osm-w7-0")
    assert (edge.name, edge.road_class, edge.surface, edge.is_bridge) == (
        "Jl. Merdeka",
        "r1",
        "paved",
        True,
    )
    assert (edge.source.key, edge.target.key, edge.oneway) == ("osm-n1", "osm-n2", False)
    assert edge.length_m == pytest.approx(
        1113.2 * 0.99996, abs=0.5
    )  # a hundredth of a degree near the equator
    other = RoadEdge.objects.get(key="osm-w8-0")
    assert (other.oneway, other.speed_kph, other.access) == (True, 30, "open")


def test_a_turn_over_a_way_that_goes_on_is_not_guessed(tmp_path):
    report = city().imported(tmp_path)
    assert (
        not TurnRestriction.objects.exists()
    )  # way 7 goes on behind node 2: either half may be meant
    assert [problem.code for problem in report.problems] == ["turn_incomplete"]


def test_places_are_found_by_each_of_their_names(tmp_path):
    city().imported(tmp_path)
    for query in ("rsup", "rsud raja ahmad", "jl merdeka"):
        assert search(query), query
    hospital = Place.objects.get(key="osm-n6")
    assert (hospital.kind, hospital.phone, hospital.origin) == (
        "hospital",
        "0771 123",
        Origin.IMPORT,
    )
    house = Place.objects.get(key="osm-n10")
    assert (house.kind, house.street, house.house_number) == ("address", "Jl. Merdeka", "12")


def test_a_hydrant_without_a_name_is_on_the_map_and_not_in_the_search(tmp_path):
    city().imported(tmp_path)
    hydrant = Place.objects.get(key="osm-n5")
    assert hydrant.name
    assert not hydrant.names.exists()


def test_the_same_file_again_changes_nothing_and_no_version(tmp_path):
    city().imported(tmp_path)
    before = everything()
    report = city().imported(tmp_path)
    assert report.changes == 0
    assert everything() == before


def test_a_changed_file_changes_what_is_different_and_primary_keys_stay(tmp_path):
    city().imported(tmp_path)
    keys = dict(Place.objects.values_list("key", "pk"))
    report = city(name="RSUD Baru").imported(tmp_path)
    assert report.counts["hospital"]["changed"] == 1
    assert report.total("added") == report.total("retired") == 0
    hospital = Place.objects.get(key="osm-n6")
    assert (hospital.pk, hospital.name) == (keys["osm-n6"], "RSUD Baru")
    assert set(hospital.names.values_list("written", flat=True)) == {"RSUD Baru", "RSUP"}


def test_each_layer_gets_one_new_number_and_only_where_something_changed(tmp_path):
    city().imported(tmp_path)
    before = versions()
    city(name="RSUD Baru").imported(tmp_path)
    after = versions()
    assert after["places"] > before["places"]
    assert after["roads"] == before["roads"]
    last = connection.cursor()
    last.execute("SELECT last_value FROM maps_version_seq")
    assert last.fetchone()[0] == after["places"] == max(before.values()) + 1


def test_after_an_import_every_other_write_gives_a_new_number_again(tmp_path):
    city().imported(tmp_path)
    before = versions()
    Place.objects.filter(key="osm-n6").update(phone="112")
    assert versions()["places"] > before["places"]


def test_what_a_person_has_saved_is_never_written_over(tmp_path):
    city().imported(tmp_path)
    Place.objects.filter(key="osm-n6").update(origin=Origin.HAND, name="RS Kita")
    RoadEdge.objects.filter(key="osm-w8-0").update(origin=Origin.HAND, speed_kph=10)
    report = city(name="RSUD Baru").imported(tmp_path)
    assert Place.objects.get(key="osm-n6").name == "RS Kita"
    assert RoadEdge.objects.get(key="osm-w8-0").speed_kph == 10
    assert report.total("kept_hand") == 2


def test_what_a_person_saves_while_an_import_runs_is_kept_too(tmp_path):
    city().imported(tmp_path)
    counted = writing.count

    def saved_meanwhile(report):
        counted(report)
        Place.objects.filter(key="osm-n6").update(origin=Origin.HAND, name="RS Kita")

    with mock.patch.object(writing, "count", saved_meanwhile):
        city(name="RSUD Baru").imported(tmp_path)
    hospital = Place.objects.get(key="osm-n6")
    assert hospital.name == "RS Kita"
    assert hospital.names.filter(written="RSUD Raja Ahmad Tabib").exists()


def test_what_is_gone_from_the_file_goes_from_the_map(tmp_path):
    city().imported(tmp_path)
    smaller = Extract().line(1, 2).way(7, [1, 2], highway="primary")
    smaller.node(5, 104.105, 0.505, emergency="fire_hydrant")
    report = smaller.imported(tmp_path)
    assert list(RoadEdge.objects.values_list("key", flat=True)) == ["osm-w7-0"]
    assert set(RoadNode.objects.values_list("key", flat=True)) == {"osm-n1", "osm-n2"}
    assert set(Place.objects.values_list("key", flat=True)) == {"osm-n5"}
    assert not PlaceName.objects.exists()
    assert report.counts["roadedge"]["retired"] == 2


def test_nothing_goes_outside_of_the_box_of_the_file(tmp_path):
    city().imported(tmp_path)
    before = everything()
    elsewhere = Extract((110.0, 0.0, 111.0, 1.0)).node(
        50, 110.5, 0.5, amenity="police", name="Polsek"
    )
    elsewhere.node(51, 110.5, 0.5).node(52, 110.51, 0.5).way(53, [51, 52], highway="primary")
    assert elsewhere.imported(tmp_path).total("retired") == 0
    Place.objects.filter(key="osm-n50").delete()
    kept = {row for row in everything() if "osm-" in row[0]}
    assert {row for row in before if "osm-" in row[0]} <= kept


def test_a_file_without_roads_says_nothing_of_roads(tmp_path):
    city().imported(tmp_path)
    Extract().node(50, 104.5, 0.5, amenity="police", name="Polsek").imported(tmp_path)
    assert RoadEdge.objects.count() == 3
    assert set(Place.objects.values_list("kind", flat=True)) == {"police", "street"}


def test_a_place_that_something_refers_to_stays(tmp_path, city_premise):
    report = Extract().node(50, 104.5, 0.5, amenity="police", name="Polsek").imported(tmp_path)
    assert Place.objects.filter(key="osm-n6").exists()
    assert report.counts["hospital"]["kept_referred"] == 1


@pytest.fixture
def city_premise(tmp_path, django_user_model):
    from django.contrib.gis.geos import Polygon
    from django.utils import timezone

    city().imported(tmp_path)
    return PremiseNote.objects.create(
        place=Place.objects.get(key="osm-n6"), kind="hazard", severity="danger", text="Oksigen", owner="RSUD",
        area=Polygon.from_bbox((104.1, 0.5, 104.2, 0.6)), valid_from=timezone.now(), noted_at=timezone.now(),
    )  # fmt: skip


def test_a_turn_that_a_person_has_drawn_keeps_its_roads(tmp_path):
    city().imported(tmp_path)
    edges = {edge.key: edge for edge in RoadEdge.objects.all()}
    TurnRestriction.objects.create(
        key="by-hand", from_edge=edges["osm-w7-0"], via=RoadNode.objects.get(key="osm-n2"),
        to_edge=edges["osm-w8-0"], kind="no", origin=Origin.HAND,
    )  # fmt: skip
    Extract().line(20, 21, lat=0.8).way(22, [20, 21], highway="primary").imported(tmp_path)
    assert set(RoadEdge.objects.values_list("key", flat=True)) == {
        "osm-w7-0",
        "osm-w8-0",
        "osm-w22-0",
    }
    assert TurnRestriction.objects.count() == 1
    assert RoadNode.objects.filter(key="osm-n4").exists()


def test_two_files_that_lie_side_by_side_share_what_lies_over_their_edge(tmp_path):
    west, east = city().file(tmp_path, "west.osm"), city().file(tmp_path, "east.osm")
    report = run.run(run.Wish(files=[west, east]))
    assert report.counts["roadedge"]["added"] == RoadEdge.objects.count() == 3


def test_a_turn_is_written_once_and_stays(tmp_path):
    cross = Extract().line(1, 2, 3).node(4, 104.11, 0.6)
    for number, nodes in ((7, [1, 2]), (8, [2, 3]), (9, [2, 4])):
        cross.way(number, nodes, highway="residential")
    members = [("way", 7, "from"), ("node", 2, "via"), ("way", 9, "to")]
    cross.relation(
        5, members, type="restriction", restriction="no_left_turn", **{"except": "emergency"}
    )
    cross.imported(tmp_path)
    turn = TurnRestriction.objects.get()
    assert (turn.key, turn.kind, turn.binds_emergency) == ("osm-r5", "no", False)
    assert cross.imported(tmp_path).changes == 0
    assert TurnRestriction.objects.get().pk == turn.pk


def test_most_of_a_city_does_not_go_without_a_question(tmp_path):
    many = Extract()
    for ref in range(1, 300):
        many.node(ref, 104.1 + ref / 1000, 0.5, amenity="police", name=f"Pos {ref}")
    many.imported(tmp_path)
    before = everything()
    few = Extract().node(1, 104.1, 0.5, amenity="police", name="Pos 1")
    with pytest.raises(ImportRefused) as refused:
        few.imported(tmp_path)
    assert refused.value.code == "retires_much"
    assert everything() == before
    assert few.imported(tmp_path, retire_much=True).total("retired") == 298


def test_a_trial_changes_nothing_and_tells_the_same(tmp_path):
    city().imported(tmp_path)
    before = everything()
    trial = city(name="RSUD Baru").imported(tmp_path, dry_run=True)
    assert everything() == before
    assert ImportRun.objects.count() == 1
    assert city(name="RSUD Baru").imported(tmp_path).counts == trial.counts


def test_an_import_is_kept_with_its_files_and_counts(tmp_path):
    city().imported(tmp_path, by="budi")
    kept = ImportRun.objects.get()
    assert (kept.by, kept.files[0]["name"], len(kept.files[0]["sha256"])) == (
        "budi",
        "city.osm",
        64,
    )
    assert kept.counts["roadedge"]["added"] == 3
    assert kept.problems[0] == {
        "code": "turn_incomplete",
        "count": 1,
        "examples": ["r9"],
        "beyond": 0,
    }


# --- broken files -----------------------------------------------------------------------------------


def broken(folder, name):
    good = city().text().encode()
    content = {
        "cut.osm": good[: len(good) // 2],
        "cut.osm.gz": gzip.compress(good * 20)[:-40],
        "empty.osm": b"",
        "words.osm.pbf": b"these are words",
        "cut.geojson": b'{"type":"FeatureCollection","features":[{"type":"Fea',
        "words.shp": b"no shapes",
        "notes.txt": b"hello",
    }[name]
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "cut.osm",
        "cut.osm.gz",
        "empty.osm",
        "words.osm.pbf",
        "cut.geojson",
        "words.shp",
        "notes.txt",
    ],
)
def test_a_broken_file_changes_nothing_not_even_with_good_ones_before_it(name, tmp_path):
    city().imported(tmp_path)
    before = everything()
    with pytest.raises(ImportRefused) as refused:
        run.run(run.Wish(files=[city(name="Lain").file(tmp_path), broken(tmp_path, name)]))
    assert refused.value.code in {"broken", "unknown_format"}
    assert name in refused.value.what
    assert everything() == before


def test_a_file_cut_off_in_the_middle_changes_nothing(tmp_path):
    whole = shared("osm/liechtenstein.osm.pbf").read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ImportRefused):
        run.run(run.Wish(files=[cut]))
    assert not RoadEdge.objects.exists()


def test_a_database_that_refuses_in_the_middle_leaves_everything_as_it_was(tmp_path):
    city().imported(tmp_path)
    before = everything()
    with (
        mock.patch.object(writing, "_write_names", side_effect=DatabaseError("disk full")),
        pytest.raises(ImportRefused) as refused,
    ):
        city(name="RSUD Baru").imported(tmp_path)
    assert refused.value.code == "database"
    assert everything() == before


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ImportRefused) as refused:
        run.run(run.Wish(files=[tmp_path / "nowhere.osm"]))
    assert (refused.value.code, "nowhere.osm" in refused.value.what) == ("unreadable", True)


# --- the demonstration ------------------------------------------------------------------------------


def test_the_demonstration_stays_beside_what_is_imported(tmp_path):
    services.seed_city()
    before = Place.objects.count()
    city().imported(tmp_path)
    assert Place.objects.filter(origin=Origin.DEMO).count() == before


def test_the_demonstration_goes_when_it_is_asked_to(tmp_path):
    services.seed_city()
    city().imported(tmp_path, replace_demo=True)
    assert set(RoadEdge.objects.values_list("origin", flat=True)) == {Origin.IMPORT}
    # The file has no borders, so kelurahan and kecamatan stay, and the places of them.
    assert District.objects.filter(origin=Origin.DEMO).exists()
    assert set(Place.objects.filter(origin=Origin.DEMO).values_list("kind", flat=True)) == {
        "kelurahan", "kecamatan",
    }  # fmt: skip


def test_house_numbers_between_two_known_ones_are_made_evenly_apart(tmp_path):
    street = Extract()
    for ref, lng, number in ((1, 104.10, "2"), (2, 104.14, "10")):
        street.node(ref, lng, 0.5, addr__street="Jl. Merdeka", addr__housenumber=number)
    street.way(7, [1, 2], addr__interpolation="even").imported(tmp_path)

    made = Place.objects.filter(key__startswith="osm-w7-no")
    assert {(one.name, round(one.point.x, 3), one.certainty) for one in made} == {
        ("Jl. Merdeka 4", 104.11, "near"),
        ("Jl. Merdeka 6", 104.12, "near"),
        ("Jl. Merdeka 8", 104.13, "near"),
    }
    assert PlaceName.objects.filter(normal="jalan merdeka 6").count() == 1


@pytest.mark.parametrize(
    ("first", "last", "way"),
    [("2", "9", "even"), ("2", "2000", "all"), ("2a", "8", "even"), ("2", "8", "alphabetic"), ("2", "2", "all")],
)  # fmt: skip
def test_house_numbers_that_cannot_be_counted_are_not_made_up(first, last, way, tmp_path):
    street = Extract()
    street.node(1, 104.10, 0.5, addr__street="Jl. Merdeka", addr__housenumber=first)
    street.node(2, 104.14, 0.5, addr__street="Jl. Merdeka", addr__housenumber=last)
    assert set(street.way(7, [1, 2], addr__interpolation=way).content(tmp_path).places) == {
        "osm-n1",
        "osm-n2",
    }
