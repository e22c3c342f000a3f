"""The socket's address, and who may open it: by Bearer token, or by session from our own pages."""

from __future__ import annotations

from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from channels.routing import URLRouter
from django.conf import settings
from django.urls import path

from realtime import capacity, registry
from realtime.consumers import BoardConsumer
from realtime.hub import hub
from realtime.protocol import Viewer


class PeopleMiddleware:
    """Puts the viewer into the scope. A session cookie counts only with an Origin of ours."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {
            name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]
        }
        with capacity.sockets.place() as has_place:
            # One that is sent away costs the database nothing.
            viewer = await self._recognise(headers) if has_place else None
            await self.inner({**scope, "viewer": viewer, "has_place": has_place}, receive, send)

    async def _recognise(self, headers: dict[str, str]) -> Viewer | None:
        async with hub().doors:
            found: Viewer | None = await hub().run(lambda: _viewer(headers))
        return found


def _viewer(headers: dict[str, str]) -> Viewer | None:
    scheme, _sep, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return registry.viewer_of_token(token.strip())
    if not _own_origin(headers):
        return None
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    session = cookies.get(settings.SESSION_COOKIE_NAME)
    viewer = registry.viewer_of_session(session.value) if session else None
    language = cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if viewer and language and language.value in dict(settings.LANGUAGES):
        return replace(viewer, language=language.value)
    return viewer


def _own_origin(headers: dict[str, str]) -> bool:
    """Browsers always send Origin with a WebSocket; another site's page must not ride on our cookie."""
    origin = headers.get("origin", "")
    if origin in settings.SOCKET_ORIGINS:
        return True
    parts = urlsplit(origin)
    if not parts.netloc or parts.netloc != headers.get("host"):
        return False
    return (parts.hostname or "") in settings.ALLOWED_HOSTS


websocket_urls = PeopleMiddleware(URLRouter([path("ws/v1/", BoardConsumer.as_asgi())]))
