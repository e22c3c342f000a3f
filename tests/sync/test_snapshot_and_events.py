"""Old snapshot + captured events == fresh snapshot, for every kind of event and every kind of viewer.

The idea is Zulip's verify_action: act, apply what the socket would have sent to the old state, compare with what a
page loaded now would get; and fail when the events did not change anything at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

import calls.delivery
import calls.media
from dispatch.engine.ladder import Rung
from dispatch.models import AssignmentLadder
from dispatch.services import ladder
from dispatch.services.alarms import clear_alarms
from realtime import eventlog, registry
from realtime.protocol import Actor, Viewer, apply_event, state_of
from tests import factories
from units.models import Unit

pytestmark = pytest.mark.django_db


def snapshot(viewer: Viewer) -> dict[str, Any]:
    return json.loads(json.dumps(registry.snapshot(viewer)))


def verify(viewers: list[Viewer], act: Callable[[], Any], *names: str) -> None:
    before = {viewer: state_of(snapshot(viewer)) for viewer in viewers}
    head = eventlog.head_seq()

    act()

    events = eventlog.events_after(head)
    assert [event.name for event in events] == list(names)
    assert [event.seq for event in events] == list(range(head + 1, head + 1 + len(events)))
    changed = False
    for viewer in viewers:
        state = before[viewer]
        for event in events:
            if viewer.topic in event.topics:
                state = apply_event(state, registry.project(viewer.topic, event.data))
        fresh = state_of(snapshot(viewer))
        assert state == fresh, f"{viewer.username} would see something else after a reload"
        changed = changed or fresh != before[viewer]
    assert changed, "the events changed nothing for anybody"


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def opened(ada, **changes) -> str:
    fields = {"type": "fire", "priority": 1, "location": factories.PLACE, "note": "api besar"}
    return ada.done("incident.open", **{**fields, **changes})["incident_id"]


def test_a_call_from_ringing_to_disposed(everybody, ada):
    verify(everybody, factories.ring, "call.received")
    call_id = registry.snapshot(ada.viewer)["calls"][0]["id"]

    verify(everybody, lambda: ada.done("call.answer", call_id=call_id), "call.answered")
    verify(
        everybody,
        lambda: ada.done("call.locate", call_id=call_id, location=factories.PLACE),
        "call.location_added",
    )
    location_id = registry.snapshot(ada.viewer)["calls"][0]["locations"][0]["id"]
    verify(
        everybody,
        lambda: ada.done(
            "call.judge_location", call_id=call_id, location_id=location_id, verdict="confirmed"
        ),
        "call.location_judged",
    )
    verify(everybody, lambda: factories.status("CA1", "completed", 9), "call.ended")
    verify(
        everybody,
        lambda: ada.done("call.dispose", call_id=call_id, disposition="prank"),
        "call.disposed",
    )


def test_a_call_that_hears_the_queue(everybody):
    factories.ring()
    params = {
        "CallSid": "CA1",
        "From": "+628127011001",
        "To": "+62771112",
        "CallStatus": "in-progress",
    }
    verify(everybody, lambda: factories.webhook("/twilio/voice/wait", params), "call.queued")


def test_a_caller_who_hangs_up_before_an_answer(everybody):
    factories.ring()
    verify(everybody, lambda: factories.status("CA1", "completed", 9), "call.abandoned")


def test_a_call_that_goes_back_to_the_queue(everybody, ada):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    verify(everybody, lambda: ada.done("call.release", call_id=call_id), "call.released")


def test_a_caller_who_says_nothing_presses_a_key_and_is_asked_again(everybody, ada):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    params = {"CallSid": "CA1", "Digits": "1", "From": "+628127011001"}
    path = f"/twilio/voice/silent-key/{call_id}"
    verify(everybody, lambda: factories.webhook(path, params), "call.key_pressed")
    verify(everybody, lambda: ada.done("call.ask_for_key", call_id=call_id), "call.asked_for_key")


def test_a_call_with_a_third_party_and_a_supervisor_until_its_dispatcher_is_lost(
    everybody, ada, cy
):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)

    def who(kind: str) -> str:
        rows = registry.snapshot(ada.viewer)["calls"][0]["participants"]
        return next(row["id"] for row in reversed(rows) if row["kind"] == kind)

    def does(person, command: str, *events: str, **body: Any) -> None:
        verify(everybody, lambda: person.done(command, call_id=call_id, **body), *events)

    def leg(kind: str, status: str, *events: str) -> None:
        path = f"/twilio/voice/participant/{who(kind)}"
        verify(everybody, lambda: factories.webhook(path, {"CallStatus": status}), *events)

    ada.done("seat.choose", device="browser", phone="0771-20002")
    leg("dispatcher", "busy", "call.participant_changed", "call.rung_elsewhere")
    does(ada, "call.hold", "call.held", on=True)
    does(ada, "call.hold", "call.resumed", on=False)
    does(ada, "call.mute", "call.muted", on=True)
    does(ada, "call.mute", "call.unmuted", on=False)
    does(ada, "call.add_party", "call.party_added", number="0771-000101")
    does(ada, "call.drop_party", "call.party_dropped", participant_id=who("third"))
    ada.done("call.add_party", call_id=call_id, number="0771-000102")
    does(cy, "call.monitor", "call.monitored", mode="listen")
    does(cy, "call.stop_monitoring", "call.monitoring_ended")
    leg("dispatcher", "busy", "call.participant_changed", "call.returned")
    ada.done("call.answer", call_id=call_id)
    ada.done("call.add_party", call_id=call_id, number="0771-000103")
    does(ada, "call.hand_over", "call.handed_over")


def test_a_key_that_every_caller_is_asked_for_is_an_alarm_while_it_is_on(everybody, cy):
    def switch(on: bool) -> Any:
        return cy.done("voice.ask_for_key_first", on=on)

    verify(everybody, lambda: switch(True), "alarm.raised", "seat.key_first_switched")
    verify(everybody, lambda: switch(False), "alarm.cleared", "seat.key_first_switched")


def test_a_number_that_is_answered_later_for_a_day_and_freed_again(everybody, ada):
    call_id = factories.ring()
    verify(everybody, lambda: ada.done("caller.restrict", call_id=call_id), "caller.restricted")
    verify(
        everybody,
        lambda: ada.done("caller.lift_restriction", call_id=call_id),
        "caller.restriction_lifted",
    )


def test_who_hung_up_is_called_back(everybody, ada):
    call_id = factories.ring()
    factories.status("CA1", "completed", 9)
    verify(everybody, lambda: ada.done("call.call_back", call_id=call_id), "call.called_back")


def test_a_conversation_with_words_a_pin_and_an_answer(everybody, ada, crew, engine):
    verify(
        everybody,
        lambda: factories.text("kebakaran! posisi 0.9290, 104.4408"),
        "call.received",
        "call.message_received",
        "call.location_added",
    )
    call_id = registry.snapshot(ada.viewer)["calls"][0]["id"]
    ada.done("call.answer", call_id=call_id)
    incident = opened(ada, call_id=call_id)
    ada.done("unit.assign", incident_id=incident, unit_id=str(engine))

    verify(
        everybody,
        lambda: factories.text("cepat pak, ada anak di dalam", sid="SM2"),
        "call.message_received",
    )
    words = registry.snapshot(crew.viewer)["incidents"][0]["words"]
    assert words[-1]["text"] == "cepat pak, ada anak di dalam"
    verify(
        everybody,
        lambda: factories.text("", sid="SM3", Latitude="0.9290", Longitude="104.4408"),
        "call.message_received",
        "call.location_added",
    )
    verify(
        everybody,
        lambda: ada.done("call.reply", call_id=call_id, text="Bantuan dalam perjalanan."),
        "call.message_sent",
    )
    verify(everybody, lambda: ada.done("call.ask_location", call_id=call_id), "call.message_sent")


def test_a_message_of_ours_is_taken_and_not_delivered_and_a_picture_is_settled(
    everybody, ada, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.text("lihat", NumMedia="1", MediaUrl0="https://elsewhere.example/a")
    call_id = registry.snapshot(ada.viewer)["calls"][0]["id"]
    media_id = registry.snapshot(ada.viewer)["calls"][0]["messages"][0]["media"][0]["id"]
    verify(everybody, lambda: calls.media.bring(media_id), "call.media_changed")
    message_id = ada.done("call.reply", call_id=call_id, text="Kami datang")["message_id"]
    calls.delivery.accepted(
        message_id=message_id, provider="twilio", sid="SM9", status="queued", now=timezone.now()
    )

    def reports(word, code=""):
        factories.webhook(
            "/twilio/messages/status",
            {"MessageSid": "SM9", "MessageStatus": word, "ErrorCode": code},
        )

    verify(everybody, lambda: reports("sent"), "call.message_status")
    verify(
        everybody,
        lambda: reports("undelivered", "63016"),
        "call.message_status",
        "alarm.raised",
    )
    verify(everybody, lambda: reports("read"), "call.message_status", "alarm.cleared")


def test_an_incident_through_its_life(everybody, ada, bo, engine, ambulance, crew):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    verify(
        everybody,
        lambda: opened(ada, call_id=call_id),
        "incident.opened",
    )
    incident_id = registry.snapshot(ada.viewer)["incidents"][0]["id"]
    second = factories.ring("CA2", "+628127011002")
    verify(
        everybody,
        lambda: ada.done("incident.attach_call", incident_id=incident_id, call_id=second),
        "call.attached",
    )
    other_incident = opened(ada)
    verify(
        everybody,
        lambda: ada.done("incident.attach_call", incident_id=other_incident, call_id=second),
        "call.detached",
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


def test_the_ladder_of_a_silent_crew_up_to_the_alarm_and_its_late_answer(
    everybody, ada, engine, crew
):
    Unit.objects.update(phone="+628100000001")
    incident_id = opened(ada)
    assignment = ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine))[
        "assignment_id"
    ]
    verify(
        everybody,
        lambda: crew.done("assignment.seen", assignment_id=assignment),
        "assignment.seen",
    )
    AssignmentLadder.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    for rung in ("sms", "call"):
        verify(
            everybody,
            lambda rung=rung: ladder.climb(assignment_id=assignment, rung=Rung(rung)),
            "assignment.reminded",
        )
    verify(
        everybody,
        lambda: ladder.climb(assignment_id=assignment, rung=Rung.ALARM),
        "alarm.raised",
        "assignment.given_to_control",
    )
    verify(
        everybody,
        lambda: crew.done("assignment.acknowledge", assignment_id=assignment),
        "alarm.cleared",
        "assignment.acknowledged",
    )


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


def test_a_unit_taken_out_of_use_in_the_admin_leaves_the_boards(
    everybody, root, ambulance, client
):
    client.force_login(root.user)
    page = f"/admin/units/unit/{ambulance}/change/"
    form = client.get(page).context["adminform"].form
    fields = {name: value for name, value in form.initial.items() if value not in (None, "")}
    fields["capabilities"] = [one.pk for one in fields["capabilities"]]
    fields.pop("is_active", None)

    def save() -> None:
        answer = client.post(page, fields)
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    verify(everybody[:3], save, "reference.changed")


def test_every_event_the_product_records_is_verified_here():
    here = Path(__file__)
    root = here.parent.parent.parent
    recorded = set()
    for package in ("calls", "dispatch", "maps", "units"):
        for source in (root / package).rglob("*.py"):
            text = source.read_text()
            if "log.record(" in text:
                recorded |= set(
                    re.findall(
                        r'"((?:call|caller|incident|unit|assignment|alarm|reference|closure|premise|hospital)\.[a-z_]+)"',
                        text,
                    )
                )
    recorded -= set(registry.commands)

    verified = "".join(one.read_text() for one in here.parent.glob("test_*.py"))
    assert {name for name in recorded if f'"{name}"' not in verified} == set()


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
