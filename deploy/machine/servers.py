"""Where the programs of PostgreSQL with PostGIS and of Redis are on this machine, and how they get there."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from deploy.machine import commands, debian, say
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.rights import Rights, rights

POSTGRES_MAJOR_MIN = 15


@dataclass(frozen=True)
class Servers:
    """The programs, and the environment in which they find their libraries."""

    postgres_bin: Path
    postgres_major: int
    redis: Path
    environment: dict[str, str]


def find_or_install(debs: PrivateDebs) -> Servers:
    found = _find(Path("/"), debs) or _find(debs.root, debs)
    if found is None:
        if rights() is Rights.NONE:
            debs.refresh()
            debs.unpack(
                debian.server_packages(options=debs.options), what="the database and Redis"
            )
            found = _find(debs.root, debs)
        else:
            if debian.postgres_major() is None:
                debian.refresh(rights=rights())
            debian.install(
                debian.server_packages(), rights=rights(), what="the database and Redis"
            )
            found = _find(Path("/"), debs)
    if found is None:
        raise commands.Failed(
            "PostgreSQL with PostGIS and Redis were installed but cannot be found."
        )
    say.line(f"Found PostgreSQL {found.postgres_major} with PostGIS and {found.redis.name}")
    return found


def _find(root: Path, debs: PrivateDebs) -> Servers | None:
    postgres, redis = _postgres(root), _redis(root)
    if postgres is None or redis is None:
        return None
    base = {**commands.clean_environment(), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    for name in [name for name in base if name.startswith("PG")]:
        del base[name]  # PGHOST, PGPORT … of the person's shell would lead psql to another server
    environment = base if root == Path("/") else debs.environment(base)
    return Servers(
        postgres_bin=postgres[1], postgres_major=postgres[0], redis=redis, environment=environment
    )


def _postgres(root: Path) -> tuple[int, Path] | None:
    folder = root / "usr/lib/postgresql"
    majors = sorted(
        (int(path.name) for path in folder.glob("*") if path.name.isdigit()), reverse=True
    )
    for major in majors:
        programs = folder / str(major) / "bin"
        control = root / f"usr/share/postgresql/{major}/extension/postgis.control"
        if major >= POSTGRES_MAJOR_MIN and (programs / "postgres").exists() and control.exists():
            return major, programs
    return None


def _redis(root: Path) -> Path | None:
    names = ("redis-server", "valkey-server")
    for path in (root / "usr/bin" / name for name in names):
        if os.access(path, os.X_OK):
            return path
    if root == Path("/"):
        found = [path for path in map(shutil.which, names) if path]
        return Path(found[0]) if found else None
    return None
