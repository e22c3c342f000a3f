"""The centre as a program sees it: commands and questions over HTTP, again and again until they are answered."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

logger = logging.getLogger(__name__)

TIMEOUT_S = 15.0  # the real provider gives up after this, too
FIRST_PAUSE_S = 0.5
PAUSE_S_MAX = 8.0
BUSY_STATUSES = frozenset({429, 502, 503, 504})

Send = Callable[[], Awaitable[httpx.Response]]


async def persistent(send: Send, *, what: str, attempts_max: int | None = None) -> httpx.Response:
    """Send until there is an answer: a server that restarts costs seconds, not the act."""
    pause_s = FIRST_PAUSE_S
    attempt = 0
    while True:
        attempt += 1
        try:
            response = await send()
        except httpx.TransportError as error:
            if attempts_max is not None and attempt >= attempts_max:
                raise
            logger.info("service_unreachable", extra={"act": what, "error": type(error).__name__})
        else:
            last = attempts_max is not None and attempt >= attempts_max
            if response.status_code not in BUSY_STATUSES or last:
                return response
            logger.info("service_busy", extra={"act": what, "status": response.status_code})
        await asyncio.sleep(pause_s)
        pause_s = min(PAUSE_S_MAX, pause_s * 2)


class Centre:
    """One signed-in program. Refusals are answers: they are logged with their code and returned as None."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._client = client
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def command(self, name: str, **body: Any) -> dict[str, Any] | None:
        """The result of a command. The request_id makes a repetition after a lost answer harmless."""
        payload = {"request_id": str(uuid.uuid4()), **body}
        response = await self._post(f"/api/v1/commands/{name}", payload, what=name)
        answer = _json(response)
        if answer.get("ok"):
            return answer.get("result") or {}
        logger.info(
            "command_refused",
            extra={"command": name, "status": response.status_code, "code": answer.get("code")},
        )
        return None

    async def get(self, path: str) -> dict[str, Any] | None:
        response = await persistent(
            lambda: self._client.get(
                self._base_url + path, headers=self._headers, timeout=TIMEOUT_S
            ),
            what="get",
        )
        if response.status_code == 200:
            return _json(response)
        logger.info("question_refused", extra={"status": response.status_code})
        return None

    async def positions(self, rows: list[dict[str, Any]]) -> None:
        """One batch. Positions age, so a batch that cannot be delivered is not repeated."""
        try:
            response = await self._client.post(
                self._base_url + "/api/v1/positions",
                json={"positions": rows},
                headers=self._headers,
                timeout=TIMEOUT_S,
            )
        except httpx.TransportError as error:
            logger.info("positions_undelivered", extra={"error": type(error).__name__})
            return
        if response.status_code != 200 or _json(response).get("refused"):
            logger.info("positions_refused", extra={"status": response.status_code})

    async def _post(self, path: str, body: dict[str, Any], *, what: str) -> httpx.Response:
        return await persistent(
            lambda: self._client.post(
                self._base_url + path, json=body, headers=self._headers, timeout=TIMEOUT_S
            ),
            what=what,
        )


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
