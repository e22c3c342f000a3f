"""The provider's REST API as an ASGI application: who asks, what fails on purpose, what is answered."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from calls.telephony.emulator.records import API_VERSION, Params
from calls.telephony.emulator.resources import File, Refused, Resources

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

BODY_BYTES_MAX = 1024 * 1024
ASKED_MAX = 50_000  # requests that are remembered
CODES = {400: 21_211, 401: 20_003, 404: 20_404, 413: 20_413, 429: 20_429, 500: 20_500, 503: 20_503}
ROUTE = re.compile(rf"/{API_VERSION}/Accounts/(?P<account>\w+)/(?P<rest>.+)")
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Answer = tuple[int, dict[str, Any] | File]


@dataclass(slots=True)
class Fault:
    """What the API does in place of its work, for paths that contain `path`. `times` None: until it is taken away."""

    path: str = ""
    method: str = ""
    status: int = 0  # 0: the work is done, after delay_s
    delay_s: float = 0.0
    times: int | None = None
    after_work: bool = False  # the work is done, but the answer says that it was not


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that reached the API."""

    method: str
    path: str
    query: dict[str, str]
    params: dict[str, str]
    at_s: float
    status: int


class Api:
    """The ASGI application."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.faults: list[Fault] = []
        self.asked: deque[Asked] = deque(maxlen=ASKED_MAX)
        self._resources = Resources(emulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await read(receive, most=BODY_BYTES_MAX)
        method, path = scope["method"], scope["path"]
        query = dict(parse_qsl(scope["query_string"].decode()))
        at_s = time.monotonic()
        status: int
        answer: dict[str, Any] | File
        params = Params(
            parse_qsl((body or b"").decode("utf-8", "replace"), keep_blank_values=True)
        )
        if body is None:
            status, answer = 413, error(413, "too large")
        else:
            status, answer = await self._answer(method, path, query, params, _who(scope))
        self.asked.append(Asked(method, path, query, params, at_s, status))
        if isinstance(answer, File):
            await respond(send, status, answer.content, answer.content_type)
        else:
            content = json.dumps(answer).encode() if status != 204 else b""
            await respond(send, status, content, "application/json")

    async def _answer(
        self, method: str, path: str, query: dict[str, str], params: Params, who: str
    ) -> Answer:
        fault = self._fault(method, path)
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.status and not fault.after_work:
                return fault.status, error(fault.status, "as was asked for")
        try:
            if who != f"{self.emulator.account}:{self.emulator.token}":
                raise Refused(401, "Authenticate")
            status, answer = self.emulator.setup.answer(
                method, path, query, params
            ) or self._routed(method, path, query, params)
        except Refused as refused:
            return refused.status, error(refused.status, str(refused), refused.code)
        if fault and fault.status:
            return fault.status, error(fault.status, "as was asked for")
        return status, answer

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.path in path and fault.method in ("", method):
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                return fault
        return None

    def _routed(self, method: str, path: str, query: dict[str, str], params: Params) -> Answer:
        found = ROUTE.fullmatch(path)
        if found is None or found["account"] != self.emulator.account:
            raise Refused(404)
        return self._resources.answer(method, found["rest"], query, params)


async def read(receive: Receive, *, most: int) -> bytes | None:
    """The body of a request; None when it is longer than that."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return body


async def respond(
    send: Send, status: int, content: bytes, content_type: str, *headers: tuple[bytes, bytes]
) -> None:
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(content)).encode()),
            *headers,
        ],
    }
    await send(start)
    await send({"type": "http.response.body", "body": content})


def error(status: int, message: str = "", code: int = 0) -> dict[str, Any]:
    number = code or CODES.get(status, 20_000 + status)
    return {
        "code": number,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{number}",
        "status": status,
    }


def _who(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization" and value.startswith(b"Basic "):
            try:
                return base64.b64decode(value[6:]).decode()
            except ValueError:
                return ""
    return ""
