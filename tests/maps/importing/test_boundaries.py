"""Borders of kelurahan from files of the authorities, and from OpenStreetMap."""

from __future__ import annotations

import json

import numpy as np
import pyogrio.raw
import pytest
import shapely

from maps import services
from maps.importing import run
from maps.importing.report import ImportRefused
from maps.models import District, Place
from tests.maps.importing.extracts import Extract
from tests.shared_data import path as shared

pytestmark = pytest.mark.django_db
KELURAHAN = "geo/kelurahan_21.72_tanjungpinang.geojson.gz"
KECAMATAN = "geo/kecamatan_21_kepri.geojson.gz"
BPS = "geo/kelurahan_2172_tanjungpinang_hdx_bps_2020.geojson.gz"


def imported(*files, **wish):
    return run.run(run.Wish(files=list(files), **wish))


def square(code, name, west=104.0, *, crs=None, **properties):
    ring = [[west, 0.5], [west + 0.1, 0.5], [west + 0.1, 0.6], [west, 0.6], [west, 0.5]]
    return {
        "type": "Feature",
        "properties": {"kode": code, "nama": name, **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(folder, *features, **more):
    path = folder / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features), **more}))
    return path


def test_the_kelurahan_of_the_city_with_codes_of_kemendagri():
    report = imported(shared(KECAMATAN), shared(KELURAHAN))
    assert report.problems == []
    assert District.objects.count() == 18
    barat = District.objects.get(code="21.72.01.1001")
    assert (barat.subdistrict_code, barat.subdistrict) == ("21.72.01", "Tanjung Pinang Barat")
    assert (barat.origin, barat.is_approximate) == ("import", False)
    assert barat.area.covers(barat.centre)
    assert Place.objects.get(key="kelurahan-21-72-01-1001").kind == "kelurahan"
    assert Place.objects.filter(kind="kecamatan").count() == 4
    assert imported(shared(KECAMATAN), shared(KELURAHAN)).changes == 0


def test_the_kelurahan_of_the_city_with_codes_of_bps():
    imported(shared(BPS))
    raja = District.objects.get(name="Air Raja")
    assert (raja.code, raja.subdistrict_code, raja.subdistrict) == (
        "id2172020003", "id2172020", "Tanjungpinang Timur",
    )  # fmt: skip


def test_kelurahan_whose_kecamatan_nobody_names_are_told():
    report = imported(shared(KELURAHAN))
    (problem,) = report.problems
    assert (problem.code, problem.count) == ("kecamatan_without_name", 18)


def test_the_borders_replace_those_of_the_demonstration_and_keep_its_keys():
    services.seed_city()
    before = dict(District.objects.values_list("code", "pk"))
    imported(shared(KECAMATAN), shared(KELURAHAN), replace_demo=True)
    after = dict(District.objects.values_list("code", "pk"))
    assert set(District.objects.values_list("origin", flat=True)) == {"import"}
    assert {code: pk for code, pk in after.items() if code in before} == {
        code: before[code] for code in after if code in before
    }


def columns(*texts):
    return [np.array([text], dtype=object) for text in texts]


def test_a_border_of_the_demonstration_gives_way_to_one_of_its_name(tmp_path):
    services.seed_city()
    demo = District.objects.first()
    other = square(f"{demo.subdistrict_code}.9999", demo.name, kecamatan=demo.subdistrict)
    imported(collection(tmp_path, other), replace_demo=True)
    assert [one.code for one in District.objects.all()] == [f"{demo.subdistrict_code}.9999"]


def test_a_shapefile(tmp_path):
    path = tmp_path / "borders.shp"
    area = shapely.box(104.0, 0.5, 104.1, 0.6)
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb([area]), field_data=columns("3201012001", "Sukamaju", "Cibinong"),
        fields=["KDEPUM", "WADMKD", "WADMKC"], geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    imported(path)
    district = District.objects.get()
    assert (district.code, district.name, district.subdistrict, district.subdistrict_code) == (
        "3201012001", "Sukamaju", "Cibinong", "3201012",
    )  # fmt: skip


def test_borders_that_are_not_in_degrees_are_refused(tmp_path):
    path = tmp_path / "borders.shp"
    area = shapely.box(500_000, 100_000, 501_000, 101_000)
    pyogrio.raw.write(
        path, geometry=shapely.to_wkb([area]), field_data=columns("3201012001"), fields=["KDEPUM"],
        geometry_type="Polygon", crs="EPSG:32648",
    )  # fmt: skip
    with pytest.raises(ImportRefused) as refused:
        imported(path)
    assert refused.value.code == "not_in_degrees"


@pytest.mark.parametrize(
    ("feature", "code"),
    [
        (square("", "Tanpa Kode"), "border_without_code_or_name"),
        (square("21", "Kepulauan Riau"), "border_of_another_level"),
        (square("21.72.01.1001", "x" * 100), "name_too_long"),
        ({**square("21.72.01.1001", "Titik"), "geometry": None}, "border_without_area"),
    ],
)
def test_a_border_that_cannot_be_used_is_counted(feature, code, tmp_path):
    good = square("21.72.01.1002", "Baik", kecamatan="Barat")
    report = imported(collection(tmp_path, feature, good))
    assert [problem.code for problem in report.problems] == [code]
    assert District.objects.get().name == "Baik"


