"""Is there room? Disks that fill up and connections that run out are alarms before they are outages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection

from dispatch.models import Alarm
from dispatch.services.alarms import clear_alarms, raise_alarm
from realtime import storage
from realtime.eventlog import Change, change
from realtime.protocol import Actor
from realtime.storage import Disk

CONNECTIONS_SHARE_MIN = 0.80  # of max_connections in use: an alarm
DISK_ALARMS = {"warning": "disk_filling", "critical": "disk_nearly_full"}
DATABASE = "connections"


def check(*, now: datetime) -> None:
    """Read how full everything is; raise the alarms that are due and clear those that have passed."""
    disks = storage.read(settings.HOME)
    used, most = _connections()
    if not (_changes_disks(disks) or _changes_connections(used, most)):
        return
    with change(by=Actor.system("capacity"), now=now) as log:
        for disk in disks:
            _judge(log, disk)
        _judge_connections(log, used, most)


def on_sockets_full(log: Change, *, open_sockets: int) -> None:
    """Screens are turned away, so that files are left for calls."""
    raise_alarm(log, kind="sockets_full", severity="critical", facts={"open": open_sockets})


def _judge(log: Change, disk: Disk) -> None:
    for level, kind in DISK_ALARMS.items():
        if level == disk.level:
            raise_alarm(
                log,
                kind=kind,
                severity=level,
                subject=("disks", disk.folders[0]),
                facts={
                    "folders": ", ".join(disk.folders),
                    "percent": int(disk.used_share * 100),
                    "refused": storage.refused([disk]),
                },
            )
        elif disk.may_clear(level) or disk.level == "critical":
            clear_alarms(log, kind=kind, subject_id=disk.folders[0])


def _judge_connections(log: Change, used: int, most: int) -> None:
    if used >= CONNECTIONS_SHARE_MIN * most:
        raise_alarm(
            log,
            kind="database_connections",
            severity="critical",
            subject=("database", DATABASE),
            facts={"used": used, "most": most},
        )
    else:
        clear_alarms(log, kind="database_connections", subject_id=DATABASE)


def _open(kind: str, subject_id: str) -> bool:
    return Alarm.objects.filter(kind=kind, subject_id=subject_id, cleared_at=None).exists()


def _changes_disks(disks: Sequence[Disk]) -> bool:
    """Whether a disk is above a limit or has an alarm to clear; on a quiet day nothing is locked and written."""
    return any(
        disk.level is not None
        or any(_open(kind, disk.folders[0]) for kind in DISK_ALARMS.values())
        for disk in disks
    )


def _changes_connections(used: int, most: int) -> bool:
    return used >= CONNECTIONS_SHARE_MIN * most or _open("database_connections", DATABASE)


def _connections() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity"
            " WHERE backend_type = 'client backend'"
        )
        used, most = cursor.fetchone()
    return int(used), int(most)
