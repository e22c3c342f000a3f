"""All screens cut at once and coming back at once, with webhooks going on: how long until all are live, what callers feel.

By hand: DATABASE_URL=… REDIS_URL=… .venv/bin/python -m tests.load.bench_storm [--sockets 2500] [--rate 10]
See tests/load/README.md for what the columns mean.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import subprocess
import sys
import time
from dataclasses import dataclass

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import httpx
import uvloop
from rich.console import Console
from rich.table import Table

from dispatch.training.access import Access, access_of
from dispatch.training.provider import new_sid, signed, voice
from dispatch.training.replay_verdict import quantile
from tests.load.bench_database import measured_service
from tests.load.serving import REPOSITORY, Service, free_port
from tests.load.wire import Crowd, Socket, cpu_s

PATH = "/twilio/voice/incoming"
LIVE_S_MAX = (
    30.0  # what is promised: all live within this, while webhooks answer within WEBHOOK_MS_MAX
)
WEBHOOK_MS_MAX = 500
GIVE_UP_S = 120.0
QUIET_S = 10.0
RETRY_FIRST_S, RETRY_S_MAX, RETRY_SHARE_MIN = (
    2.5,
    5.0,
    0.06,
)  # as realtime/static/realtime/protocol.js


@dataclass
class Storm:
    live_s: list[float]
    tries: int
    webhooks_s: list[float]
    refused: int
    cpu_s: float


def pause_s(attempt: int, chance: random.Random) -> float:
    full = min(RETRY_S_MAX, RETRY_FIRST_S * 2 ** min(attempt, 10))
    return full * (RETRY_SHARE_MIN + chance.random() * (1 - RETRY_SHARE_MIN))


class Callers:
    """Signed voice webhooks at a steady rate; never waits for one before sending the next."""

    def __init__(self, client: httpx.AsyncClient, access: Access, *, rate: float) -> None:
        self._client, self._access, self._rate = client, access, rate
        self._number = 0
        self.begin()

    def begin(self) -> None:
        self.took_s: list[float] = []
        self.refused = 0

    async def call(self) -> None:
        self._number += 1
        params = voice(new_sid("CA"), f"+62812{self._number:08d}", "ringing")
        headers, body = signed(PATH, params, access=self._access)
        begun = time.monotonic()
        try:
            answer = await self._client.post(
                self._access.base_url + PATH, content=body, headers=headers, timeout=30
            )
            self.refused += answer.status_code != 200
        except httpx.HTTPError:
            self.refused += 1
        self.took_s.append(time.monotonic() - begun)

    async def until(self, done: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            due = time.monotonic()
            while not done.is_set():
                group.create_task(self.call())
                due += 1 / self._rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))


async def reconnect(crowd: Crowd, count: int) -> tuple[list[float], int]:
    """`count` screens at once, each with its own pauses; seconds until each is live, and all tries."""
    loop = asyncio.get_running_loop()
    chance = random.Random(112)
    begun = time.monotonic()
    live_s: list[float] = []
    tries = 0

    async def screen() -> None:
        nonlocal tries
        for attempt in range(1000):
            await asyncio.sleep(pause_s(attempt, chance))
            tries += 1
            try:
                async with asyncio.timeout(15):
                    _, socket = await loop.create_connection(
                        lambda: Socket(crowd), crowd.host, crowd.port
                    )
                    await socket.ready
            except (OSError, TimeoutError):
                continue
            crowd.sockets.append(socket)
            live_s.append(time.monotonic() - begun)
            return

    try:
        async with asyncio.timeout(GIVE_UP_S), asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(screen())
    except TimeoutError:
        pass
    return live_s, tries


async def storm(crowd: Crowd, count: int, callers: Callers | None, pid: int) -> Storm:
    crowd.leave()
    done = asyncio.Event()
    before_s = cpu_s(pid)
    calling = None
    if callers is not None:
        callers.begin()
        calling = asyncio.create_task(callers.until(done))
    live_s, tries = await reconnect(crowd, count)
    done.set()
    if calling is not None:
        await calling
    return Storm(
        live_s,
        tries,
        callers.took_s if callers else [],
        callers.refused if callers else 0,
        cpu_s(pid) - before_s,
    )


async def measure(
    service: Service, raw_port: int, raw_pid: int, arguments: argparse.Namespace
) -> bool:
    access = access_of(service.credentials)
    token = service.credentials["users"][0]["token"]
    console = Console(highlight=False)
    count, pid = arguments.sockets, service.process.pid
    shown = Table(title=f"{count} sockets, {arguments.rate:g} webhooks/s", title_justify="left")
    for head in (
        "",
        "live",
        "p50 s",
        "last s",
        "tries",
        "server CPU s",
        "webhook p99 ms",
        "refused",
    ):
        shown.add_column(head, justify="right" if head else "left")
    async with httpx.AsyncClient(trust_env=False) as client:
        callers = Callers(client, access, rate=arguments.rate)
        done = asyncio.Event()
        quiet = asyncio.create_task(callers.until(done))
        await asyncio.sleep(QUIET_S)
        done.set()
        await quiet
        quiet_ms = 1000 * (quantile(callers.took_s, 0.99) or 0)
        shown.add_row("no storm", *"–" * 5, f"{quiet_ms:.0f}", str(callers.refused))
        raw = Crowd(f"http://127.0.0.1:{raw_port}/", "", hello=False)
        row(shown, "bare websockets", await storm(raw, count, None, raw_pid))
        raw.leave()
        ours = Crowd(f"{access.base_url}/ws/v1/", token)
        board = await storm(ours, count, callers, pid)
        row(shown, "whole board", board)
        head = (
            await client.get(
                f"{access.base_url}/api/v1/events?limit=1",
                headers={"Authorization": f"Bearer {token}"},
            )
        ).json()["head_seq"]
        ours.hello = b'{"id":1,"type":"hello","protocol":1,"since":%d}' % head
        resumed = await storm(ours, count, callers, pid)
        row(shown, "resuming", resumed)
        ours.leave()
    console.print(shown)
    return all(is_good(one, count) for one in (board, resumed))


def is_good(one: Storm, count: int) -> bool:
    p99_ms = 1000 * (quantile(one.webhooks_s, 0.99) or 0)
    in_time = len(one.live_s) == count and max(one.live_s) <= LIVE_S_MAX
    return in_time and p99_ms <= WEBHOOK_MS_MAX and not one.refused


def row(shown: Table, name: str, one: Storm) -> None:
    p99 = quantile(one.webhooks_s, 0.99)
    shown.add_row(
        name,
        str(len(one.live_s)),
        f"{quantile(one.live_s, 0.5) or 0:.1f}",
        f"{max(one.live_s, default=0):.1f}",
        str(one.tries),
        f"{one.cpu_s:.1f}",
        f"{1000 * p99:.0f}" if p99 is not None else "–",
        str(one.refused),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2500)
    parser.add_argument("--rate", type=float, default=10.0, help="webhooks a second")
    parser.add_argument("--profile", help="write the server's cProfile statistics to this file")
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 10_000)), hard))
    raw_port = free_port()
    with measured_service(profile=arguments.profile) as service:
        service.start()
        raw = subprocess.Popen(
            [sys.executable, "-m", "tests.load.raw_broadcast", str(raw_port)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        try:
            assert raw.stdout.readline() == b"ready\n"
            good = uvloop.run(measure(service, raw_port, raw.pid, arguments))
        finally:
            raw.terminate()
            raw.wait()
            raw.stdout.close()
    if not good:
        sys.exit(f"Promised: all live within {LIVE_S_MAX:g} s, webhook p99 {WEBHOOK_MS_MAX} ms.")


if __name__ == "__main__":
    main()
