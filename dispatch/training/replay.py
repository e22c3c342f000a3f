"""Send real incidents to a running service at a chosen speed, and listen to what it makes of them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from calls.telephony.emulator.people import Position, aml_text
from dispatch.training.access import Access
from dispatch.training.centre import Centre
from dispatch.training.feed import Feed
from dispatch.training.provider import Provider
from dispatch.training.replay_rows import Report
from dispatch.training.replay_verdict import Verdict, judge

IN_FLIGHT_MAX = 32
AML_RADIUS_M = 20
# So long the service may show nothing new. What it kept in its journal on a busy machine follows one by one.
SETTLE_S = 15.0
SETTLE_POLL_S = 0.1
READY_S = 10.0
NUMBERS = 10**8
LISTENER = "supervisor1"

Progress = Callable[[int], None]


class NoService(Exception):  # noqa: N818 - said to a person, in a sentence
    """The service cannot be used; the message says why."""


@dataclass(slots=True)
class Outcome:
    verdict: Verdict
    sent: int = 0
    refused: int = 0
    on_board: int = 0
    answer_s: list[float] = field(default_factory=list)
    seen_s: list[float] = field(default_factory=list)
    late_s_max: float = 0.0
    took_s: float = 0.0

    @property
    def is_good(self) -> bool:
        return self.verdict.is_good and not self.refused


def numbered(reports: Sequence[Report], *, base: int) -> list[Report]:
    """Each report from a telephone of its own, so that every call can be told from all others."""
    return [
        replace(report, number=f"+62812{(base + index) % NUMBERS:08d}")
        for index, report in enumerate(reports)
    ]


async def replay(
    reports: Sequence[Report], access: Access, *, speed: float, progress: Progress
) -> Outcome:
    limits = httpx.Limits(max_connections=IN_FLIGHT_MAX + 2)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        run = _Run(numbered(reports, base=secrets.randbelow(NUMBERS)), access, client)
        return await run.go(speed=speed, progress=progress)


class _Run:
    def __init__(self, reports: list[Report], access: Access, client: httpx.AsyncClient) -> None:
        self._reports = reports
        self._provider = Provider(client, access, attempts_max=1)
        token = access.people.get(LISTENER) or access.dispatcher_token("")
        self._centre = Centre(client, access.base_url, token)
        self._feed = Feed(access.base_url, token, on_event=self._hear, keeps_board=False)
        self._ours = {report.number for report in reports}
        self._calls: dict[str, dict[str, Any]] = {}  # by id, as last seen
        self._sent_at: dict[str, float] = {}
        self._heard_at = 0.0
        self._outcome = Outcome(Verdict())
        self._places = asyncio.Semaphore(IN_FLIGHT_MAX)

    async def go(self, *, speed: float, progress: Progress) -> Outcome:
        following = asyncio.create_task(self._feed.follow())
        try:
            try:
                await asyncio.wait_for(self._feed.ready.wait(), READY_S)
            except TimeoutError:
                where = self._provider.access.base_url
                sentence = f"The service at {where} does not answer, or does not let us listen to its board."
                raise NoService(sentence) from None
            begun = time.monotonic()
            await self._send_all(speed=speed, progress=progress)
            self._outcome.took_s = time.monotonic() - begun
            await self._settle()
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
        await self._look_at_board()
        self._outcome.verdict = judge(self._reports, self._calls.values())
        return self._outcome

    async def _send_all(self, *, speed: float, progress: Progress) -> None:
        begun = time.monotonic()
        first = self._reports[0].at
        async with asyncio.TaskGroup() as group:
            for report in self._reports:
                due = begun + (report.at - first).total_seconds() / speed
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await self._places.acquire()
                late_s = time.monotonic() - due
                self._outcome.late_s_max = max(self._outcome.late_s_max, late_s)
                group.create_task(self._send(report, progress))

    async def _send(self, report: Report, progress: Progress) -> None:
        try:
            self._sent_at[report.number] = time.monotonic()
            if report.channel == "voice":
                await self._send_call(report)
            else:
                await self._timed(
                    self._provider.write(
                        report.number, report.text, channel=report.channel, where=report.position
                    )
                )
            self._outcome.sent += 1
        finally:
            self._places.release()
            progress(1)

    async def _send_call(self, report: Report) -> None:
        await self._timed(self._provider.call(report.number))
        where = Position(report.position.lat, report.position.lng, AML_RADIUS_M)
        text = aml_text(report.number, where, at=report.at)
        await self._timed(self._provider.aml(report.number, text))

    async def _timed(self, handing_in: Awaitable[object]) -> None:
        begun = time.monotonic()
        try:
            await handing_in
        except httpx.HTTPStatusError:
            self._outcome.answer_s.append(time.monotonic() - begun)
            self._outcome.refused += 1
        except httpx.HTTPError:
            self._outcome.refused += 1
        else:
            self._outcome.answer_s.append(time.monotonic() - begun)

    def _hear(self, event: dict[str, Any]) -> None:
        now = time.monotonic()
        for call in event["data"].get("set", {}).get("calls", ()):
            if call["caller"] not in self._ours:
                continue
            if call["id"] not in self._calls:
                self._outcome.seen_s.append(now - self._sent_at[call["caller"]])
            self._calls[call["id"]] = call
            self._heard_at = now

    async def _settle(self) -> None:
        """Wait until the service has shown everything, or shows nothing more."""
        self._heard_at = time.monotonic()
        while time.monotonic() < self._heard_at + SETTLE_S:
            if judge(self._reports, self._calls.values()).is_good:
                return
            await asyncio.sleep(SETTLE_POLL_S)

    async def _look_at_board(self) -> None:
        """The board as it is now has the last word; what has left it since counts as it was last seen."""
        board = await self._centre.get("/api/v1/board")
        if board is None:
            return
        ours = [call for call in board["state"]["calls"] if call["caller"] in self._ours]
        self._outcome.on_board = len(ours)
        self._calls |= {call["id"]: call for call in ours}
