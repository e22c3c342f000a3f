"""How the report writes its figures: unknown is a dash, a share is in percent, a duration is mm:ss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format

from dispatch.analytics.intervals import CHAIN, JUDGED_FROM_N

register = template.Library()

UNKNOWN = "–"
MISSING_MANY = 0.10  # from here a missing share is shown in amber
# Shares of the accent colour in a heat map's cell; between 40 and 75 neither black nor white would be readable.
HEAT_STEPS = (0, 12, 24, 36, 76, 92)
HEAT_TURNS_AT = 4
PARTS = CHAIN[:-1]
PART_UNKNOWN_PERCENT = 8.0


@register.filter
def duration(seconds: float | None) -> str:
    if seconds is None:
        return UNKNOWN
    sign = "−" if seconds < 0 else ""
    whole = round(abs(seconds))
    hours, rest = divmod(whole, 3600)
    clock = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{sign}{hours}:{clock}" if hours else f"{sign}{clock}"


@register.filter
def percent(share: float | None) -> str:
    return UNKNOWN if share is None else f"{number_format(share * 100, decimal_pos=0)} %"


@register.filter
def percent_fine(share: float | None) -> str:
    return UNKNOWN if share is None else f"{number_format(share * 100, decimal_pos=1)} %"


@register.filter
def misses_many(share: float | None) -> bool:
    return share is not None and share >= MISSING_MANY


@register.filter
def instant(wire: str | None) -> datetime | None:
    """A stamp of the report as a time of the city, for the `date` filter."""
    parsed = parse_datetime(wire) if wire else None
    return timezone.localtime(parsed) if parsed else None


@register.filter
def entry(table: Mapping[str, Any], key: str) -> Any:
    return table.get(key, key)


@register.filter
def of_interval(rows: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["name"] == name]


@register.simple_tag
def calls_of(rows: Iterable[Mapping[str, Any]], channel: str, disposition: str | None) -> int:
    """How many calls; an empty channel or a disposition of None stands for all of them."""
    return sum(
        row["n"]
        for row in rows
        if (not channel or row["channel"] == channel)
        and (disposition is None or row["disposition"] == disposition)
    )


@register.filter
def has_points(series: Iterable[Mapping[str, Any]]) -> bool:
    return any(point["p50_s"] is not None for point in series)


@register.filter
def heat(demand: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """Rows with cells: the number, how strong its colour is, and whether the writing has to turn light."""
    most = max((n for row in demand for n in row), default=0)
    rows = []
    for weekday, row in enumerate(demand):
        cells = []
        for n in row:
            step = -(-n * (len(HEAT_STEPS) - 1) // most) if most else 0
            cells.append({"n": n, "share": HEAT_STEPS[step], "turned": step >= HEAT_TURNS_AT})
        rows.append({"weekday": weekday, "cells": cells, "sum": sum(row)})
    return rows


@register.filter
def bars(case: Mapping[str, Any], longest_s: float) -> list[dict[str, Any]]:
    """The chain of one incident as widths; what is missing is drawn as an empty piece, not left out.

    When the total is known, the pieces without a figure share what the others leave of it.
    """
    figures = {name: case[f"{name}_s"] for name in PARTS}
    known = {name: s for name, s in figures.items() if s is not None and s >= 0}
    lost = len(PARTS) - len(known)
    rest_s = (case["total_s"] or 0) - sum(known.values())
    pieces = []
    reached = max((place for place, name in enumerate(PARTS) if name in known), default=-1)
    for place, (name, seconds) in enumerate(figures.items()):
        if case["state"] != "done" and place > reached:
            break  # a step that is not due yet, or never was, is no missing one
        width = PART_UNKNOWN_PERCENT
        if longest_s and (name in known or rest_s > 0):
            width = 100 * (known[name] if name in known else rest_s / lost) / longest_s
        pieces.append(
            {
                "name": name if name in known else "lost",
                "width": f"{min(width, 100):.2f}",
                "s": seconds,
            }
        )
    return pieces


@register.filter
def ranges(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """P50 to P90, the mean and the target of each row as places on one scale from zero, in percent."""
    ends = [row["p90_s"] for row in rows if row["n"]]
    limits = [row["standard"]["limit_s"] for row in rows if row["n"] and row["standard"]]
    whole = max([*ends, *filter(None, limits)], default=0) * 1.08
    if not whole:
        return []

    def place(seconds: float | None) -> str | None:
        return None if seconds is None else f"{100 * seconds / whole:.2f}"

    return [
        {
            **row,
            "few": row["n"] < JUDGED_FROM_N,
            "from": place(row["p50_s"]),
            "wide": place(max(row["p90_s"] - row["p50_s"], whole / 200)),
            "mean": place(row["mean_s"]),
            "limit": place(row["standard"]["limit_s"]) if row["standard"] else None,
        }
        for row in rows
        if row["n"]
    ]


@register.filter
def longest(cases: Iterable[Mapping[str, Any]]) -> float:
    """Seconds of the longest chain, which is the whole width of the bars."""
    sums = [
        max(case["total_s"] or 0, sum(max(0, case[f"{name}_s"] or 0) for name in PARTS))
        for case in cases
    ]
    return max(sums, default=0)
