from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.geocoding.normalise import normalise, squash
from tests import shared_data

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


# Words of place in the list whose other spellings mean something else as well, or are no spelling of it.
NOT_ALWAYS = {
    "smpg",
    "skt",
    "tl",
    "d",
    "lurah",
    "camat",
    "mau ke",
    "menuju",
    "arah ke",
    "lewat",
    "setelah",
    "kampong kite",
}
ONE_WORD = {
    "jalan": "jalan", "depan": "depan", "belakang": "belakang", "samping": "samping", "sebelah": "sebelah",
    "seberang": "seberang", "dekat": "dekat", "sekitar": "sekitar", "di": "di", "simpang": "simpang",
    "pertigaan": "simpang", "perempatan": "simpang", "bundaran": "bundaran", "lampu merah": "lampu merah",
    "gang": "gang", "lorong": "lorong", "perumahan": "perumahan", "kompleks": "perumahan", "nomor": "no",
    "kampung": "kampung", "kelurahan": "kelurahan", "kecamatan": "kecamatan", "batu 9": "batu 9", "km 10": "batu 10",
}  # fmt: skip


def test_the_ways_in_which_people_write_words_of_place_become_one():
    with shared_data.path("texts/indonesian_emergency_phrases.csv").open() as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["phrase"] in ONE_WORD and row["class"].startswith("location")
        ]
    assert len(rows) == len(ONE_WORD)
    wrong = {}
    for row in rows:
        for variant in row["variants"].split(";"):
            written = variant.split("(")[0].strip()
            said = normalise(written).split(" ")[: len(ONE_WORD[row["phrase"]].split())]
            if (
                written
                and written.lower() not in NOT_ALWAYS
                and " ".join(said[-2:])
                not in {ONE_WORD[row["phrase"]], f"di {ONE_WORD[row['phrase']]}"}
            ):
                wrong[written] = normalise(written)
    assert set(wrong) <= {"di dpn", "simpang empat", "simpang tiga", "simpang lima", "TL"}
