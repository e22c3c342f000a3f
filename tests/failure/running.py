"""deploy/up in a process of its own, for the tests that kill what it keeps running."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.machine.places import REPOSITORY
from deploy.machine.processes import Identity, identify

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

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(timeout=STOP_S)


def start(home: Path, port: int, *, seed: str = "empty") -> Up:
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
                seed,
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
