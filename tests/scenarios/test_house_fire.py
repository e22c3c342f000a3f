"""One whole story through the real HTTP interface: from the first ring to the supervisor's report."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from calls.telephony.emulator.in_process import signed_request
from realtime.protocol import Role
from tests import factories
from tests.scenarios.house_fire import INTERVALS, STORY

pytestmark = pytest.mark.django_db

BEGUN = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
CENTRE_NUMBER = "+62771112"


class Stage:
    """Plays lines of a story; `known` are the ids that answers gave, by name."""

    def __init__(self, tokens: dict[str, str], units: dict[str, str]) -> None:
        self.client = Client()
        self.tokens = tokens
        self.units = units
        self.known: dict[str, str] = {}
        self.recommended: dict[str, Any] = {}

    def play(self, who: str, what: str, words: dict[str, Any]) -> None:
        words = {
            key: self.known[value[1:]] if str(value).startswith("?") else value
            for key, value in words.items()
        }
        if what == "calls":
            self._webhook("/twilio/voice/incoming", CallSid=f"CA-{who}", **words)
            self._webhook(
                "/twilio/voice/wait", CallSid=f"CA-{who}", **words, CallStatus="in-progress"
            )
            self._learn(who, words["From"])
        elif what == "texts":
            self._webhook("/twilio/messages/incoming", MessageSid=f"SM-{who}", **words)
            self._learn(who, words["From"].removeprefix("whatsapp:"))
        elif what == "recommends":
            self.recommended = self.get(
                who, f"/api/v1/incidents/{words['incident_id']}/recommendation"
            )
        elif what == "assigns":
            unit = words.pop("unit")
            result = self._command(who, "unit.assign", {**words, "unit_id": self.units[unit]})
            self.known[unit] = result["assignment_id"]
        else:
            result = self._command(who, what, words)
            if what == "incident.open":
                self.known["incident"] = result["incident_id"]

    def get(self, who: str, path: str) -> dict[str, Any]:
        answer = self.client.get(path, headers=self._bearer(who))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def board(self, who: str = "dispatcher1") -> dict[str, Any]:
        return self.get(who, "/api/v1/board")["state"]

    def events(self) -> list[dict[str, Any]]:
        return self.get("dispatcher1", "/api/v1/events?after=0&limit=1000")["events"]

    def _command(self, who: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.client.post(
            f"/api/v1/commands/{name}",
            json.dumps(body),
            content_type="application/json",
            headers=self._bearer(who),
        )
        assert answer.status_code == 200, (name, answer.content)
        return answer.json()["result"]

    def _webhook(self, path: str, **params: str) -> None:
        common = {"To": CENTRE_NUMBER, "Direction": "inbound", "CallStatus": "ringing"}
        _, headers, body = signed_request(path, {**common, **params})
        answer = self.client.post(
            path,
            data=body,
            content_type=headers["Content-Type"],
            headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
        )
        assert answer.status_code == 200, answer.content

    def _learn(self, who: str, number: str) -> None:
        found = [call["id"] for call in self.board()["calls"] if call["caller"] == number]
        assert len(found) == 1, "one citizen is one call"
        self.known[who] = found[0]

    def _bearer(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[who]}"}


@pytest.fixture
def stage(types, settings):
    settings.TWILIO_AUTH_TOKEN = "a-token-of-the-story"
    settings.PUBLIC_BASE_URL = "https://112.example.go.id"
    people = {
        "dispatcher1": factories.person("dispatcher1"),
        "dispatcher2": factories.person("dispatcher2"),
        "supervisor1": factories.person("supervisor1", Role.SUPERVISOR),
    }
    units = {}
    for callsign, capability, kind in (
        ("DAMKAR-1", "fire_attack", "engine"),
        ("DAMKAR-2", "fire_attack", "engine"),
        ("DAMKAR-3", "water_supply", "tanker"),
    ):
        units[callsign] = factories.make_unit(callsign, kind=kind, capabilities=[capability])
        people[callsign] = factories.crew_of(units[callsign])
    return Stage(
        {name: person.token for name, person in people.items()},
        {callsign: str(id_) for callsign, id_ in units.items()},
    )


@pytest.fixture
def played(stage):
    """The whole story, told to its end; `stage.seen` is the board after each second at which something happened."""
    stage.seen = {}
    with time_machine.travel(BEGUN, tick=False) as clock:
        for second, who, what, words in STORY:
            clock.move_to(BEGUN + timedelta(seconds=second))
            stage.play(who, what, words)
            stage.seen[second] = stage.board()
    return stage


def one(rows, **wanted):
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, rows
    return found[0]


def test_the_callers_telephone_and_the_neighbours_pin_say_where_it_burns(played):
    calls = played.seen[25]["calls"]

    budi, siti = one(calls, id=played.known["budi"]), one(calls, id=played.known["siti"])
    assert [(place["source"], place["radius_m"]) for place in budi["locations"]] == [("aml", 12)]
    assert [place["source"] for place in siti["locations"] if place["lat"] == 0.92898] == [
        "whatsapp"
    ]


def test_three_callers_are_one_incident(played):
    incident = one(played.seen[58]["incidents"], id=played.known["incident"])

    assert set(incident["call_ids"]) == {played.known[who] for who in ("budi", "siti", "tono")}
    assert incident["received_at"] == "2026-03-01T03:00:00.000Z"
    assert incident["answered_at"] == "2026-03-01T03:00:09.000Z"


def test_the_recommendation_names_what_can_go_and_what_is_missing(played):
    found = played.recommended

    assert [row["callsign"] for row in found["units"]] == ["DAMKAR-1", "DAMKAR-2", "DAMKAR-3"]
    assert {row["capability"] for row in found["shortfall"]} == {"ems_bls", "police"}


def test_the_unit_that_refuses_is_free_again_and_a_person_is_told(played):
    board = played.seen[95]

    assert one(board["units"], callsign="DAMKAR-3")["status"] == "available"
    alarm = one(board["alarms"], kind="assignment_refused")
    assert alarm["facts"]["reason"] == "ban pecah"


def test_both_crews_work_until_they_are_clear(played):
    board = played.seen[470]

    assert {unit["callsign"]: unit["status"] for unit in board["units"]} == {
        "DAMKAR-1": "on_scene",
        "DAMKAR-2": "on_scene",
        "DAMKAR-3": "available",
    }


def test_at_the_end_nothing_is_left_on_the_board_but_the_alarm(played):
    board = played.board()

    assert (board["calls"], board["incidents"], board["assignments"]) == ([], [], [])
    assert {unit["status"] for unit in board["units"]} == {"available"}


def test_the_log_tells_the_story_in_its_order_and_who_did_it(played):
    names = [event["name"] for event in played.events()]
    steps = [
        "call.received",
        "call.location_added",
        "call.answered",
        "incident.opened",
        "call.attached",
        "unit.assigned",
        "assignment.refused",
        "alarm.raised",
        "incident.closed",
    ]

    assert [names.index(step) for step in steps] == sorted(names.index(step) for step in steps)
    assert played.events()[-1]["by"] == "Dispatcher1"


def test_the_supervisors_report_has_the_intervals_of_the_story(played):
    report = played.get("supervisor1", "/api/v1/report?from=2026-03-01&to=2026-03-01")

    rows = {(row["agency"], row["name"]): row for row in report["intervals"]}
    for key, seconds in INTERVALS.items():
        row = rows[key]
        assert (row["n"], row["mean_s"]) == (len(seconds), sum(seconds) / len(seconds)), key
