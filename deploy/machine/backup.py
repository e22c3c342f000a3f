"""deploy/backup and deploy/restore: a home's database and files as one folder, and back from it.

A backup is a folder with `database.dump` (pg_dump's custom format, one consistent moment), `files.tar.gz` (media,
journal, credentials.json, secret_key) and `backup.json`. It holds personal data and secrets: mode 0700, keep it so.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.machine import commands, places, say, servers
from deploy.machine.commands import Failed
from deploy.machine.places import DEBS, REPOSITORY, Places
from deploy.machine.postgres import DATABASE, Cluster
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.redis import Redis
from deploy.machine.start import start_servers
from deploy.machine.supervisor import Stopped, Supervisor

FILES = ("media", "journal", "credentials.json", "secret_key")
_extraction: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
COUNTED = ("realtime_event", "calls_call", "dispatch_incident", "accounts_user")


def backup_main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="deploy/backup", description="Write a home's database and files into a folder."
    )
    parser.add_argument("--home", type=Path, default=REPOSITORY / ".siaga")
    parser.add_argument(
        "--to", type=Path, help="the folder to make (backup-<time> under the home's backups)"
    )
    found = parser.parse_args(words)
    home = found.home.absolute()
    now = datetime.datetime.now(datetime.UTC)
    target = (found.to or home / "backups" / f"backup-{now:%Y%m%dT%H%M%SZ}").absolute()
    return _sentences("deploy/backup", lambda: _backup(home, target, now=now))


def restore_main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="deploy/restore", description="Fill a home from a backup, while it is stopped."
    )
    parser.add_argument("--home", type=Path, default=REPOSITORY / ".siaga")
    parser.add_argument(
        "--replace", action="store_true", help="throw away the database that the home has now"
    )
    parser.add_argument("backup", type=Path, help="the folder that deploy/backup wrote")
    found = parser.parse_args(words)
    source, home = found.backup.absolute(), found.home.absolute()
    return _sentences("deploy/restore", lambda: _restore(home, source, replace=found.replace))


def _sentences(name: str, act: Callable[[], None]) -> int:
    try:
        act()
    except Failed as failure:
        say.error(f"{name}: {failure}")
        return failure.status
    except (Stopped, KeyboardInterrupt):
        say.error(f"{name}: stopped; what it wrote is not complete.")
        return 130
    return 0


def _backup(home: Path, target: Path, *, now: datetime.datetime) -> None:
    if not (home / "pg").exists():
        msg = f"{home} holds no database; name the right folder with --home."
        raise Failed(msg)
    part = target.with_name(f"{target.name}.part")
    if target.exists() or part.exists():
        msg = f"{target} (or {part.name}) exists already."
        raise Failed(msg)
    cluster, supervisor = _cluster(home)
    try:
        if not cluster.is_ready():
            _start(cluster, supervisor, what="deploy/backup")
        part.mkdir(mode=0o700, parents=True)
        say.line("Writing the database")
        dump = cluster.client("pg_dump", "-d", DATABASE, "-Fc", "-f", str(part / "database.dump"))
        commands.run(dump, what="writing the database", env=cluster.servers.environment)
        rows = _rows(cluster)
    finally:
        supervisor.close()
    say.line("Writing the files")
    with tarfile.open(part / "files.tar.gz", "w:gz") as archive:
        for name in FILES:
            if (home / name).exists():
                archive.add(home / name, arcname=name)
    facts = {"at": now.isoformat(), "postgres": cluster.servers.postgres_major, "rows_about": rows}
    (part / "backup.json").write_text(json.dumps(facts, indent=2) + "\n")
    for path in part.iterdir():
        path.chmod(0o600)
        _to_disk(path)
    part.replace(target)
    _to_disk(target.parent)
    size_mb = sum(path.stat().st_size for path in target.iterdir()) / 1e6
    say.line(f"Backup complete: {target} ({size_mb:.1f} MB). Copy it to another machine.")


def _restore(home: Path, source: Path, *, replace: bool) -> None:
    if not (source / "backup.json").exists() or not (source / "database.dump").exists():
        msg = f"{source} is not a complete backup."
        raise Failed(msg)
    cluster, supervisor = _cluster(home)
    try:
        _start(cluster, supervisor, what="deploy/restore")
        if cluster.query("select count(*) from pg_tables where schemaname = 'public'") not in {
            "0",
            "1",
        }:
            if not replace:
                msg = f"{home} has a database already. Choose a new --home, or throw that one away with --replace."
                raise Failed(msg)
            say.line("Throwing the present database away")
            cluster.recreate()
        say.line("Restoring the database")
        order = cluster.client(
            "pg_restore", "-d", DATABASE, "--exit-on-error", str(source / "database.dump")
        )
        commands.run(order, what="restoring the database", env=cluster.servers.environment)
        say.line(
            "Rows now: " + ", ".join(f"{name} {count}" for name, count in _rows(cluster).items())
        )
    finally:
        supervisor.close()
    say.line("Restoring the files")
    with tarfile.open(source / "files.tar.gz") as archive:
        # Only plain files and folders below the home; Python 3.11.2 does not know the filter that says so.
        known = [
            entry
            for entry in archive
            if (entry.isfile() or entry.isdir()) and _is_ours(entry.name)
        ]
        archive.extractall(home, members=known, **_extraction)
    say.line(f"Restored. Start it with: deploy/up --home {home}")


def _cluster(home: Path) -> tuple[Cluster, Supervisor]:
    prepared: Places = places.prepare(home)
    found = servers.find_or_install(PrivateDebs(DEBS))
    return Cluster(places=prepared, servers=found), Supervisor(state=prepared.state)


def _start(cluster: Cluster, supervisor: Supervisor, *, what: str) -> None:
    supervisor.open(what=what)
    start_servers(supervisor, cluster, Redis(places=cluster.places, servers=cluster.servers))


def _rows(cluster: Cluster) -> dict[str, int]:
    counted = {name: cluster.query(f"select count(*) from {name}") for name in COUNTED}
    return {name: int(count) for name, count in counted.items() if count}


def _is_ours(name: str) -> bool:
    parts = Path(name).parts
    return bool(parts) and parts[0] in FILES and ".." not in parts


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
