"""The provider's REST API as far as it is used: lists with paging, calls, messages, participants of a conference."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from tests.failure.harness.twilio_records import API_VERSION, Leg, Text

if TYPE_CHECKING:
    from tests.failure.harness.provider import Provider

PAGE_SIZE, PAGE_SIZE_MAX = 50, 1_000
CODES = {400: 21_211, 401: 20_003, 404: 20_404, 429: 20_429, 500: 20_500, 503: 20_503}
ROUTE = re.compile(rf"/{API_VERSION}/Accounts/(?P<account>\w+)/(?P<rest>[^?]+)\.json")
Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


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


class Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


class Api:
    """The ASGI application."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        method, path = scope["method"], scope["path"]
        query = dict(parse_qsl(scope["query_string"].decode()))
        params = dict(parse_qsl(body.decode(), keep_blank_values=True))
        at_s = time.monotonic()
        status, answer = await self._answer(method, path, query, params, _who(scope))
        self.asked.append(Asked(method, path, query, params, at_s, status))
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"application/json")],
            }
        )
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    async def _answer(
        self, method: str, path: str, query: dict[str, str], params: dict[str, str], who: str
    ) -> tuple[int, dict[str, Any]]:
        fault = self._fault(method, path)
        if fault:
            await asyncio.sleep(fault.delay_s)
            if fault.status and not fault.after_work:
                return fault.status, _error(fault.status)
        try:
            if who != f"{self.provider.account}:{self.provider.token}":
                raise Refused(401)
            status, answer = self.provider.setup.answer(
                method, path, query, params
            ) or self._routed(method, path, query, params)
        except Refused as refused:
            return refused.status, _error(refused.status)
        if fault and fault.status:
            return fault.status, _error(fault.status)
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

    def _routed(
        self, method: str, path: str, query: dict[str, str], params: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        found = ROUTE.fullmatch(path)
        if found is None or found["account"] != self.provider.account:
            raise Refused(404)
        return self._work(method, found["rest"].split("/"), query, params)

    def _work(
        self, method: str, rest: list[str], query: dict[str, str], params: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        provider = self.provider
        match (method, *rest):
            case ("GET", "Calls"):
                return 200, self._list("calls", list(provider.legs.values()), "StartTime", query)
            case ("POST", "Calls"):
                return 201, provider.dial(params).wire(provider.account)
            case ("GET", "Calls", sid):
                return 200, self._leg(sid).wire(provider.account)
            case ("POST", "Calls", sid):
                provider.change(self._leg(sid), params)
                return 200, self._leg(sid).wire(provider.account)
            case ("GET", "Messages"):
                return 200, self._list(
                    "messages", list(provider.texts.values()), "DateSent", query
                )
            case ("POST", "Messages"):
                return 201, provider.take_message(params).wire(provider.account)
            case ("GET", "Messages", sid) if sid in provider.texts:
                return 200, provider.texts[sid].wire(provider.account)
            case ("GET", "Messages", sid, "Media") if sid in provider.texts:
                return 200, self._media(provider.texts[sid])
            case ("POST", "Conferences", name, "Participants"):
                leg = provider.dial({**params, "Conference": name})
                return 201, {
                    "call_sid": leg.sid,
                    "account_sid": provider.account,
                    "conference_sid": name,
                    "label": params.get("Label"),
                    "status": leg.status,
                }
        raise Refused(404)

    def _leg(self, sid: str) -> Leg:
        if sid not in self.provider.legs:
            raise Refused(404)
        return self.provider.legs[sid]

    def _media(self, text: Text) -> dict[str, Any]:
        account = self.provider.account
        path = f"/{API_VERSION}/Accounts/{account}/Messages/{text.sid}/Media"
        rows = [
            {
                "sid": f"ME{number:032x}",
                "content_type": content_type,
                "uri": f"{path}/ME{number:032x}.json",
            }
            for number, content_type in enumerate(text.media)
        ]
        return {"media_list": rows, "page": 0, "uri": f"{path}.json", "next_page_uri": None}

    def _list(
        self, name: str, rows: list[Leg] | list[Text], when: str, query: dict[str, str]
    ) -> dict[str, Any]:
        """Newest first. The next page begins after the last row of this one, whatever has come in meanwhile."""
        found = [row for row in rows if _matches(row, when, query)]
        found.sort(key=lambda row: (row.at(), row.sid), reverse=True)
        size = min(int(query.get("PageSize", PAGE_SIZE)), PAGE_SIZE_MAX)
        if token := query.get("PageToken"):
            sids = [row.sid for row in found]
            found = found[sids.index(token.removeprefix("PA")) + 1 :]
        page, more = found[:size], len(found) > size
        path = f"/{API_VERSION}/Accounts/{self.provider.account}/{name.capitalize()}.json"
        number = int(query.get("Page", 0))
        following = {**query, "Page": str(number + 1), "PageSize": str(size)}
        if page:
            following["PageToken"] = f"PA{page[-1].sid}"
        return {
            name: [row.wire(self.provider.account) for row in page],
            "page": number,
            "page_size": size,
            "uri": path,
            "first_page_uri": f"{path}?PageSize={size}&Page=0",
            "next_page_uri": f"{path}?{urlencode(following)}" if more else None,
            "previous_page_uri": None,
            "start": 0,
            "end": len(page),
        }


def _matches(row: Leg | Text, when: str, query: dict[str, str]) -> bool:
    at = row.at().replace(microsecond=0)
    return (
        query.get("Status", row.status) == row.status
        and query.get("To", row.to) == row.to
        and query.get("From", row.from_) == row.from_
        and (f"{when}>" not in query or at >= datetime.fromisoformat(query[f"{when}>"]))
        and (f"{when}<" not in query or at <= datetime.fromisoformat(query[f"{when}<"]))
    )


def _who(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization" and value.startswith(b"Basic "):
            return base64.b64decode(value[6:]).decode()
    return ""


def _error(status: int) -> dict[str, Any]:
    return {
        "code": CODES.get(status, 20_000 + status),
        "message": "as the test asked",
        "more_info": "",
        "status": status,
    }
