"""The figures of a period by set-based SQL, read-only.

One row of `responses` is what one agency did for one incident: the first call, the agency's first assignment, and
the stamps of its lead unit: the one that arrived first, or, while none has arrived, the first that was not called off.
An incident belongs to the period in which it was opened, a call to that in which it came in; periods are half open,
[from, to). Calls that were tests, and incidents with no other calls than tests, are left out and counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from dispatch.analytics.intervals import Summary
from dispatch.engine.assignments import ACTIVE

ROWS_MAX = 200
QUERY_TIMEOUT = "30s"  # a report over years must not hold a connection from those who take calls

_RESPONSES = """
chosen AS MATERIALIZED (
  SELECT i.id, i.number, i.priority, i.opened_at, i.type_id, i.address, i.location_label, i.district
  FROM dispatch_incident i
  WHERE i.opened_at >= %(start)s AND i.opened_at < %(end)s
    AND (%(priority)s::int IS NULL OR i.priority = %(priority)s::int)
),
heard AS (
  SELECT c.incident_id, min(c.received_at) FILTER (WHERE c.disposition <> 'test') AS received_at,
         min(c.answered_at) FILTER (WHERE c.disposition <> 'test') AS answered_at,
         bool_and(c.disposition = 'test') AS is_test
  FROM calls_call c JOIN chosen ON chosen.id = c.incident_id
  WHERE c.direction = 'in'
  GROUP BY c.incident_id
),
sent AS (
  SELECT a.*, g.code AS agency,
         min(a.assigned_at) OVER agency_of AS first_assigned_at,
         min(a.on_scene_at) OVER agency_of AS first_on_scene_at,
         row_number() OVER (
           PARTITION BY a.incident_id, g.code
           ORDER BY a.on_scene_at NULLS LAST, a.status IN ('cancelled', 'refused'), a.assigned_at, a.id
         ) AS place
  FROM dispatch_assignment a
  JOIN chosen ON chosen.id = a.incident_id
  JOIN units_unit u ON u.id = a.unit_id
  JOIN units_agency g ON g.id = u.agency_id
  WHERE %(agency)s::text IS NULL OR g.code = %(agency)s::text
  WINDOW agency_of AS (PARTITION BY a.incident_id, g.code)
),
responses AS (
  SELECT s.agency, i.*, h.received_at, h.answered_at, s.first_assigned_at, s.assigned_at, s.en_route_at,
         s.on_scene_at, s.first_on_scene_at,
         NOT s.status = ANY(%(active)s) AS is_over, s.status IN ('cancelled', 'refused') AS is_called_off
  FROM sent s
  JOIN chosen i ON i.id = s.incident_id
  LEFT JOIN heard h ON h.incident_id = i.id
  WHERE s.place = 1 AND NOT coalesce(h.is_test, false)
),
figures AS (
  SELECT r.agency, r.priority, r.opened_at, one.name, extract(epoch FROM one.til - one.since)::float8 AS seconds,
         one.til IS NULL AND (r.is_called_off OR NOT r.is_over) AND one.may_wait AS not_due
  FROM responses r
  CROSS JOIN LATERAL (VALUES
    ('answer', r.received_at, r.answered_at, false),
    ('processing', r.answered_at, r.first_assigned_at, false),
    ('turnout', r.assigned_at, r.en_route_at, r.on_scene_at IS NULL),
    ('travel', r.en_route_at, r.on_scene_at, true),
    ('total', r.received_at, r.first_on_scene_at, true)
  ) AS one (name, since, til, may_wait)
)
"""
_SUMMARY = """
  count(*) FILTER (WHERE seconds >= 0)::int AS n,
  count(*) FILTER (WHERE seconds IS NULL AND NOT not_due)::int AS missing,
  count(*) FILTER (WHERE seconds < 0)::int AS negative,
  count(*) FILTER (WHERE not_due)::int AS not_due,
  avg(seconds) FILTER (WHERE seconds >= 0) AS mean_s,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds >= 0) AS p50_s,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds >= 0) AS p90_s
"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a report is about: [start, end) and, when given, one agency and one priority."""

    start: datetime
    end: datetime
    agency: str | None = None
    priority: int | None = None

    def parameters(self) -> dict[str, Any]:
        return {
            "start": self.start,
            "end": self.end,
            "agency": self.agency,
            "priority": self.priority,
            "active": sorted(ACTIVE),
        }


Limits = Mapping[tuple[str, str], float]  # (agency, interval) -> seconds


def _rows(sql: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [QUERY_TIMEOUT])
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def interval_rows(chosen: Chosen, *, limits: Limits) -> list[dict[str, Any]]:
    """One row for each agency, priority and interval: `summary` and the share `within` that agency's limit."""
    found = _rows(
        f"""WITH {_RESPONSES},
        limits AS (SELECT * FROM unnest(%(agencies)s::text[], %(names)s::text[], %(seconds)s::float8[])
                   AS one (agency, name, limit_s))
        SELECT agency, priority, name, {_SUMMARY},
               avg((seconds <= limit_s)::int) FILTER (WHERE seconds >= 0) AS within
        FROM figures LEFT JOIN limits USING (agency, name)
        GROUP BY agency, priority, name ORDER BY agency, priority NULLS LAST, name""",  # noqa: S608
        {
            **chosen.parameters(),
            "agencies": [agency for agency, _name in limits],
            "names": [name for _agency, name in limits],
            "seconds": list(limits.values()),
        },
    )
    return [
        {
            "agency": row["agency"],
            "priority": row["priority"],
            "interval": row["name"],
            "summary": _summary(row),
            "within": None if row["within"] is None else float(row["within"]),
        }
        for row in found
    ]


