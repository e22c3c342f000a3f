"""The demo city against published facts. Its borders and roads are made by hand, and must still be the same city."""

from __future__ import annotations

import csv
import gzip
import json

import pytest
import shapely
from shapely.geometry import Point, shape

from maps import services
from maps.demo import areas, facts, network, outline
from maps.demo.stations import STATIONS
from maps.geo import LatLng
from maps.models import District, MapVersion, Place, PlaceKind, PlaceName, RoadEdge, RoadNode
from maps.selectors import district_at, is_demo, versions
from tests import shared_data


def test_the_city_has_four_kecamatan_and_eighteen_kelurahan(city):
    assert District.objects.count() == 18
    assert District.objects.values("subdistrict_code").distinct().count() == 4
    assert District.objects.get(name="Tanjungpinang Timur").subdistrict == "Bukit Bestari"
    assert not District.objects.filter(is_approximate=False).exists()


def test_a_second_seed_changes_nothing_and_undoes_no_edit(city):
    Place.objects.filter(key="polresta").update(name="Polresta Baru")
    before = versions()
    counts = [model.objects.count() for model in (Place, PlaceName, RoadNode, RoadEdge, District)]
    services.seed_city()
    assert counts == [
        model.objects.count() for model in (Place, PlaceName, RoadNode, RoadEdge, District)
    ]
    assert Place.objects.get(key="polresta").name == "Polresta Baru"
    assert set(before) == set(versions())


def test_the_network_is_big_enough_connected_and_says_that_it_is_simplified(city):
    assert len(network.NODES) >= 100
    assert RoadEdge.objects.count() >= 150
    assert not RoadNode.objects.filter(is_demo_position=False).exists()
    assert is_demo()


def test_every_made_up_position_is_marked(city):
    for place in facts.PLACES:
        assert place.is_demo_position == (place.certainty in {"approximate", "kelurahan"})
    published = Place.objects.filter(certainty__in=("exact", "near"))
    assert not published.filter(is_demo_position=True).exists()
    assert {stand.certainty for stand in STATIONS.values()} == {"near", "approximate"}


def test_every_place_but_the_far_rock_has_a_kelurahan(city):
    without = Place.objects.filter(district=None).exclude(kind=PlaceKind.SUBDISTRICT)
    assert [place.name for place in without] == ["Pulau Paku"]


def test_any_write_gives_the_layer_a_new_number(city):
    before = versions()
    Place.objects.filter(key="polresta").update(radius_m=100)
    after = versions()
    assert after["places"] > before["places"]
    assert after["roads"] == before["roads"]
    assert MapVersion.objects.count() == len(after)


@pytest.mark.parametrize(
    "item", [*outline.KELURAHAN, outline.PENYENGAT], ids=lambda item: item.name
)
def test_the_published_centre_of_a_kelurahan_lies_in_it(item):
    assert areas.kelurahan_areas()[item.code].covers(Point(item.centre[1], item.centre[0]))


def test_district_at_knows_the_middle_doubts_the_border_and_ends_at_sea(city):
    middle = district_at(LatLng(0.957419, 104.472198))
    assert (middle.name, middle.kecamatan, middle.certain) == (
        "Kampung Bugis",
        "Tanjungpinang Kota",
        True,
    )
    on_water = district_at(LatLng(0.9270, 104.4330))
    assert on_water is not None
    assert not on_water.certain
    assert district_at(LatLng(0.916269, 104.428994)).certain is False  # Pulau Paku, in no area
    assert district_at(LatLng(1.12, 104.05)) is None  # Batam


def test_near_a_border_the_kelurahan_is_only_probable(city):
    area = shapely.union_all(list(areas.kelurahan_areas()["21.72.04.1004"].geoms))
    edge = area.boundary.interpolate(0.5, normalized=True)
    assert district_at(LatLng(edge.y, edge.x)).certain is False


def test_nine_of_ten_real_road_points_lie_on_the_drawn_land():
    land = shapely.union_all(list(areas.land().values()))
    shapely.prepare(land)
    with gzip.open(shared_data.path("geo/tanjungpinang_road_nodes.csv.gz"), "rt") as file:
        points = [(float(row["lng"]), float(row["lat"])) for row in csv.DictReader(file)]
    on_land = shapely.contains_xy(land, points)
    assert on_land.mean() >= 0.9


def test_most_real_road_points_have_the_kelurahan_of_the_published_areas():
    drawn = areas.kelurahan_areas()
    with gzip.open(shared_data.path("geo/kelurahan_21.72_tanjungpinang.geojson.gz"), "rt") as file:
        real = {f["properties"]["kode"]: shape(f["geometry"]) for f in json.load(file)["features"]}
    with gzip.open(shared_data.path("geo/tanjungpinang_road_nodes.csv.gz"), "rt") as file:
        points = [(float(row["lng"]), float(row["lat"])) for row in csv.DictReader(file)]
    assert set(real) == set(drawn)
    same = sum(
        int(
            (
                shapely.contains_xy(real[code], points) & shapely.contains_xy(drawn[code], points)
            ).sum()
        )
        for code in real
    )
    assert same / len(points) >= 0.8


def test_published_positions_lie_in_the_kelurahan_that_is_published_with_them(city):
    with shared_data.path("geo/tanjungpinang_facts.csv").open() as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["certainty"] in {"exact", "within 300 m"} and row["lat"] and row["kelurahan"]
        ]
    right = [
        row
        for row in rows
        if district_at(LatLng(float(row["lat"]), float(row["lng"]))).name == row["kelurahan"]
    ]
    assert len(rows) >= 30
    assert len(right) / len(rows) >= 0.9
