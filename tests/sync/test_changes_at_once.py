"""What two people change at the same instant: the events in their order still lead to what a fresh page shows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction

from realtime import eventlog, registry
from realtime.protocol import apply_event, state_of
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_S = 20
WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


def at_once(*acts: Callable[[], Any]) -> None:
    """Run the acts so that all of them have written their rows before the first gets its number."""
    answers: list[Any] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            answers.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM realtime_loghead WHERE id = 1 FOR UPDATE")
        for thread in threads:
            thread.start()
        never = threading.Event()
        for _ in range(WAIT_S * 100):
            cursor.execute(WAITING)
            if cursor.fetchone()[0] == len(acts):
                break
            never.wait(0.01)
        else:
            raise AssertionError("the acts do not wait for their numbers")
    for thread in threads:
        thread.join(WAIT_S)
    assert len(answers) == len(acts)


def test_two_crews_of_one_incident_press_at_the_same_instant(ada, crew, dee, engine, ambulance):
    incident = ada.done("incident.open", type="fire", priority=1, location=factories.PLACE)
    ids = [
        ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(unit))[
            "assignment_id"
        ]
        for unit in (engine, ambulance)
    ]
    state = state_of(registry.snapshot(ada.viewer))
    head = eventlog.head_seq()

    at_once(
        lambda: crew.done("assignment.acknowledge", assignment_id=ids[0]),
        lambda: dee.done("assignment.acknowledge", assignment_id=ids[1]),
    )

    for event in eventlog.events_after(head):
        state = apply_event(state, event.data)
    assert state == state_of(registry.snapshot(ada.viewer))
    assert {row["status"] for row in state["assignments"].values()} == {"acknowledged"}


def test_words_of_a_caller_arrive_while_a_crew_presses(ada, crew, engine):
    call_id = factories.text("kebakaran di simpang pamedan")
    incident = ada.done(
        "incident.open", type="fire", priority=1, location=factories.PLACE, call_id=call_id
    )
    assignment_id = ada.done(
        "unit.assign", incident_id=incident["incident_id"], unit_id=str(engine)
    )["assignment_id"]
    state = state_of(registry.snapshot(ada.viewer))
    head = eventlog.head_seq()

    at_once(
        lambda: crew.done("assignment.acknowledge", assignment_id=assignment_id),
        lambda: factories.text("ada anak di dalam", sid="SM2"),
    )

    for event in eventlog.events_after(head):
        state = apply_event(state, event.data)
    assert state == state_of(registry.snapshot(ada.viewer))
