"""A real server process of this product on a database of its own, for measurements and for tests of clients."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

REPOSITORY = Path(__file__).resolve().parents[2]
START_S = 180.0  # on a machine that is busy with other things
STOP_S = 15.0
POLL_S = 0.05


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(settings: Mapping[str, Any], *, name: str | None = None) -> str:
    """The address of a database in the form of DATABASE_URL, from Django's own settings of it."""
    user, password = quote(settings["USER"]), quote(settings["PASSWORD"])
    who = f"{user}:{password}@" if password else f"{user}@"
    host, port = settings["HOST"], settings["PORT"]
    wanted = name or settings["NAME"]
    if host.startswith("/"):
        return f"postgis://{who}/{wanted}?host={quote(host)}"
    return f"postgis://{who}{host}:{port or 5432}/{wanted}"


@dataclass
class Service:
    """`restart` keeps port and secrets, so clients may come back."""

    home: Path
    database_url: str
    port: int = field(default_factory=free_port)
    extra: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()  # a program that starts the server, with limits for example
    profile: str | None = None  # where cProfile's statistics of the server go
    auth_token: str = field(default_factory=lambda: secrets.token_hex(16))
    account_sid: str = field(default_factory=lambda: f"AC{secrets.token_hex(16)}")
    process: subprocess.Popen[bytes] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials_path(self) -> Path:
        return self.home / "credentials.json"

    @property
    def credentials(self) -> dict[str, Any]:
        return json.loads(self.credentials_path.read_text())

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "SIAGA_HOME": str(self.home),
            "SECRET_KEY": "only-for-tests-and-measurements-" * 2,
            "PUBLIC_BASE_URL": self.base_url,
            "TELEPHONY": "emulator",
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "LOG_LEVEL": "WARNING",
            **self.extra,
        }

    @property
    def output(self) -> str:
        return (self.home / "web.log").read_text(errors="replace")

    def write_credentials(self, users: list[dict[str, str]]) -> None:
        twilio = {
            "account_sid": self.account_sid,
            "auth_token": self.auth_token,
            "public_base_url": self.base_url,
        }
        content = {"base_url": self.base_url, "twilio": twilio, "users": users}
        self.credentials_path.write_text(json.dumps(content))

    def manage(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]

    def start(self) -> None:
        server = ["dispatch.server"]
        if self.profile:
            server = ["tests.load.profiled_server", self.profile]
        command = [*self.prefix, sys.executable, "-m", *server, "dispatch.asgi:application"]
        command += ["--port", str(self.port), "--ws", "realtime.direct:DirectWebSocket"]
        command += ["--ws-per-message-deflate", "false", "--no-access-log"]
        command += ["--log-level", "warning", *self.arguments]
        with (self.home / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            assert self.process.poll() is None, self.output[-2000:]
            assert time.monotonic() < deadline, "the server did not become ready"
            time.sleep(POLL_S)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base_url}/healthz/ready", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    try:
        service.start()
        yield service
    finally:
        service.stop()
