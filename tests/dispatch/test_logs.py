"""The log of a running service: ids by which a call can be followed, nothing by which a person can be known."""

from __future__ import annotations

import logging
import uuid

import pytest

from dispatch import logs
from tests import factories


def written(event):
    return logs.without_personal_data(None, "info", dict(event))


@pytest.mark.parametrize(
    ("request_line", "logged"),
    [
        ("GET /admin/calls/call/?q=081234567890", "GET /admin/calls/call/"),
        ("GET /l/4f7a1c9e2b", "GET /l/…"),
        ("POST /l/4f7a1c9e2b?lat=0.9&lng=104.4", "POST /l/…"),
        ("GET /console/", "GET /console/"),
    ],
)
def test_neither_what_was_searched_nor_the_key_to_a_citizens_page_is_logged(request_line, logged):
    assert written({"event": "request_finished", "request": request_line})["request"] == logged


def test_who_asked_from_where_is_not_logged():
    line = written({"event": "request_finished", "ip": "10.1.2.3", "user_agent": "X", "code": 200})

    assert line == {"event": "request_finished", "code": 200}


@pytest.mark.django_db
def test_a_change_writes_one_line_with_call_incident_and_command_and_no_word_of_the_caller(
    ada, caplog, django_capture_on_commit_callbacks
):
    command_id = str(uuid.uuid4())
    with (
        caplog.at_level(logging.INFO, logger="realtime.eventlog"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        call_id = factories.ring(caller="+628127011001")
        opened = ada.done(
            "incident.open",
            call_id=call_id,
            type="fire",
            priority=1,
            location=factories.PLACE,
            note="api besar di rumah Pak Budi",
            request_id=command_id,
        )

    lines = [vars(one) for one in caplog.records if one.message == "change_committed"]
    last = lines[-1]
    assert call_id in lines[0]["calls"]
    assert last["events"] == ["incident.opened"]
    assert (last["calls"], last["incidents"]) == ([call_id], [opened["incident_id"]])
    assert (last["command_id"], last["by"]) == (command_id, ada.viewer.user_id)
    assert "7011001" not in repr(lines)
    assert "Budi" not in repr(lines)
