"""Everything that the machine needs before the first process starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deploy.machine import commands, node_packages, python_env, say, servers
from deploy.machine.places import DEBS, PYTHON, REPOSITORY
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.rights import Rights, rights
from deploy.machine.servers import Servers

WHO = {
    Rights.ROOT: "as root: what is missing is installed with apt",
    Rights.SUDO: "with sudo: what is missing is installed with apt",
    Rights.NONE: "without rights on this machine: what is missing is unpacked privately under .siaga/debs",
}


@dataclass(frozen=True)
class Installed:
    servers: Servers
    debs: PrivateDebs


def install(*, for_tests: bool) -> Installed:
    """Install what is missing. The second time it finds everything and takes about a second."""
    say.line(f"Installing {WHO[rights()]}")
    debs = PrivateDebs(DEBS)
    found = servers.find_or_install(debs)
    python_env.ensure(
        requirements="requirements-dev.txt" if for_tests else "requirements.txt", debs=debs
    )
    node_packages.ensure(with_tools=for_tests)
    order: list[str | Path] = [PYTHON, "-m", "deploy.machine.translations"]
    say.line(commands.run(order, what="compiling the translations", cwd=REPOSITORY).strip())
    return Installed(servers=found, debs=debs)
