"""deploy/up: from nothing to a listening service, and keeping it so."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.machine import application, commands, credentials, places, say
from deploy.machine.application import Application
from deploy.machine.commands import Failed
from deploy.machine.installation import install
from deploy.machine.places import REPOSITORY
from deploy.machine.postgres import Cluster
from deploy.machine.redis import Redis
from deploy.machine.supervisor import Stopped, Supervisor

READY_S = 180  # about 6 s on an idle machine; a busy one must not be taken for a broken one
DATABASE_READY_S = 120  # after a crash PostgreSQL first replays what was not yet in its files
WORKERS_MAX = 64
USERS_SHOWN_MAX = 12


@dataclass(frozen=True)
class Options:
    port: int
    address: str
    home: Path
    workers: int
    seed: str
    demo_traffic: bool
    phone_port: int | None = None


def parse(words: list[str]) -> Options:
    parser = argparse.ArgumentParser(
        prog="deploy/up",
        description="Install what is missing, then start Siaga 112 on this machine. Ctrl-C stops it.",
    )
    parser.add_argument(
        "--port", type=_between(1, 65535), default=8000, help="port of the service (8000)"
    )
    parser.add_argument(
        "--phone-port",
        type=_between(1, 65535),
        help="port of the emulated telephones (the next free one)",
    )
    parser.add_argument(
        "--address",
        default="127.0.0.1",
        help="address to listen on (127.0.0.1: this machine alone)",
    )
    parser.add_argument(
        "--home",
        type=Path,
        default=REPOSITORY / ".siaga",
        help="everything that is not code (.siaga)",
    )
    parser.add_argument(
        "--workers", type=_between(1, WORKERS_MAX), default=2, help="web processes (2)"
    )
    parser.add_argument(
        "--seed", choices=["demo", "empty"], default="demo", help="what a new database gets (demo)"
    )
    parser.add_argument("--demo-traffic", action="store_true", help="emulated callers and crews")
    found = parser.parse_args(words)
    return Options(
        port=found.port,
        address=found.address,
        home=found.home.absolute(),
        workers=found.workers,
        seed=found.seed,
        demo_traffic=found.demo_traffic,
        phone_port=found.phone_port,
    )


def main(words: list[str]) -> int:
    options = parse(words)
    try:
        _up(options)
    except Failed as failure:
        say.error(f"deploy/up: {failure}")
        return failure.status
    except KeyboardInterrupt:
        say.error("deploy/up: stopped before anything was started.")
        return 130
    return 0


def _up(options: Options) -> None:
    installed = install(for_tests=False)
    home = places.prepare(options.home)
    cluster = Cluster(
        places=home,
        servers=installed.servers,
        connections=application.database_connections(options.workers),
    )
    redis = Redis(places=home, servers=installed.servers)
    supervisor = Supervisor(state=home.state)
    supervisor.open(what="deploy/up")
    try:
        described = application.describe(
            home,
            address=options.address,
            ports=application.Ports(options.port, options.phone_port),
            database_url=cluster.url,
            redis_url=redis.url,
            workers=options.workers,
        )
        described.check_settings()
        with contextlib.ExitStack() as listening:
            listener = listening.enter_context(described.listen())
            start_servers(supervisor, cluster, redis)
            _migrate_and_seed(supervisor, cluster, described, city=options.seed)
            described.empty_metrics()
            for number in range(1, options.workers + 1):
                supervisor.add(described.web(number, listener))
            supervisor.add(described.jobs())
            if described.phone_port:
                phones = listening.enter_context(described.listen_for_phones())
                supervisor.add(described.phone(phones))
            _wait_until_ready(supervisor, described)
            if options.demo_traffic:
                supervisor.add(described.demo_traffic())
            _welcome(described, options)
            supervisor.watch()
    except Stopped:
        say.line("Stopping")
    finally:
        supervisor.close()
    say.line("Stopped. Everything is kept in " + str(home.home))


def start_servers(supervisor: Supervisor, cluster: Cluster, redis: Redis) -> None:
    """PostgreSQL and Redis, answering, with the role, the extensions and the database in place."""
    cluster.create()
    say.line("Starting PostgreSQL and Redis")
    supervisor.add(cluster.service())
    supervisor.add(redis.service())
    for name, is_ready in (("postgres", cluster.is_ready), ("redis", redis.is_ready)):
        if not supervisor.wait_for(
            is_ready, timeout_s=DATABASE_READY_S, what=f"waiting for {name}"
        ):
            raise Failed(
                f"{name} does not answer after {DATABASE_READY_S} s; its log: {cluster.places.log / name}.log"
            )
    cluster.prepare()


def _migrate_and_seed(
    supervisor: Supervisor, cluster: Cluster, described: Application, *, city: str
) -> None:
    log = described.places.log / "setup.log"
    say.line("Bringing the tables up to date")
    _must_run(supervisor, described, ["migrate", "--no-input"], log=log, what="manage.py migrate")
    if cluster.query("select count(*) from accounts_user") not in {None, "0"}:
        return
    say.line(f"The database is empty: writing the city “{city}”")
    words = [
        "seed",
        "--city",
        city,
        "--credentials",
        str(described.places.home / "credentials.json"),
    ]
    _must_run(supervisor, described, words, log=None, what="manage.py seed")


def _must_run(
    supervisor: Supervisor,
    described: Application,
    words: list[str],
    *,
    log: Path | None,
    what: str,
) -> None:
    # What speaks to a person says so in sentences; lines meant for machines go into logs.
    quiet = {} if log else {"LOG_LEVEL": "WARNING"}
    status = supervisor.run(
        described.manage(*words),
        env={**described.environment, **quiet},
        cwd=REPOSITORY,
        log=log,
        what=what,
    )
    if status:
        raise Failed(f"{what} failed with exit status {status}." + (_tail(log) if log else ""))


def _wait_until_ready(supervisor: Supervisor, described: Application) -> None:
    say.line("Starting the web workers and the job worker")
    if not supervisor.wait_for(
        lambda: described.answers("/healthz/ready"),
        timeout_s=READY_S,
        what="waiting until calls can be taken",
    ):
        raise Failed(
            f"The service is not ready after {READY_S} s.{_tail(described.places.log / 'web-1.log')}"
        )


def _tail(log: Path) -> str:
    lines = (
        log.read_text(errors="replace").splitlines()[-commands.FAILURE_LINES_MAX :]
        if log.exists()
        else []
    )
    return f" The end of {log}:\n" + "\n".join(f"    {text}" for text in lines)


def _welcome(described: Application, options: Options) -> None:
    url = described.base_url
    say.line(f"Siaga 112 listens on {url}")
    say.plain()
    say.plain(f"  Dispatchers   {url}/console/")
    say.plain(f"  Field crews   {url}/tablet/")
    say.plain(f"  Supervisors   {url}/supervisor/")
    say.plain(f"  Reference     {url}/admin/")
    if described.phone_url:
        say.plain(
            f"  Telephones    {described.phone_url}/phone/   ring, write, send a pin: as a citizen does"
        )
    users = credentials.load(described.places.home).get("users", [])
    if users:
        say.plain()
        say.plain(f"  {'role':<12} {'username':<24} password")
    for user in _one_of_each_first(users)[:USERS_SHOWN_MAX]:
        say.plain(f"  {user['role']:<12} {user['username']:<24} {user['password']}")
    if len(users) > USERS_SHOWN_MAX:
        say.plain(f"  … and {len(users) - USERS_SHOWN_MAX} more")
    say.plain()
    say.plain(
        f"  All sign-ins and tokens: {described.places.home / 'credentials.json'}    Logs: {described.places.log}"
    )
    traffic = (
        "Emulated callers and crews are at work."
        if options.demo_traffic
        else "A living city: --demo-traffic."
    )
    say.plain(f"  {traffic} Ctrl-C stops everything; nothing is lost.")
    say.plain()


def _one_of_each_first(users: list[dict[str, str]]) -> list[dict[str, str]]:
    seen: set[str] = set()
    first = [user for user in users if user["role"] not in seen and not seen.add(user["role"])]  # type: ignore[func-returns-value]
    return first + [user for user in users if user not in first]


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse_number(text: str) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"“{text}” is not a number from {low} to {high}")
        return int(text)

    return parse_number
