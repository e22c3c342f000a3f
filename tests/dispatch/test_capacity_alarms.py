"""Disks and connections: an alarm before an outage, cleared by itself when there is room again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from dispatch.models import Alarm
from dispatch.services import capacity
from realtime import eventlog, storage
from realtime.storage import Disk
from tests import factories
from units import ingest
from units.domain import Fix

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = 4 * 1024**2


@pytest.fixture
def disk(monkeypatch):
    """How full the disk of journal and media is, as the test says."""

    def fill(share: float) -> None:
        disks = [Disk(("journal", "media"), bytes_free=SMALL, used_share=share)]
        monkeypatch.setattr(storage, "read", lambda *_args, **_more: disks)

    fill(0.5)
    return fill


def check() -> list[tuple[str, str]]:
    capacity.check(now=timezone.now())
    open_now = Alarm.objects.filter(cleared_at=None).order_by("kind")
    return list(open_now.values_list("kind", "severity"))


def test_alarms_follow_a_disk_that_fills_up_and_empties_again(disk):
    seen = []
    for share in (0.79, 0.81, 0.85, 0.91, 0.99, 0.89, 0.85, 0.79, 0.77):
        disk(share)
        seen.append((share, check()))

    filling, nearly = ("disk_filling", "warning"), ("disk_nearly_full", "critical")
    assert seen == [
        (0.79, []),
        (0.81, [filling]),
        (0.85, [filling]),
        (0.91, [nearly]),
        (0.99, [nearly]),
        (0.89, [filling, nearly]),
        (0.85, [filling]),
        (0.79, [filling]),
        (0.77, []),
    ]


def test_a_quiet_minute_writes_nothing(disk):
    check()
    before = eventlog.head_seq()
    check()
    assert eventlog.head_seq() == before


def test_the_alarm_says_which_folders_how_full_and_what_is_refused(disk):
    disk(0.87)
    check()
    assert Alarm.objects.get().facts == {
        "folders": "journal, media",
        "percent": 87,
        "refused": ["media"],
    }


def test_connections_that_run_out_are_an_alarm_until_they_are_back(disk, monkeypatch):
    monkeypatch.setattr(capacity, "_connections", lambda: (160, 200))
    assert check() == [("database_connections", "critical")]
    monkeypatch.setattr(capacity, "_connections", lambda: (159, 200))
    assert check() == []


def test_the_connections_are_really_counted(disk):
    used, most = capacity._connections()
    assert 1 <= used <= most


def test_readiness_and_metrics_say_how_full_the_disks_are(disk):
    disk(0.87)
    ready = Client().get("/healthz/ready")
    text = Client().get("/metrics").content.decode()

    assert ready.status_code == 200, "calls are still taken"
    assert ready.json()["storage"]["media"] == {"used_percent": 87.0, "level": "warning"}
    assert ready.json()["refused"] == ["media"]
    assert 'siaga_storage_free_bytes{folder="journal"} 4.194304e+06' in text
    assert 'siaga_storage_used_ratio{folder="media"} 0.87' in text


def test_on_a_nearly_full_disk_the_history_of_positions_waits_but_units_still_move(disk, engine):
    def drive(second: int) -> int:
        now = timezone.now()
        where = factories.LatLng(0.91 + second * 0.0001, 104.46)  # eleven metres a second
        fix = Fix(where, now + timedelta(seconds=second), now, 5.0)
        assert ingest.record_positions([ingest.Report(0, engine, fix)]) == []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM units_positionsample WHERE unit_id = %s", [engine]
            )
            return int(cursor.fetchone()[0])

    assert drive(0) == 1
    disk(0.96)
    assert drive(1) == 1
    assert factories.units.selectors.states([engine])[0].position.lat == pytest.approx(0.9101)
    disk(0.90)
    assert drive(2) == 2
