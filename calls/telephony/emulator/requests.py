"""The provider's signed requests: 15 s with one retry under the same token, then the fallback address.

Reports of how something goes are sent one after the other, as Twilio mostly does it; with `disorder` late ones are
overtaken and some come twice, as Twilio sometimes does it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx

from calls.signing import signature
from calls.telephony.emulator.records import Document

WEBHOOK_LIMIT_S = 15.0
CONNECT_LIMIT_S = 5.0
RETRIES = 1
HTTP_FAILURE = "11200"
FORM = "application/x-www-form-urlencoded; charset=UTF-8"

Spawn = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the provider asks, and where it asks when that fails."""

    url: str
    fallback: str = ""
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Disorder:
    """How often a report is overtaken by the next ones, and how often it comes twice."""

    late_share: float = 0.3
    late_s: float = 0.5
    repeated_share: float = 0.2


class Outgoing:
    """`doors`: where requests to the public address really go, in turn; without any, to that address."""

    def __init__(
        self,
        *,
        token: str,
        chance: random.Random,
        public_base_url: Callable[[], str],
        spawn: Spawn,
        disorder: Disorder | None = None,
    ) -> None:
        self.token = token
        self.http = httpx.AsyncClient(trust_env=False)
        self.doors: Sequence[str] = ()
        self.disorder = disorder
        self.repeated = 0
        self._chance = chance
        self._public_base_url = public_base_url
        self._spawn = spawn
        self._through = 0
        self._last: dict[str, asyncio.Task[Any]] = {}

    async def fetch(self, hook: Hook, params: Mapping[str, str]) -> Document:
        token = self._idempotency_token()
        document = await self._ask(hook.url, hook.method, params, token)
        if not document.is_good and hook.fallback:
            more = {**params, "ErrorCode": HTTP_FAILURE, "ErrorUrl": hook.url}
            second = await self._ask(hook.fallback, hook.method, more, token)
            return replace(second, by_fallback=True)
        return document

    def report(self, line: str, hook: Hook, params: Mapping[str, str]) -> asyncio.Task[Any]:
        """After what was reported of the same `line` before; nobody has to wait for it."""
        before = self._last.get(line)
        if self.disorder and self._chance.random() < self.disorder.late_share:
            return self._spawn(self._late(hook, params))
        task = self._spawn(self._after(before, hook, params))
        self._last[line] = task
        task.add_done_callback(lambda done: self._forget(line, done))
        return task

    # --- inside --------------------------------------------------------------------------------

    async def _after(
        self, before: asyncio.Task[Any] | None, hook: Hook, params: Mapping[str, str]
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        await self._tell(hook, params)

    async def _late(self, hook: Hook, params: Mapping[str, str]) -> None:
        assert self.disorder is not None
        await asyncio.sleep(self._chance.random() * self.disorder.late_s)
        await self._tell(hook, params)

    async def _tell(self, hook: Hook, params: Mapping[str, str]) -> None:
        await self.fetch(hook, params)
        if self.disorder and self._chance.random() < self.disorder.repeated_share:
            self.repeated += 1
            await self.fetch(hook, params)

    def _forget(self, line: str, done: asyncio.Task[Any]) -> None:
        if self._last.get(line) is done:
            del self._last[line]

    def _idempotency_token(self) -> str:
        return f"{self._chance.getrandbits(128):032x}"

    async def _ask(self, url: str, method: str, params: Mapping[str, str], token: str) -> Document:
        started_s, document = time.monotonic(), Document(url, 0, "", 0.0)
        try:
            async with asyncio.timeout(WEBHOOK_LIMIT_S):
                for tries in range(1, RETRIES + 2):
                    document = await self._send(url, method, params, token)
                    took_s = time.monotonic() - started_s
                    document = replace(document, took_s=took_s, tries=tries)
                    if document.is_good:
                        break
        except TimeoutError:
            return Document(url, 0, "", time.monotonic() - started_s, document.tries)
        return document

    async def _send(
        self, url: str, method: str, params: Mapping[str, str], token: str
    ) -> Document:
        """Of an address with a part after # the provider reads that part itself and sends the rest."""
        parts = urlsplit(url)
        pairs = list(params.items())
        query = parts.query
        if method == "GET":
            query = urlencode([*parse_qsl(query, keep_blank_values=True), *pairs])
        asked = urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
        proof = signature(token=self.token, url=asked, pairs=pairs if method == "POST" else [])
        headers = {"X-Twilio-Signature": proof, "I-Twilio-Idempotency-Token": token}
        if method == "POST":
            headers["Content-Type"] = FORM
        limits = httpx.Timeout(WEBHOOK_LIMIT_S, connect=CONNECT_LIMIT_S)
        try:
            answer = await self.http.request(
                method,
                self._door(asked),
                content=urlencode(pairs).encode() if method == "POST" else None,
                headers=headers,
                timeout=limits,
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            return Document(url, 0, "", 0.0)
        kind = answer.headers.get("content-type", "").split(";")[0].strip()
        return Document(url, answer.status_code, answer.text, 0.0, content_type=kind)

    async def repeat(
        self, path: str, params: Mapping[str, str], base_urls: Sequence[str]
    ) -> list[Document]:
        """Signed for the public address, as it is; each copy on a connection of its own."""
        pairs = list(params.items())
        url = self._public_base_url() + path
        headers = {
            "Content-Type": FORM,
            "X-Twilio-Signature": signature(token=self.token, url=url, pairs=pairs),
            "I-Twilio-Idempotency-Token": self._idempotency_token(),
        }

        async def one(base_url: str) -> Document:
            started_s = time.monotonic()
            async with httpx.AsyncClient(trust_env=False, timeout=WEBHOOK_LIMIT_S) as client:
                answer = await client.post(
                    base_url + path, content=urlencode(pairs).encode(), headers=headers
                )
            return Document(
                base_url + path, answer.status_code, answer.text, time.monotonic() - started_s
            )

        return await asyncio.gather(*(one(base_url) for base_url in base_urls))

    def _door(self, url: str) -> str:
        """As a load balancer would: the signature stays the one of the public address."""
        public = self._public_base_url()
        if not self.doors or not url.startswith(public):
            return url
        self._through += 1
        door = self.doors[self._through % len(self.doors)]
        return door + url.removeprefix(public)
