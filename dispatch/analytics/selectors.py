"""The report on a period: read-only, a fixed number of statements whatever the period holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

from dispatch.analytics import queries
from dispatch.analytics.intervals import CHAIN, JUDGED_FROM_N, Stamps, chain
from dispatch.analytics.standards import ANSWER, Standard, standard_for
from realtime.protocol import stamp

PERIOD_MAX = timedelta(days=3660)
CASES_MAX = 100
WEEKS_FROM = timedelta(days=92)  # longer periods are drawn by weeks
STATEMENT_MAX_MS = (
    30_000  # a report over years must not hold a connection from those who take calls
)

Row = dict[str, Any]


class PeriodError(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end): what happened at `end` belongs to the next period."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Filters:
    agency: str | None = None
    priority: int | None = None


def period_of(first: str, last: str) -> Period:
    """Days of the city (the last one included), or instants with their zone (the last one not included)."""
    start = _instant(first)
    end = _instant(last, is_end=True)
    if end <= start:
        raise PeriodError("period_backwards")
    if end - start > PERIOD_MAX:
        raise PeriodError("period_too_long")
    return Period(start, end)


def _instant(text: str, *, is_end: bool = False) -> datetime:
    try:
        if len(text) == len("2026-11-01"):
            day = date.fromisoformat(text) + timedelta(days=1 if is_end else 0)
            return datetime.combine(day, time.min, ZoneInfo(settings.TIME_ZONE))
        instant = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise PeriodError("period_unreadable") from None
    if instant.tzinfo is None:
        raise PeriodError("period_unreadable")
    return instant


def report(period: Period, filters: Filters, *, now: datetime, interval: str = "total") -> Row:
    """Everything the supervisor's page shows, `series` of one interval of the chain; PeriodError when the period holds too much to be added up in time."""
    try:
        return _report(period, filters, now=now, interval=interval)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise PeriodError("period_too_heavy") from None
        raise


def _report(period: Period, filters: Filters, *, now: datetime, interval: str) -> Row:
    limits = _limits()
    parameters = {
        "start": period.start,
        "end": period.end,
        "agency": filters.agency,
        "priority": filters.priority,
        "zone": settings.TIME_ZONE,
        "step": "week" if period.end - period.start > WEEKS_FROM else "day",
        "limit": CASES_MAX,
        "interval": interval,
        "answer_s": ANSWER[0].limit_s,
        "limit_agencies": [agency for agency, _name in limits],
        "limit_names": [name for _agency, name in limits],
        "limit_s": list(limits.values()),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_MAX_MS}")

        def rows(sql: str) -> list[Row]:
            cursor.execute(sql, parameters)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        calls = rows(queries.CALLS)
        series = rows(queries.SERIES)
        if parameters["step"] == "day" and _is_sparse(series):
            parameters["step"] = "week"
            series = rows(queries.SERIES)
        return {
            "period": {
                "from": stamp(period.start),
                "to": stamp(period.end),
                "time_zone": settings.TIME_ZONE,
                "step": parameters["step"],
            },
            "agency": filters.agency,
            "priority": filters.priority,
            "interval": interval,
            "generated_at": stamp(now),
            "now": rows(queries.NOW)[0],
            "calls": calls,
            "calls_total": sum(row["n"] for row in calls),
            "tests_left_out": sum(row["n"] for row in calls if row["disposition"] == "test"),
            "paper": rows(queries.PAPER)[0],
            "answers": _answers(rows(queries.ANSWERS)[0]),
            "intervals": [_interval(row) for row in rows(queries.CHAIN)],
            "series": [_point(row) for row in series],
            "cases": [_case(row) for row in rows(queries.CASES)],
            "demand": _demand(rows(queries.DEMAND)),
        }


