"""The whole product as child processes of a test: web workers, job worker, Redis, and if wanted PostgreSQL, each to be
killed, frozen and restarted, with fault proxies between them where the test asks for some."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx
import psycopg
import pytest

from deploy.machine import commands, places, processes, servers
from deploy.machine.application import Application, time_zones
from deploy.machine.places import DEBS, PYTHON, REPOSITORY
from deploy.machine.postgres import ROLE, Cluster
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.redis import Redis
from tests.failure.harness.background import Background
from tests.failure.harness.children import Child
from tests.failure.harness.provider import Provider
from tests.failure.harness.proxy import FaultProxy

READY_S = 60.0
PREPARE_S = 600.0
POLL_S = 0.02
SECRET_KEY = "only-for-tests-of-failures-" * 3
ACCOUNT, TOKEN = "AC" + "0" * 32, "stack-token-of-the-tests"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database that is migrated and seeded once in a session, and the sign-ins that go with it."""

    url: str
    users: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """`through`: which connections go through a fault proxy: database, redis, web, provider."""

    workers: int = 2
    one_listener: bool = (
        True  # as deploy/up does it; False: every worker has an address of its own
    )
    job_worker: bool = True
    own_postgres: bool = False  # a cluster of its own, to be killed; takes half a minute to make
    wal_disk: Path | None = None  # where that cluster keeps its write-ahead log
    through: frozenset[str] = frozenset()
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Stack:
    home: Path
    background: Background
    prepared: Prepared
    plan: Plan = Plan()
    provider: Provider | None = None

    def __post_init__(self) -> None:
        self.places = places.prepare(self.home)
        self.proxies: dict[str, FaultProxy] = {}
        self.web: list[Child] = []
        self.urls: list[str] = []  # of each worker
        self.jobs: Child | None = None
        self.postgres: Child | None = None
        self.users = self.prepared.users
        self._listeners: list[socket.socket] = []
        self._servers = servers.find_or_install(PrivateDebs(DEBS))
        self._cluster = Cluster(places=self.places, servers=self._servers)
        redis = Redis(places=self.places, servers=self._servers, durable=False)
        self.redis = Child(redis.service())
        self._redis_is_ready = redis.is_ready
        self._redis_url = redis.url
        self._database_url = ""  # as the harness itself reaches it, never through a proxy

    # --- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        self.redis.start()
        wait_for(self._redis_is_ready, READY_S, what="Redis answers")
        self._make_database()
        ports = [free_port() for _ in range(1 if self.plan.one_listener else self.plan.workers)]
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.base_url = self._through("web", ("127.0.0.1", ports[0]), self.urls[0])
        if self.provider is not None:
            self.provider.public_base_url = self.base_url
        applications = [
            Application(self.places, "127.0.0.1", port, self.environment) for port in ports
        ]
        applications[0].check_settings()
        applications[0].empty_metrics()
        self._listeners = [application.listen() for application in applications]
        for number in range(1, self.plan.workers + 1):
            at = 0 if self.plan.one_listener else number - 1
            self.web.append(Child(applications[at].web(number, self._listeners[at])))
        if self.plan.job_worker:
            self.jobs = Child(applications[0].jobs())
        for child in (*self.web, *([self.jobs] if self.jobs else [])):
            child.start()
        for url in self.urls:
            self.wait_until_ready(url)

    def close(self) -> None:
        for child in (*self.web, self.jobs, self.redis, self.postgres):
            if child is not None:
                child.stop()
        for listener in self._listeners:
            listener.close()
        for proxy in self.proxies.values():
            proxy.close()
        if self._database_url and not self.plan.own_postgres:
            _administer(self._database_url, f'DROP DATABASE "{self.database}" WITH (FORCE)')

    def wait_until_ready(self, url: str = "", *, seconds: float = READY_S) -> None:
        def ready_or_dead() -> bool:
            dead = [child for child in self.web if not child.is_running]
            assert not dead, f"{dead[0].name} ended: {dead[0].output[-2000:]}"
            return status_of(f"{url or self.urls[0]}/healthz/ready") == 200

        wait_for(ready_or_dead, seconds, what="the service is ready")

    # --- what is asked of it -------------------------------------------------------------------

    @property
    def database(self) -> str:
        return urlsplit(self._database_url).path.lstrip("/")

    @property
    def environment(self) -> dict[str, str]:
        account, token = ACCOUNT, TOKEN
        outside: dict[str, str] = {"TELEPHONY": "emulator"}
        if self.provider is not None:
            account, token = self.provider.account, self.provider.token
            target = ("127.0.0.1", self.provider.port)
            outside = {
                "TELEPHONY": "twilio",
                "TWILIO_NUMBER": self.provider.number,
                "TWILIO_API_BASE_URL": self._through("provider", target, self.provider.url),
            }
        return {
            **commands.clean_environment(),
            **time_zones(),
            "DJANGO_SETTINGS_MODULE": "dispatch.settings",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self._reached_database(),
            "DATABASE_POOL": "8",
            "REDIS_URL": self._reached_redis(),
            "SIAGA_HOME": str(self.places.home),
            "SECRET_KEY": SECRET_KEY,
            "PUBLIC_BASE_URL": self.base_url,
            "TWILIO_ACCOUNT_SID": account,
            "TWILIO_AUTH_TOKEN": token,
            "LOG_LEVEL": "WARNING",
            **outside,
            **self.plan.settings,
        }

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from the database, whatever stands before it for the service."""
        with psycopg.connect(_plain(self._database_url), autocommit=True) as connection:
            return connection.execute(sql, values).fetchall()

    def person(self, username: str) -> Mapping[str, str]:
        return next(user for user in self.users if user["username"] == username)

    def crew_of(self, callsign: str) -> Mapping[str, str]:
        return next(user for user in self.users if user.get("unit") == callsign)

    def token(self, username: str = "dispatcher1") -> str:
        return self.person(username)["token"]

    def get(self, path: str, *, username: str = "dispatcher1", url: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.token(username)}"}
        answer = httpx.get(
            f"{url or self.urls[0]}{path}", headers=headers, timeout=15, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def command(self, name: str, *, username: str = "dispatcher1", **body: Any) -> dict[str, Any]:
        """A command over HTTP. incident.open needs this way: on the socket `type` is the name of the command."""
        headers = {"Authorization": f"Bearer {self.token(username)}"}
        answer = httpx.post(
            f"{self.urls[0]}/api/v1/commands/{name}",
            json={"request_id": str(uuid.uuid4()), **body},
            headers=headers,
            timeout=15,
            trust_env=False,
        ).json()
        assert answer["ok"], answer
        result: dict[str, Any] = answer["result"]
        return result

    def board(self, username: str = "dispatcher1") -> dict[str, list[dict[str, Any]]]:
        state: dict[str, list[dict[str, Any]]] = self.get("/api/v1/board", username=username)[
            "state"
        ]
        return state

    def manage(self, *words: str) -> str:
        return _manage(self.environment, *words)

    def defer(self, task: str, **arguments: Any) -> None:
        """Put a job of the product into its queue now, in place of waiting for its hour."""
        self.manage("procrastinate", "defer", task, json.dumps(arguments))

    def ask_postgres(self, sql: str) -> str | None:
        """As its administrator; None when the server does not answer or refuses."""
        assert self.postgres is not None, "only with a Plan(own_postgres=True)"
        return self._cluster.query(sql, database="postgres")

    def kill_postgres(self) -> None:
        """Every process of the cluster at once, as when the machine loses its power."""
        assert self.postgres is not None, "only a Plan(own_postgres=True) may kill its database"
        for process in processes.standing_in(self.places.database):
            process.signal(signal.SIGKILL)
        self.postgres.kill()

    def start_postgres(self) -> None:
        assert self.postgres is not None
        wait_for(self.postgres.service.may_start, READY_S, what="the old sessions are gone")
        self.postgres.start()
        wait_for(self._cluster.is_ready, READY_S, what="PostgreSQL answers")

    # --- inside --------------------------------------------------------------------------------

    def _make_database(self) -> None:
        if self.plan.own_postgres:
            self._cluster.create()
            if self.plan.wal_disk is not None:
                self._move_wal(self.plan.wal_disk)
            self.postgres = Child(self._cluster.service())
            self.start_postgres()
            self._cluster.prepare()
            self._database_url = self._cluster.url
            self.users = prepare(self._database_url, self.home).users
            return
        name = f"{urlsplit(self.prepared.url).path.lstrip('/')}_{os.getpid()}_{id(self):x}"
        template = urlsplit(self.prepared.url).path.lstrip("/")
        _administer(self.prepared.url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._database_url = with_name(self.prepared.url, name)

    def _move_wal(self, disk: Path) -> None:
        inside = self.places.database / "pg_wal"
        subprocess.run(["cp", "-a", f"{inside}/.", str(disk)], check=True)
        shutil.rmtree(inside)
        inside.symlink_to(disk)
        who = inside.parent.stat()
        os.chown(inside, who.st_uid, who.st_gid, follow_symlinks=False)

    def _reached_database(self) -> str:
        if "database" not in self.plan.through:
            return self._database_url
        parts = urlsplit(self._database_url)
        if parts.hostname:
            target: tuple[str, int] | Path = (parts.hostname, parts.port or 5432)
        else:
            folder = unquote(parts.query.removeprefix("host="))
            target = Path(folder) / ".s.PGSQL.5432"
        who = f"{parts.username}:{parts.password}" if parts.password else parts.username or ROLE
        proxy = self._proxy("database", target)
        return f"postgis://{who}@127.0.0.1:{proxy.port}/{self.database}"

    def _reached_redis(self) -> str:
        if "redis" not in self.plan.through:
            return self._redis_url
        return f"redis://127.0.0.1:{self._proxy('redis', self.places.redis_socket).port}/0"

    def _through(self, name: str, target: tuple[str, int], direct: str) -> str:
        if name not in self.plan.through:
            return direct
        return f"http://127.0.0.1:{self._proxy(name, target).port}"

    def _proxy(self, name: str, target: tuple[str, int] | Path) -> FaultProxy:
        if name not in self.proxies:
            self.proxies[name] = FaultProxy(self.background, target)
        return self.proxies[name]


# --- databases -----------------------------------------------------------------------------------


def prepare(url: str, home: Path) -> Prepared:
    """Migrate and seed an empty database with the demo city."""
    credentials = home / "prepared.json"
    environment = {
        **commands.clean_environment(),
        **time_zones(),
        "DJANGO_SETTINGS_MODULE": "dispatch.settings",
        "DATABASE_URL": url,
        "SIAGA_HOME": str(home),
        "SECRET_KEY": SECRET_KEY,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "LOG_LEVEL": "ERROR",
    }
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "seed", "--city", "demo", "--credentials", str(credentials))
    return Prepared(url=url, users=json.loads(credentials.read_text())["users"])


def with_name(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def create_empty(base_url: str, name: str) -> str:
    _administer(base_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _administer(base_url, f'CREATE DATABASE "{name}"')
    return with_name(base_url, name)


def drop(base_url: str, name: str) -> None:
    _administer(base_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: str, sql: str) -> None:
    """From the cluster's own first database: nobody may be connected to the one that is copied."""
    beside = with_name(url, urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/"))
    with psycopg.connect(_plain(beside), autocommit=True) as connection:
        connection.execute(sql)


def _plain(url: str) -> str:
    return url.replace("postgis://", "postgresql://", 1)


def _manage(environment: Mapping[str, str], *words: str) -> str:
    done = subprocess.run(
        [PYTHON, "manage.py", *words],
        cwd=REPOSITORY,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PREPARE_S,
    )
    assert done.returncode == 0, f"manage.py {words[0]}: {done.stderr[-2000:]}"
    return done.stdout


# --- waiting -------------------------------------------------------------------------------------


def wait_for(question: Callable[[], object], seconds: float, *, what: str) -> float:
    """Ask until it is so; answers after how many seconds it was."""
    started_s = time.monotonic()
    while not question():
        if time.monotonic() - started_s > seconds:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_S)
    return time.monotonic() - started_s


def status_of(url: str, *, timeout_s: float = 3.0) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
