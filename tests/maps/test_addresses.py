"""Whole addresses as people write them: numbers, junctions, relations, RT and RW, estates. Real PostGIS, the demo city."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import LineString, MultiLineString, Point

from maps.geo import LatLng, distance_m
from maps.geocoding.house_numbers import House, HouseNumber, number_at, place, read
from maps.geocoding.relations import Relation, relation_before
from maps.geocoding.text import locate_text
from maps.models import Certainty, District, Origin, Place, PlaceKind
from maps.services import set_names

WEST, EAST = LatLng(0.9300, 104.4500), LatLng(0.9300, 104.4600)


def codes(candidate):
    return {reason.code for reason in candidate.reasons}


def make_place(key, name, kind, at, *, radius_m=30, **more):
    one = Place.objects.create(
        key=key, name=name, kind=kind, point=Point(at.lng, at.lat, srid=4326), radius_m=radius_m,
        certainty=Certainty.NEAR, origin=Origin.IMPORT, **more,
    )  # fmt: skip
    set_names({key: [name]})
    return one


@pytest.fixture
def street(city):
    """Jl. Kenanga runs from west to east; numbers 2, 10 and 7 are known; Jl. Flamboyan meets it at its east end."""
    line = MultiLineString(LineString((WEST.lng, WEST.lat), (EAST.lng, EAST.lat)), srid=4326)
    middle = LatLng(0.9300, 104.4550)
    make_place("kenanga", "Jl. Kenanga", PlaceKind.STREET, middle, radius_m=560, shape=line)
    across = MultiLineString(LineString((EAST.lng, 0.925), (EAST.lng, 0.935)), srid=4326)
    make_place("flamboyan", "Jl. Flamboyan", PlaceKind.STREET, EAST, radius_m=560, shape=across)
    for number, lng in (("2", 104.4510), ("10", 104.4550), ("7", 104.4530)):
        make_place(
            f"house-{number}", f"Jl. Kenanga {number}", PlaceKind.ADDRESS, LatLng(0.9301, lng),
            street="Jl. Kenanga", house_number=number,
        )  # fmt: skip


@pytest.mark.usefixtures("street")
def test_a_known_house_number_is_its_house():
    for text in [
        "jl kenanga no 10",
        "Jl. Kenanga No.10",
        "JALAN KENANGA 10",
        "di jln kenanga nomor 10 pak",
    ]:
        best = locate_text(text)[0]
        assert distance_m(best.position, LatLng(0.9301, 104.4550)) < 5
        assert best.house_number == "10"
        assert best.radius_m <= 30


@pytest.mark.usefixtures("street")
def test_an_unknown_number_lies_between_its_neighbours_of_the_same_side_and_says_so():
    best = locate_text("jl kenanga no 6")[0]
    assert distance_m(best.position, LatLng(0.9301, 104.4530)) < 20
    assert "house_between" in codes(best)
    assert best.radius_m > 100
    assert best.quality == "interpolated"


@pytest.mark.usefixtures("street")
def test_a_number_past_the_last_known_one_is_near_it_with_a_wider_circle():
    best = locate_text("jl kenanga no 20")[0]
    assert "house_nearest" in codes(best)
    assert best.quality == "nearest"
    assert best.radius_m > 100


@pytest.mark.usefixtures("street")
def test_a_count_or_a_distance_is_no_house_number():
    for text in ["jl kenanga 2 orang luka", "jl kenanga 10 meter dari simpang"]:
        assert all(not item.house_number for item in locate_text(text) if item.kind == "street")


def test_a_street_without_known_numbers_keeps_the_number_for_the_crew(city):
    best = locate_text("jl merdeka no 12A")[0]
    assert best.label.startswith("Jl. Merdeka No. 12A")
    assert "house_unknown" in codes(best)


@pytest.mark.usefixtures("street")
def test_two_streets_are_the_junction_where_they_meet():
    for text in [
        "jl kenanga - jl flamboyan",
        "simpang kenanga flamboyan",
        "jl kenanga simpang jl flamboyan",
        "pojok jl kenanga dan jl flamboyan",
        "perempatan Jl. Flamboyan dan Kenanga",
        "pertigaan kenanga flamboyan",
    ]:
        best = locate_text(text)[0]
        assert best.kind == "junction"
        assert distance_m(best.position, EAST) < 10


@pytest.mark.usefixtures("street")
def test_a_junction_of_one_street_gives_all_its_junctions():
    found = locate_text("simpang kenanga")
    assert any(item.kind == "junction" and distance_m(item.position, EAST) < 40 for item in found)
    assert any("junction_of" in codes(item) for item in found)


@pytest.mark.usefixtures("street")
def test_in_front_and_opposite_are_at_the_street_and_behind_is_not():
    make_place("klinik", "Klinik Melati Putih", PlaceKind.CLINIC, LatLng(0.9304, 104.4550))
    at, front, across, behind = (
        locate_text(f"{word} klinik melati putih")[0]
        for word in ("di", "depan", "seberang", "belakang")
    )
    assert front.position.lat == pytest.approx(0.9300, abs=2e-5)
    assert across.position.lat < 0.9300
    assert behind.position.lat > at.position.lat
    assert min(one.radius_m for one in (front, across, behind)) > at.radius_m
    assert "road_side" in codes(front)


def test_every_relation_makes_the_circle_wider_and_says_why(city):
    for word in [
        "depan",
        "dpn",
        "seberang",
        "sebrang",
        "samping",
        "belakang",
        "blkg",
        "sebelum",
        "sesudah",
        "dekat",
        "dkt",
        "behind",
    ]:
        plain, related = locate_text("di rsud kota")[0], locate_text(f"di {word} rsud kota")[0]
        assert related.radius_m > plain.radius_m
        assert "relation" in codes(related)


def test_metres_from_a_place_are_its_radius(city):
    best = locate_text("200 m dari simpang pamedan")[0]
    assert best.label.startswith("Simpang Pamedan")
    assert best.radius_m >= 200
    assert "metres_from" in codes(best)


def test_between_two_places_is_the_middle(city):
    best = locate_text("kebakaran antara simpang pamedan dan simpang rri")[0]
    first, second = (locate_text(name)[0].position for name in ("simpang pamedan", "simpang rri"))
    assert distance_m(best.position, first) == pytest.approx(
        distance_m(best.position, second), rel=0.05
    )
    assert "between" in codes(best)


def test_the_direction_is_not_the_place(city):
    found = locate_text("banjir di depan kelurahan sei jang arah ke dompak")
    assert found[0].district == "Sei Jang"
    assert "direction" in codes(next(item for item in found if item.district == "Dompak"))


def test_rt_and_rw_narrow_nothing_but_reach_the_crew(city):
    for text in [
        "RT 03 RW 05 kel. kampung baru",
        "rt03/rw05 kp baru",
        "kampung baru rt.003 rw.05",
        "Rt 3/5 kelurahan Kampung Baru",
    ]:
        best = locate_text(text)[0]
        assert (best.kind, best.district, best.detail) == (
            "kelurahan",
            "Kampung Baru",
            "RT 03 RW 05",
        )
        assert "RT 03 RW 05" in best.label


def test_an_rw_that_the_gazetteer_has_is_found(city):
    make_place(
        "rw5",
        "RW 05 Kampung Baru",
        PlaceKind.NEIGHBOURHOOD,
        LatLng(0.9071, 104.4501),
        radius_m=200,
    )
    best = locate_text("rt 3 rw 5 kelurahan kampung baru")[0]
    assert best.place_id == str(Place.objects.get(key="rw5").pk)


def test_the_block_of_an_estate_reaches_the_crew(city):
    best = locate_text("Perum Bumi Indah blok C no 4")[0]
    assert best.label.startswith("Perumahan Bumi Indah")
    assert best.detail == "Blok C No. 4"


def test_a_postcode_is_its_kelurahan(city):
    for text in ["29115", "kode pos 29115", "kodepos: 29115"]:
        best = locate_text(text)[0]
        assert (best.kind, best.district) == ("kelurahan", "Kampung Bugis")


def test_a_postcode_of_several_kelurahan_gives_them_all(city):
    assert {item.district for item in locate_text("29114")} == {"Penyengat"}
    assert len(locate_text("29124")) >= 3


@pytest.mark.usefixtures("street")
def test_a_street_of_two_cities_is_the_one_in_the_area_that_is_named():
    far = LatLng(0.8850, 104.4960)
    make_place("kenanga-2", "Jl. Kenanga", PlaceKind.STREET, far, radius_m=300,
               district=District.objects.get(name="Batu IX"))  # fmt: skip
    best = locate_text("jl kenanga kelurahan batu ix")[0]
    assert distance_m(best.position, far) < 100


def test_order_capitals_and_punctuation_do_not_change_the_winner(city):
    for order in [
        "jl merdeka kelurahan tanjungpinang kota",
        "kelurahan tanjungpinang kota, JL. MERDEKA!",
        "Kel Tanjung Pinang Kota jalan merdeka",
    ]:
        assert locate_text(order)[0].label.startswith("Jl. Merdeka")


# --- the rules alone ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("no 12", "12"), ("12", "12"), ("no 12 a", "12A"), ("12a", "12A"), ("no 5 7", "5"), ("no", None),
        ("0", None), ("9999", None), ("2 orang", None), ("50 m", None), ("", None), ("pak", None),
    ],
)  # fmt: skip
def test_a_house_number_is_read(words, number):
    found = number_at(words.split(), 0)
    assert (str(found[0]) if found else None) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [("5-7", "5"), ("No. 12A", "12A"), ("12 b", "12B"), ("x", None), ("0", None)],
)
def test_a_stored_number_is_read(written, number):
    found = read(written)
    assert (str(found) if found else None) == number


def test_far_numbers_say_nothing():
    houses = [House(HouseNumber(1), WEST, "1"), House(HouseNumber(3), EAST, "3")]
    assert place(HouseNumber(900), houses) is None
    assert place(HouseNumber(5), []) is None


@pytest.mark.parametrize(
    ("words", "relation"),
    [
        ("di depan rsud", Relation("depan")),
        ("200 m dari rsud", Relation("dari", 200)),
        ("200m sebelum rsud", Relation("sebelum", 200)),
        ("2 batu dari rsud", Relation("dari", 2000)),
        ("kebakaran rsud", None),
        ("rsud", None),
        ("9000 m dari rsud", None),
    ],
)
def test_a_relation_is_read(words, relation):
    said = words.split()
    assert relation_before(said, len(said) - 1) == relation