def _limits() -> dict[tuple[str, str], float]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM units_agency")
        agencies = [row[0] for row in cursor.fetchall()]
    found = {}
    for agency in agencies:
        for name in CHAIN:
            standard = standard_for(agency=agency, interval=name)
            if standard and standard.limit_s is not None:
                found[agency, name] = float(standard.limit_s)
    return found


def _interval(row: Row) -> Row:
    standard = standard_for(agency=row["agency"], interval=row["name"])
    whole = row["n"] + row["missing"] + row["negative"]
    unusable = row["missing"] + row["negative"]
    judged = {
        **row,
        "mean_s": _number(row["mean_s"]),
        "p50_s": _number(row["p50_s"]),
        "p90_s": _number(row["p90_s"]),
        "missing_share": unusable / whole if whole else None,
        "within_share": row["within"] / row["n"]
        if row["n"] and standard and standard.limit_s is not None
        else None,
        "standard": _standard(standard),
    }
    return {**judged, "verdict": verdict(judged, standard)}


def verdict(row: Mapping[str, Any], standard: Standard | None) -> str:
    """met, missed; or why nobody is judged: none (no standard), draft, few (n is too small)."""
    if standard is None:
        return "none"
    if standard.limit_s is None:
        return "draft"
    if row["n"] < JUDGED_FROM_N:
        return "few"
    if standard.measure == "mean":
        return "met" if row["mean_s"] <= standard.limit_s else "missed"
    assert standard.share is not None
    return "met" if row["within_share"] >= standard.share else "missed"


def _standard(standard: Standard | None) -> Row | None:
    if standard is None:
        return None
    return {
        "key": standard.key,
        "name": standard.name,
        "limit_s": standard.limit_s,
        "measure": standard.measure,
        "share": standard.share,
        "source": standard.source,
    }


def _answers(row: Row) -> Row:
    return {
        "calls": row["calls"],
        "n": row["n"],
        "abandoned": row["abandoned"],
        "abandoned_share": row["abandoned"] / row["calls"] if row["calls"] else None,
        "within_share": row["within"] / row["n"] if row["n"] else None,
        "limit_s": ANSWER[0].limit_s,
        "p50_s": _number(row["p50_s"]),
        "p90_s": _number(row["p90_s"]),
    }


def _is_sparse(series: list[Row]) -> bool:
    """Most days have too few cases to be drawn; weeks may have enough."""
    return 2 * sum(row["n"] >= JUDGED_FROM_N for row in series) < len(series)


def _point(row: Row) -> Row:
    """A day or week of the chart; with too few cases there is a gap and only `n` is told."""
    names = ("p10_s", "p25_s", "p50_s", "p75_s", "p90_s")
    points = row["points"] if row["n"] >= JUDGED_FROM_N else [None] * len(names)
    values = {name: _number(value) for name, value in zip(names, points, strict=True)}
    return {"day": row["day"].isoformat(), "n": row["n"], **values}


def _case(row: Row) -> Row:
    stamps = Stamps(
        **{
            name: row[name]
            for name in (
                "received_at",
                "answered_at",
                "first_assigned_at",
                "assigned_at",
                "en_route_at",
                "on_scene_at",
                "first_on_scene_at",
            )
        }
    )
    figures = chain(stamps)
    facts = ("number", "type_id", "address", "district", "priority", "agency")
    return {
        **{name: row[name] for name in facts},
        "opened_at": stamp(row["opened_at"]),
        "state": _state(row),
        **{f"{name}_s": figures[name] for name in CHAIN},
    }


def _state(row: Row) -> str:
    """done, running, or called_off: a step that is not due yet, or never was, is not a missing one."""
    if row["is_done"]:
        return "done"
    return "running" if row["is_running"] else "called_off"


def _demand(rows: list[Row]) -> list[list[int]]:
    """Seven days, Monday first, of 24 hours of the city."""
    cells = {(row["weekday"], row["hour"]): row["n"] for row in rows}
    return [[cells.get((day, hour), 0) for hour in range(24)] for day in range(1, 8)]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
