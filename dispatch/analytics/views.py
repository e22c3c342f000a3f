"""The report as a page, as JSON and as a table for a spreadsheet."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import calls.metering
from dispatch.accounts.permissions import role_required
from dispatch.analytics.intervals import CHAIN
from dispatch.analytics.selectors import Filters, Period, PeriodError, period_of, report
from dispatch.analytics.standards import NAMES
from dispatch.selectors.boot import boot
from dispatch.selectors.reference import CALL_DISPOSITIONS, reference_data
from realtime.protocol import Role
from realtime.views import api, refusal

ROLES = (Role.SUPERVISOR, Role.ADMIN)
DAYS_DEFAULT = 7
# A cell that begins with one of these would be run by a spreadsheet as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

CHANNELS = {
    "voice": gettext_lazy("Voice"),
    "sms": gettext_lazy("SMS"),
    "whatsapp": gettext_lazy("WhatsApp"),
    "pbx": gettext_lazy("Telephone exchange"),
    "app": gettext_lazy("App"),
}
# Of the table for spreadsheets, in its order.
COLUMNS = {
    "agency": gettext_lazy("Agency"),
    "priority": gettext_lazy("Priority"),
    "name": gettext_lazy("Interval"),
    "n": "n",
    "missing": gettext_lazy("missing"),
    "negative": gettext_lazy("clock wrong"),
    "mean_s": gettext_lazy("mean (s)"),
    "p50_s": gettext_lazy("P50 (s)"),
    "p90_s": gettext_lazy("P90 (s)"),
    "within_share": gettext_lazy("share within target"),
    "verdict": gettext_lazy("result"),
    "source": gettext_lazy("standard"),
}
VERDICTS = {
    "met": gettext_lazy("met"),
    "missed": gettext_lazy("not met"),
    "few": gettext_lazy("n too small"),
    "draft": gettext_lazy("draft"),
    "none": gettext_lazy("not judged"),
}
PROBLEMS = {
    "period_unreadable": gettext_lazy(
        "Write the period as days, like 2026-11-01, or as times with their zone."
    ),
    "period_backwards": gettext_lazy("The period ends before it begins."),
    "period_too_long": gettext_lazy("The period is longer than ten years."),
    "period_too_heavy": gettext_lazy(
        "This period holds too much to be added up now. Choose a shorter one."
    ),
    "priority_unknown": gettext_lazy("The priority must be 1, 2, 3 or 4."),
}


@api("GET", roles=frozenset(ROLES))
def report_json(request: HttpRequest) -> HttpResponse:
    try:
        period, filters, _chosen = _asked(request)
        found = report(period, filters, now=timezone.now(), interval=_interval(request))
        return JsonResponse(found)
    except PeriodError as error:
        return refusal(422, "invalid", str(PROBLEMS[error.code]))


@role_required(*ROLES)
def supervisor(request: HttpRequest) -> HttpResponse:
    error = ""
    interval = _interval(request)
    try:
        period, filters, chosen = _asked(request)
        found = report(period, filters, now=timezone.now(), interval=interval)
    except PeriodError as problem:
        error = str(PROBLEMS[problem.code])
        chosen, filters = _today(days=DAYS_DEFAULT), Filters()
        week = period_of(chosen["from"], chosen["to"])
        found = report(week, filters, now=timezone.now(), interval=interval)
    known = reference_data()
    context = {
        "boot": boot(request),
        "report": found,
        "period": chosen,
        "agency": filters.agency or "",
        "priority": filters.priority,
        "interval": interval,
        "interval_name": NAMES[interval],
        "agencies": known["agencies"],
        "types": {kind["key"]: kind["name"] for kind in known["incident_types"]},
        "channel_names": list(CHANNELS.items()),
        "written": _written(chosen),
        "disposition_names": [*CALL_DISPOSITIONS.items(), ("", _("Open"))],
        "interval_names": [(key, NAMES[key]) for key in CHAIN],
        "error": error,
    }
    return render(request, "dispatch/supervisor.html", context, status=422 if error else 200)


def _written(chosen: dict[str, str]) -> list[dict[str, Any]]:
    period = period_of(chosen["from"], chosen["to"])
    rows = calls.metering.written(period.start, period.end)
    return [{**row, "name": CHANNELS.get(row["channel"], row["channel"])} for row in rows]


@role_required(*ROLES)
def report_csv(request: HttpRequest) -> HttpResponse:
    try:
        period, filters, chosen = _asked(request)
        rows = report(period, filters, now=timezone.now())["intervals"]
    except PeriodError as error:
        return HttpResponse(
            str(PROBLEMS[error.code]), status=422, content_type="text/plain; charset=utf-8"
        )
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"siaga-{chosen['from']}-{chosen['to']}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # a spreadsheet would otherwise guess the encoding
    # A spreadsheet set to Indonesian puts a file with commas into one column and takes 12.5 for a text.
    writer = csv.writer(response, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    writer.writerow([str(title) for title in COLUMNS.values()])
    for row in rows:
        known = {
            **row,
            "name": str(NAMES[row["name"]]),
            "verdict": str(VERDICTS[row["verdict"]]),
            "source": row["standard"]["source"] if row["standard"] else "",
        }
        writer.writerow([_cell(known[column]) for column in COLUMNS])
    return response


def _cell(value: Any) -> Any:
    """As a spreadsheet of the reader's language understands it."""
    if isinstance(value, float):
        return number_format(value, decimal_pos=3, use_l10n=True, force_grouping=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return "" if value is None else value


def _asked(request: HttpRequest) -> tuple[Period, Filters, dict[str, str]]:
    chosen = _today(days=DAYS_DEFAULT)
    if request.GET.get("from"):
        first = request.GET["from"]
        chosen = {"from": first, "to": request.GET.get("to") or chosen["to"], "choice": "days"}
    elif request.GET.get("choice"):
        chosen = _choice(request.GET["choice"])
    priority = request.GET.get("priority", "")
    if priority not in {"", "1", "2", "3", "4"}:
        raise PeriodError("priority_unknown")
    agency = request.GET.get("agency", "").replace("\x00", "")
    filters = Filters(agency=agency or None, priority=int(priority) if priority else None)
    return period_of(chosen["from"], chosen["to"]), filters, chosen


def _interval(request: HttpRequest) -> str:
    interval = request.GET.get("interval", "total")
    return interval if interval in CHAIN else "total"


def _choice(choice: str) -> dict[str, str]:
    if choice == "today":
        return _today(days=1, choice="today")
    if choice == "month":
        today = _city_day()
        return {
            "from": today.replace(day=1).isoformat(),
            "to": today.isoformat(),
            "choice": "month",
        }
    return _today(days=DAYS_DEFAULT)


def _today(*, days: int, choice: str = "week") -> dict[str, str]:
    today = _city_day()
    first = today - timedelta(days=days - 1)
    return {"from": first.isoformat(), "to": today.isoformat(), "choice": choice}


def _city_day() -> date:
    return timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()
