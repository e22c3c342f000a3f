"""Gauges read from the database when somebody asks for the metrics; the counters live beside what they count."""

from __future__ import annotations

from django.db import Error, connection
from prometheus_client import Gauge

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
RECONCILED_AGE_S = Gauge(
    "siaga_reconciliation_age_seconds",
    "Since the provider's list was last compared",
    ["provider", "what"],
    multiprocess_mode=_MODE,
)
OFFERED = Gauge(
    "siaga_provider_offered",
    "Calls and messages that the provider lists for the last minutes",
    ["provider", "what"],
    multiprocess_mode=_MODE,
)
OFFERED_MISSING = Gauge(
    "siaga_provider_offered_missing",
    "Of these, how many the centre still does not have",
    ["provider", "what"],
    multiprocess_mode=_MODE,
)
HEAD = Gauge("siaga_event_head_seq", "Number of the newest event", multiprocess_mode=_MODE)

CHANNELS = ("voice", "sms", "whatsapp", "pbx", "app")


def refresh() -> None:
    """Read the gauges; with the database away the last values stay."""
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
            cursor.execute(
                "SELECT provider, what, offered, missing,"
                " extract(epoch FROM now() - coalesce(succeeded_at, began_at))"
                " FROM calls_reconciliation"
            )
            compared = cursor.fetchall()
    except Error:
        return
    for channel in CHANNELS:
        CALLS_WAITING.labels(channel).set(waiting.get(channel, (0, 0))[0])
    OLDEST_WAITING_S.set(max((float(age) for _, age in waiting.values()), default=0.0))
    INCIDENTS_OPEN.set(incidents)
    HEAD.set(head)
    for provider, what, offered, missing, age_s in compared:
        OFFERED.labels(provider, what).set(offered)
        OFFERED_MISSING.labels(provider, what).set(missing)
        RECONCILED_AGE_S.labels(provider, what).set(float(age_s))
    for queue, status, count in jobs:
        JOBS.labels(queue, status).set(count)
