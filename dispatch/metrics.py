"""Numbers read from the database when somebody asks for the metrics; the counters live beside what they count.

They are read at every asking and kept nowhere: a number of the last reader would stand for ever once its row is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from realtime import storage

CHANNELS = ("voice", "sms", "whatsapp", "pbx", "app")
QUEUES = ("effects", "housekeeping")
JOB_STATUSES = ("todo", "doing", "failed")


class Database(Collector):
    """Calls that wait, open incidents, jobs, the newest event; with the database away only that it is away."""

    def describe(self) -> Iterable[Metric]:
        return []  # registering must not ask the database

    def collect(self) -> Iterator[Metric]:
        try:
            found = [
                *_calls(),
                *_messages(),
                *_incidents(),
                *_jobs(),
                *_head(),
                *_reconciliation(),
            ]
        except Error:
            found = []
        yield GaugeMetricFamily(
            "siaga_database_up", "1 while the database answers", value=float(bool(found))
        )
        yield from found


class Storage(Collector):
    """How full the disks under the home are, by the folders that lie on them."""

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        free = GaugeMetricFamily(
            "siaga_storage_free_bytes", "Room left for a folder of the home", labels=["folder"]
        )
        used = GaugeMetricFamily(
            "siaga_storage_used_ratio", "Part of its disk that is in use", labels=["folder"]
        )
        for disk in storage.read(settings.HOME):
            for folder in disk.folders:
                free.add_metric([folder], disk.bytes_free)
                used.add_metric([folder], disk.used_share)
        yield free
        yield used


def exposition() -> bytes:
    """The metrics of all processes that share PROMETHEUS_MULTIPROC_DIR, or of this one alone."""
    database = CollectorRegistry()
    database.register(Database())
    database.register(Storage())
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return generate_latest(REGISTRY) + generate_latest(database)
    forget_dead_processes(Path(folder))
    multiprocess.MultiProcessCollector(database, path=folder)
    return generate_latest(database)


def forget_dead_processes(folder: Path) -> None:
    """Remove what only a living process may say, such as its open sockets. What it counted stays counted."""
    for path in folder.glob("gauge_live*_*.db"):
        if not Path(f"/proc/{path.stem.rpartition('_')[2]}").exists():
            path.unlink(missing_ok=True)


def _calls() -> Iterator[Metric]:
    rows = _rows(
        "SELECT channel, count(*), extract(epoch FROM now() - min(received_at))"
        " FROM calls_call WHERE status IN ('ringing', 'queued') GROUP BY channel"
    )
    waiting = GaugeMetricFamily(
        "siaga_calls_waiting", "Calls nobody has answered yet", labels=["channel"]
    )
    number = {channel: count for channel, count, _ in rows}
    for channel in CHANNELS:
        waiting.add_metric([channel], number.get(channel, 0))
    yield waiting
    yield GaugeMetricFamily(
        "siaga_calls_waiting_oldest_seconds",
        "Age of the oldest waiting call",
        value=max((float(age) for *_, age in rows), default=0.0),
    )


def _messages() -> Iterator[Metric]:
    """Of this calendar month, as providers count what they give away free."""
    rows = _rows(
        "SELECT coalesce(nullif(message.channel, ''), call.channel), count(*), sum(parts)"
        " FROM calls_message AS message JOIN calls_call AS call ON call.id = message.call_id"
        " WHERE message.direction = 'out' AND message.at >= date_trunc('month', now()) GROUP BY 1"
    )
    for number, (name, words) in enumerate(
        (
            ("siaga_messages_month", "Messages of the centre since the first of the month"),
            ("siaga_message_parts_month", "What is paid for of these: an SMS may be several"),
        ),
        start=1,
    ):
        family = GaugeMetricFamily(name, words, labels=["channel"])
        found = {row[0]: row[number] for row in rows}
        for channel in sorted({"sms", "whatsapp", *found}):
            family.add_metric([channel], float(found.get(channel, 0)))
        yield family


def _incidents() -> Iterator[Metric]:
    rows = _rows("SELECT count(*) FROM dispatch_incident WHERE status = 'open'")
    yield GaugeMetricFamily("siaga_incidents_open", "Open incidents", value=rows[0][0])


def _jobs() -> Iterator[Metric]:
    rows = _rows(
        "SELECT queue_name, status::text, count(*)"
        " FROM procrastinate_jobs WHERE status IN ('todo', 'doing', 'failed') GROUP BY 1, 2"
    )
    number = {(queue, status): count for queue, status, count in rows}
    jobs = GaugeMetricFamily("siaga_jobs", "Jobs by queue and status", labels=["queue", "status"])
    for queue, status in sorted({*number, *((q, s) for q in QUEUES for s in JOB_STATUSES)}):
        jobs.add_metric([queue, status], number.get((queue, status), 0))
    yield jobs


def _head() -> Iterator[Metric]:
    rows = _rows("SELECT coalesce(max(seq), 0) FROM realtime_loghead")
    yield GaugeMetricFamily("siaga_event_head_seq", "Number of the newest event", value=rows[0][0])


def _reconciliation() -> Iterator[Metric]:
    rows = _rows(
        "SELECT provider, what, offered, missing,"
        " extract(epoch FROM now() - coalesce(succeeded_at, began_at)) FROM calls_reconciliation"
    )
    for number, (name, words) in enumerate(
        (
            ("siaga_provider_offered", "Calls and messages that the provider lists lately"),
            ("siaga_provider_offered_missing", "Of these, how many the centre does not have"),
            ("siaga_reconciliation_age_seconds", "Since the provider's list was last compared"),
        ),
        start=2,
    ):
        family = GaugeMetricFamily(name, words, labels=["provider", "what"])
        for row in rows:
            family.add_metric([row[0], row[1]], float(row[number]))
        yield family


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
