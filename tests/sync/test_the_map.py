"""As test_snapshot_and_events, for what dispatchers write on the map: closures, notes on places, hospitals."""

from __future__ import annotations

import pytest

from realtime import registry
from tests import factories
from tests.sync.test_snapshot_and_events import opened, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def test_roads_that_are_closed_and_opened_again(everybody, ada, cy):
    ring = [[104.45, 0.91], [104.46, 0.91], [104.46, 0.92], [104.45, 0.91]]
    body = {
        "kind": "closed",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "reason": "banjir",
    }
    verify(everybody, lambda: ada.done("closure.draw", **body), "closure.drawn")
    closure_id = registry.snapshot(ada.viewer)["closures"][0]["id"]
    verify(everybody, lambda: cy.done("closure.lift", closure_id=closure_id), "closure.lifted")


def test_what_is_known_of_a_place_comes_and_goes_with_its_incidents(everybody, ada, engine):
    incident_id = opened(ada)
    ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine))
    note = {"kind": "hazard", "severity": "danger", "text": "Tabung gas", "owner": "Damkar"}
    verify(
        everybody,
        lambda: ada.done("premise.note", **note, circle=factories.PLACE),
        "premise.noted",
    )
    (row,) = registry.snapshot(ada.viewer)["incidents"]
    verify(
        everybody,
        lambda: ada.done(
            "premise.withdraw", premise_id=row["premises"][0]["id"], reason="dipindah"
        ),
        "premise.withdrawn",
    )


def test_a_hospital_says_whether_it_takes_patients(everybody, ada):
    place_id = str(factories.hospital())
    for state in ("busy", "open"):
        verify(
            everybody,
            lambda state=state: ada.done("hospital.set_capacity", place_id=place_id, state=state),
            "hospital.capacity_set",
        )
