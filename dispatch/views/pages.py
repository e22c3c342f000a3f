"""The pages people keep open, and the way from / to one's own."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control

import calls.seats
from dispatch.accounts.permissions import home_of, role_required
from dispatch.selectors.boot import boot
from realtime.protocol import Role

FINGERPRINT_CHARS_MAX = 12


def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    return redirect(home_of(request.user))


@role_required(Role.DISPATCHER, Role.SUPERVISOR)
def console(request: HttpRequest) -> HttpResponse:
    page = {"boot": boot(request), "has_twilio_phone": calls.seats.softphone() == "twilio"}
    return render(request, "dispatch/console.html", page)


@role_required(Role.DISPATCHER, Role.SUPERVISOR)
def console_map(request: HttpRequest) -> HttpResponse:
    """The map in a window of its own, for a second screen and for paper."""
    return render(request, "dispatch/console_map.html", {"boot": boot(request)})


@role_required(Role.CREW)
def tablet(request: HttpRequest) -> HttpResponse:
    return render(request, "dispatch/tablet.html", {"boot": boot(request)})


@cache_control(no_cache=True)
def pack(request: HttpRequest) -> HttpResponse:
    """The page of the manual pack: empty of data, so nobody needs to be signed in; the browser fills it."""
    return render(request, "dispatch/pack.html")


@cache_control(no_cache=True)
def pack_worker(request: HttpRequest) -> HttpResponse:
    """The worker that shows the pack when no server answers; it changes whenever one of its files does."""
    names = ("dispatch/pack/pack.css", "dispatch/pack/page.js", "dispatch/favicon.svg")
    facts = {
        "version": _pack_version(),
        "page": reverse("console-pack"),
        "console": reverse("console"),
        "files": [static(name) for name in names],
    }
    script = _pack_file("worker.js").decode()
    return HttpResponse(
        f"self.pack = {json.dumps(facts)};\n{script}",
        content_type="text/javascript; charset=utf-8",
    )


@functools.cache
def _pack_version() -> str:
    digest = hashlib.sha256(
        Path(get_template("dispatch/pack.html").template.origin.name).read_bytes()
    )
    for name in ("worker.js", "page.js", "pack.css"):
        digest.update(_pack_file(name))
    return digest.hexdigest()[:FINGERPRINT_CHARS_MAX]


@functools.cache
def _pack_file(name: str) -> bytes:
    found = finders.find(f"dispatch/pack/{name}")
    assert found, f"dispatch/pack/{name} belongs to the application"
    return Path(str(found)).read_bytes()
