"""Paper is entered afterwards: with its real times, marked, in the figures, and never twice."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.analytics.selectors import Filters, Period, report
from realtime import eventlog, registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def at(now, minutes: float) -> str:
    return (now - timedelta(minutes=minutes)).isoformat()


def sheet(now, engine, **changes):
    return {
        "type": "fire",
        "priority": 1,
        "address": "Jalan Merdeka 1",
        "note": "api besar",
        "caller": "0812 7011 0042",
        "received_at": at(now, 60),
        "answered_at": at(now, 59),
        "opened_at": at(now, 58),
        "units": [
            {
                "unit_id": str(engine),
                "assigned_at": at(now, 57),
                "en_route_at": at(now, 55),
                "on_scene_at": at(now, 45),
                "clear_at": at(now, 20),
            }
        ],
        "closed_at": at(now, 19),
        "disposition": "handled",
        **changes,
    }


def test_a_whole_sheet_is_kept_with_its_real_times_and_who_entered_it_when(ada, engine, now):
    result = ada.done("paper.enter", now=now, **sheet(now, engine))

    event = eventlog.events_about(result["incident_id"], limit=5)[-1]
    assert (event.name, event.by_name, event.at) == ("paper.entered", "Ada", now)
    assert [step["status"] for step in event.data["steps"]] == [
        "assigned",
        "en_route",
        "on_scene",
        "clear",
    ]
    assert registry.snapshot(ada.viewer)["incidents"] == []  # it is over
    unit = registry.snapshot(ada.viewer)["units"][0]
    assert unit["status"] == "available"


def test_the_supervisors_figures_have_the_real_times_and_say_how_many_are_from_paper(
    ada, engine, now
):
    ada.done("paper.enter", now=now, **sheet(now, engine))

    period = Period(now - timedelta(days=1), now + timedelta(days=1))
    found = report(period, Filters(), now=now)

    assert found["paper"] == {"incidents": 1, "entered": 1, "with_steps": 0}
    values = {row["name"]: row["p50_s"] for row in found["intervals"]}
    assert values == {
        "answer": 60,
        "processing": 120,
        "turnout": 120,
        "travel": 600,
        "total": 900,
    }


def test_an_event_that_goes_on_is_on_the_board_marked_and_its_unit_is_out(ada, engine, now):
    units = [{"unit_id": str(engine), "assigned_at": at(now, 5), "en_route_at": at(now, 4)}]
    ada.done(
        "paper.enter",
        now=now,
        **sheet(now, engine, units=units, closed_at=None, disposition=None),
    )

    board = registry.snapshot(ada.viewer)
    assert board["incidents"][0]["paper_entered_at"] is not None
    assert board["incidents"][0]["received_at"] == board["calls"][0]["received_at"]
    assert board["calls"][0]["paper"] is True
    assert board["calls"][0]["caller"] == "+6281270110042"
    assert board["assignments"][0]["status"] == "en_route"
    assert board["units"][0]["status"] == "en_route"


def test_steps_on_paper_continue_an_incident_that_the_service_knows(ada, engine, now):
    early = now - timedelta(minutes=30)
    opened = ada.does("incident.open", now=early, type="fire").body["result"]
    ada.does("unit.assign", now=early, incident_id=opened["incident_id"], unit_id=str(engine))
    steps = {"unit_id": str(engine), "on_scene_at": at(now, 20), "clear_at": at(now, 10)}

    ada.done("paper.enter", now=now, incident_id=opened["incident_id"], units=[steps])

    board = registry.snapshot(ada.viewer)
    assert board["assignments"] == []
    assert board["units"][0]["status"] == "available"
    assert board["incidents"][0]["first_on_scene_at"] is not None
    assert board["incidents"][0]["paper_entered_at"] is None


def test_a_unit_that_works_elsewhere_is_not_doubled_by_paper(ada, engine, now):
    elsewhere = ada.done("incident.open", type="medical")
    ada.done("unit.assign", incident_id=elsewhere["incident_id"], unit_id=str(engine))
    running = sheet(now, engine, closed_at=None, disposition=None)
    running["units"][0].pop("clear_at")

    assert ada.refused("paper.enter", now=now, **running) == "unit_not_available"
    assert len(registry.snapshot(ada.viewer)["incidents"]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"opened_at": None}, "paper_no_opening"),
        ({"disposition": None}, "paper_end_incomplete"),
        ({"received_at": None}, "paper_no_call_time"),
        ({"opened_at": "2026-11-27T10:00:00"}, "invalid"),
        ({"caller": "x" * 50}, "invalid"),
    ],
)
def test_an_incomplete_sheet_is_refused(ada, engine, now, changes, code):
    assert ada.refused("paper.enter", now=now, **sheet(now, engine, **changes)) == code


def test_the_same_sheet_sent_twice_is_one_entry(ada, engine, now):
    words = sheet(now, engine, request_id=str(uuid.uuid4()))

    first = ada.done("paper.enter", now=now, **words)
    assert ada.done("paper.enter", now=now, **words) == first
    assert [event.name for event in eventlog.events_after(0)] == ["paper.entered"]


def local(instant) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M:%S")


def test_the_form_takes_the_citys_clock_and_keeps_what_was_written_when_it_is_refused(
    client, ada, engine, now
):
    client.force_login(ada.user)
    form = {
        "request_id": str(uuid.uuid4()),
        "type": "fire",
        "address": "Jalan Merdeka 1",
        "opened_at": local(now - timedelta(minutes=50)),
        "unit-0": str(engine),
        "assigned_at-0": local(now - timedelta(minutes=55)),
        "clear_at-0": local(now - timedelta(minutes=20)),
        "closed_at": local(now - timedelta(minutes=10)),
        "disposition": "handled",
    }

    refused = client.post("/console/paper/", form)
    assert refused.status_code == 422
    assert "Jalan Merdeka 1" in refused.content.decode()
    assert 'role="alert"' in refused.content.decode()

    form["request_id"] = str(uuid.uuid4())
    form["assigned_at-0"] = local(now - timedelta(minutes=45))
    entered = client.post("/console/paper/", form)
    assert entered.status_code == 302
    event = eventlog.events_after(0)[-1]
    assert event.name == "paper.entered"
    assert event.data["steps"][0]["at"].startswith(
        (now - timedelta(minutes=45)).strftime("%Y-%m-%dT%H:%M:%S")
    )
    assert event.data["number"] in client.get(entered.headers["Location"]).content.decode()
