"""The provider's signed requests: 15 s with one retry under the same token, then the fallback address."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from calls.signing import signature
from tests.failure.harness.twilio_records import Document

if TYPE_CHECKING:
    from tests.failure.harness.provider import Provider

WEBHOOK_LIMIT_S = 15.0
CONNECT_LIMIT_S = 5.0
RETRIES = 1
HTTP_FAILURE = "11200"


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the provider asks, and where it asks when that fails."""

    url: str
    fallback: str = ""


class Outgoing:
    """`doors`: where requests to the public address really go, in turn; without any, to that address."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.http = httpx.AsyncClient(trust_env=False)
        self.doors: Sequence[str] = ()
        self._through = 0

    async def fetch(self, hook: Hook, params: dict[str, str]) -> Document:
        token = f"{self.provider.chance.getrandbits(128):032x}"
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
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(token=self.provider.token, url=url, pairs=pairs),
            "I-Twilio-Idempotency-Token": token,
        }
        limits = httpx.Timeout(WEBHOOK_LIMIT_S, connect=CONNECT_LIMIT_S)
        try:
            answer = await self.http.post(
                self._door(url), content=urlencode(pairs).encode(), headers=headers, timeout=limits
            )
        except httpx.HTTPError:
            return 0, ""
        return answer.status_code, answer.text

    async def repeat(
        self, path: str, params: dict[str, str], base_urls: Sequence[str]
    ) -> list[Document]:
        """Signed for the public address, as it is; each copy on a connection of its own."""
        token = f"{self.provider.chance.getrandbits(128):032x}"
        pairs = list(params.items())
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": signature(
                token=self.provider.token, url=self.provider.public_base_url + path, pairs=pairs
            ),
            "I-Twilio-Idempotency-Token": token,
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
        if not self.doors or not url.startswith(self.provider.public_base_url):
            return url
        self._through += 1
        door = self.doors[self._through % len(self.doors)]
        return door + url.removeprefix(self.provider.public_base_url)
