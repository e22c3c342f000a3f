"""Old snapshot + captured events == fresh snapshot, for every kind of event and every kind of viewer.

The idea is Zulip's verify_action: act, apply what the socket would have sent to the old state, compare with what a
page loaded now would get; and fail when the events did not change anything at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from calls import services as call_services
from dispatch.services.alarms import clear_alarms
from realtime import eventlog, registry
from realtime.protocol import Actor, Viewer, apply_event, prune_for_unit, state_of
from tests import factories

pytestmark = pytest.mark.django_db

seen_names: set[str] = set()


def snapshot(viewer: Viewer) -> dict[str, Any]:
    return json.loads(json.dumps(registry.snapshot(viewer)))


def verify(viewers: list[Viewer], act: Callable[[], Any], *names: str) -> None:
    before = {viewer: state_of(snapshot(viewer)) for viewer in viewers}
    head = eventlog.head_seq()

    act()

    events = eventlog.events_after(head)
    assert [event.name for event in events] == list(names)
    assert [event.seq for event in events] == list(range(head + 1, head + 1 + len(events)))
    seen_names.update(names)
    changed = False
    for viewer in viewers:
        state = before[viewer]
        for event in events:
            if viewer.topic in event.topics:
                state = apply_event(state, registry.project(viewer.topic, event.data))
                if viewer.unit_id:
                    state = prune_for_unit(state, viewer.unit_id)
        fresh = state_of(snapshot(viewer))
        assert state == fresh, f"{viewer.username} would see something else after a reload"
        changed = changed or fresh != before[viewer]
    assert changed, "the events changed nothing for anybody"


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def ring(sid: str = "CA1", caller: str = "+628127011001") -> str:
    call = call_services.receive_call(
        provider_sid=sid, caller_raw=caller, to_number="112", now=timezone.now(), provider="twilio"
    )
    return str(call.pk)


def opened(ada, **changes) -> str:
    fields = {"type": "fire", "priority": 1, "location": factories.PLACE, "note": "api besar"}
    return ada.done("incident.open", **{**fields, **changes})["incident_id"]


def test_a_call_from_ringing_to_disposed(everybody, ada):
    verify(everybody, ring, "call.received")
    call_id = registry.snapshot(ada.viewer)["calls"][0]["id"]

    verify(everybody, lambda: ada.done("call.answer", call_id=call_id), "call.answered")
    verify(
        everybody,
        lambda: ada.done("call.locate", call_id=call_id, location=factories.PLACE),
        "call.location_added",
    )


def test_an_incident_through_its_life(everybody, ada, bo, engine, ambulance, crew):
    call_id = ring()
    ada.done("call.answer", call_id=call_id)
    verify(
        everybody,
        lambda: opened(ada, call_id=call_id),
        "incident.opened",
    )
    incident_id = registry.snapshot(ada.viewer)["incidents"][0]["id"]
    second = ring("CA2", "+628127011002")
    verify(
        everybody,
        lambda: ada.done("incident.attach_call", incident_id=incident_id, call_id=second),
        "call.attached",
    )
    verify(
        everybody,
        lambda: bo.done("incident.update", incident_id=incident_id, note="dua anak di dalam"),
        "incident.updated",
    )
    verify(
        everybody,
        lambda: ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine)),
        "unit.assigned",
    )
    verify(
        everybody,
        lambda: ada.done("unit.assign", incident_id=incident_id, unit_id=str(ambulance)),
        "unit.assigned",
    )
    mine = registry.snapshot(crew.viewer)["incidents"][0]["assignment_ids"]
    own = next(
        row["id"]
        for row in registry.snapshot(crew.viewer)["assignments"]
        if row["unit_id"] == str(engine)
    )
    other = next(id_ for id_ in mine if id_ != own)
    verify(
        everybody,
        lambda: crew.done("assignment.notified", assignment_id=own),
        "assignment.notified",
    )
    verify(
        everybody,
        lambda: crew.done("assignment.acknowledge", assignment_id=own),
        "assignment.acknowledged",
    )
    for status in ("en_route", "on_scene"):
        verify(
            everybody,
            lambda status=status: crew.done(
                "assignment.advance", assignment_id=own, status=status
            ),
            "assignment.advanced",
        )
    verify(
        everybody,
        lambda: bo.done("incident.update", incident_id=incident_id, priority=2),
        "incident.updated",
    )
    verify(
        everybody,
        lambda: ada.done("assignment.cancel", assignment_id=other, reason="cukup"),
        "assignment.cancelled",
    )
    verify(
        everybody,
        lambda: crew.done("assignment.advance", assignment_id=own, status="clear"),
        "assignment.advanced",
    )
    verify(
        everybody,
        lambda: ada.done("incident.close", incident_id=incident_id, disposition="handled"),
        "incident.closed",
    )


def test_a_refusal_raises_an_alarm_that_leaves_when_it_is_cleared(everybody, ada, engine, crew):
    incident_id = opened(ada)
    assignment = ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine))[
        "assignment_id"
    ]

    verify(
        everybody,
        lambda: crew.done("assignment.refuse", assignment_id=assignment, reason="ban bocor"),
        "assignment.refused",
        "alarm.raised",
    )
    alarm_id = registry.snapshot(ada.viewer)["alarms"][0]["id"]
    verify(
        everybody, lambda: ada.done("alarm.acknowledge", alarm_id=alarm_id), "alarm.acknowledged"
    )
    verify(everybody, lambda: ada.done("alarm.clear", alarm_id=alarm_id), "alarm.cleared")


def test_a_mayday_is_seen_by_the_centre_and_by_the_crew_itself(everybody, engine, crew):
    verify(everybody, lambda: crew.done("unit.mayday", unit_id=str(engine)), "alarm.raised")

    def clear() -> None:
        with eventlog.change(by=Actor.system("test"), now=timezone.now()) as log:
            clear_alarms(log, kind="mayday", subject_id=str(engine))

    verify(everybody, clear, "alarm.cleared")


def test_a_status_set_by_hand(everybody, engine, crew):
    verify(
        everybody,
        lambda: crew.done(
            "unit.set_status", unit_id=str(engine), status="out_of_service", reason="servis"
        ),
        "unit.status_set",
    )
