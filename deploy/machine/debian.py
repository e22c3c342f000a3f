"""Debian packages on this machine, installed by apt when root or sudo allows it.

Neither Debian's own database cluster nor any system service is made or started: what runs is ours, and private.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.machine import commands, say
from deploy.machine.rights import Rights

POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_POLICY = Path("/etc/postgresql-common/createcluster.conf")
WAIT_FOR_APT_S = 300


def need_apt() -> None:
    if shutil.which("apt-get") is None:
        raise commands.Failed(
            "This machine has no apt-get. Siaga 112 installs itself on Debian 12 or 13 and on Ubuntu; elsewhere install "
            "PostgreSQL 15 or newer with PostGIS 3, Redis, Python 3.11 with venv, and start again."
        )


def postgres_major(options: Sequence[str] = ()) -> str | None:
    """The PostgreSQL version that this release of Debian carries, e.g. "17"; None while apt knows no packages."""
    found = re.search(
        r"postgresql-(\d+)",
        commands.answer(["apt-cache", *options, "depends", "postgresql"]) or "",
    )
    return found[1] if found else None


def server_packages(*, options: Sequence[str] = ()) -> list[str]:
    major = postgres_major(options)
    if major is None:
        raise commands.Failed(
            "apt knows no package postgresql; is a Debian mirror configured in /etc/apt?"
        )
    return [f"postgresql-{major}", f"postgresql-{major}-postgis-3", "redis-server"]


def install(packages: Sequence[str], *, rights: Rights, what: str) -> None:
    """apt-get install without recommended packages; tries once more with fresh lists when the old ones are stale."""
    need_apt()
    say.line(f"Installing {what} with apt: {' '.join(packages)}")
    ask = [
        *rights.prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "UCF_FORCE_CONFFOLD=1",
        "apt-get",
    ]
    ask += ["-o", f"DPkg::Lock::Timeout={WAIT_FOR_APT_S}", "-o", "Dpkg::Use-Pty=0"]
    order = [
        *ask,
        "-y",
        "--no-install-recommends",
        "-o",
        "Dpkg::Options::=--force-confold",
        "install",
        *packages,
    ]
    with _no_services_started(rights):
        try:
            commands.run(order, what=f"installing {what}", progress=Progress())
        except commands.Failed:
            refresh(rights=rights)
            commands.run(order, what=f"installing {what}", progress=Progress())


def refresh(*, rights: Rights) -> None:
    say.line("Reading the package lists of the Debian mirror")
    ask = [*rights.prefix, "apt-get", "-o", f"DPkg::Lock::Timeout={WAIT_FOR_APT_S}", "update"]
    commands.run(ask, what="reading the package lists")


class Progress:
    """Counts what apt says, so that a heartbeat can tell how far it is."""

    def __init__(self) -> None:
        self.total = 0
        self.fetched = self.unpacked = self.ready = 0

    def __call__(self, text: str) -> str | None:
        counted = re.match(r"(\d+) upgraded, (\d+) newly installed", text)
        if counted:
            self.total = int(counted[1]) + int(counted[2])
        self.fetched += text.startswith("Get:")
        self.unpacked += text.startswith("Unpacking ")
        self.ready += text.startswith("Setting up ")
        return f"{self.fetched} fetched, {self.unpacked} unpacked, {self.ready} ready of {self.total} packages"


@contextlib.contextmanager
def _no_services_started(rights: Rights) -> Iterator[None]:
    """Debian's answer to "may this package start its service?" is no while we install, as in an image build."""
    made = [path for path in (POLICY, CLUSTER_POLICY) if not path.exists()]
    texts = {POLICY: "#!/bin/sh\nexit 101\n", CLUSTER_POLICY: "create_main_cluster = false\n"}
    for path in made:
        script = f"mkdir -p {path.parent} && printf '%s' \"$1\" > {path} && chmod {'755' if path == POLICY else '644'} {path}"
        commands.run(
            [*rights.prefix, "sh", "-c", script, "sh", texts[path]], what=f"writing {path}"
        )
    try:
        yield
    finally:
        if POLICY in made:
            commands.run([*rights.prefix, "rm", "-f", POLICY], what=f"removing {POLICY}")
