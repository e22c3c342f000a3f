"""Where media lie, and the child process that makes them harmless. They are outside the web root: only a view reads them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from realtime import storage

RECODE_S_MAX = 150.0  # by the clock; by the processor the child stops itself
ANSWER_BYTES_MAX = 10_000
PROGRAM = Path(__file__).with_name("media_recode.py")
FOLDER = "messages"
CONTENT_TYPES = {
    ("picture", "full"): ("full.jpg", "image/jpeg"),
    ("picture", "thumb"): ("thumb.jpg", "image/jpeg"),
    ("film", "full"): ("full.webm", "video/webm"),
    ("film", "thumb"): ("thumb.jpg", "image/jpeg"),
    ("sound", "full"): ("full.webm", "audio/webm"),
}


def folder_of(media_id: UUID) -> Path:
    """Spread over 256 folders by the end of the id, which is chance."""
    return Path(settings.MEDIA_ROOT) / FOLDER / media_id.hex[-2:] / str(media_id)


def has_room() -> bool:
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    return storage.has_room(
        storage.Matter.MEDIA,
        home=Path(settings.MEDIA_ROOT).parent,
        folder=Path(settings.MEDIA_ROOT).name,
    )


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder on the same disk, gone afterwards whatever happens."""
    root = Path(settings.MEDIA_ROOT) / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".coming-", dir=root) as folder:
        yield Path(folder)


def recode(source: Path, folder: Path, *, within_s: float | None = None) -> dict[str, Any]:
    """What the child says: kind and size of what it has written to `folder`, or `problem`."""
    command = [sys.executable, "-I", str(PROGRAM), str(source), str(folder)]
    # Nothing of our environment: no key, no address of the database.
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "OMP_NUM_THREADS": "1"},
        start_new_session=True,
        cwd=folder,
    ) as child:
        try:
            answer, _ = child.communicate(timeout=within_s or RECODE_S_MAX)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            return {"problem": "too_long_to_open"}
    if child.returncode != 0:
        return {"problem": "too_big_to_open"}  # ended by one of its limits
    try:
        told: dict[str, Any] = json.loads(answer[:ANSWER_BYTES_MAX])
    except ValueError:
        return {"problem": "damaged"}
    return told


def keep(coming: Path, media_id: UUID) -> int:
    """Move what was made to its place; answers its bytes."""
    place = folder_of(media_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place, ignore_errors=True)
    coming.replace(place)
    return sum(one.stat().st_size for one in place.iterdir())


def remove(media_id: UUID) -> None:
    shutil.rmtree(folder_of(media_id), ignore_errors=True)
