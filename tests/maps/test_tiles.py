"""Vector tiles: their layers, their limits, and when they change."""

from __future__ import annotations

import math

import pytest
from django.urls import reverse

from maps import tiles
from maps.models import Place, RoadEdge


def tile_of(lat: float, lng: float, zoom: int) -> tuple[int, int, int]:
    x = int((lng + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom)
    return zoom, x, y


def address(z: int, x: int, y: int) -> str:
    return reverse("maps:tile", args=[z, x, y])


@pytest.mark.usefixtures("city")
def test_a_tile_of_the_town_holds_every_layer_and_street_names():
    data = tiles.render(*tile_of(0.918, 104.466, 14))
    for word in (
        b"land",
        b"districts",
        b"roads",
        b"places",
        b"Jl. Ahmad Yani",
        b"Polresta Tanjungpinang",
    ):
        assert word in data


@pytest.mark.usefixtures("city")
def test_from_afar_only_main_roads_are_sent():
    near, far = (tiles.render(*tile_of(0.918, 104.466, zoom)) for zoom in (14, 10))
    assert b"r3" in near
    assert b"r1" in far
    assert b"r3" not in far
    assert b"Polresta" not in far


@pytest.mark.usefixtures("city")
@pytest.mark.parametrize(
    ("kind", "zoom"),
    [("housing", 13), ("hydrant", 14), ("aed", 14), ("fuel", 14), ("alley", 15), ("address", 16)],
)
def test_what_crews_look_for_comes_with_its_zoom_and_not_before(kind, zoom):
    Place.objects.create(
        key="looked-for",
        name="Yang Dicari",
        kind=kind,
        point="SRID=4326;POINT(104.466 0.918)",
        radius_m=5,
        certainty="exact",
        is_demo_position=False,
        house_number="17B",
    )
    near, far = (tiles.render(*tile_of(0.918, 104.466, at)) for at in (zoom, zoom - 1))
    assert b"Yang Dicari" in near
    assert b"17B" in near
    assert b"Yang Dicari" not in far


@pytest.mark.usefixtures("city")
def test_paths_come_closer_than_side_roads():
    roads = RoadEdge.objects.filter(name="Jl. Ahmad Yani")
    lng, lat = roads.first().line[0]
    roads.update(road_class="path", name="Gang Melati")
    near, far = (tiles.render(*tile_of(lat, lng, zoom)) for zoom in (15, 14))
    assert b"Gang Melati" in near
    assert b"Gang Melati" not in far


@pytest.mark.usefixtures("city")
def test_the_open_sea_is_an_empty_tile():
    assert tiles.render(*tile_of(-30.0, 60.0, 12)) == b""


@pytest.mark.parametrize(
    ("z", "x", "y"),
    [(21, 0, 0), (3, 8, 0), (3, 0, 8), (0, 1, 0), (99999999999, 1, 1), (5, 10**30, 1)],
)
def test_a_tile_beyond_the_world_does_not_exist(z, x, y):
    assert not tiles.exists(z, x, y)


def test_signed_in_people_and_programs_get_tiles_and_others_do_not(city, client, ada):
    where = address(*tile_of(0.918, 104.466, 14))
    assert client.get(where).status_code == 401
    answer = client.get(where, headers=ada.bearer)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert "private" in answer["Cache-Control"]


def test_an_unchanged_tile_is_not_sent_again_and_an_edited_one_is(city, client, ada):
    where = address(*tile_of(0.918, 104.466, 14))
    etag = client.get(where, headers=ada.bearer)["ETag"]
    asked = {**ada.bearer, "If-None-Match": etag}
    assert client.get(where, headers=asked).status_code == 304
    RoadEdge.objects.filter(name="Jl. Ahmad Yani").update(name="Jl. Baru")
    again = client.get(where, headers=asked)
    assert again.status_code == 200
    assert b"Jl. Baru" in again.content


@pytest.mark.parametrize(
    "path",
    [
        "/maps/tiles/21/0/0.mvt",
        "/maps/tiles/3/9/0.mvt",
        f"/maps/tiles/5/{10**40}/1.mvt",
        "/maps/tiles/-1/0/0.mvt",
    ],
)
def test_an_impossible_tile_is_a_404(db, client, ada, path):
    assert client.get(path, headers=ada.bearer).status_code == 404


def test_the_search_answers_with_places_near_first(city, client, ada):
    answer = client.get(
        reverse("maps:places"),
        {"q": "masjid al istiqomah", "near": "0.906,104.4965"},
        headers=ada.bearer,
    )
    first = answer.json()["places"][0]
    assert first["district"] == "Batu IX"
    assert set(first) >= {
        "id",
        "name",
        "kind",
        "lat",
        "lng",
        "radius_m",
        "district",
        "score",
        "context",
    }


def test_a_typed_position_is_found_as_itself(city, client, ada):
    answer = client.get(reverse("maps:places"), {"q": "0.957419, 104.472198"}, headers=ada.bearer)
    first = answer.json()["places"][0]
    assert (first["kind"], first["district"], first["id"]) == ("position", "Kampung Bugis", None)


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": " "}, {"q": "a" * 201}, {"q": "a", "near": "x"}, {"q": "a", "near": "0,0"},
     {"q": "a", "near": "nan,inf"}, {"q": "a", "limit": "0"}, {"q": "a", "limit": "x"}, {"q": "a", "limit": "9" * 400}],
)  # fmt: skip
def test_a_wrong_question_is_refused_with_a_sentence(city, client, ada, query):
    answer = client.get(reverse("maps:places"), query, headers=ada.bearer)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("query", ["\x00", "🔥🔥", "\u202eabc", "<script>", "%", "';--"])
def test_odd_signs_in_a_question_are_answered(city, client, ada, query):
    assert client.get(reverse("maps:places"), {"q": query}, headers=ada.bearer).status_code == 200


def test_the_search_needs_a_sign_in(db, client):
    assert client.get(reverse("maps:places"), {"q": "a"}).status_code == 401
