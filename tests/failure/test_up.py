"""deploy/up as it is on a machine: real servers and workers are killed, the service goes on, a second start finds all."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.sync.client import connect

from deploy.machine.places import REPOSITORY
from deploy.machine.processes import Identity
from tests.failure.running import (
    BACK_S,
    START_S,
    Up,
    answers,
    free_port,
    processes_of,
    start,
    within,
)

CONSOLES = 5
STOPPED_S_MAX = 10

pytestmark = [pytest.mark.failure, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def up(homes: Path) -> Iterator[Up]:
    running = start(homes / "killed", free_port())
    running.wait_until_ready()
    yield running
    running.stop()


def wait_until_back(up: Up, name: str, before: Identity | None) -> None:
    assert before
    # By the process that ended: an earlier end of another one of this name is no news.
    ended = f"{name} (process {before.pid}) ended"
    within(
        BACK_S,
        lambda: f"{name} started again" in up.said.partition(ended)[2],
        what=f"{name} is started again",
    )
    assert not before.is_alive()
    within(BACK_S, lambda: answers(up.port, "/healthz/ready") == 200, what="ready again")
    assert f"{name} (process {before.pid}) ended: killed by SIGKILL" in up.said


@pytest.mark.parametrize("name", ["postgres", "redis", "jobs"])
def test_what_is_killed_is_started_again_and_the_service_is_ready_again(up: Up, name: str) -> None:
    before = up.child(name)
    assert before

    os.kill(before.pid, signal.SIGKILL)

    wait_until_back(up, name, before)


def test_a_killed_web_worker_costs_no_connection(up: Up) -> None:
    before = up.child("web-1")
    assert before
    os.kill(before.pid, signal.SIGKILL)

    seen = [answers(up.port, "/healthz/live") for _ in range(40)]

    assert seen == [200] * 40
    wait_until_back(up, "web-1", before)


def test_a_second_start_finds_everything_and_nothing_was_left_running(homes: Path) -> None:
    home = homes / "twice"
    first = start(home, free_port())
    first.wait_until_ready()
    secrets = json.loads((home / "credentials.json").read_text())
    assert (home / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert processes_of(home)
    first.stop()

    assert first.process.returncode == 0
    assert processes_of(home) == []

    second = start(home, free_port())
    second.wait_until_ready()
    try:
        again = json.loads((home / "credentials.json").read_text())
        assert again["users"] == secrets["users"]
        assert again["twilio"]["auth_token"] == secrets["twilio"]["auth_token"]
        assert again["base_url"] == f"http://127.0.0.1:{second.port}"
        assert "The database is empty" not in second.said
    finally:
        second.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_stops_in_time_and_by_itself_with_consoles_at_work(
    homes: Path, number: signal.Signals
) -> None:
    """With the demo city: a job worker that holds its roads once took longer to end than it is given."""
    up = start(homes / "stopped", free_port(), seed="demo")
    up.wait_until_ready()
    credentials = json.loads((up.home / "credentials.json").read_text())
    token = next(user["token"] for user in credentials["users"] if user["role"] == "dispatcher")
    with ExitStack() as consoles:
        for _ in range(CONSOLES):
            console = consoles.enter_context(
                connect(
                    f"ws://127.0.0.1:{up.port}/ws/v1/",
                    additional_headers={"Authorization": f"Bearer {token}"},
                    max_size=None,
                    proxy=None,
                )
            )
            console.send(json.dumps({"id": 1, "type": "hello", "protocol": 1}))
            assert json.loads(console.recv(timeout=BACK_S))["type"] == "snapshot"
        begun_s = time.monotonic()
        up.stop(number)
        took_s = time.monotonic() - begun_s

    assert "does not stop" not in up.said
    assert took_s <= STOPPED_S_MAX
    assert up.process.returncode == 0


def test_manage_py_in_another_terminal_finds_the_service(homes: Path, tmp_path: Path) -> None:
    """As the README says it: nothing but the command, although deploy/up has made its own settings."""
    home = homes / "commanded"
    up = start(home, free_port(), seed="demo")
    up.wait_until_ready()
    reports = tmp_path / "reports.csv"
    reports.write_text(
        "created_at,lat,lon,title,text\n"
        "2017-02-10T01:02:03Z,-6.2,106.8,,Banjir setinggi lutut\n"
        "2017-02-10T01:02:04Z,-6.3,106.9,,Jalan tertutup\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, REPOSITORY / "manage.py", "replay", reports],
            env={"PATH": os.environ["PATH"], "SIAGA_HOME": str(home)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=START_S,
            check=False,
        )
    finally:
        up.stop()

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything arrived." in done.stdout
    assert (home / "settings.json").stat().st_mode & 0o777 == 0o600


def test_after_kill_9_of_the_supervisor_the_next_start_takes_over(homes: Path) -> None:
    home = homes / "orphaned"
    first = start(home, free_port())
    first.wait_until_ready()
    first.process.kill()
    first.process.wait()

    second = start(home, first.port)
    second.wait_until_ready()
    second.stop()

    assert processes_of(home) == []


def test_a_port_in_use_is_refused_with_a_sentence(homes: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = start(homes / "refused", taken.getsockname()[1])
        assert refused.process.wait(timeout=START_S) != 0

    assert "cannot be used: Address already in use. Choose another with --port." in refused.said
