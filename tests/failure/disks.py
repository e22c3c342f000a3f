"""Small disks of their own, in memory, that a test can fill."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MEGABYTE = 1024**2


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system of this size at this folder. Only root may mount; others skip, and say so."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount the small disk that this test fills")
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        # Lazily: a process that is just ending may still hold a file.
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, share: float = 1.0) -> Path:
    """Take room until this part of the disk is in use; 1 takes the last byte. Returns the file that does it."""
    filler = folder / "filler"
    told = os.statvfs(folder)
    used = (told.f_blocks - told.f_bfree) * told.f_frsize
    wanted = int(told.f_blocks * told.f_frsize * share) - used
    with filler.open("wb", buffering=0) as file:
        try:
            while wanted > 0:
                wanted -= file.write(b"\0" * min(wanted, MEGABYTE // 16))
            if share >= 1:
                while True:
                    file.write(b"\0" * 512)
        except OSError:
            pass  # that was the last byte
    return filler
