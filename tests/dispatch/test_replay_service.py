"""manage.py replay and demo_traffic against a real server process: what a person at the terminal gets."""

import json
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from django.db import connection

from tests import shared_data
from tests.dispatch.training_service import demo_service
from tests.load.serving import REPOSITORY

pytestmark = pytest.mark.django_db(transaction=True)

SFFD = "incidents/sffd_2016-12-31_2017-01-07.csv.gz"
PETABENCANA = "texts/petabencana_jakarta_flood_reports_2017-02.csv"
FIRST_MINUTE_S = 60
POLL_S = 0.2


@pytest.fixture
def service(tmp_path, transactional_db):
    with demo_service(tmp_path) as running:
        yield running


def manage(service, *words):
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=REPOSITORY,
        env=service.environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def board(service):
    token = next(u["token"] for u in service.credentials["users"] if u["role"] == "dispatcher")
    request = urllib.request.Request(
        f"{service.base_url}/api/v1/board", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)["state"]


def within(seconds, question):
    ends = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < ends, f"not within {seconds} s"
        time.sleep(POLL_S)


def test_real_fire_calls_arrive_as_calls_at_their_places(service):
    done = manage(service, "replay", str(shared_data.path(SFFD)), "--limit=12", "--speed=2000")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 of 12" in done.stdout
    calls = board(service)["calls"]
    assert [(call["channel"], call["status"]) for call in calls] == [("voice", "queued")] * 12
    assert {one["source"] for call in calls for one in call["locations"]} == {"aml"}


def test_real_flood_reports_arrive_as_messages_with_pins(service):
    path = str(shared_data.path(PETABENCANA))

    done = manage(service, "replay", path, "--limit=25", "--speed=100000")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "25 of 25" in done.stdout
    assert {call["channel"] for call in board(service)["calls"]} == {"whatsapp"}


def test_what_the_service_lost_is_counted_and_is_exit_status_1(service):
    with (
        connection.cursor() as cursor
    ):  # a service that stores calls, and not where they come from
        cursor.execute(
            "CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'lost'; END $$;"
            "CREATE TRIGGER lose BEFORE INSERT ON calls_location FOR EACH ROW EXECUTE FUNCTION lose()"
        )
    try:
        path = str(shared_data.path(SFFD))
        done = manage(service, "replay", path, "--limit=2", "--speed=100000")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER lose ON calls_location; DROP FUNCTION lose()")

    assert done.returncode == 1, done.stdout
    assert "Not everything is right." in done.stdout


def test_a_service_that_does_not_answer_is_a_sentence_not_a_traceback(service):
    service.stop()
    path = str(shared_data.path(SFFD))

    done = manage(service, "replay", path, "--limit=2")

    assert done.returncode == 1
    assert "does not let us listen" in done.stderr
    assert "feed_cut" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_within_a_minute_units_roll_even_if_the_server_restarts_and_sigterm_ends_it(service):
    said = service.home / "demo.log"
    with said.open("wb") as output:
        traffic = subprocess.Popen(
            [sys.executable, "manage.py", "demo_traffic", "--seed=3"],
            cwd=REPOSITORY,
            env=service.environment,
            stdout=output,
            stderr=output,
        )
    try:
        within(FIRST_MINUTE_S, lambda: board(service)["incidents"])
        service.stop()
        service.start()
        within(FIRST_MINUTE_S, lambda: _lives(board(service)))
        assert traffic.poll() is None, said.read_text()
        state = board(service)
        without = next(unit for unit in state["units"] if unit["callsign"] == "DAMKAR-1")
        assert (without["status"], without["assignment_id"]) == ("available", None)
        assert all(unit["position"] for unit in state["units"])
    finally:
        traffic.send_signal(signal.SIGTERM)
        status = traffic.wait(timeout=15)

    assert status == 0
    assert "Traceback" not in said.read_text(), said.read_text()


def _lives(state):
    rolling = [unit for unit in state["units"] if unit["status"] in {"en_route", "on_scene"}]
    waits = any(call["status"] in {"ringing", "queued"} for call in state["calls"])
    return len(state["incidents"]) >= 3 and len(rolling) >= 2 and waits
