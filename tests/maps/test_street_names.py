"""Streets of the gazetteer out of imported roads."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import LineString, Point

from maps import services
from maps.geo import LatLng, distance_m
from maps.geocoding.reverse import reverse
from maps.geocoding.search import search
from maps.geocoding.text import locate_text
from maps.models import Origin, Place, RoadEdge, RoadNode

pytestmark = pytest.mark.django_db
EAST_END = LatLng(0.93, 104.46)


def road(key, name, *positions):
    nodes = []
    for lat, lng in (positions[0], positions[-1]):
        node, _new = RoadNode.objects.get_or_create(
            key=f"n{lat}-{lng}".replace(".", "_"),
            defaults={
                "point": Point(lng, lat, srid=4326),
                "origin": Origin.IMPORT,
                "is_demo_position": False,
            },
        )
        nodes.append(node)
    line = LineString(*((lng, lat) for lat, lng in positions), srid=4326)
    RoadEdge.objects.create(
        key=key, source=nodes[0], target=nodes[1], mode="road", road_class="r3", name=name,
        length_m=line.length * 111_195, line=line, origin=Origin.IMPORT,
    )  # fmt: skip


@pytest.fixture
def roads(db):
    road("osm-w1-0", "Jalan Kenanga", (0.93, 104.45), (0.93, 104.455))
    road("osm-w1-1", "Jalan Kenanga", (0.93, 104.455), (0.93, 104.46))
    road("osm-w2-0", "Jalan Flamboyan", (0.925, 104.46), (0.93, 104.46))
    road("osm-w3-0", "Jalan Kenanga", (1.13, 104.60), (1.13, 104.605))
    road("osm-w4-0", "", (0.93, 104.46), (0.94, 104.46))


def test_roads_of_one_name_that_lie_together_are_one_street(roads):
    assert services.name_streets() == 3
    names = sorted(Place.objects.filter(kind="street").values_list("name", flat=True))
    assert names == ["Jalan Flamboyan", "Jalan Kenanga", "Jalan Kenanga"]


def test_a_second_run_changes_nothing_and_keeps_the_rows(roads):
    services.name_streets()
    before = set(Place.objects.values_list("pk", "key"))
    services.name_streets()
    assert set(Place.objects.values_list("pk", "key")) == before


def test_a_street_that_is_renamed_or_gone_is_not_found_any_more(roads):
    services.name_streets()
    RoadEdge.objects.filter(name="Jalan Flamboyan").update(name="Jalan Cempaka")
    RoadEdge.objects.filter(key="osm-w3-0").delete()
    services.name_streets()
    assert not any(hit.score > 0.8 for hit in search("flamboyan"))
    assert search("cempaka")[0].name == "Jalan Cempaka"
    assert Place.objects.filter(kind="street").count() == 2


def test_a_street_entered_by_hand_stays(roads):
    Place.objects.create(
        key="mine", name="Jl. Kenanga", kind="street", point=Point(104.455, 0.93, srid=4326), radius_m=300,
        certainty="exact", origin=Origin.HAND,
    )  # fmt: skip
    assert services.name_streets() == 2


def test_the_streets_are_searched_and_their_junctions_computed(roads):
    services.name_streets()
    near = LatLng(0.93, 104.455)
    best = locate_text("simpang kenanga flamboyan", near=near)[0]
    assert best.kind == "junction"
    assert distance_m(best.position, EAST_END) < 10
    assert reverse(LatLng(0.93001, 104.4591)).text.startswith("Jalan Kenanga, 100 m")
