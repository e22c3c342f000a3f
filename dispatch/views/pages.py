"""The pages people keep open, and the way from / to one's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from dispatch.accounts.permissions import home_of, role_required
from dispatch.views.api import city
from realtime.protocol import Role


def boot(request: HttpRequest) -> dict[str, Any]:
    """What a page's script must know before it has read anything else."""
    person: Any = request.user
    return {
        "viewer": {
            "id": str(person.pk),
            "name": person.get_full_name() or person.username,
            "role": person.role,
            "unit_id": str(person.unit_id) if person.unit_id else None,
        },
        "city": city(),
        "basemapUrl": settings.BASEMAP_URL,
        "language": get_language(),
    }


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    return redirect(home_of(request.user))


@role_required(Role.DISPATCHER, Role.SUPERVISOR)
def console(request: HttpRequest) -> HttpResponse:
    return render(request, "dispatch/console.html", {"boot": boot(request)})


@role_required(Role.CREW)
def tablet(request: HttpRequest) -> HttpResponse:
    return render(request, "dispatch/tablet.html", {"boot": boot(request)})
