"""The search box and the way back from a position, over HTTP and in both languages."""

from __future__ import annotations

import pytest

from tests import factories

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def get(client, types, settings):
    ada = factories.person("ada")

    def ask(path, language="en", **query):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client.get(path, query, headers=ada.bearer)

    return ask


def test_a_result_says_why_and_how_well_it_fits(get):
    found = get("/api/v1/places", q="simpang kuantan menur").json()["places"][0]
    assert (found["kind"], found["quality"]) == ("junction", "computed")
    assert found["reasons"] == [
        {"code": "junction", "text": "Where the two streets meet: Jl. Kuantan × Jl. Menur."}
    ]


def test_the_reasons_are_in_the_language_of_the_reader(get):
    reasons = get("/api/v1/places", q="depan rsud kota", language="id").json()["places"][0][
        "reasons"
    ]
    assert any("di depan RSUD Kota" in reason["text"] for reason in reasons)


def test_a_number_that_is_not_on_the_map_is_kept(get):
    found = get("/api/v1/places", q="jl merdeka no 12").json()["places"][0]
    assert found["house_number"] == "12"
    assert found["name"].startswith("Jl. Merdeka No. 12")


def test_a_position_is_told_as_an_address(get):
    found = get("/api/v1/places", q="0.9289,104.4402").json()["places"][0]
    assert (found["kind"], found["quality"]) == ("position", "written")
    assert found["address"].startswith("Jl. Merdeka, 30 m from")


def test_a_short_link_is_answered_with_what_to_ask(get):
    for language, word in (("en", "Ask the caller"), ("id", "Minta penelepon")):
        answer = get("/api/v1/places", q="https://maps.app.goo.gl/AbC", language=language).json()
        assert answer["places"] == []
        assert word in answer["notes"][0]["text"]


def test_a_place_known_to_its_kelurahan_only_says_so(get):
    found = get("/api/v1/places", q="DPRD Provinsi Kepri").json()["places"][0]
    assert "village_only" in {reason["code"] for reason in found["reasons"]}
    assert found["is_demo_position"]


def test_reverse_tells_where_to_drive_to(get):
    found = get("/api/v1/places/reverse", at="0.9289,104.4402").json()
    assert found["text"].startswith("Jl. Merdeka, 30 m from Simpang Merdeka - Pos")
    assert (found["street"], found["junction"]) == ("Jl. Merdeka", "Simpang Merdeka - Pos")
    assert (found["district"], found["postcode"]) == ("Tanjungpinang Kota", "29111")
    assert 20 < found["distance_m"] < 45
    assert not found["is_on_water"]


def test_what_is_no_position_is_refused_with_a_sentence(get):
    for at in ["", "x", "1", "0,0", "91,0", "1,2,3"]:
        answer = get("/api/v1/places/reverse", at=at)
        assert answer.status_code == 422
        assert "0.9186,104.4665" in answer.json()["detail"]


def test_without_a_service_of_others_the_question_to_it_is_empty(get):
    assert get("/api/v1/places", q="jl merdeka", outside="1").json()["places"] == []


def test_the_district_of_a_name_is_in_its_context(get):
    names = {
        place["context"]
        for place in get("/api/v1/places", q="masjid al istiqomah").json()["places"][:2]
    }
    assert names == {
        "Kel. Tanjungpinang Timur, Kec. Bukit Bestari",
        "Kel. Batu IX, Kec. Tanjungpinang Timur",
    }
