"""Webhooks' own way in: past Django's handler and its middleware, which have nothing to say about them.

Django answers a sync view under ASGI in a thread made for each request, behind a dozen middlewares (sessions, CSRF,
people): that cost more than storing the call. The signature is all that is believed here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpResponse
from django.http.request import HttpHeaders
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.crypto import get_random_string

from calls.provider_request import ProviderRequest
from calls.receiving import Webhook, answer_async, log_failure, webhook_of_view

Application = Callable[[Any, Any, Any], Awaitable[None]]

REQUEST_ID_CHARS = 16


class WebhookDoor:
    """An ASGI application: what is a webhook is answered here, everything else by the application behind."""

    def __init__(self, behind: Application) -> None:
        self._behind = behind

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        found = _webhook(scope["path"]) if scope["method"] == "POST" else None
        if found is None:
            await self._behind(scope, receive, send)
            return
        structlog.contextvars.bind_contextvars(request_id=get_random_string(REQUEST_ID_CHARS))
        try:
            request = _request(scope, await _body(receive))
            response = await answer_async(found[0], request, found[1])
        except _Gone:
            return
        except Exception as error:
            log_failure(found[0].kind, error)
            response = HttpResponse("Not stored, try again.\n", "text/plain", 500)
        await _send(response, send)


class _Gone(Exception):  # noqa: N818 - the state of the client
    """The client went away before it had said all."""


def _webhook(path: str) -> tuple[Webhook, dict[str, Any]] | None:
    try:
        # Only these addresses: to look through the whole tree would be paid for by every other request as well.
        found = resolve(path, "calls.urls")
    except Resolver404:
        return None
    one = webhook_of_view(found.func)
    return (one, found.kwargs) if one else None


async def _body(receive: Any) -> bytes | None:
    """None when it is larger than UPLOAD_BYTES_MAX; the rest is then read and forgotten, so that the answer is heard."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        size += len(part)
        if size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE else None


def _request(scope: dict[str, Any], body: bytes | None) -> ProviderRequest | None:
    if body is None:
        return None
    meta = {
        HttpHeaders.to_wsgi_name(name.decode("latin1")): value.decode("latin1")
        for name, value in scope["headers"]
    }
    path = scope.get("root_path", "") + scope["path"]
    query = scope["query_string"].decode("latin1")
    return ProviderRequest.of(path, query, body, HttpHeaders(meta), now=timezone.now())


async def _send(response: HttpResponse, send: Any) -> None:
    headers = {**response.headers, "X-Content-Type-Options": "nosniff"}
    headers["Content-Length"] = str(len(response.content))
    encoded = [(name.lower().encode(), value.encode("latin1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": encoded})
    await send({"type": "http.response.body", "body": response.content})
