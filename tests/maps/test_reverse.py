"""What is told of a position: the street, the junction, what is beside it, whose area."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maps.geo import LatLng, distance_m
from maps.geocoding.reverse import reverse
from maps.geocoding.text import locate_text

pytestmark = pytest.mark.usefixtures("city")


def test_a_position_on_a_street_is_told_by_its_junction_and_kelurahan():
    with translation.override("id"):
        text = reverse(LatLng(0.9289, 104.4402)).text
    assert (
        text
        == "Jl. Merdeka, 30 m dari Simpang Merdeka - Pos, dekat Vihara Bahtra Sasana, Kel. Tanjungpinang Kota"
    )
    with translation.override("en"):
        assert "30 m from Simpang Merdeka - Pos" in reverse(LatLng(0.9289, 104.4402)).text


def test_a_position_on_the_water_says_so_and_names_what_one_sails_by():
    with translation.override("id"):
        found = reverse(LatLng(0.9300, 104.4290))
        assert found.text.startswith("di laut, ")
        assert " m di sebelah " in found.text
    assert found.is_on_water
    assert found.road is None


def test_a_position_far_from_everything_is_only_itself():
    found = reverse(LatLng(5.0, 100.0))
    assert (found.district, found.road, found.postcode) == (None, None, None)


def test_the_postcode_is_that_of_the_kelurahan():
    assert reverse(LatLng(0.9289, 104.4402)).postcode == "29111"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(-85, 85), st.floats(-179, 179))
def test_no_position_breaks_it(lat, lng):
    if abs(lat) > 0.01:
        assert reverse(LatLng(lat, lng)).text


def test_what_is_told_of_a_place_leads_back_to_it():
    for text in [
        "simpang pamedan",
        "jl merdeka",
        "kelurahan sei jang",
        "batu 9",
        "simpang kuantan menur",
        "pulau penyengat",
    ]:
        there = locate_text(text)[0]
        told = reverse(there.position)
        back = locate_text(told.text)[0]
        assert distance_m(back.position, there.position) <= back.radius_m + there.radius_m + 500
