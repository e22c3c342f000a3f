"""The supervisor of deploy/up: what dies comes back, what is stopped leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from deploy.machine.places import REPOSITORY
from deploy.machine.processes import Identity, identify

pytestmark = pytest.mark.failure
PATIENCE_S = 20
POLL_S = 0.02
GRAY_OUT_S = 6.0  # four seconds of silence, and the times of looking
T = TypeVar("T")


def eventually(question: Callable[[], T | None], *, what: str) -> T:
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if answer := question():
            return answer
        time.sleep(POLL_S)
    pytest.fail(f"{what}: not within {PATIENCE_S} s")


def start(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.failure.supervised", str(state)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def supervisor(state: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(state)
    eventually(
        lambda: child(state, "stubborn") and (state / "stubborn.log").read_text(),
        what="the children run",
    )
    yield process
    if process.poll() is None:
        process.terminate()
    process.communicate(timeout=PATIENCE_S)


def child(state: Path, name: str) -> Identity | None:
    try:
        row = json.loads((state / "children.json").read_text())[name]
    except (OSError, ValueError, KeyError):
        return None
    found = Identity(pid=row["pid"], started_ticks=row["started_ticks"])
    return found if found.is_alive() else None


def test_a_child_that_is_killed_is_running_again_at_once(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    before = child(state, "sleeper")
    assert before
    killed_s = time.monotonic()
    os.kill(before.pid, signal.SIGKILL)

    eventually(
        lambda: (found := child(state, "sleeper")) and found != before and found,
        what="another sleeper",
    )

    assert time.monotonic() - killed_s < 2
    supervisor.terminate()
    said, _ = supervisor.communicate(timeout=PATIENCE_S)
    assert (
        f"sleeper (process {before.pid}) ended: killed by SIGKILL. Starting it again at once"
        in said
    )


def test_a_child_that_dies_again_and_again_is_started_with_growing_pauses(
    supervisor: subprocess.Popen[str],
) -> None:
    assert supervisor.stdout
    pauses = []
    for line in supervisor.stdout:
        if "failing" in line and "ended: exit status 3" in line:
            pauses.append(line.split("Starting it again ")[1].split(";")[0])
        if len(pauses) == 4:
            break

    assert pauses == ["at once", "in 0.5 s", "in 1 s", "in 2 s"]


def test_asked_to_stop_it_stops_all_children_even_the_deaf_one(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    children = [found for name in ("sleeper", "stubborn") if (found := child(state, name))]
    assert len(children) == 2

    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=PATIENCE_S)

    assert supervisor.returncode == 0
    assert not [found for found in children if found.is_alive()]
    assert not (state / "children.json").exists()


def test_a_second_one_for_the_same_home_is_refused_with_a_sentence(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    second = start(state)
    said, _ = second.communicate(timeout=PATIENCE_S)

    assert second.returncode != 0
    assert f"runs already for this home (process {supervisor.pid})" in said


def test_after_kill_9_the_next_start_finds_nobody_of_the_earlier_one(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    stubborn, sleeper = child(state, "stubborn"), child(state, "sleeper")
    assert stubborn
    assert sleeper
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: not sleeper.is_alive(), what="the sleeper ends with its supervisor")
    assert stubborn.is_alive(), (
        "the deaf one must outlive its supervisor, or this test proves nothing"
    )

    again = start(state)
    try:
        eventually(
            lambda: (found := child(state, "stubborn")) and found != stubborn and found,
            what="a new child",
        )
        assert not stubborn.is_alive()
    finally:
        again.terminate()
        again.communicate(timeout=PATIENCE_S)


def test_a_process_number_used_again_is_not_taken_for_the_old_process() -> None:
    me = identify(os.getpid())
    assert me
    assert me.is_alive()
    assert not Identity(pid=me.pid, started_ticks=me.started_ticks - 1).is_alive()


def test_a_child_that_exists_but_does_nothing_is_replaced_within_five_seconds(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    eventually((state / "gray.alive").exists, what="it shows that it is well")
    before = child(state, "gray")
    assert before
    stopped_s = time.monotonic()
    os.kill(before.pid, signal.SIGSTOP)

    def replaced() -> Identity | None:
        now = child(state, "gray")
        return now if now and now != before else None

    assert eventually(replaced, what="another one runs")
    assert time.monotonic() - stopped_s < GRAY_OUT_S
    assert not before.is_alive()


def test_a_child_that_shows_nothing_at_all_is_left_alone(
    supervisor: subprocess.Popen[str], state: Path
) -> None:
    """Not every program shows signs of life; silence from the first moment is no sign of death."""
    eventually((state / "gray.alive").exists, what="the other one shows that it is well")
    sleeper = child(state, "sleeper")
    gray = child(state, "gray")
    assert sleeper
    assert gray
    os.kill(gray.pid, signal.SIGSTOP)
    eventually(lambda: child(state, "gray") != gray, what="the silent one is gone")

    assert sleeper.is_alive()
