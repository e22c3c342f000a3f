"""Gauges read from the database when somebody asks for the metrics; the counters live beside what they count."""

from __future__ import annotations

from django.conf import settings
from django.db import Error, connection
from prometheus_client import Gauge

from realtime import storage

_MODE = "mostrecent"
CALLS_WAITING = Gauge(
    "siaga_calls_waiting", "Calls nobody has answered yet", ["channel"], multiprocess_mode=_MODE
)
OLDEST_WAITING_S = Gauge(
    "siaga_calls_waiting_oldest_seconds", "Age of the oldest waiting call", multiprocess_mode=_MODE
)
INCIDENTS_OPEN = Gauge("siaga_incidents_open", "Open incidents", multiprocess_mode=_MODE)
JOBS = Gauge(
    "siaga_jobs", "Jobs by queue and status", ["queue", "status"], multiprocess_mode=_MODE
)
HEAD = Gauge("siaga_event_head_seq", "Number of the newest event", multiprocess_mode=_MODE)

STORAGE_FREE = Gauge(
    "siaga_storage_free_bytes",
    "Room left for a folder of the home",
    ["folder"],
    multiprocess_mode=_MODE,
)
STORAGE_USED = Gauge(
    "siaga_storage_used_ratio",
    "Part of its disk that is in use",
    ["folder"],
    multiprocess_mode=_MODE,
)

CHANNELS = ("voice", "sms", "whatsapp", "pbx", "app")


def refresh() -> None:
    """Read the gauges; with the database away the last values stay."""
    for disk in storage.read(settings.HOME):
        for folder in disk.folders:
            STORAGE_FREE.labels(folder).set(disk.bytes_free)
            STORAGE_USED.labels(folder).set(disk.used_share)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT channel, count(*), extract(epoch FROM now() - min(received_at))"
                " FROM calls_call WHERE status IN ('ringing', 'queued') GROUP BY channel"
            )
            waiting = {channel: (count, age) for channel, count, age in cursor.fetchall()}
            cursor.execute("SELECT count(*) FROM dispatch_incident WHERE status = 'open'")
            incidents = cursor.fetchone()[0]
            cursor.execute("SELECT coalesce(max(seq), 0) FROM realtime_loghead")
            head = cursor.fetchone()[0]
            cursor.execute(
                "SELECT queue_name, status::text, count(*) FROM procrastinate_jobs"
                " WHERE status <> 'succeeded' GROUP BY 1, 2"
            )
            jobs = cursor.fetchall()
    except Error:
        return
    for channel in CHANNELS:
        CALLS_WAITING.labels(channel).set(waiting.get(channel, (0, 0))[0])
    OLDEST_WAITING_S.set(max((float(age) for _, age in waiting.values()), default=0.0))
    INCIDENTS_OPEN.set(incidents)
    HEAD.set(head)
    for queue, status, count in jobs:
        JOBS.labels(queue, status).set(count)
