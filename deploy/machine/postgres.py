"""A private PostgreSQL cluster with PostGIS: made once, reached by a unix socket alone, by its owner alone."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.machine import commands, processes, say
from deploy.machine.commands import Failed
from deploy.machine.places import Places
from deploy.machine.rights import Account
from deploy.machine.servers import Servers
from deploy.machine.supervisor import Service

ROLE, DATABASE, ADMIN = "siaga", "siaga", "postgres"
EXTENSIONS = ("postgis", "pg_trgm", "btree_gist")
CONNECTIONS_MAX = 200  # unless more workers than usual are asked for
ORPHANS_PATIENCE_S = 1.0


@dataclass(frozen=True)
class Cluster:
    places: Places
    servers: Servers
    durable: bool = True  # False only for a throw-away cluster of tests
    connections: int = CONNECTIONS_MAX

    @property
    def url(self) -> str:
        """For Django. The database is owned by a role that is no superuser."""
        return (
            f"postgis://{ROLE}@/{DATABASE}?host={quote(str(self.places.postgres_socket), safe='')}"
        )

    @property
    def socket(self) -> Path:
        return self.places.postgres_socket

    def create(self) -> None:
        """Make the cluster if there is none. A cluster that was half made is never taken for one."""
        data = self.places.database
        self._refuse_foreign(data)
        if not (data / "PG_VERSION").exists():
            say.line(f"Making the database cluster in {data}")
            part = data.with_name("pg.part")
            commands.run(["rm", "-rf", part], what="removing a half-made cluster")
            part.mkdir(mode=0o700)
            own(part, self.places.account)
            order: list[str | Path] = [
                self._program("initdb"),
                "-D",
                part,
                "-U",
                ADMIN,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
            ]
            order += ["--auth-local=peer", "--auth-host=reject"] + (
                [] if self.durable else ["--no-sync"]
            )
            self._run(order, what="making the database cluster")
            part.replace(data)
        self._write_access(data)

    def service(self) -> Service:
        places = self.places
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{places.postgres_socket}"',
            "unix_socket_permissions": "0700",
            "max_connections": str(self.connections),
            "shared_buffers": "128MB",
            "jit": "off",  # short queries only; compiling them costs more than it saves
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_duration_statement": "1000",
            "log_line_prefix": "%m [%p] %d ",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        argv = [self._program("postgres"), "-D", str(places.database)]
        argv += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Service(
            name="postgres",
            argv=argv,
            env=self.servers.environment,
            log=places.log / "postgres.log",
            cwd=Path("/"),
            account=places.account,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown: ends connections, keeps every commit
            stop_s=6.0,
            last_stage=True,
            may_start=_orphans_gone(places.database),
        )

    def is_ready(self) -> bool:
        return self.query("select 1", database="postgres") == "1"

    def prepare(self) -> None:
        """The role, the extensions (in template1, so that test databases have them too) and the database."""
        if (
            self.query(f"select 1 from pg_roles where rolname = '{ROLE}'", database="postgres")
            != "1"
        ):
            self._must(f"create role {ROLE} login createdb", database="postgres")
        for name in EXTENSIONS:
            self._must(f"create extension if not exists {name}", database="template1")
        if (
            self.query(
                f"select 1 from pg_database where datname = '{DATABASE}'", database="postgres"
            )
            != "1"
        ):
            self._must(f"create database {DATABASE} owner {ROLE}", database="postgres")

    def recreate(self) -> None:
        """Throw the database away and make an empty one."""
        self._must(f"drop database {DATABASE} with (force)", database="postgres")
        self.prepare()

    def query(self, sql: str, *, database: str = DATABASE) -> str | None:
        """The answer as text; None when the server does not answer or refuses."""
        answer = commands.answer(self._psql(sql, database), env=self.servers.environment)
        return None if answer is None else answer.strip()

    def client(self, program: str, *words: str) -> list[str]:
        """A client program (psql, pg_dump, pg_restore …) of this cluster, as its administrator."""
        return [
            self._program(program),
            "-h",
            str(self.places.postgres_socket),
            "-U",
            ADMIN,
            *words,
        ]

    def _psql(self, sql: str, database: str) -> list[str]:
        return self.client(
            "psql", "-d", database, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql
        )

    def _must(self, sql: str, *, database: str) -> None:
        done = subprocess.run(
            self._psql(sql, database),
            env=self.servers.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Failed(f"The database refuses “{sql}”: {done.stderr.strip()}")

    def _program(self, name: str) -> str:
        return str(self.servers.postgres_bin / name)

    def _run(self, order: Sequence[str | Path], *, what: str) -> None:
        account = self.places.account
        done = subprocess.run(
            [str(word) for word in order],
            env=self.servers.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        if done.returncode:
            raise Failed(f"{what} failed: {done.stderr.strip()}")

    def _refuse_foreign(self, data: Path) -> None:
        if not data.exists():
            return
        owner = self.places.account.uid if self.places.account else os.geteuid()
        if data.stat().st_uid != owner:
            raise Failed(
                f"{data} was made by another user. Start as that user, or choose another --home."
            )
        version = (
            (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else None
        )
        if version and version != str(self.servers.postgres_major):
            raise Failed(
                f"{data} was made by PostgreSQL {version}, and this machine has {self.servers.postgres_major}. "
                "Restore your last backup into a new --home with deploy/restore."
            )

    def _write_access(self, data: Path) -> None:
        """Only the system's own accounts below get in, as told by the kernel (peer): no password, no open trust."""
        people = {pwd.getpwuid(os.geteuid()).pw_name}
        rows = [f'siaga "{person}" {role}' for person in sorted(people) for role in (ROLE, ADMIN)]
        self._write(data / "pg_ident.conf", "\n".join(rows) + "\n")
        self._write(data / "pg_hba.conf", "local all all peer map=siaga\n")

    def _write(self, path: Path, text: str) -> None:
        if path.exists() and path.read_text() == text:
            return
        part = path.with_name(f"{path.name}.part")
        part.write_text(text)
        part.chmod(0o600)
        own(part, self.places.account)
        part.replace(path)


def own(path: Path, account: Account | None) -> None:
    if account:
        os.chown(path, account.uid, account.gid)


def _orphans_gone(data: Path) -> Callable[[], bool]:
    """Whether a new server may start in this folder.

    After kill -9 of the postmaster its sessions may live on for a moment with the shared memory in hand; a second server
    beside them would be refused by PostgreSQL. They end by themselves at their next wait; a busy one is ended.
    """
    waiting_since_s: float | None = None

    def gone() -> bool:
        nonlocal waiting_since_s
        orphans = processes.standing_in(data)
        if not orphans:
            waiting_since_s = None
            _remove_misleading_lock(data / "postmaster.pid")
            return True
        now_s = time.monotonic()
        if waiting_since_s is None:
            waiting_since_s = now_s
            say.line(f"postgres: waiting for {len(orphans)} processes of the server that died")
        elif now_s - waiting_since_s > ORPHANS_PATIENCE_S:
            for orphan in orphans:
                orphan.signal(signal.SIGQUIT)
        return False

    return gone


def _remove_misleading_lock(path: Path) -> None:
    """Remove a lock file only when its number now belongs to a program that is no PostgreSQL.

    That happens in a container started anew and stops PostgreSQL for ever. In every other case PostgreSQL itself knows
    best: the file also names the shared memory by which it notices sessions that are still alive.
    """
    try:
        pid = int(path.read_text().split("\n", 1)[0])
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        return
    if program != "postgres":
        path.unlink()
