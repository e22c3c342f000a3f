"""Notes on places: who works there is told, by the incident, on the console and on the tablet."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from dispatch import board
from maps import premises
from tests import factories
from tests.factories import PLACE

pytestmark = pytest.mark.django_db
GAS = {
    "kind": "hazard",
    "severity": "danger",
    "text": "Gudang tabung gas, 40 tabung",
    "owner": "Damkar",
}
HERE = {"circle": {**PLACE, "radius_m": 60}}
FAR = {"lat": PLACE["lat"] + 0.02, "lng": PLACE["lng"]}


def incident(ada, location=PLACE) -> str:
    return ada.done("incident.open", type="fire", location=location)["incident_id"]


def notes(viewer, incident_id: str) -> list[str]:
    rows = board.snapshot(viewer)["incidents"]
    return [
        one["text"] for one in next(row for row in rows if row["id"] == incident_id)["premises"]
    ]


def test_a_note_is_shown_with_every_incident_there_and_no_other(types, ada):
    ada.done("premise.note", **GAS, **HERE)
    assert notes(ada.viewer, incident(ada)) == [GAS["text"]]
    assert notes(ada.viewer, incident(ada, FAR)) == []


def test_the_gravest_note_comes_first(types, ada):
    ada.done("premise.note", **{**GAS, "severity": "info", "text": "Kunci di pos satpam"}, **HERE)
    ada.done("premise.note", **GAS, **HERE)
    assert notes(ada.viewer, incident(ada))[0] == GAS["text"]


def test_a_crew_that_is_sent_reads_it_too(types, ada):
    unit_id = factories.make_unit()
    incident_id = incident(ada)
    ada.done("unit.assign", incident_id=incident_id, unit_id=str(unit_id))
    ada.done("premise.note", **GAS, **HERE)
    assert notes(factories.crew_of(unit_id).viewer, incident_id) == [GAS["text"]]


def test_a_withdrawn_note_is_gone_and_withdrawing_it_again_changes_nothing(types, ada):
    found = ada.done("premise.note", **GAS, **HERE)
    incident_id = incident(ada)
    for _ in range(2):
        ada.done("premise.withdraw", premise_id=found["premise_id"], reason="Sudah dipindah")
    assert notes(ada.viewer, incident_id) == []


def test_an_area_holds_inside_its_border_and_a_little_beyond(types, ada):
    lng, lat = PLACE["lng"], PLACE["lat"]
    ring = [
        [lng - 0.001, lat - 0.001],
        [lng + 0.001, lat - 0.001],
        [lng + 0.001, lat + 0.001],
        [lng - 0.001, lat - 0.001],
    ]
    ada.done("premise.note", **GAS, area={"type": "Polygon", "coordinates": [ring]})
    inside = {"lat": lat - 0.0005, "lng": lng + 0.0005}
    just_outside = {"lat": lat - 0.00115, "lng": lng}
    outside = {"lat": lat - 0.002, "lng": lng}
    assert [
        bool(notes(ada.viewer, incident(ada, at))) for at in (inside, just_outside, outside)
    ] == [True, True, False]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "premise_needs_one_place"),
        ({**HERE, "area": {"type": "Polygon", "coordinates": []}}, "premise_needs_one_place"),
        ({"area": {"type": "Point", "coordinates": [104.4, 0.9]}}, "premise_area_impossible"),
        ({"area": {"type": "Polygon", "coordinates": "x"}}, "premise_area_impossible"),
        (
            {
                "area": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]],
                }
            },
            "premise_area_impossible",
        ),
        (
            {"area": {"type": "Polygon", "coordinates": [[[0, 0], [190, 0], [190, 9], [0, 0]]]}},
            "premise_area_impossible",
        ),
        (
            {"area": {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]}},
            "premise_area_too_large",
        ),
        ({**HERE, "text": ""}, "invalid"),
        ({**HERE, "owner": ""}, "invalid"),
        ({**HERE, "text": "x" * 501}, "invalid"),
        ({**HERE, "valid_to": "2020-01-01T00:00:00Z"}, "premise_ends_before_it_begins"),
    ],
)
def test_a_note_that_makes_no_sense_is_refused(types, ada, body, code):
    assert ada.refused("premise.note", **{**GAS, **body}) == code


def test_an_area_with_too_many_corners_is_refused(types, ada):
    ring = [[104.4 + at * 1e-5, 0.9 + (at % 2) * 1e-6] for at in range(premises.CORNERS_MAX)]
    ring += [[104.4, 0.95], ring[0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    assert ada.refused("premise.note", **GAS, area=area) == "premise_area_too_detailed"


def test_the_map_shows_the_notes_in_view_that_hold_now(types, ada):
    now = timezone.now()
    ada.done("premise.note", **GAS, **HERE)
    tomorrow = (now + timedelta(days=1)).isoformat()
    ada.done("premise.note", **{**GAS, "text": "Besok"}, **HERE, valid_from=tomorrow)
    client = Client(headers=ada.bearer)
    shown = client.get("/api/v1/premises?bbox=104.4,0.9,104.5,1.0").json()
    assert [one["properties"]["text"] for one in shown["features"]] == [GAS["text"]]
    assert client.get("/api/v1/premises?bbox=100,0,101,1").json()["features"] == []


@pytest.mark.parametrize(
    "box", ["", "1,2,3", "a,b,c,d", "104.5,0.9,104.4,1", "0,0,200,1", "nan,0,1,1"]
)
def test_a_view_that_is_none_is_refused(types, ada, box):
    assert Client(headers=ada.bearer).get(f"/api/v1/premises?bbox={box}").status_code == 422


def test_a_hospital_says_how_full_it_is(types, ada):
    hospital = factories.hospital()
    ada.done(
        "hospital.set_capacity",
        place_id=str(hospital),
        state="busy",
        beds_free=2,
        note="IGD penuh",
    )
    (row,) = board.snapshot(ada.viewer)["hospitals"]
    assert (row["state"], row["beds_free"], row["note"], row["by"]) == (
        "busy",
        2,
        "IGD penuh",
        "Ada",
    )


def test_a_hospital_of_which_nobody_has_heard_is_unknown_and_never_open(types, ada):
    factories.hospital()
    (row,) = board.snapshot(ada.viewer)["hospitals"]
    assert (row["state"], row["beds_free"], row["at"]) == (None, None, None)


@pytest.mark.parametrize(
    "body",
    [
        {"state": "closing"},
        {"state": "open", "beds_free": -1},
        {"state": "open", "beds_free": 10_001},
    ],
)
def test_a_capacity_that_makes_no_sense_is_refused(types, ada, body):
    assert (
        ada.refused("hospital.set_capacity", place_id=str(factories.hospital()), **body)
        == "invalid"
    )


def test_only_a_hospital_has_a_capacity(types, ada):
    unknown = "0192f1f0-0000-7000-8000-000000000001"
    assert (
        ada.refused("hospital.set_capacity", place_id=unknown, state="open") == "hospital_unknown"
    )
