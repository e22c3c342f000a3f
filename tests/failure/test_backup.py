"""A backup of a home brought back into another one: the same rows, the same sign-ins, and the service starts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.machine.places import REPOSITORY
from tests.failure.running import START_S, answers, free_port, start

pytestmark = [pytest.mark.failure, pytest.mark.timeout(300)]


def run(name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    order = [sys.executable, REPOSITORY / "deploy" / name, *words]
    return subprocess.run(order, capture_output=True, text=True, check=False, timeout=START_S)


def test_a_backup_taken_while_it_runs_comes_back_in_another_home(homes: Path) -> None:
    old, new, backup = homes / "old", homes / "new", homes / "backup"
    first = start(old, free_port())
    first.wait_until_ready()
    done = run("backup", "--home", old, "--to", backup)
    first.stop()
    assert done.returncode == 0, done.stderr
    assert backup.stat().st_mode & 0o777 == 0o700

    restored = run("restore", "--home", new, backup)
    assert restored.returncode == 0, restored.stderr
    refused = run("restore", "--home", new, backup)
    assert refused.returncode == 1
    assert "has a database already" in refused.stderr

    second = start(new, free_port())
    second.wait_until_ready()
    try:
        before, after = (
            json.loads((home / "credentials.json").read_text()) for home in (old, new)
        )
        assert after["users"] == before["users"]
        assert after["twilio"]["auth_token"] == before["twilio"]["auth_token"]
        assert "The database is empty" not in second.said
        assert answers(second.port, "/healthz/ready") == 200
    finally:
        second.stop()