def days(chosen: Chosen, *, interval: str, time_zone: str) -> list[dict[str, Any]]:
    """The interval for each day of the city on which something happened."""
    return _rows(
        f"""WITH {_RESPONSES}
        SELECT (opened_at AT TIME ZONE %(zone)s)::date AS day, {_SUMMARY},
               percentile_cont(0.1) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE seconds >= 0) AS p10_s
        FROM figures WHERE name = %(name)s GROUP BY 1 ORDER BY 1""",  # noqa: S608
        {**chosen.parameters(), "name": interval, "zone": time_zone},
    )


def cases(chosen: Chosen) -> list[dict[str, Any]]:
    """The responses behind the figures, the longest first, at most ROWS_MAX."""
    return _rows(
        f"""WITH {_RESPONSES} SELECT * FROM responses
        ORDER BY first_on_scene_at - received_at DESC NULLS FIRST, opened_at DESC LIMIT {ROWS_MAX}""",  # noqa: S608
        chosen.parameters(),
    )


def demand(chosen: Chosen, *, time_zone: str) -> list[list[int]]:
    """Incidents opened by weekday (Monday first) and hour of the city: 7 rows of 24."""
    found = _rows(
        f"""WITH {_RESPONSES}
        SELECT extract(isodow FROM opened_at AT TIME ZONE %(zone)s)::int - 1 AS day,
               extract(hour FROM opened_at AT TIME ZONE %(zone)s)::int AS hour, count(*)::int AS n
        FROM chosen LEFT JOIN heard ON heard.incident_id = chosen.id
        WHERE NOT coalesce(heard.is_test, false)
          AND (%(agency)s::text IS NULL OR EXISTS (SELECT 1 FROM sent WHERE sent.incident_id = chosen.id))
        GROUP BY 1, 2""",  # noqa: S608
        {**chosen.parameters(), "zone": time_zone},
    )
    cells = {(row["day"], row["hour"]): row["n"] for row in found}
    return [[cells.get((day, hour), 0) for hour in range(24)] for day in range(7)]


def call_rows(chosen: Chosen) -> list[dict[str, Any]]:
    """Calls in by channel and disposition ("" has none yet), tests included."""
    return _rows(
        """SELECT channel, disposition, count(*)::int AS n FROM calls_call
        WHERE direction = 'in' AND received_at >= %(start)s AND received_at < %(end)s
        GROUP BY 1, 2 ORDER BY 1, 2""",
        chosen.parameters(),
    )


def answering(chosen: Chosen, *, limit_s: float) -> dict[str, Any]:
    """How calls were answered, tests left out: every voice call, and apart from it how many hung up first."""
    row = _rows(
        f"""WITH figures AS (
          SELECT extract(epoch FROM answered_at - received_at)::float8 AS seconds,
                 answered_at IS NULL AND (status = 'abandoned' OR ended_at IS NULL) AS not_due, status, answered_at
          FROM calls_call
          WHERE direction = 'in' AND channel IN ('voice', 'pbx') AND disposition <> 'test'
            AND received_at >= %(start)s AND received_at < %(end)s
        )
        SELECT {_SUMMARY}, count(*)::int AS calls,
               count(*) FILTER (WHERE status = 'abandoned' AND answered_at IS NULL)::int AS abandoned,
               avg((seconds <= %(limit)s)::int) FILTER (WHERE seconds >= 0) AS within
        FROM figures""",  # noqa: S608
        {**chosen.parameters(), "limit": limit_s},
    )[0]
    return {
        "calls": row["calls"],
        "abandoned": row["abandoned"],
        "summary": _summary(row),
        "within": None if row["within"] is None else float(row["within"]),
    }


def excluded(chosen: Chosen) -> dict[str, int]:
    """What was left out: tests, and incidents to which nobody was sent (they have no chain)."""
    return _rows(
        f"""WITH {_RESPONSES}
        SELECT (SELECT count(*) FROM calls_call WHERE direction = 'in' AND disposition = 'test'
                AND received_at >= %(start)s AND received_at < %(end)s)::int AS test_calls,
               count(*) FILTER (WHERE h.is_test)::int AS test_incidents,
               count(*) FILTER (WHERE NOT coalesce(h.is_test, false) AND NOT EXISTS
                 (SELECT 1 FROM dispatch_assignment a WHERE a.incident_id = i.id))::int AS nobody_sent
        FROM chosen i LEFT JOIN heard h ON h.incident_id = i.id""",  # noqa: S608
        chosen.parameters(),
    )[0]


def live() -> dict[str, Any]:
    """How it stands at this moment."""
    return _rows(
        """SELECT
          (SELECT count(*) FROM calls_call WHERE status IN ('ringing', 'queued'))::int AS waiting,
          (SELECT min(received_at) FROM calls_call WHERE status IN ('ringing', 'queued')) AS oldest_at,
          (SELECT count(*) FROM dispatch_incident WHERE status = 'open')::int AS open_incidents,
          (SELECT count(*) FROM units_unit WHERE is_active)::int AS units,
          (SELECT count(*) FROM units_unit WHERE is_active AND status = 'available')::int AS available""",
        {},
    )[0]


def _summary(row: Mapping[str, Any]) -> Summary:
    return Summary(
        n=row["n"],
        missing=row["missing"],
        negative=row["negative"],
        not_due=row["not_due"],
        mean_s=row["mean_s"],
        p50_s=row["p50_s"],
        p90_s=row["p90_s"],
    )
