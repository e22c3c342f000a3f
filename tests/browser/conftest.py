"""A real service (uvicorn on a free port, its own database, migrated and seeded) and Debian's Chromium."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from calls.telephony.emulator.in_process import signed_request

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
START_S_MAX = 60.0
PREPARE_S_MAX = 300.0
TEST_S_MAX = 120.0  # as pyproject.toml has it for every test
EXPECT_MS = 15_000
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000112",
    "TWILIO_AUTH_TOKEN": "browser-tests-token",
}


@dataclass
class Service:
    """One running web process; it can be stopped and started again on the same address."""

    port: int
    env: dict[str, str]
    credentials: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "dispatch.server",
            "dispatch.asgi:application",
            "--port",
            str(self.port),
            "--log-level",
            "warning",
        ]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL)
        deadline = time.monotonic() + START_S_MAX
        while not self._answers():
            assert self.process.poll() is None, "the service has ended while it was starting"
            assert time.monotonic() < deadline, "the service does not answer"
            select_nothing(0.1)

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz/live", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    # --- what people and providers do ----------------------------------------------------------

    def person(self, username: str) -> dict[str, Any]:
        return next(one for one in self.credentials["users"] if one["username"] == username)

    def crew_of(self, callsign: str) -> dict[str, Any]:
        return next(one for one in self.credentials["users"] if one.get("unit") == callsign)

    def sign_in(self, page: Page, username: str) -> None:
        page.goto(f"{self.url}/accounts/login/")
        page.fill("#id_username", username)
        page.fill("#id_password", self.person(username)["password"])
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/accounts/login" not in url)

    def command(self, person: dict[str, Any], name: str, **payload: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.url}/api/v1/commands/{name}",
            json={"request_id": str(uuid.uuid4()), **payload},
            headers={"Authorization": f"Bearer {person['token']}"},
            timeout=10,
        ).json()
        assert answer["ok"], answer
        return answer["result"]

    def board(self, username: str = "dispatcher1") -> dict[str, Any]:
        token = self.person(username)["token"]
        answer = httpx.get(
            f"{self.url}/api/v1/board", headers={"Authorization": f"Bearer {token}"}, timeout=10
        )
        return answer.json()["state"]

    def rings(self, number: str) -> str:
        """A call comes in as Twilio would report it, signed; returns the provider's id of it."""
        sid = f"CA{uuid.uuid4().hex}"
        self._webhook("/twilio/voice/incoming", self._call(sid, number, "ringing"))
        return sid

    def hangs_up(self, sid: str, number: str) -> None:
        self._webhook("/twilio/voice/status", self._call(sid, number, "completed"))

    def _call(self, sid: str, number: str, status: str) -> dict[str, str]:
        return {
            "CallSid": sid,
            "AccountSid": TWILIO["TWILIO_ACCOUNT_SID"],
            "From": number,
            "To": "+62112",
            "CallStatus": status,
            "Direction": "inbound",
        }

    def writes(self, number: str, text: str) -> None:
        self._webhook(
            "/twilio/messages/incoming",
            {
                "MessageSid": f"SM{uuid.uuid4().hex}",
                "AccountSid": TWILIO["TWILIO_ACCOUNT_SID"],
                "From": number,
                "To": "+62112",
                "Body": text,
                "NumMedia": "0",
            },
        )

    def _webhook(self, path: str, params: dict[str, str]) -> None:
        url, headers, body = signed_request(path, params)
        answer = httpx.post(url, headers=headers, content=body, timeout=10)
        assert answer.status_code in {200, 204}, answer.text


def select_nothing(seconds: float) -> None:
    """Wait for a child process to come up; the tests themselves wait by `expect` only."""
    signal.sigtimedwait([], seconds)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whichever test is a process's first waits for a city to be written as well, which has bounds of its own."""
    here = str(ROOT / "tests" / "browser")
    for item in items:
        if str(item.path).startswith(here) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_S_MAX, func_only=True))


@dataclass(frozen=True)
class City:
    """A database that is written once and copied for every file of tests: what one leaves behind is not another's."""

    name: str
    users: list[dict[str, Any]]


def beside(name: str) -> str:
    """The address of a database beside the configured one."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def administer(*statements: str) -> None:
    admin = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(scheme="postgresql"))
    with psycopg.connect(admin, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def environment(database: str, home: Path, port: int) -> dict[str, str]:
    env = {
        **os.environ,
        **TWILIO,
        "DATABASE_URL": beside(database),
        "SIAGA_HOME": str(home),
        "SECRET_KEY": "browser-tests-" * 5,
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "dispatch.settings",
        "DATABASE_POOL": "8",
        "LOG_LEVEL": "ERROR",
    }
    for name in ("STATIC_COLLECTED", "DEBUG"):
        env.pop(name, None)
    return env


@pytest.fixture(scope="session")
def city(worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Migrated and seeded; tests that run side by side have one each."""
    name = f"{urlsplit(os.environ['DATABASE_URL']).path.lstrip('/')}_browser_{worker_id}"
    home = tmp_path_factory.mktemp("city")
    credentials = home / "credentials.json"
    administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    for command in (
        ["migrate", "--verbosity", "0"],
        ["seed", "--city", "demo", "--credentials", str(credentials)],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=environment(name, home, free_port()),
            check=True,
            timeout=PREPARE_S_MAX,
            stdout=subprocess.DEVNULL,
        )
    yield City(name, json.loads(credentials.read_text())["users"])
    administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def running_service(city: City, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    name, port = f"{city.name}_file", free_port()
    administer(
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" TEMPLATE "{city.name}"',
    )
    env = environment(name, tmp_path_factory.mktemp("browser-home"), port)
    service = Service(port, env, {"users": city.users})
    service.start()
    yield service
    service.stop()
    administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def service(running_service: Service, settings: Any) -> Service:
    """The running service; this process signs webhooks for it with its settings."""
    settings.PUBLIC_BASE_URL = running_service.url
    settings.TWILIO_AUTH_TOKEN = TWILIO["TWILIO_AUTH_TOKEN"]
    return running_service


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--no-proxy-server"]
        )
        yield browser
        browser.close()


@pytest.fixture
def errors() -> list[str]:
    """What a page reported as a script error; a test that ends with some has failed."""
    return []


@pytest.fixture
def page(browser: Browser, errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(EXPECT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
