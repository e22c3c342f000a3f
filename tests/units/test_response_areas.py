"""Which agency answers where: the cascade at a place, gaps and overlaps, and what the recommendation makes of it."""

from __future__ import annotations

import json

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.management import CommandError, call_command
from django.test import Client

from maps.geo import LatLng
from maps.models import District
from tests import factories
from units import area_drafts, coverage
from units.models import Agency, ResponseArea, Station

pytestmark = pytest.mark.django_db
WEST, EAST = LatLng(0.92, 104.43), LatLng(0.92, 104.49)


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((west, south, east, north)), srid=4326)


@pytest.fixture
def town(db) -> None:
    """A town of two districts, 104.40 to 104.52 and 0.90 to 0.94."""
    for code, west, east in (("1", 104.40, 104.46), ("2", 104.46, 104.52)):
        area = box(west, 0.90, east, 0.94)
        District.objects.create(
            code=code,
            name=code,
            subdistrict_code="0",
            subdistrict="0",
            area=area,
            centre=area.centroid,
        )


@pytest.fixture
def fire(town) -> Agency:
    agency = Agency.objects.create(code="DAMKAR", name="Damkar")
    for name, at in (("West", WEST), ("East", EAST)):
        Station.objects.create(
            agency=agency, name=name, point=f"SRID=4326;POINT({at.lng} {at.lat})"
        )
    return agency


def area(agency: Agency, name: str, shape: MultiPolygon, rank: int = 1) -> ResponseArea:
    station = agency.stations.filter(name=name).first()
    return ResponseArea.objects.create(
        agency=agency, name=name, area=shape, rank=rank, station=station
    )


def cascade(position: LatLng) -> list[tuple[int, str]]:
    return [(one.rank, one.name) for one in coverage.answers_at(position)]


def test_a_draft_gives_every_place_to_the_nearest_station_and_names_who_comes_next(fire):
    assert area_drafts.draft("DAMKAR", ranks=2) == 4
    assert cascade(LatLng(0.91, 104.41)) == [(1, "West"), (2, "East")]
    assert cascade(LatLng(0.93, 104.51)) == [(1, "East"), (2, "West")]
    assert coverage.check() == []


def test_a_draft_never_writes_over_what_people_have_drawn(fire):
    area(fire, "West", box(104.40, 0.90, 104.46, 0.94))
    with pytest.raises(CommandError, match="DAMKAR"):
        call_command("response_areas", "draft", agency="DAMKAR")
    assert ResponseArea.objects.count() == 1


def test_where_nobody_answers_is_a_gap_with_its_size_and_place(fire):
    area(fire, "West", box(104.40, 0.90, 104.46, 0.94))
    (gap,) = coverage.check()
    assert (gap.kind, gap.agency) == ("gap", "DAMKAR")
    assert gap.km2 == pytest.approx(6.68 * 4.42, rel=0.01)
    assert 104.46 < gap.middle.lng < 104.52


def test_where_two_answer_first_is_an_overlap_and_where_one_answers_second_is_none(fire):
    area(fire, "West", box(104.40, 0.90, 104.47, 0.94))
    area(fire, "East", box(104.46, 0.90, 104.52, 0.94))
    area(fire, "East", box(104.40, 0.90, 104.46, 0.94), rank=2)
    (overlap,) = coverage.check()
    assert (overlap.kind, set(overlap.areas)) == ("overlap", {"West", "East"})


@pytest.mark.parametrize("apart", [0.00002, -0.00002])
def test_borders_that_two_hands_have_drawn_are_no_finding(fire, apart):
    area(fire, "West", box(104.40, 0.90, 104.46 + apart, 0.94))
    area(fire, "East", box(104.46, 0.90, 104.52, 0.94))
    assert coverage.check() == []


def test_an_agency_without_areas_answers_everywhere_and_has_no_gap(fire):
    assert coverage.check() == []
    assert coverage.agencies_with_areas() == frozenset()


def test_the_check_says_what_it_has_found_and_fails(fire, capsys):
    area(fire, "West", box(104.40, 0.90, 104.47, 0.94))
    area(fire, "East", box(104.46, 0.90, 104.52, 0.94))
    with pytest.raises(SystemExit) as ended:
        call_command("response_areas", "check", language="en")
    assert ended.value.code == 1
    assert "DAMKAR: West / East overlap by" in capsys.readouterr().out


def test_an_unknown_agency_is_named_with_those_that_there_are(fire):
    with pytest.raises(CommandError, match=r"There is no agency NONE\. There are: DAMKAR"):
        call_command("response_areas", "check", agency="NONE", language="en")


def test_the_map_gets_areas_and_findings(fire, ada):
    area(fire, "West", box(104.40, 0.90, 104.46, 0.94))
    client = Client(headers=ada.bearer)
    (shown,) = client.get("/api/v1/response-areas?agency=DAMKAR").json()["features"]
    assert shown["properties"]["station"] == "West"
    (gap,) = client.get("/api/v1/response-areas/findings").json()["features"]
    assert gap["properties"]["kind"] == "gap"
    assert client.get("/api/v1/response-areas?agency=NONE").json()["features"] == []


def test_a_unit_of_the_station_that_is_due_first_says_so_and_a_stranger_too(types, ada, fire):
    area(fire, "West", box(104.40, 0.90, 104.46, 0.94))
    factories.make_unit(station="West", capabilities=["fire_attack"])
    said = {}
    for place in (LatLng(0.92, 104.431), LatLng(0.92, 104.48)):
        opened = ada.done(
            "incident.open", type="fire", location={"lat": place.lat, "lng": place.lng}
        )
        answer = Client(headers=ada.bearer).get(
            f"/api/v1/incidents/{opened['incident_id']}/recommendation"
        )
        found = json.loads(answer.content)
        said[place.lng] = (
            found["units"][0]["reasons"],
            [row["station"] for row in found["answers"]],
        )
    assert said[104.431][1] == ["West"]
    assert "due_first" in said[104.431][0]
    assert said[104.48][1] == []
    assert "due_outside" in said[104.48][0]
