from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.geocoding.normalise import normalise, squash

SAME = [
    ("Batu IX", "batu 9", "BATU9", "km 9", "Km. 9", "KM9", "BT 9", "batu sembilan", "BATUIX"),
    ("Jl. D.I. Panjaitan", "jln DI Panjaitan", "Jalan D.I Panjaitan", "JL.DI PANJAITAN"),
    ("Simpang Pamedan", "smpg pamedan", "Spg. Pamedan", "simp pamedan", "perempatan Pamedan"),
    ("Kampung Bulang", "Kp. Bulang", "KMP BULANG", "kpg bulang"),
    ("Tanjungpinang Timur", "TANJUNG PINANG TIMUR", "Tg. Pinang Timur", "TPI Timur"),
    ("SMA Negeri 1", "SMAN 1", "sma 1", "SMAN1"),
    ("Pelantar II", "Pelantar 2", "pelantar dua"),
    ("Masjid Al-Hikmah", "mesjid al hikmah", "Msjd. Al Hikmah"),
    ("Sei Jang", "Sungai Jang", "SEI. JANG"),
    ("Bukit Cermin", "BKT CERMIN"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_spellings_of_one_name_become_one(spellings):
    assert {squash(normalise(text)) for text in spellings} == {squash(normalise(spellings[0]))}


def test_initials_are_no_roman_numerals():
    assert normalise("Jl. D.I. Panjaitan") == "jalan di panjaitan"


@given(st.text(max_size=400))
def test_the_searched_spelling_is_plain_and_stable(text):
    normal = normalise(text)
    assert all(sign.isascii() and (sign.isalnum() or sign == " ") for sign in normal)
    assert "  " not in normal
