"""Positions written as codes and on grids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.geo import LatLng, distance_m
from maps.geocoding.codes import find_geohashes, find_grids, find_plus_codes

CITY = LatLng(0.918, 104.466)
HERE = LatLng(0.9186, 104.4665)


@pytest.mark.parametrize(
    "text",
    [
        "48N 440641 101537", "UTM 48 N 440641 mE 101537 mN", "posisi 48n 440641,101537", "zona 48N 440641 T 101537 U",
        "48NVG4064101537", "48N VG 40641 01537",
    ],
)  # fmt: skip
def test_grids_are_read(text):
    assert distance_m(find_grids(text)[0].position, HERE) < 15


def test_the_south_of_the_equator_is_in_the_south():
    assert find_grids("48M 703000 9311000")[0].position.lat < -6
    assert find_grids("48S 703000 9311000")[0].position.lat < -6


@pytest.mark.parametrize(
    "text", ["48N", "jl 48 no 440641", "08127011 0011", "12A 4", "99N 440641 101537"]
)
def test_other_numbers_are_no_grid(text):
    assert find_grids(text) == []


def test_a_geohash_is_read_when_it_is_clearly_one():
    found = find_geohashes("w23b5r7", near=CITY)
    assert len(found) == len(find_geohashes("geohash w23b5", near=None)) == 1
    assert distance_m(found[0].position, CITY) < 100_000


@pytest.mark.parametrize("text", ["sepeda", "w23b5", "0812701", "dq8dq8dqq", "password1"])
def test_words_and_numbers_are_no_geohash(text):
    assert find_geohashes(text, near=CITY) == []


@given(st.text(max_size=200), st.text(alphabet="0123456789bcdNSMEVGUTmzonaw+ .,", max_size=60))
def test_no_text_raises(text, signs):
    for one in (text, signs):
        find_grids(one)
        find_geohashes(one, near=CITY)
        find_plus_codes(one, near=CITY)
