"""The tablet's own clock beside the server's: kept in UTC, and never a reason for an error page."""

from __future__ import annotations

import pytest

from dispatch.models import Assignment
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment(ada, engine):
    incident = ada.done("incident.open", type="fire", location=factories.PLACE)["incident_id"]
    return ada.done("unit.assign", incident_id=incident, unit_id=str(engine))["assignment_id"]


def test_the_time_on_the_tablet_is_kept_in_utc(crew, assignment):
    crew.done(
        "assignment.acknowledge", assignment_id=assignment, device_at="2026-11-27T20:15:00+07:00"
    )

    kept = Assignment.objects.get().device_times
    assert kept == {"acknowledged": "2026-11-27T13:15:00.000Z"}


@pytest.mark.parametrize(
    "device_at",
    ["2026-11-27T20:15:00", "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "soon"],
)
def test_a_time_that_is_no_instant_is_refused_in_words(crew, assignment, device_at):
    answer = crew.does("assignment.acknowledge", assignment_id=assignment, device_at=device_at)

    assert (answer.status, answer.body["code"]) == (422, "invalid")
    assert "device_at" in answer.body["detail"]
