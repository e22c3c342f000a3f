"""Where everything lies: the repository, the home folder, and the short paths that sockets need."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.machine import rights
from deploy.machine.commands import Failed
from deploy.machine.rights import Account

REPOSITORY = Path(__file__).resolve().parent.parent.parent
VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin/python"
DEBS = REPOSITORY / ".siaga/debs"
# A socket's path may have 107 bytes; this leaves room for "/postgres/.s.PGSQL.5432".
SOCKET_FOLDER_BYTES_MAX = 80
TAG_CHARS_MAX = 12


@dataclass(frozen=True)
class Places:
    """The folders of one home. `account` is whom PostgreSQL runs as when we are root, else None."""

    home: Path
    account: Account | None
    database: Path
    sockets: Path

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / "postgres"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis/redis.sock"

    @property
    def redis(self) -> Path:
        return self.home / "redis"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def state(self) -> Path:
        return self.home / "run"


def prepare(home: Path) -> Places:
    """Make the folders of a home, each only for whom it is. Can be run again."""
    account = rights.database_account()
    _make(home, mode=0o711 if account else 0o700)
    tag = hashlib.sha256(str(home).encode()).hexdigest()[:TAG_CHARS_MAX]
    inside, outside = home, Path("/var/lib") / f"siaga-{tag}"
    if account and not rights.can_enter(home, account):
        # The clone lies in a folder like /root, closed to the account that PostgreSQL must run under.
        inside = outside
        _make(outside, mode=0o711)
    sockets = inside / "run"
    if len(os.fsencode(sockets)) > SOCKET_FOLDER_BYTES_MAX:
        sockets = Path("/tmp") / f"siaga-{os.geteuid()}-{tag}"
    places = Places(home=home, account=account, database=inside / "pg", sockets=sockets)
    for folder in (places.redis, places.log, places.state, home / "media", home / "journal"):
        _make(folder, mode=0o711 if folder == places.sockets and account else 0o700)
    _make(sockets, mode=0o711 if account else 0o700)
    _make(places.redis_socket.parent, mode=0o700)
    _make(places.postgres_socket, mode=0o700)
    if account:
        os.chown(places.postgres_socket, account.uid, account.gid)
        if inside != home and not (home / "pg").is_symlink():
            (home / "pg").symlink_to(places.database)
    return places


def _make(folder: Path, *, mode: int) -> None:
    """A folder of ours with just this mode. In /tmp somebody else may have made one of this name: then we stop."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise Failed(f"The folder {folder} cannot be made: {error.strerror}.") from error
    if not stat.S_ISDIR(status.st_mode):
        raise Failed(f"{folder} is not a folder.")
    if os.geteuid() not in (0, status.st_uid):
        raise Failed(
            f"The folder {folder} belongs to somebody else; choose another one with --home."
        )
    if stat.S_IMODE(status.st_mode) != mode:
        folder.chmod(mode)
