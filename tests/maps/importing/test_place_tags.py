"""What tags say of a place."""

from __future__ import annotations

import pytest

from maps.importing.place_tags import place_of


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"emergency": "fire_hydrant"}, "hydrant"),
        ({"emergency": "defibrillator"}, "aed"),
        ({"amenity": "hospital", "name": "RSUD"}, "hospital"),
        ({"amenity": "hospital"}, "hospital"),
        ({"amenity": "clinic", "name": "Puskesmas Batu 10"}, "clinic"),
        ({"amenity": "police"}, "police"),
        ({"amenity": "ferry_terminal", "name": "Sri Bintan Pura"}, "pier"),
        ({"amenity": "school", "name": "SMAN 1"}, "school"),
        ({"building": "mosque", "name": "Masjid Al-Hikmah"}, "worship"),
        ({"shop": "mall", "name": "Bintan Center"}, "market"),
        ({"place": "island", "name": "Pulau Penyengat"}, "island"),
        ({"place": "hamlet", "name": "Kampung Bugis"}, "neighbourhood"),
        ({"landuse": "residential", "name": "Perumahan Bumi Indah"}, "housing"),
        ({"place": "neighbourhood", "name": "Griya Hang Tuah"}, "housing"),
        ({"highway": "traffic_signals", "name": "Simpang Pamedan"}, "junction"),
        ({"man_made": "bridge", "name": "Jembatan Dompak"}, "bridge"),
        ({"building": "yes", "name": "Gedung Daerah"}, "building"),
        ({"building": "yes", "addr:street": "Jl. Merdeka", "addr:housenumber": "12"}, "address"),
    ],
)
def test_the_kind_of_a_place(tags, kind):
    assert place_of(tags).kind == kind


@pytest.mark.parametrize(
    "tags", [{"building": "yes"}, {"amenity": "bench"}, {"shop": "kiosk"}, {"natural": "tree"}, {}]
)
def test_what_nobody_would_name_is_no_place(tags):
    assert place_of(tags) is None


def test_a_house_is_its_street_and_number():
    place = place_of(
        {"addr:street": "Jl. Merdeka", "addr:housenumber": "12A", "addr:postcode": "29111"}
    )
    assert (place.name, place.address.street) == ("Jl. Merdeka 12A", "Jl. Merdeka")
    assert (place.address.house_number, place.address.postcode) == ("12A", "29111")


def test_a_house_number_without_a_street_is_said_to_be_useless():
    assert place_of({"addr:housenumber": "12"}).problems == ("house_number_without_street",)


def test_a_place_has_its_names_in_every_language_and_spelling():
    tags = {
        "amenity": "hospital", "name": "RSUD Raja Ahmad Tabib", "alt_name": "RSUP;RS Provinsi", "name:en": "Provincial",
        "name:zh": "省医院", "old_name": "RSUP Lama", "name:pronunciation": "no name",
    }  # fmt: skip
    names = place_of(tags).names
    assert names[0] == "RSUD Raja Ahmad Tabib"
    assert set(names[1:]) == {"RSUP", "RS Provinsi", "Provincial", "省医院", "RSUP Lama"}
