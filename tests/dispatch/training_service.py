"""The seeded demo city in the test database, served by a real process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from tests.load.serving import Service, database_url, serving


@contextmanager
def demo_service(folder: Path) -> Iterator[Service]:
    service = Service(folder, database_url(connection.settings_dict))
    seeded = folder / "seeded.json"
    call_command("seed", city="demo", credentials=seeded, stdout=StringIO())
    service.write_credentials(json.loads(seeded.read_text())["users"])
    with serving(service):
        yield service
