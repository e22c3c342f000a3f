"""The form for what was done on paper while the service was dead; it sends the command `paper.enter`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

import units.selectors
from dispatch.accounts.permissions import role_required
from dispatch.engine.paper import PAPER_AGE_MAX, PAPER_STEPS
from dispatch.models import NUMBER_CHARS_MAX, Incident
from dispatch.selectors.reference import reference_data
from realtime.execution import execute
from realtime.protocol import Role
from realtime.views import viewer_of

UNIT_LINES = 4
EVENT_TIMES = ("received_at", "answered_at", "opened_at", "closed_at")
EVENT_TEXTS = ("type", "caller", "address", "landmark", "note", "disposition", "incident_id")
STEP_NAMES = {
    "assigned_at": _("Assigned"),
    "acknowledged_at": _("Acknowledged"),
    "en_route_at": _("En route"),
    "on_scene_at": _("On scene"),
    "transporting_at": _("Transporting"),
    "at_destination_at": _("At destination"),
    "clear_at": _("Clear"),
}
assert set(STEP_NAMES) == {f"{step.value}_at" for step in PAPER_STEPS}


@role_required(Role.DISPATCHER, Role.SUPERVISOR)
def paper(request: HttpRequest) -> HttpResponse:
    written = request.POST if request.method == "POST" else {}
    refused = None
    if request.method == "POST":
        viewer = viewer_of(request)
        assert viewer is not None, "role_required has let nobody else in"
        answer = execute(
            viewer=viewer, name="paper.enter", payload=_payload(request.POST), now=timezone.now()
        )
        if answer.body["ok"]:
            return redirect(f"{request.path}?entered={answer.body['result']['number']}")
        refused = answer.body["detail"]
    context = {
        "refused": refused,
        "entered": request.GET.get("entered", "")[:NUMBER_CHARS_MAX],
        "written": written,
        # One form is one entry, however often it is sent.
        "request_id": written.get("request_id") or str(uuid.uuid4()),
        "reference": reference_data(),
        "open_incidents": Incident.objects.filter(status="open").order_by("-opened_at"),
        "hours": int(PAPER_AGE_MAX.total_seconds()) // 3600,
        "zone": settings.TIME_ZONE,
        "lines": [_line(written, number) for number in range(UNIT_LINES)],
    }
    return render(request, "dispatch/paper.html", context, status=422 if refused else 200)


def _line(written: Any, number: int) -> dict[str, Any]:
    chosen = written.get(f"unit-{number}", "")
    states = sorted(units.selectors.states(), key=lambda one: one.callsign)
    return {
        "name": f"unit-{number}",
        "units": [(str(one.id), one.callsign, str(one.id) == chosen) for one in states],
        "times": [
            (f"{name}-{number}", words, written.get(f"{name}-{number}", ""))
            for name, words in STEP_NAMES.items()
        ],
    }


def _payload(form: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: form[name].strip() for name in EVENT_TEXTS if form.get(name, "").strip()
    }
    body |= {name: _instant(form[name]) for name in EVENT_TIMES if form.get(name)}
    if form.get("priority", "").isdigit():
        body["priority"] = int(form["priority"])
    body["units"] = [
        {
            "unit_id": form[f"unit-{number}"],
            **{
                name: _instant(form[f"{name}-{number}"])
                for name in STEP_NAMES
                if form.get(f"{name}-{number}")
            },
        }
        for number in range(UNIT_LINES)
        if form.get(f"unit-{number}")
    ]
    return {"request_id": form.get("request_id", ""), **body}


def _instant(text: str) -> str:
    """What stands in a field of date and time is the city's clock; what is no time is refused by the command."""
    try:
        return (
            datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(settings.TIME_ZONE)).isoformat()
        )
    except ValueError:
        return text
