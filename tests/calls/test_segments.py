"""How many parts an SMS has: what is shown before sending, and what is paid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import segments
from calls.segments import GSM_7, UCS_2, parts, plain

gsm = st.text(alphabet="abc XYZ@£éΔ09\n^{}[]~|€", max_size=700)
anything = st.text(max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "count"),
    [
        ("", GSM_7, 1),
        ("a" * 160, GSM_7, 1),
        ("a" * 161, GSM_7, 2),
        ("a" * 306, GSM_7, 2),
        ("a" * 307, GSM_7, 3),
        ("€" * 80, GSM_7, 1),
        ("€" * 81, GSM_7, 2),
        # 152 letters and a sign of two places: the sign would be cut, so it begins the second part.
        ("a" * 152 + "€" + "a" * 8, GSM_7, 2),
        ("a" * 152 + "€" + "a" * 151 + "a", GSM_7, 3),
        ("ж" * 70, UCS_2, 1),
        ("ж" * 71, UCS_2, 2),
        ("🔥" * 35, UCS_2, 1),
        ("🔥" * 36, UCS_2, 2),
        ("🔥" * 67, UCS_2, 3),  # 33 of them in a part: the 67th place stays empty
    ],
)
def test_parts_are_counted_as_operators_count_them(text, encoding, count):
    found = parts(text)

    assert (found.encoding, found.count) == (encoding, count)


def test_what_forces_the_wide_encoding_is_named():
    assert parts("Kebakaran 🔥 di “Bintan”").odd == ("🔥", "“", "”")
    assert parts(plain("Kebakaran 🔥 di “Bintan”")).odd == ("🔥",)


def test_typographic_signs_are_written_plainly_and_the_words_stay():
    written = "“Jangan”\u00a0panik – petugas… ‘menuju’ №4\u200b"

    assert plain(written) == "\"Jangan\" panik - petugas... 'menuju' No.4"
    assert parts(plain(written)).encoding == GSM_7


@given(gsm)
def test_text_of_the_plain_alphabet_is_never_wide(text):
    found = parts(text)
    places = sum(2 if sign in "^{}[]~|€" else 1 for sign in text)

    assert found.encoding == GSM_7
    assert found.count == 1 if places <= 160 else found.count >= -(-places // 153)


@given(anything)
def test_no_text_is_too_odd_and_parts_are_enough_for_all_of_it(text):
    found = parts(text)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2

    assert found.count >= 1
    if found.encoding == UCS_2:
        assert found.count == 1 if units <= 70 else found.count * 67 >= units
        assert found.count <= max(1, -(-units // 66))


@given(anything, anything)
def test_more_words_never_cost_less(first, second):
    together, alone = parts(first + second), parts(first)

    assert together.count >= alone.count


@given(anything)
def test_writing_plainly_twice_changes_nothing_more(text):
    once = plain(text)

    assert plain(once) == once
    assert segments.parts(once).count <= segments.parts(text).count + len(text) // 20 + 1
