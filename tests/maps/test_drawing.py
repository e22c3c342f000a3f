"""The drawing of the city beside the sign-in."""

from __future__ import annotations

import pytest
from django.test import Client

from maps.drawing import SIDE_M, city_drawing
from maps.geo import LatLng

CENTRE = LatLng(0.918, 104.466)


def test_the_drawing_holds_land_roads_and_the_names_of_all_kelurahan(city) -> None:
    drawing = city_drawing(CENTRE)

    kinds = [kind for kind, _path in drawing["layers"]]
    assert kinds[0] == "land"  # what is painted first lies below
    assert {"r1", "r2", "r3"} <= set(kinds)
    assert len(drawing["names"]) == 18


def test_north_is_up_and_east_is_right(city) -> None:
    names = {one["name"]: one for one in city_drawing(CENTRE)["names"]}

    assert names["Senggarang"]["y"] < 0 < names["Dompak"]["y"]
    assert names["Penyengat"]["x"] < 0 < names["Pinang Kencana"]["x"]
    assert all(-SIDE_M * 2 < one["x"] < SIDE_M * 2 for one in names.values())


@pytest.mark.django_db
def test_without_a_map_the_sign_in_still_opens() -> None:
    page = Client().get("/accounts/login/")

    assert page.status_code == 200
    assert city_drawing(CENTRE)["layers"] == []


def test_the_sign_in_names_the_city_beside_its_drawing(city) -> None:
    page = Client().get("/accounts/login/").content.decode()

    assert "Tanjungpinang" in page
    assert '<path class="land"' in page
