"""Any evening: calls, incidents, units and assignments in whatever order chance brings, and what must always hold."""

from __future__ import annotations

import itertools
import json
import os
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from calls.models import Call
from dispatch.engine.assignments import ACTIVE, ADVANCE
from dispatch.models import Assignment, Incident
from realtime import eventlog, registry
from realtime.protocol import Role, Viewer, apply_event, prune_for_unit, state_of
from tests import factories
from units.models import Unit

STEPS_MAX = 30
EXAMPLES_MAX = int(
    os.environ.get("SIAGA_EVENINGS", "8")
)  # more by hand: 8 take about half a minute
UNUSABLE = {"off_duty", "out_of_service"}
pick = st.integers(min_value=0, max_value=7)
sids = itertools.count(1)


class Evening(RuleBasedStateMachine):
    """Two dispatchers, two crews, citizens. Every act may be refused; a refused one changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example._from_testcase = (
            True  # as pytest-django marks its own, so that `durable` is let in
        )
        self.example.__enter__()
        factories.make_types()
        self.units = [factories.make_unit(f"DAMKAR-{number}") for number in (1, 2)]
        self.people = [factories.person("ada"), factories.person("bo")]
        self.crews = [factories.crew_of(unit) for unit in self.units]
        self.viewers = [self.people[0].viewer, *(crew.viewer for crew in self.crews)]
        self.head = eventlog.head_seq()
        self.seen = {viewer: state_of(fresh(viewer)) for viewer in self.viewers}
        self.callers = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # --- acts ----------------------------------------------------------------------------------

    def act(self, who: factories.Person, name: str, **body: Any) -> None:
        before = eventlog.head_seq()
        answer = who.does(name, **body)
        if not answer.body["ok"]:
            assert answer.status in {404, 409, 422}
            assert eventlog.head_seq() == before, "a refused command has changed something"

    def one(self, rows: list[Any], at: int) -> Any:
        return rows[at % len(rows)] if rows else None

    def of(self, model: Any, at: int) -> str | None:
        keys = list(model.objects.order_by("pk").values_list("pk", flat=True))
        found = self.one(keys, at)
        return str(found) if found else None

    @rule(same=st.booleans())
    def a_citizen_rings(self, same: bool) -> None:
        self.callers += not same
        factories.ring(sid=f"CA{next(sids)}", caller=f"+6281270{self.callers:06d}")

    @rule(words=st.sampled_from(["api di pasar", "0.9186, 104.4665", "tolong", "<b>asap</b>"]))
    def a_citizen_writes(self, words: str) -> None:
        factories.text(words, sid=f"SM{next(sids)}", caller=f"+6281270{self.callers:06d}")

    @rule(at=pick, word=st.sampled_from(["in-progress", "completed", "no-answer", "ringing"]))
    def the_provider_reports(self, at: int, word: str) -> None:
        sid = self.one(list(Call.objects.exclude(provider_sid="").order_by("pk")), at)
        if sid:
            factories.status(sid.provider_sid, word, next(sids))

    @rule(
        at=pick,
        who=st.booleans(),
        name=st.sampled_from(["call.answer", "call.release", "call.hang_up"]),
    )
    def a_dispatcher_takes_or_gives(self, at: int, who: bool, name: str) -> None:
        if call := self.of(Call, at):
            self.act(self.people[who], name, call_id=call)

    @rule(at=pick, word=st.sampled_from(["prank", "ghost", "information", "duplicate"]))
    def a_call_is_judged(self, at: int, word: str) -> None:
        if call := self.of(Call, at):
            self.act(self.people[0], "call.dispose", call_id=call, disposition=word)

    @rule(at=st.none() | pick, who=st.booleans(), priority=st.none() | st.integers(1, 4))
    def an_incident_is_opened(self, at: int | None, who: bool, priority: int | None) -> None:
        call = None if at is None else self.of(Call, at)
        body = {"type": "fire", "priority": priority, "call_id": call}
        self.act(self.people[who], "incident.open", location=factories.PLACE, **body)

    @rule(call=pick, incident=pick)
    def a_call_is_attached(self, call: int, incident: int) -> None:
        pair = self.of(Call, call), self.of(Incident, incident)
        if all(pair):
            self.act(self.people[1], "incident.attach_call", call_id=pair[0], incident_id=pair[1])

    @rule(incident=pick, unit=pick, who=st.booleans())
    def a_unit_is_assigned(self, incident: int, unit: int, who: bool) -> None:
        if found := self.of(Incident, incident):
            unit_id = str(self.one(self.units, unit))
            self.act(self.people[who], "unit.assign", incident_id=found, unit_id=unit_id)

    @rule(at=pick, crew=st.booleans(), word=st.sampled_from(sorted(ADVANCE)))
    def a_crew_goes_on(self, at: int, crew: bool, word: str) -> None:
        if found := self.of(Assignment, at):
            self.act(self.crews[crew], "assignment.advance", assignment_id=found, status=str(word))

    @rule(
        at=pick,
        crew=st.booleans(),
        name=st.sampled_from(["assignment.notified", "assignment.acknowledge"]),
    )
    def a_crew_has_heard(self, at: int, crew: bool, name: str) -> None:
        if found := self.of(Assignment, at):
            self.act(self.crews[crew], name, assignment_id=found)

    @rule(at=pick, crew=st.booleans())
    def a_crew_refuses(self, at: int, crew: bool) -> None:
        if found := self.of(Assignment, at):
            self.act(self.crews[crew], "assignment.refuse", assignment_id=found, reason="ban")

    @rule(at=pick)
    def the_centre_cancels(self, at: int) -> None:
        if found := self.of(Assignment, at):
            self.act(self.people[0], "assignment.cancel", assignment_id=found, reason="salah")

    @rule(
        unit=pick,
        word=st.sampled_from(["available", "out_of_service", "off_duty", "staged", "returning"]),
    )
    def a_status_is_set(self, unit: int, word: str) -> None:
        unit_id = str(self.one(self.units, unit))
        self.act(self.people[1], "unit.set_status", unit_id=unit_id, status=word, reason="bengkel")

    @rule(at=pick)
    def an_incident_is_closed(self, at: int) -> None:
        if found := self.of(Incident, at):
            self.act(self.people[0], "incident.close", incident_id=found, disposition="handled")

    # --- what always holds ---------------------------------------------------------------------

    @invariant()
    def a_unit_has_one_active_assignment_at_most_and_can_be_used(self) -> None:
        for unit in Unit.objects.all():
            held = Assignment.objects.filter(unit=unit, status__in=sorted(ACTIVE))
            assert len(held) <= 1
            assert not (held and unit.status in UNUSABLE)
            assert held or unit.status not in {"assigned", "acknowledged", "en_route"}

    @invariant()
    def nobody_works_on_a_closed_incident(self) -> None:
        assert not Assignment.objects.filter(
            incident__status="closed", status__in=sorted(ACTIVE)
        ).exists()

    @invariant()
    def every_call_has_a_state_and_an_end(self) -> None:
        for call in Call.objects.all():
            assert (call.ended_at is not None) == (call.status in {"ended", "abandoned"})
            assert call.status != "answered" or call.answered_by_id

    @invariant()
    def every_screen_that_followed_the_log_shows_what_a_new_one_shows(self) -> None:
        events = eventlog.events_after(self.head)
        assert [event.seq for event in events] == list(
            range(self.head + 1, self.head + 1 + len(events))
        )
        self.head += len(events)
        for viewer in self.viewers:
            state = self.seen[viewer]
            for event in events:
                if viewer.topic in event.topics:
                    state = apply_event(state, registry.project(viewer.topic, event.data))
                    if viewer.role == Role.CREW:
                        assert viewer.unit_id
                        state = prune_for_unit(state, viewer.unit_id)
            self.seen[viewer] = state
            assert state == state_of(fresh(viewer)), viewer.username


def fresh(viewer: Viewer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(registry.snapshot(viewer)))
    return found


@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_whatever_happens_in_an_evening_the_board_stays_true() -> None:
    assert connection.vendor == "postgresql"
    run_state_machine_as_test(
        Evening,
        settings=settings(
            max_examples=EXAMPLES_MAX,
            stateful_step_count=STEPS_MAX,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
