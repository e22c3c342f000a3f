"""Map data in the admin: pages open, mistakes are explained, what is saved can be found."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from maps.geocoding.search import search
from maps.models import District, ImportRun, Place, PlaceKind, RoadEdge, RoadNode, TurnRestriction
from maps.resources import DistrictResource, PlaceResource, RoadEdgeResource

MODELS = ("district", "place", "roadnode", "roadedge", "turnrestriction", "surface")


@pytest.fixture
def desk(city, client, root):
    client.force_login(root.user)
    return client


@pytest.mark.parametrize("model", MODELS)
def test_every_list_search_and_form_opens(desk, model):
    listing = reverse(f"admin:maps_{model}_changelist")
    assert desk.get(listing, {"q": "batu"}).status_code == 200
    assert desk.get(reverse(f"admin:maps_{model}_add")).status_code == 200
    kinds = {"district": District, "place": Place, "roadnode": RoadNode, "roadedge": RoadEdge}
    if model in kinds:
        row = kinds[model].objects.first()
        page = desk.get(reverse(f"admin:maps_{model}_change", args=[row.pk]))
        assert page.status_code == 200
        assert b"protomaps-leaflet.js" in page.content


def form_of(**changes):
    values = {
        "key": "rumah-pak-rt", "name": "Rumah Pak RT", "kind": "landmark", "radius_m": "50", "certainty": "exact",
        "point": '{"type": "Point", "coordinates": [104.4665, 0.9186]}', "shape": "", "district": "", "address": "",
        "phone": "", "source": "", "names-TOTAL_FORMS": "2", "names-INITIAL_FORMS": "0", "names-0-written": "RT Lima",
        "names-1-written": "",
    }  # fmt: skip
    return {**values, **changes}


def test_a_new_place_is_found_by_every_name_and_knows_its_kelurahan(desk):
    answer = desk.post(reverse("admin:maps_place_add"), form_of())
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert search("rumah pak rt")[0].name == "Rumah Pak RT"
    assert search("RT lima")[0].name == "Rumah Pak RT"
    assert Place.objects.get(key="rumah-pak-rt").district is not None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"radius_m": "2"}, "50 000"),
        ({"is_demo_position": "on"}, "certainty"),
        ({"names-1-written": "Rt. lima"}, "searched"),
        ({"names-0-written": "!!!"}, "letter"),
        ({"point": ""}, "required"),
    ],
)
def test_a_mistake_in_a_place_is_explained_and_nothing_is_saved(desk, changes, words, settings):
    settings.LANGUAGE_CODE = "en"
    answer = desk.post(
        reverse("admin:maps_place_add"), form_of(**changes), headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 200
    assert not Place.objects.filter(key="rumah-pak-rt").exists()
    assert words in answer.content.decode()


def test_a_road_must_end_at_its_nodes(desk):
    edge = RoadEdge.objects.get(key="pamedan--simpang-rri--r1")
    values = {
        "key": edge.key, "source": edge.source_id, "target": edge.target_id, "mode": "road", "road_class": "r1",
        "name": edge.name, "speed_kph": "", "surface": "paved", "access": "open", "duration_s": "",
        "line": '{"type": "LineString", "coordinates": [[104.40, 0.90], [104.41, 0.91]]}',
    }  # fmt: skip
    answer = desk.post(reverse("admin:maps_roadedge_change", args=[edge.pk]), values)
    assert answer.status_code == 200
    assert "line" in answer.context["adminform"].form.errors
    line = [[edge.source.point.x, edge.source.point.y], [edge.target.point.x, edge.target.point.y]]
    values["line"] = f'{{"type": "LineString", "coordinates": {line}}}'
    assert (
        desk.post(reverse("admin:maps_roadedge_change", args=[edge.pk]), values).status_code == 302
    )
    edge.refresh_from_db()
    assert edge.length_m == pytest.approx(670, abs=30)
    assert (edge.surface, edge.origin) == ("paved", "hand")


@pytest.mark.parametrize("resource", [DistrictResource, PlaceResource, RoadEdgeResource])
def test_what_is_exported_can_be_imported_again(city, resource):
    exported = resource().export()
    assert len(exported) > 10
    result = resource().import_data(exported, dry_run=True, raise_errors=False)
    assert [
        row.errors or row.validation_error
        for row in result.invalid_rows + result.rows
        if row.errors
    ] == []
    assert not result.has_errors()
    assert not result.has_validation_errors()


def test_an_imported_place_with_an_impossible_position_is_refused_with_a_sentence(city):
    exported = PlaceResource().export(Place.objects.filter(kind=PlaceKind.PIER)[:1])
    row = dict(zip(exported.headers, exported[0], strict=True)) | {"lat": "0", "lng": "0"}
    exported = exported.__class__(list(row.values()), headers=list(row))
    result = PlaceResource().import_data(exported, dry_run=True)
    assert "lat" in str(result.invalid_rows[0].error)


def test_an_imported_place_stands_where_the_file_says_and_is_found(city):
    exported = PlaceResource().export(Place.objects.filter(key="polresta"))
    row = dict(zip(exported.headers, exported[0], strict=True))
    assert float(row["lat"]) == pytest.approx(0.909198)
    row |= {
        "lat": "0,91",
        "lng": "104,47",
        "names": "Polresta; Kantor Polisi Besar",
        "key": "polresta-dua",
    }
    result = PlaceResource().import_data(exported.__class__(list(row.values()), headers=list(row)))
    assert not result.has_errors()
    assert Place.objects.get(key="polresta-dua").point.coords == (104.47, 0.91)
    assert search("kantor polisi besar")[0].position.lat == 0.91


def changed_row(key, **changes):
    exported = PlaceResource().export(Place.objects.filter(key=key))
    row = dict(zip(exported.headers, exported[0], strict=True)) | changes
    return exported.__class__(list(row.values()), headers=list(row))


@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        ({}, "demo"),
        ({"phone": "0771 22222"}, "hand"),
        ({"lat": "0.9092"}, "hand"),
        ({"names": "Kantor Polisi Besar"}, "hand"),
        ({"house_number": "7"}, "hand"),
    ],
)
def test_a_row_of_a_file_belongs_to_whom_has_changed_it_and_only_then(city, changes, origin):
    result = PlaceResource().import_data(changed_row("polresta", **changes))
    assert not result.has_errors()
    assert Place.objects.get(key="polresta").origin == origin


def test_what_is_saved_in_the_admin_belongs_to_whom_has_saved_it(desk):
    answer = desk.post(reverse("admin:maps_place_add"), form_of())
    assert answer.status_code == 302
    Place.objects.update(origin="import")
    place = Place.objects.get(key="rumah-pak-rt")
    values = form_of(**{"names-TOTAL_FORMS": "0", "names-0-written": ""})
    answer = desk.post(reverse("admin:maps_place_change", args=[place.pk]), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert set(Place.objects.filter(origin="hand").values_list("key", flat=True)) == {
        "rumah-pak-rt"
    }


def test_turn_restrictions_and_imports_open(desk):
    one, other = RoadEdge.objects.all()[:2]
    turn = TurnRestriction.objects.create(
        key="a", from_edge=one, via=one.target, to_edge=other, kind="no"
    )
    run = ImportRun.objects.create(
        files=[{"name": "kepri.osm.pbf"}], begun_at=timezone.now(), ended_at=timezone.now(), by="budi",
        counts={"place": {"added": 3, "changed": 2, "retired": 1}}, problems=[],
    )  # fmt: skip
    for model, row in (("turnrestriction", turn), ("importrun", run)):
        listing = desk.get(reverse(f"admin:maps_{model}_changelist"))
        assert listing.status_code == 200
        assert desk.get(reverse(f"admin:maps_{model}_change", args=[row.pk])).status_code == 200
    assert "kepri.osm.pbf" in listing.content.decode()
