"""The telephones as a page: what it shows is pushed, what is done on it are small JSON requests. An ASGI application.

For this machine alone: it listens on 127.0.0.1, and answers no page of another address that a browser may have open.
"""

from __future__ import annotations

import asyncio
import binascii
import json
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import ValidationError

from calls.telephony.emulator import acts
from calls.telephony.emulator.acts import Act
from calls.telephony.emulator.api import Receive, Scope, Send, read, respond
from calls.telephony.emulator.phones import Impossible, Phones

ACT_BYTES_MAX = 12 * 1024 * 1024  # a photo in base64
STREAMS_MAX = 40
PUSH_EVERY_S = 0.05  # changes that come faster are shown together
STILL_THERE_S = 15.0
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
JSON = "application/json"
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
Files = Mapping[str, Path]  # by the path behind /phone/static/
Document = Callable[[str], tuple[str, str]]  # of a language: the page, and its policy


class Page:
    def __init__(self, phones: Phones, *, document: Document, files: Files) -> None:
        self._phones = phones
        self._document = document
        self._files = files
        self._streams = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_local(scope):
            await respond(send, 403, b"This page is for this machine alone.\n", "text/plain")
            return
        method, path = scope["method"], scope["path"]
        match (method, path):
            case ("GET", "/phone/"):
                await self._show(scope, send)
            case ("GET", "/phone/events"):
                await self._stream(receive, send)
            case ("GET", "/phone/api/state"):
                await _json(send, 200, self._phones.state())
            case ("POST", _) if path.startswith("/phone/api/"):
                await self._act(scope, receive, send, path.removeprefix("/phone/api/"))
            case ("GET", _) if path.startswith("/phone/static/"):
                await self._file(send, path.removeprefix("/phone/static/"))
            case _:
                await respond(send, 404, b"There is nothing here.\n", "text/plain")

    async def _show(self, scope: Scope, send: Send) -> None:
        wanted = dict(parse_qsl(scope["query_string"].decode())).get("lang", "")
        content, policy = self._document(wanted)
        headers = (*HEADERS, (b"content-security-policy", policy.encode()))
        await respond(send, 200, content.encode(), "text/html; charset=utf-8", *headers)

    async def _file(self, send: Send, name: str) -> None:
        file = self._files.get(name)
        if file is None:
            await respond(send, 404, b"There is nothing here.\n", "text/plain")
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        await respond(send, 200, file.read_bytes(), kind, *HEADERS)

    # --- acts ----------------------------------------------------------------------------------

    async def _act(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        if _header(scope, b"content-type").split(";")[0] != JSON:
            await _refuse(send, 415, "json_expected")
            return
        raw = await read(receive, most=ACT_BYTES_MAX)
        if raw is None:
            await _refuse(send, 413, "too_large")
            return
        name, _, phone_id = path.partition("/")
        kind = acts.KINDS.get(name)
        if kind is None:
            await _refuse(send, 404, "act_unknown")
            return
        try:
            act: Act = kind.model_validate_json(raw or b"{}")
            result = await act.do(self._phones, phone_id)
        except ValidationError as error:
            await _refuse(send, 422, "invalid", detail=error.errors(include_url=False)[0]["msg"])
        except (binascii.Error, Impossible) as error:
            code = str(error) if isinstance(error, Impossible) else "photo_unreadable"
            await _refuse(send, 409, code)
        else:
            await _json(send, 200, {"ok": True, **result})

    # --- what is pushed ------------------------------------------------------------------------

    async def _stream(self, receive: Receive, send: Send) -> None:
        if self._streams >= STREAMS_MAX:
            await respond(send, 503, b"Too many pages are open.\n", "text/plain")
            return
        self._streams += 1
        pushing = asyncio.create_task(self._push(send))
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._streams -= 1
            pushing.cancel()

    async def _push(self, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        bell = self._phones.emulator.bell
        before = ""
        while True:
            seen = bell.rung
            data = json.dumps(self._phones.state(), ensure_ascii=False)
            if data != before:  # most of what happens is other people's
                await _chunk(send, f"data: {data}\n\n")
                before = data
            await asyncio.sleep(PUSH_EVERY_S)
            while not await bell.until(lambda: bell.rung > seen, within_s=STILL_THERE_S):  # noqa: B023
                await _chunk(send, ": still there\n\n")


async def _chunk(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _json(send: Send, status: int, body: Mapping[str, Any]) -> None:
    await respond(send, status, json.dumps(body, ensure_ascii=False).encode(), JSON, *HEADERS)


async def _refuse(send: Send, status: int, code: str, *, detail: str = "") -> None:
    await _json(send, status, {"ok": False, "code": code, "detail": detail})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _is_local(scope: Scope) -> bool:
    """By a name of this machine, and from a page of ours or from a program: no other page may ring here."""
    host = _header(scope, b"host")
    origin = _header(scope, b"origin")
    if urlsplit(f"http://{host}").hostname not in LOCAL_HOSTS:
        return False
    return not origin or urlsplit(origin).netloc == host


def router(api: Callable[..., Awaitable[None]], page: Callable[..., Awaitable[None]]) -> Any:
    """One address for both: the provider's API, and the telephones under /phone/."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == "/":
            await respond(send, 302, b"", "text/plain", (b"location", b"/phone/"))
        elif path.startswith("/phone/"):
            await page(scope, receive, send)
        else:
            await api(scope, receive, send)

    return application
