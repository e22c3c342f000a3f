"""Under /api/ every answer is JSON, also the one nobody has thought of; people get a page."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

from realtime import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    """A client that gets the answer a user would get, not the exception."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing-here",
        "/api/v2/board",
        "/api/v1/board/",
        "/api/v1/incidents/42/recommendation",
        "/api/v1/incidents/42/timeline",
        "/api/v1/assignments/not-an-id/route",
        "/api/v1/commands/",
        "/api/v1/commands/incident.open/more",
    ],
)
def test_an_address_that_does_not_exist_is_answered_in_json(caller, ada, address):
    answer = caller.get(address, headers=ada.bearer)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert (body["ok"], body["code"]) == (False, "not_found")
    assert body["detail"]


def test_a_mistake_of_ours_is_answered_in_json(caller, ada, monkeypatch):
    def broken(_viewer):
        raise RuntimeError("a mistake of ours, with a caller's number +628123")

    monkeypatch.setitem(registry._single, "snapshot", broken)

    answer = caller.get("/api/v1/board", headers=ada.bearer)

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["code"] == "internal"
    assert "+628123" not in answer.content.decode()


def test_a_database_that_does_not_answer_is_said_to_programs(caller, ada, monkeypatch):
    def away(_viewer):
        raise OperationalError("the connection is closed")

    monkeypatch.setitem(registry._single, "snapshot", away)

    answer = caller.get("/api/v1/board", headers=ada.bearer)

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_people_get_a_page(caller):
    answer = caller.get("/nothing-here")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
