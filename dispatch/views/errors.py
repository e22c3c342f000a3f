"""What has no answer of its own: JSON for programs, a page for people."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from realtime.views import refusal

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(
        request, 400, "invalid", _("This request cannot be read."), defaults.bad_request, exception
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(
        request,
        403,
        "forbidden",
        _("Your role may not do this."),
        defaults.permission_denied,
        exception,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _say(
        request,
        404,
        "not_found",
        _("There is nothing at this address."),
        defaults.page_not_found,
        exception,
    )


def failed(request: HttpRequest) -> HttpResponse:
    return _say(
        request,
        500,
        "internal",
        _("Something went wrong here. It has been recorded."),
        defaults.server_error,
    )


def _say(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str | Promise,
    page: Callable[..., HttpResponse],
    *rest: Exception,
) -> HttpResponse:
    if request.path.startswith(API):
        return refusal(status, code, str(detail))
    return page(request, *rest)
