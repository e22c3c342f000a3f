"""Debian packages for a person without rights: downloaded by apt with private lists, unpacked in a private folder.

Nothing outside the folder changes. What a package's own scripts would do at installation (links, alternatives)
is done here for the few packages that need it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.machine import commands, debian, say

LISTS_AGE_S_MAX = 24 * 3600
# The C library is one piece with the program loader of the machine; a second one beside it crashes every program.
NEVER_UNPACKED = frozenset({"libc6", "libc-bin"})
MERGED = ("bin", "sbin", "lib", "lib64")


class PrivateDebs:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
        self._apt = folder / "apt"
        self._unpacked = folder / "unpacked.txt"

    @property
    def options(self) -> list[str]:
        """How apt is told to keep its lists and packages here."""
        settings = {
            "Dir::State::Lists": self._apt / "lists",
            "Dir::Cache": self._apt,
            "Dir::Cache::pkgcache": self._apt / "pkgcache.bin",
            "Dir::Cache::srcpkgcache": self._apt / "srcpkgcache.bin",
            "Debug::NoLocking": "1",
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
        }
        return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]

    def refresh(self) -> None:
        """Read the package lists into the private folder, unless they are of today."""
        debian.need_apt()
        stamp = self._apt / "refreshed"
        if stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_AGE_S_MAX:
            return
        for part in ("lists/partial", "archives/partial"):
            (self._apt / part).mkdir(parents=True, exist_ok=True)
        say.line("Reading the package lists of the Debian mirror into a private folder")
        commands.run(["apt-get", *self.options, "update"], what="reading the package lists")
        stamp.touch()

    def unpack(self, packages: Sequence[str], *, what: str) -> None:
        """Make the packages and all that they need, beyond what the machine has, available under `root`."""
        self.refresh()
        done = set(self._unpacked.read_text().split()) if self._unpacked.exists() else set()
        wanted = [package for package in self._resolve(packages) if package not in done]
        if wanted:
            say.line(
                f"Downloading {what}: {len(wanted)} Debian packages, unpacked under {self.root}"
            )
            archives = self._download(wanted)
            self._extract(archives, what=what)
            self._finish()
        with self._unpacked.open("a") as record:
            record.writelines(f"{package}\n" for package in wanted)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with the paths that make unpacked programs find their libraries and data."""
        if not self.root.is_dir():
            return dict(base)
        libraries = [
            folder
            for folder in sorted((self.root / "usr/lib").glob("*-linux-gnu*"))
            if folder.is_dir()
        ]
        extra = [
            folder / name
            for folder in libraries
            for name in ("blas", "lapack", "pulseaudio", "nss")
        ]
        paths = [str(folder) for folder in [*libraries, *extra] if folder.is_dir()]
        share = self.root / "usr/share"
        found = {
            "LD_LIBRARY_PATH": ":".join(paths),
            "PROJ_DATA": f"{share}/proj",
            "PROJ_LIB": f"{share}/proj",
        }
        return {**base, **found, "GDAL_DATA": f"{share}/gdal"}

    def _resolve(self, packages: Sequence[str]) -> list[str]:
        """name=version of everything that apt would install for these packages on this machine."""
        ask = [
            "apt-get",
            *self.options,
            "-s",
            "-y",
            "--no-install-recommends",
            "install",
            *packages,
        ]
        plan = commands.run(ask, what=f"working out what {' '.join(packages)} need")
        found = re.findall(r"^Inst (\S+) (?:\[\S*\] )?\((\S+)", plan, re.MULTILINE)
        return [
            f"{name}={version}"
            for name, version in found
            if name.split(":")[0] not in NEVER_UNPACKED
        ]

    def _download(self, wanted: Sequence[str]) -> list[Path]:
        shelf = self._apt / "archives"
        shutil.rmtree(shelf, ignore_errors=True)
        (shelf / "partial").mkdir(parents=True)
        fetched = 0

        def progress(text: str) -> str:
            nonlocal fetched
            fetched += text.startswith("Get:")
            return f"{fetched} of {len(wanted)} packages"

        ask = ["apt-get", *self.options, "download", *wanted]
        try:
            commands.run(ask, what="downloading", cwd=shelf, progress=progress)
        except commands.Failed:
            # A security update between two days replaces packages that the lists of yesterday still name.
            (self._apt / "refreshed").unlink(missing_ok=True)
            raise
        return sorted(shelf.glob("*.deb"))

    def _extract(self, archives: Sequence[Path], *, what: str) -> None:
        (self.root / "usr").mkdir(parents=True, exist_ok=True)
        for (
            name
        ) in MERGED:  # some packages still carry /lib/…; the machine's programs look in /usr/lib
            (self.root / "usr" / name).mkdir(exist_ok=True)
            if not (self.root / name).exists():
                (self.root / name).symlink_to(f"usr/{name}")
        spoken = time.monotonic()
        for count, archive in enumerate(archives, start=1):
            with subprocess.Popen(
                ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE
            ) as source:
                order: list[str | Path] = [
                    "tar",
                    "-x",
                    "--keep-directory-symlink",
                    "--no-same-owner",
                    "-C",
                    self.root,
                ]
                unpacked = subprocess.run(order, stdin=source.stdout, check=False)
            if unpacked.returncode or source.returncode:
                raise commands.Failed(f"{archive.name} could not be unpacked; is the disk full?")
            archive.unlink()
            if time.monotonic() - spoken >= commands.HEARTBEAT_S:
                spoken = time.monotonic()
                say.line(f"  … unpacking {what}: {count} of {len(archives)} packages")

    def _finish(self) -> None:
        """What the packages' scripts would link: PostGIS picks its version by update-alternatives."""
        for control in (self.root / "usr/share/postgresql").glob("*/extension/*-3.control"):
            link = control.with_name(control.name.replace("-3.control", ".control"))
            if not os.path.lexists(link):
                link.symlink_to(control.name)
