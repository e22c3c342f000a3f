"""The pages people keep open, and the way from / to one's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dispatch.accounts.permissions import home_of, role_required
from dispatch.selectors.boot import boot
from realtime.protocol import Role


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
