"""deploy/up as it is on a machine: real servers and workers are killed, the service goes on, a second start finds all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.machine.places import REPOSITORY
from deploy.machine.processes import Identity, identify

pytestmark = [pytest.mark.failure, pytest.mark.timeout(300)]
START_S = 150
BACK_S = 30
STOP_S = 20
POLL_S = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str) -> int | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def within(seconds: float, question: Callable[[], object], *, what: str) -> None:
    deadline_s = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline_s:
            pytest.fail(f"{what}: not within {seconds} s")
        time.sleep(POLL_S)


@dataclass
class Up:
    home: Path
    port: int
    process: subprocess.Popen[bytes]
    said_path: Path

    @property
    def said(self) -> str:
        return self.said_path.read_text()

    def child(self, name: str) -> Identity | None:
        rows = json.loads((self.home / "run/children.json").read_text())
        return Identity(pid=rows[name]["pid"], started_ticks=rows[name]["started_ticks"])

    def wait_until_ready(self) -> None:
        def ready_or_dead() -> bool:
            assert self.process.poll() is None, self.said
            return "listens on" in self.said

        within(START_S, ready_or_dead, what="deploy/up listens")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=STOP_S)


def start(home: Path, port: int) -> Up:
    said = home.with_name(f"{home.name}.said")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "SIAGA_HOME", "SECRET_KEY", "PUBLIC_BASE_URL"}
    }
    with said.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                REPOSITORY / "deploy/up",
                "--home",
                home,
                "--port",
                str(port),
                "--seed",
                "empty",
            ],
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
        )
    return Up(home=home, port=port, process=process, said_path=said)


def processes_of(home: Path) -> list[Identity]:
    """Everything that runs for this home, found by its environment or by standing in its folders."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
        except OSError:
            continue
        who = identify(int(entry.name))
        if str(home).encode() in words and who:
            found.append(who)
    return found


@pytest.fixture(scope="module")
def homes() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="siaga-up-"))
    folder.chmod(0o711)  # as root, the database runs under another account, which must get through
    yield folder
    shutil.rmtree(folder)


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
