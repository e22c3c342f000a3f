"""Every page, every API address and every command, for every role and for nobody: a table, not examples."""

from __future__ import annotations

import json

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from realtime import registry

pytestmark = pytest.mark.django_db

ROLES = ("nobody", "dispatcher", "supervisor", "crew", "admin")
CENTRE = {"dispatcher", "supervisor"}
ALL = {"dispatcher", "supervisor", "crew", "admin"}
ID = "0192f1f0-0000-7000-8000-000000000001"  # nobody has it

# address -> roles that get in (anything but 401, 403, or the way to the sign-in page)
PAGES = {
    "/console/": CENTRE,
    "/console/map/": CENTRE,
    "/console/paper/": CENTRE,
    "/tablet/": {"crew"},
    "/supervisor/": {"supervisor", "admin"},
    "/supervisor/report.csv": {"supervisor", "admin"},
    "/admin/": {"admin"},
    "/api/v1/board": ALL,
    "/api/v1/events": ALL,
    "/api/v1/reference": ALL,
    "/api/v1/softphone/token": CENTRE,
    "/api/v1/report": {"supervisor", "admin"},
    "/api/v1/places": ALL,
    "/api/v1/premises": ALL,
    "/api/v1/response-areas": CENTRE | {"admin"},
    "/api/v1/response-areas/findings": CENTRE | {"admin"},
    "/api/v1/places/reverse": ALL,
    f"/api/v1/incidents/{ID}/recommendation": CENTRE | {"admin"},
    f"/api/v1/incidents/{ID}/timeline": CENTRE | {"admin"},
    f"/api/v1/assignments/{ID}/route": ALL,
    "/api/v1/route": ALL,
    "/api/v1/isochrones": CENTRE | {"admin"},
    "/api/v1/coverage": CENTRE | {"admin"},
    "/api/v1/conversation": CENTRE | {"admin"},
    f"/api/v1/media/{ID}/full": ALL,
    f"/api/v1/media/{ID}/thumb": ALL,
    f"/api/v1/pictures/{ID}": CENTRE,
    f"/api/v1/recordings/{ID}/sound": CENTRE,
    f"/api/v1/calls/{ID}/transcript": CENTRE,
    "/maps/tiles/10/809/509.mvt": ALL,
}
OPEN_TO_ALL = {
    "/",
    "/accounts/login/",
    "/accounts/logout/",
    "/accounts/again/",
    "/accounts/language/",
    "/accounts/theme/",
    "/accounts/password/",
    "/jsi18n/",
    "/healthz/live",
    "/healthz/ready",
    "/metrics",
    "/api/v1/openapi.json",
    "/aml",
    "/pbx/calls",
    "/pbx/notices",
    "/sms/messages",
    "/console/pack/",
    "/l/",
    f"/l/{ID}",
    f"/l/{ID}/state",
    f"/l/{ID}/words",
    f"/l/{ID}/picture",
    f"/l/{ID}/stop",
    "/console/worker.js",
}
COMMANDS = {
    "hospital.set_capacity": CENTRE,
    "premise.note": CENTRE,
    "premise.withdraw": CENTRE,
    "closure.draw": CENTRE,
    "closure.lift": CENTRE,
    "call.answer": CENTRE,
    "call.dispose": CENTRE,
    "call.judge_location": CENTRE,
    "call.locate": CENTRE,
    "call.release": CENTRE,
    "call.hang_up": CENTRE,
    "call.ask_for_key": CENTRE,
    "call.call_back": CENTRE,
    "call.hold": CENTRE,
    "call.mute": CENTRE,
    "call.add_party": CENTRE,
    "call.drop_party": CENTRE,
    "call.hand_over": CENTRE,
    "call.monitor": {"supervisor"},
    "call.stop_monitoring": {"supervisor"},
    "seat.choose": CENTRE,
    "seat.report": CENTRE,
    "voice.ask_for_key_first": {"supervisor"},
    "caller.restrict": CENTRE,
    "caller.lift_restriction": CENTRE,
    "call.reply": CENTRE,
    "call.send_template": CENTRE,
    "call.ask_location": CENTRE,
    "media.fetch_again": CENTRE,
    "call.share_location": CENTRE,
    "call.end_sharing": CENTRE,
    "incident.open": CENTRE,
    "incident.attach_call": CENTRE,
    "incident.update": CENTRE,
    "incident.close": CENTRE,
    "unit.assign": CENTRE,
    "assignment.notified": {"crew"},
    "assignment.seen": {"crew"},
    "assignment.acknowledge": CENTRE | {"crew"},
    "assignment.advance": CENTRE | {"crew"},
    "assignment.cancel": CENTRE,
    "assignment.refuse": {"crew"},
    "unit.set_status": CENTRE | {"crew"},
    "unit.mayday": {"crew"},
    "alarm.acknowledge": CENTRE,
    "alarm.clear": CENTRE,
    "paper.enter": CENTRE,
}


@pytest.fixture
def cast(ada, cy, crew, root):
    return {"dispatcher": ada, "supervisor": cy, "crew": crew, "admin": root}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", sorted(PAGES))
def test_every_address_lets_in_just_its_roles(client, cast, address, role):
    if role != "nobody":
        client.force_login(cast[role].user)

    answer = client.get(address)

    refused = answer.status_code in {401, 403} or (
        answer.status_code == 302 and "login" in answer.headers["Location"]
    )
    assert refused == (role not in PAGES[address]), answer.status_code


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_lets_in_just_its_roles(client, cast, name, role):
    headers = {} if role == "nobody" else cast[role].bearer

    answer = client.post(
        f"/api/v1/commands/{name}",
        json.dumps({}),
        content_type="application/json",
        headers=headers,
    )

    expected = {"nobody": {401}}.get(role, {403})
    assert (answer.status_code in expected) == (role not in COMMANDS[name]), answer.content


def test_no_command_is_missing_in_the_table():
    assert set(registry.commands) == set(COMMANDS)


def test_no_address_is_missing_in_the_tables():
    known = {_shape(address) for address in [*PAGES, *OPEN_TO_ALL]}
    found = {
        address
        for address in _addresses(get_resolver())
        if not address.startswith(
            ("/admin/", "/twilio/", "/api/v1/commands/", "/api/v1/positions")
        )
    }
    assert found - known == set()


def _shape(address: str) -> str:
    return address.replace(ID, "*").replace("10/809/509.mvt", "*/*/*.mvt")


def _addresses(resolver: URLResolver, prefix: str = "/"):
    for entry in resolver.url_patterns:
        text = prefix + str(entry.pattern).lstrip("^")
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, text)
        elif isinstance(entry, URLPattern):
            yield _stars(text)


def _stars(text: str) -> str:
    parts = []
    for part in text.split("/"):
        before, mark, rest = part.partition("<")
        parts.append(before + "*" + rest.partition(">")[2] if mark else part)
    return "/".join(parts)


def test_a_session_without_the_csrf_token_changes_nothing(ada):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada.user)

    answer = browser.post("/api/v1/commands/incident.open", "{}", content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_a_crew_does_not_find_another_crews_assignment(ada, engine, crew, dee):
    incident = ada.done("incident.open", type="fire")
    own = ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))

    assert (
        dee.refused("assignment.acknowledge", assignment_id=own["assignment_id"])
        == "assignment_unknown"
    )
    assert dee.refused("unit.mayday", unit_id=str(engine)) == "unit_unknown"
    assert crew.done("assignment.acknowledge", assignment_id=own["assignment_id"])
