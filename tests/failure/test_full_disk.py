"""Journal, media and logs on a disk that is full: media go first, logs make room, calls are stored."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from deploy.machine import logfiles
from realtime import storage
from realtime.storage import Matter
from tests.failure.callers import ring
from tests.failure.disks import MEGABYTE, fill, small_disk
from tests.load.serving import Service, database_url, serving

pytestmark = [pytest.mark.failure, pytest.mark.timeout(300)]
CALLS = 20


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "home", megabytes=4) as folder:
        for name in ("journal", "media", "log"):
            (folder / name).mkdir()
        yield folder


def ask(service: Service, path: str) -> Any:
    with urllib.request.urlopen(f"{service.base_url}{path}", timeout=10) as answer:
        return json.loads(answer.read())


@pytest.mark.django_db(transaction=True)
def test_with_a_full_disk_the_worker_goes_on_and_every_call_is_stored(home: Path) -> None:
    """Its log cannot take a letter more, and it has much to say: at DEBUG every request writes lines."""
    service = Service(home, database_url(connection.settings_dict), extra={"LOG_LEVEL": "DEBUG"})
    with serving(service):
        assert ask(service, "/healthz/ready")["refused"] == []
        fill(home)
        before = (home / "web.log").stat().st_size
        answers = [ring(service, number) for number in range(CALLS)]
        ready = ask(service, "/healthz/ready")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls_call")
        assert cursor.fetchone()[0] == CALLS
    assert {status for status, _text in answers} == {200}
    assert all("<Response>" in text for _status, text in answers)
    assert ready["refused"] == ["media", "traces"]
    assert ready["storage"]["journal"]["level"] == "critical"
    assert (home / "web.log").stat().st_size - before < MEGABYTE // 16, "the disk was not full"


def test_media_are_refused_while_there_is_still_room_for_calls(home: Path) -> None:
    taken = []
    for share in (0.5, 0.84, 0.87, 0.94, 0.97):
        fill(home, share=share)
        taken.append(
            (
                share,
                storage.has_room(Matter.MEDIA, home=home, folder="media"),
                storage.has_room(Matter.CALLS, home=home, folder="journal"),
            )
        )
        (home / "filler").unlink()

    assert taken == [
        (0.5, True, True),
        (0.84, True, True),
        (0.87, False, True),
        (0.94, False, True),
        (0.97, False, True),
    ]


def write_on(descriptor: int) -> None:
    """As a program does that has much to say; the first words may still find room in the file's last page."""
    for _line in range(MEGABYTE // 512):
        os.write(descriptor, b"lost\n" * 100)


def test_logs_make_room_on_a_full_disk_and_the_program_writes_on(home: Path) -> None:
    log = home / "log/web-1.log"
    descriptor = logfiles.open_log(log)
    os.write(descriptor, b"old words\n" * (MEGABYTE // 10))
    log.with_name("web-1.log.1").write_bytes(b"\0" * MEGABYTE)
    fill(home)
    with pytest.raises(OSError, match="No space left"):
        write_on(descriptor)

    logfiles.rotate([log])

    os.write(descriptor, b"what is wrong now\n")
    os.close(descriptor)
    assert log.read_bytes() == b"what is wrong now\n"
    assert not log.with_name("web-1.log.1").exists()


def test_logs_of_a_disk_with_room_are_kept(home: Path) -> None:
    log = home / "log/web-1.log"
    log.write_bytes(b"\0" * MEGABYTE)
    logfiles.rotate([log])
    assert log.stat().st_size == MEGABYTE
