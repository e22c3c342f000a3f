"""GeoJSON in the admin: what is exported comes in again, what cannot be read is explained before anything is written."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from maps.admin_pages import GEOJSON_TOO
from maps.geojson import GeoJson, GeoJsonOfPlaces
from maps.models import District, Origin, Place
from maps.resources import DistrictResource, PlaceResource
from tests import factories
from units.models import ResponseArea, Station
from units.resources import ResponseAreaResource, StationResource

SQUARE = {
    "type": "Polygon",
    "coordinates": [[[104.4, 0.9], [104.5, 0.9], [104.5, 1.0], [104.4, 1.0], [104.4, 0.9]]],
}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def brought_in(resource, text, form=GeoJson):
    result = resource().import_data(form().create_dataset(text), dry_run=False)
    problems = [str(row.error) for row in result.invalid_rows]
    problems += [str(error.error) for row in result.rows for error in row.errors]
    assert problems == []
    return result


@pytest.mark.parametrize(
    ("resource", "form", "kind"),
    [(DistrictResource, GeoJson, "MultiPolygon"), (PlaceResource, GeoJsonOfPlaces, None)],
)
def test_what_is_exported_comes_in_again_and_stays_as_it_was(city, resource, form, kind):
    text = form().export_data(resource().export())
    kinds = {one["geometry"]["type"] for one in json.loads(text)["features"]}
    assert kinds == ({kind} if kind else {"Point", "MultiLineString"})
    result = brought_in(resource, text, form)
    assert result.totals["skip"] == len(result.rows) > 10
    assert set(resource._meta.model.objects.values_list("origin", flat=True)) == {Origin.DEMO}


def test_a_drawn_kelurahan_gets_its_middle_and_belongs_to_whom_has_drawn_it(db):
    drawn = feature(
        SQUARE, code="21.72.01.9", name="Baru", subdistrict_code="21.72.01", subdistrict="Barat"
    )
    brought_in(DistrictResource, collection(drawn))
    district = District.objects.get()
    assert district.area.covers(district.centre)
    assert district.origin == Origin.HAND


def test_a_place_may_be_a_point_or_an_area(db):
    point = {"type": "Point", "coordinates": [104.4665, 0.9186]}
    about = {"kind": "landmark", "radius_m": 50, "certainty": "exact"}
    text = collection(
        feature(point, key="a", name="A", **about), feature(SQUARE, key="b", name="B", **about)
    )
    brought_in(PlaceResource, text, GeoJsonOfPlaces)
    assert Place.objects.get(key="a").point.coords == (104.4665, 0.9186)
    area = Place.objects.get(key="b")
    assert area.shape.covers(area.point)


def test_stations_and_response_areas_come_in_as_they_are_drawn(types):
    factories.make_unit("DAMKAR-1")
    agency = Station.objects.get().agency.code
    point = {"type": "Point", "coordinates": [104.46, 0.92]}
    brought_in(StationResource, collection(feature(point, agency=agency, name="Pos Kota")))
    brought_in(
        ResponseAreaResource, collection(feature(SQUARE, agency=agency, rank=1, name="Kota"))
    )
    assert Station.objects.get(name="Pos Kota").point.coords == (104.46, 0.92)
    assert ResponseArea.objects.get().area.geom_type == "MultiPolygon"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no JSON"),
        ('{"type": "Topology"}', "no GeoJSON"),
        (collection(7), "Feature 1"),
        (collection(feature({"type": "Polygon", "coordinates": [[1, 2]]})), "Feature 1"),
        (
            collection(
                feature(SQUARE), feature({"type": "Point", "coordinates": [500_000, 100_000]})
            ),
            "Feature 2",
        ),
        (collection(feature({"type": "Point", "coordinates": []})), "empty"),
    ],
)
def test_what_cannot_be_read_is_explained(text, words):
    with translation.override("en"), pytest.raises(ValueError, match=words):
        GeoJson().create_dataset(text)


def uploaded(client, text):
    number = GEOJSON_TOO.index(GeoJson)
    file = SimpleUploadedFile("areas.geojson", text.encode(), content_type="application/geo+json")
    return client.post(
        reverse("admin:maps_district_import"), {"import_file": file, "format": str(number)},
        headers={"Accept-Language": "en"},
    )  # fmt: skip


def test_the_admin_shows_first_what_would_change(db, client, root):
    client.force_login(root.user)
    drawn = feature(
        SQUARE, code="21.72.01.9", name="Baru", subdistrict_code="21.72.01", subdistrict="Barat"
    )
    page = uploaded(client, collection(drawn))
    assert page.status_code == 200
    assert "Baru" in page.content.decode()
    assert not District.objects.exists()


def test_the_admin_names_the_feature_that_is_wrong(db, client, root):
    client.force_login(root.user)
    page = uploaded(client, collection(feature({"type": "Point", "coordinates": [500_000, 1]})))
    assert "WGS 84" in page.content.decode()
