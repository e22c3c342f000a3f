"""The words of the gazetteer and their misspellings."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maps.geocoding.finding import find, notes
from maps.geocoding.search import match, search
from maps.geocoding.words import alternatives, asked_keys, sound
from maps.models import NameWord, Place, PlaceName
from maps.services import set_names

words = st.text(alphabet="abcdefghijklmnoprstuvyz", min_size=4, max_size=12)


def stored_keys(word):
    with connection.cursor() as cursor:
        cursor.execute("SELECT maps_word_keys(%s), maps_word_sound(%s)", [word, word])
        return cursor.fetchone()


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words)
def test_the_database_and_the_search_make_the_same_keys(word):
    keys, of_sound = stored_keys(word)
    assert of_sound == sound(word)
    assert set(keys) <= set(asked_keys(word))


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words, st.data())
def test_one_typing_error_always_leads_to_the_word(word, data):
    at = data.draw(st.integers(1, len(word) - 2))
    wrong = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + "x" + word[at:],
                word[:at] + "x" + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
    )
    keys, _sound = stored_keys(word)
    assert set(keys) & set(asked_keys(wrong))


@pytest.mark.usefixtures("city")
def test_every_word_of_every_name_is_kept_by_the_database_whoever_writes():
    held = {
        word
        for normal in PlaceName.objects.values_list("normal", flat=True)
        for word in normal.split()
    }
    assert held <= set(NameWord.objects.values_list("word", flat=True))
    place = Place.objects.first()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO maps_placename (place_id, written, normal, squashed)"
            " VALUES (%s, 'Warung Sulaksana', 'warung sulaksana', 'warungsulaksana')",
            [place.pk],
        )
    assert search("sulaksna")[0].id == str(place.pk)
    PlaceName.objects.filter(squashed="warungsulaksana").update(
        normal="warung kartolo", squashed="warungkartolo"
    )
    assert search("kartolo")[0].id == str(place.pk)


@pytest.mark.usefixtures("city")
def test_what_a_misspelled_word_may_be():
    for wrong, meant in [
        ("pmdn", "pamedan"),
        ("merdka", "merdeka"),
        ("fisabililah", "fisabilillah"),
        ("soekarn", "soekarno"),
        ("unggatt", "unggat"),
        ("penyegnat", "penyengat"),
    ]:
        assert meant in [one.word for one in alternatives([wrong])[wrong]]


@pytest.mark.usefixtures("city")
def test_every_place_is_found_first_by_its_own_name():
    missing = []
    for place in Place.objects.order_by("name"):
        hits = search(place.name, limit=10)
        if not any(hit.id == str(place.pk) and hit.score == 1 for hit in hits):
            missing.append(place.name)
    assert missing == []


@pytest.mark.usefixtures("city")
def test_words_in_any_order_half_typed_or_too_many_find_the_place():
    for query, name in [
        ("merd", "Jl. Merdeka"),
        ("MERDEKA JL", "Jl. Merdeka"),
        ("uptd puskesmas sei jang", "Puskesmas Sei Jang"),
        ("sman1", "SMA Negeri 1 Tanjungpinang"),
        ("hikmah agung", "Masjid Agung Al-Hikmah"),
        ("bintn center", "Plaza Bintan Center"),
        ("airraja", "Air Raja"),
    ]:
        assert search(query, limit=3)[0].name == name


@pytest.mark.parametrize(
    "url", ["https://maps.app.goo.gl/AbC", "waze.com/ul/hw2k5", "https://goo.gl/maps/x"]
)
def test_a_short_link_is_told_to_be_unreadable(url):
    assert [reason.code for reason in notes(f"saya di {url}")] == ["short_link"]


def test_three_words_are_told_to_be_unreadable():
    assert [reason.code for reason in notes("///kata.kata.kata")] == ["what3words"]


@pytest.mark.usefixtures("city")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=120))
def test_no_query_breaks_the_search_box(query):
    assert len(find(query, near=None, limit=5)) <= 5
    notes(query)


@given(st.lists(words, min_size=1, max_size=4), st.lists(words, min_size=1, max_size=4))
def test_a_match_is_between_nothing_and_the_name(typed, name):
    assert 0 <= match(typed, " ".join(name)) <= 1
    assert match(name, " ".join(name)) == 1


def test_names_of_one_place_are_written_once(city):
    set_names({Place.objects.first().key: ["A Name", "a name", "A  NAME"]})
    assert PlaceName.objects.filter(normal="a name").count() == 1