def test_a_border_that_crosses_itself_is_mended(tmp_path):
    bow = square("21.72.01.1001", "Dasi", kecamatan="Barat")
    bow["geometry"]["coordinates"] = [[[104, 0], [105, 1], [105, 0], [104, 1], [104, 0]]]
    report = imported(collection(tmp_path, bow))
    assert [problem.code for problem in report.problems] == ["border_crosses_itself"]
    assert District.objects.get().area.valid


def test_borders_that_overlap_are_told_with_both_codes_and_the_size(tmp_path):
    west, east = square("21.72.01.1001", "Barat"), square("21.72.01.1002", "Timur", 104.09)
    report = imported(collection(tmp_path, west, east))
    told = {problem.code: problem.examples for problem in report.problems}
    assert told["borders_overlap"] == ("21.72.01.1001 + 21.72.01.1002 (1236 ha)",)
    assert District.objects.count() == 2


def test_a_gap_between_borders_is_told_with_a_point_in_it_and_an_open_sea_is_none(tmp_path):
    around = square("21.72.01.1001", "Cincin", kecamatan="Barat")
    hole = [[104.04, 0.54], [104.06, 0.54], [104.06, 0.56], [104.04, 0.56], [104.04, 0.54]]
    around["geometry"]["coordinates"].append(hole)
    apart = square("21.72.01.1002", "Pulau", 104.2, kecamatan="Barat")
    report = imported(collection(tmp_path, around, apart))
    assert [(problem.code, problem.examples) for problem in report.problems] == [
        ("borders_leave_a_gap", ("0.55000, 104.05000 (495 ha)",))
    ]


def test_strips_by_which_published_borders_miss_each_other_are_none(tmp_path):
    near = square("21.72.01.1002", "Timur", 104.1000005, kecamatan="Barat")
    report = imported(
        collection(tmp_path, square("21.72.01.1001", "Barat", kecamatan="Barat"), near)
    )
    assert report.problems == []


def test_a_name_that_stands_with_another_code_is_told_and_left_alone(tmp_path):
    imported(collection(tmp_path, square("21.72.01.1001", "Kota", kecamatan="Barat")))
    report = imported(collection(tmp_path, square("21.72.01.1009", "Kota", kecamatan="Barat")))
    assert [problem.code for problem in report.problems] == ["kelurahan_twice"]
    assert District.objects.get().code == "21.72.01.1001"


def test_places_know_their_kelurahan_on_land_and_before_the_shore(tmp_path):
    borders = collection(tmp_path, square("21.72.01.1001", "Kota", kecamatan="Barat"))
    shore = Extract().node(1, 104.05, 0.55, amenity="police", name="Polsek")
    shore.node(2, 104.1003, 0.55, amenity="ferry_terminal", name="Pelabuhan")
    shore.node(3, 104.3, 0.55, amenity="ferry_terminal", name="Jauh")
    imported(borders, shore.file(tmp_path))
    known = dict(Place.objects.filter(key__startswith="osm").values_list("name", "district__name"))
    assert known == {"Polsek": "Kota", "Pelabuhan": "Kota", "Jauh": None}


def test_places_that_are_there_already_are_settled_by_new_borders(tmp_path):
    Extract().node(1, 104.05, 0.55, amenity="police", name="Polsek").imported(tmp_path)
    imported(collection(tmp_path, square("21.72.01.1001", "Kota", kecamatan="Barat")))
    assert Place.objects.get(key="osm-n1").district.name == "Kota"


def test_a_place_near_a_border_that_moves_belongs_to_where_it_lies_now(tmp_path):
    """Half a kilometre is near for a pier and far for a house: only what no border holds may keep its old kelurahan."""
    west, east = "21.72.01.1001", "21.72.01.1002"
    barat, timur = ({"kecamatan": "Barat"} for _ in range(2))
    imported(
        collection(tmp_path, square(west, "Lama", **barat), square(east, "Baru", 104.1, **timur))
    )
    shore = Extract().node(1, 104.095, 0.55, amenity="police", name="Polsek")
    shore.node(2, 104.05, 0.4997, amenity="ferry_terminal", name="Pelabuhan")
    shore.imported(tmp_path)

    moved = square(west, "Lama", 103.99, **barat), square(east, "Baru", 104.09, **timur)
    imported(collection(tmp_path, *moved))

    known = dict(Place.objects.filter(key__startswith="osm").values_list("name", "district__name"))
    assert known == {"Polsek": "Baru", "Pelabuhan": "Lama"}


def test_borders_of_openstreetmap_by_their_level(tmp_path):
    area = Extract()
    for ref, (lng, lat) in enumerate([(104.1, 0.1), (104.3, 0.1), (104.3, 0.3), (104.1, 0.3)], 1):
        area.node(ref, lng, lat)
    area.way(7, [1, 2, 3]).way(8, [3, 4, 1])
    members = [("way", 7, "outer"), ("way", 8, "outer")]
    area.relation(
        9, members, type="boundary", boundary="administrative", admin_level="7", name="Dompak"
    )
    area.relation(
        10, members, type="boundary", boundary="administrative", admin_level="6", name="Bestari"
    )
    imported(area.file(tmp_path), districts_level=7)
    district = District.objects.get()
    assert (district.code, district.name, district.subdistrict) == ("osm-r9", "Dompak", "Bestari")
