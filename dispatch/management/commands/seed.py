"""Fill an empty database with a demo city, or with the reference data a real centre starts with."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from dispatch.services import seeding


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--city", choices=("demo", "empty"), default="demo")
        parser.add_argument(
            "--credentials",
            required=True,
            type=Path,
            metavar="PATH",
            help="JSON file (made readable by its owner alone) that gets the new sign-ins as `users`",
        )

    def handle(self, *_args: Any, city: str, credentials: Path, **_options: Any) -> None:
        if not seeding.is_empty():
            self.stdout.write("The database is not empty: nothing is written.")
            return
        content = _content_of(credentials)
        begun = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"  {time.monotonic() - begun:5.1f} s  {line}")
            self.stdout.flush()

        def keep(users: list[dict[str, str]]) -> None:
            _write_private(credentials, {**content, "users": users})

        seeding.seed(city=city, now=timezone.now(), say=say, keep=keep)
        say("done")
        self.stdout.write(f"The sign-ins are in {credentials}")


def _content_of(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        sentence = f"{path} is not JSON ({error}); put it away first."
        raise CommandError(sentence) from None
    if not isinstance(content, dict):
        sentence = f"{path} must hold a JSON object."
        raise CommandError(sentence)
    return content


def _write_private(path: Path, content: dict[str, Any]) -> None:
    """Mode 0600 from its first byte, and never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        json.dump(content, stream, indent=2, ensure_ascii=False)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
