"""How the provider asks the service: signed, in 15 s with one retry, then at the fallback address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

import httpx

from calls.signing import signature
from tests.failure.harness.twilio_records import Document

WEBHOOK_LIMIT_S = 15.0
CONNECT_LIMIT_S = 5.0
RETRIES = 1
HTTP_FAILURE = "11200"
CONTENT_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the provider asks, and where it asks when that fails."""

    url: str
    fallback: str = ""


class Requests:
    def __init__(self, *, token: str, chance: Random) -> None:
        self._token = token
        self._chance = chance
        self._http = httpx.AsyncClient(trust_env=False)

    async def close(self) -> None:
        await self._http.aclose()

    async def fetch(self, hook: Hook, params: dict[str, str]) -> Document:
        token = f"{self._chance.getrandbits(128):032x}"
        document = await self._ask(hook.url, params, token)
        if not document.is_good and hook.fallback:
            more = {**params, "ErrorCode": HTTP_FAILURE, "ErrorUrl": hook.url}
            second = await self._ask(hook.fallback, more, token)
            return Document(
                second.url, second.status, second.body, second.took_s, second.tries, True
            )
        return document

    async def _ask(self, url: str, params: dict[str, str], token: str) -> Document:
        started_s, document = time.monotonic(), Document(url, 0, "", 0.0)
        try:
            async with asyncio.timeout(WEBHOOK_LIMIT_S):
                for tries in range(1, RETRIES + 2):
                    status, body = await self._post(url, params, token)
                    took_s = time.monotonic() - started_s
                    document = Document(url, status, body, took_s, tries)
                    if document.is_good:
                        break
        except TimeoutError:
            return Document(url, 0, "", time.monotonic() - started_s, document.tries)
        return document

    async def _post(self, url: str, params: dict[str, str], token: str) -> tuple[int, str]:
        pairs = list(params.items())
        headers = self._headers(url, pairs, token)
        limits = httpx.Timeout(WEBHOOK_LIMIT_S, connect=CONNECT_LIMIT_S)
        try:
            answer = await self._http.post(
                url, content=urlencode(pairs).encode(), headers=headers, timeout=limits
            )
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    async def repeat(
        self, public_url: str, params: dict[str, str], urls: Sequence[str]
    ) -> list[Document]:
        """The same request to all of these, signed for the public address; each on a connection of its own."""
        token = f"{self._chance.getrandbits(128):032x}"
        pairs = list(params.items())
        headers = self._headers(public_url, pairs, token)

        async def one(url: str) -> Document:
            started_s = time.monotonic()
            async with httpx.AsyncClient(trust_env=False, timeout=WEBHOOK_LIMIT_S) as client:
                answer = await client.post(url, content=urlencode(pairs).encode(), headers=headers)
            return Document(url, answer.status_code, answer.text, time.monotonic() - started_s)

        return await asyncio.gather(*(one(url) for url in urls))

    def _headers(self, url: str, pairs: list[tuple[str, str]], token: str) -> dict[str, str]:
        return {
            "Content-Type": CONTENT_TYPE,
            "X-Twilio-Signature": signature(token=self._token, url=url, pairs=pairs),
            "I-Twilio-Idempotency-Token": token,
        }
