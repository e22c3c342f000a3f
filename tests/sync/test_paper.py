"""As test_snapshot_and_events, for what was done on paper."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from realtime import registry
from tests import factories
from tests.sync.test_snapshot_and_events import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def test_what_is_entered_from_paper(everybody, ada, engine):
    now = timezone.now()

    def at(minutes: int) -> str:
        return (now - timedelta(minutes=minutes)).isoformat()

    running = {
        "type": "fire",
        "location": factories.PLACE,
        "caller": "081270110042",
        "received_at": at(60),
        "answered_at": at(60),
        "opened_at": at(58),
        "units": [{"unit_id": str(engine), "assigned_at": at(57), "on_scene_at": at(40)}],
    }
    verify(everybody, lambda: ada.done("paper.enter", **running), "paper.entered")
    incident_id = registry.snapshot(ada.viewer)["incidents"][0]["id"]
    end = {
        "incident_id": incident_id,
        "units": [{"unit_id": str(engine), "clear_at": at(20)}],
        "closed_at": at(10),
        "disposition": "handled",
    }
    verify(everybody, lambda: ada.done("paper.enter", **end), "paper.entered")
