"""deploy/up as it is on a machine: real servers and workers are killed, the service goes on, a second start finds all."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

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

pytestmark = [pytest.mark.failure, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def up(homes: Path) -> Iterator[Up]:
    running = start(homes / "killed", free_port())
    running.wait_until_ready()
    yield running
    running.stop()


def wait_until_back(up: Up, name: str, before: Identity | None) -> None:
    within(BACK_S, lambda: f"{name} started again" in up.said, what=f"{name} is started again")
    assert before
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
