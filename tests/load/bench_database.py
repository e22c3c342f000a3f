"""A database of its own for one measurement, on the cluster of DATABASE_URL, dropped at the end."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import environ
import psycopg
from psycopg import sql

from tests.load.serving import Service, database_url


@contextmanager
def measured_service(*, city: str = "empty", **changes: object) -> Iterator[Service]:
    """A migrated and seeded service that is not started yet; the empty city has an administrator and nobody else."""
    address = os.environ.get("DATABASE_URL")
    if not address:
        sys.exit("Set DATABASE_URL (postgis://…) to a cluster where a database may be made.")
    settings = {"PASSWORD": "", "PORT": "", **environ.Env.db_url_config(address)}
    settings["HOST"] = settings.get("OPTIONS", {}).get("host") or settings["HOST"]
    name = f"siaga_bench_{os.getpid()}"
    with (
        tempfile.TemporaryDirectory(prefix="siaga-bench-") as folder,
        psycopg.connect(plain_address(settings, "postgres"), autocommit=True) as server,
    ):
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        service = Service(Path(folder), database_url(settings, name=name), **changes)
        try:
            service.manage("migrate", "--verbosity=0")
            service.write_credentials([])
            service.manage("seed", f"--city={city}", f"--credentials={service.credentials_path}")
            yield service
        finally:
            service.stop()
            server.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def plain_address(settings: dict, name: str) -> str:
    """A psycopg address of a database of the same cluster."""
    parts = {
        "host": settings["HOST"],
        "port": settings["PORT"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "dbname": name,
    }
    return psycopg.conninfo.make_conninfo(**{key: value for key, value in parts.items() if value})
