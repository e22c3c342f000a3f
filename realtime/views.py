"""The same commands and the same filter over HTTP: board, events, commands."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from realtime import eventlog, registry
from realtime.execution import execute
from realtime.protocol import Viewer
from realtime.reserve import is_away

BODY_BYTES_MAX = 64 * 1024
EVENTS_LIMIT_DEFAULT = 500
SAFE_METHODS = frozenset({"GET", "HEAD"})

View = Callable[..., HttpResponse]


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Who asks: by `Authorization: Bearer`, else by session."""
    scheme, _sep, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return registry.viewer_of_token(token.strip())
    key = request.session.session_key
    viewer = registry.viewer_of_session(key) if key else None
    # A page speaks one language: the one its reader has chosen, whatever the person had chosen elsewhere.
    return replace(viewer, language=get_language() or viewer.language) if viewer else None


def refusal(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"ok": False, "code": code, "detail": detail}, status=status)


def _unavailable(error: Error) -> JsonResponse:
    if not is_away(error):
        raise error
    return refusal(503, "unavailable", _("The database does not answer. Try again."))


def api(*methods: str, roles: frozenset[str] | None = None) -> Callable[[View], View]:
    """A JSON endpoint for signed-in people and programs. Sessions need the CSRF token, bearers do not."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            try:
                return answered(request, *args, **kwargs)
            except Error as error:
                return _unavailable(error)

        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return refusal(405, "method_not_allowed", _("Use %s.") % ", ".join(methods))
            viewer = viewer_of(request)
            if viewer is None:
                return refusal(401, "not_signed_in", _("Sign in first."))
            if roles is not None and viewer.role not in roles:
                return refusal(403, "forbidden", _("Your role may not do this."))
            if viewer.token_id is None and request.method not in SAFE_METHODS:
                check = CsrfViewMiddleware(lambda _request: HttpResponse())
                check.process_request(request)
                if check.process_view(request, view, (), {}) is not None:
                    return refusal(403, "csrf", _("The page is too old; load it again."))
            request.viewer = viewer  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return wrapped

    return decorate


def body_of(request: HttpRequest, *, bytes_max: int = BODY_BYTES_MAX) -> Any:
    """The JSON body; raises ValueError with a sentence."""
    length = request.headers.get("Content-Length") or "0"
    if not length.isdigit() or int(length) > bytes_max:
        raise ValueError(_("The body is larger than %d bytes.") % bytes_max)
    try:
        return json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise ValueError(_("The body is not JSON.")) from None


@api("GET")
def board(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.topic is None:
        return refusal(403, "forbidden", _("Your role may not do this."))
    with eventlog.one_moment():
        seq = eventlog.head_seq()
        state = registry.snapshot(viewer)
    who = {
        "id": viewer.user_id,
        "name": viewer.name,
        "role": viewer.role,
        "unit_id": viewer.unit_id,
    }
    return JsonResponse({"seq": seq, "state": state, "viewer": who})


@api("GET")
def events(request: HttpRequest) -> HttpResponse:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    topic = viewer.topic
    if topic is None:
        return refusal(403, "forbidden", _("Your role may not do this."))
    try:
        after = int(request.GET.get("after", "0"))
        limit = int(request.GET.get("limit", str(EVENTS_LIMIT_DEFAULT)))
    except ValueError:
        return refusal(422, "invalid", _("after and limit must be whole numbers."))
    if not 0 <= after < 2**63 or not 1 <= limit <= eventlog.EVENTS_PAGE_MAX:
        return refusal(
            422, "invalid", _("limit must be between 1 and %d.") % eventlog.EVENTS_PAGE_MAX
        )
    with eventlog.one_moment():
        head = eventlog.head_seq()
        page = eventlog.events_after(after, limit=limit)
    # `next` lets a reader who may see none of a page's events go on behind it.
    following = page[-1].seq if page else max(after, head)
    seen = [
        event.frame(registry.project(topic, event.data)) for event in page if topic in event.topics
    ]
    return JsonResponse({"events": seen, "head_seq": head, "next": following})


@api("POST")
def command(request: HttpRequest, name: str) -> HttpResponse:
    try:
        payload = body_of(request)
    except ValueError as error:
        return refusal(422, "invalid", str(error))
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    answer = execute(viewer=viewer, name=name, payload=payload, now=timezone.now())
    return JsonResponse(answer.body, status=answer.status)
