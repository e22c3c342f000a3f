"""Which page belongs to which role."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from realtime.protocol import Role

HOME = {
    Role.DISPATCHER: "/console/",
    Role.SUPERVISOR: "/supervisor/",
    Role.CREW: "/tablet/",
    Role.ADMIN: "/admin/",
}

Page = Callable[..., HttpResponse]


def home_of(user: Any) -> str:
    return HOME[Role(user.role)]


def role_required(*roles: str) -> Callable[[Page], Page]:
    """Nobody signed in: to the sign-in page. The wrong role: 403."""

    def decorate(page: Page) -> Page:
        @functools.wraps(page)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if request.user.role not in roles:  # type: ignore[union-attr]
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return wrapped

    return decorate
