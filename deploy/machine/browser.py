"""A Chromium for the browser tests: the machine's own, Debian's package, or that package unpacked privately."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from deploy.machine import commands, debian, node_packages, say
from deploy.machine.places import PYTHON, REPOSITORY
from deploy.machine.private_debs import PrivateDebs
from deploy.machine.rights import Rights, rights

PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-liberation")
NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chrome")
DOWNLOADED = REPOSITORY / ".siaga/browsers"


def find_or_install(debs: PrivateDebs) -> Path:
    """The path of a program that starts Chromium."""
    named = os.environ.get("CHROMIUM")
    if named and not os.access(named, os.X_OK):
        msg = f"CHROMIUM={named} is not a program."
        raise commands.Failed(msg)
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    if rights() is Rights.NONE:
        debs.refresh()
        if _is_packaged(debs.options):
            debs.unpack(PACKAGES, what="Chromium")
            return _starter(debs)
    elif _is_packaged([]):
        debian.install(PACKAGES, rights=rights(), what="Chromium")
        return Path("/usr/bin/chromium")
    return _downloaded()


def _is_packaged(options: list[str]) -> bool:
    """Debian carries Chromium; Ubuntu carries only a stub that wants a running snap service."""
    return commands.answer(["apt-cache", *options, "show", "chromium"]) not in {None, ""}


def _starter(debs: PrivateDebs) -> Path:
    """A script that starts the unpacked Chromium with its own libraries and fonts."""
    fonts = debs.folder / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n'
        f"  <dir>{debs.root}/usr/share/fonts</dir>\n  <dir>/usr/share/fonts</dir>\n"
        f"  <cachedir>{debs.folder}/fontcache</cachedir>\n</fontconfig>\n"
    )
    libraries = debs.environment({})["LD_LIBRARY_PATH"]
    script = debs.folder / "chromium"
    script.write_text(
        "#!/bin/sh\n"
        f'export LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="{fonts}"\n'
        f'exec "{debs.root}/usr/lib/chromium/chromium" "$@"\n'
    )
    script.chmod(0o755)
    return script


def _downloaded() -> Path:
    """The browser of playwright's own makers, where Debian's is not to be had."""
    say.line("Downloading Chromium with playwright")
    environment = {
        **commands.download_environment(),
        "PLAYWRIGHT_BROWSERS_PATH": str(DOWNLOADED),
        "PLAYWRIGHT_NODEJS_PATH": str(node_packages.node()),
    }
    order = [str(PYTHON), "-m", "playwright", "install", "chromium"]
    if rights() is not Rights.NONE:
        order.insert(-1, "--with-deps")
    try:
        commands.run(order, what="downloading Chromium", env=environment)
    except commands.Failed as failure:
        msg = (
            f"{failure}\nThis release carries no Chromium as a package, and playwright's could not be had. "
            "Install one and name it: CHROMIUM=/path/to/chromium deploy/test"
        )
        raise commands.Failed(msg) from failure
    programs = sorted(DOWNLOADED.glob("chromium-*/chrome-linux*/chrome"))
    if not programs:
        msg = "playwright downloaded no Chromium; name one with CHROMIUM=/path/to/chromium."
        raise commands.Failed(msg)
    return programs[-1]
