"""Signed webhook in → event on N sockets, beside a raw `websockets.broadcast` of the same bytes, in turn, in one run.

By hand: DATABASE_URL=… REDIS_URL=… .venv/bin/python -m tests.load.bench_fanout [--sockets 200 1000] [--rate 20]
See tests/load/README.md for what the columns mean.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable
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
from tests.load.wire import Crowd, cpu_s, frame_of, with_number

REPEATS = 5
LAST_WITHIN_S = 20.0
PATH = "/twilio/voice/incoming"

Send = Callable[[int], Awaitable[None]]


@dataclass
class Phase:
    """One measurement: p50 and p99 over deliveries, p99 over each event's last delivery, CPU of the server."""

    p50_ms: float
    p99_ms: float
    last_p99_ms: float
    cpu_us: float  # for one delivery
    lost: int


class Webhooks:
    """Sends `number`'s call as the provider would; answers are awaited beside, never before the next is sent."""

    def __init__(self, client: httpx.AsyncClient, access: Access) -> None:
        self._client = client
        self._access = access
        self.refused = 0

    async def __call__(self, number: int) -> None:
        params = voice(new_sid("CA"), f"+62812{number:08d}", "ringing")
        headers, body = signed(PATH, params, access=self._access)
        answer = await self._client.post(
            self._access.base_url + PATH, content=body, headers=headers, timeout=LAST_WITHIN_S
        )
        self.refused += answer.status_code != 200


async def phase(
    crowd: Crowd, send: Send, pid: int, *, numbers: range, rate: float, idle_us: float
) -> Phase:
    """Send at a steady rate, wait for the last delivery. `idle_us`: what one event costs without sockets."""
    crowd.begin()
    before_s = cpu_s(pid)
    await steadily(send, numbers, rate=rate, note=crowd.sending)
    await crowd.all_heard(len(numbers), within_s=LAST_WITHIN_S)
    used_us = (cpu_s(pid) - before_s) * 1e6 - idle_us * len(numbers)
    expected = len(numbers) * len(crowd.sockets)
    return Phase(
        1000 * (quantile(crowd.delays_s, 0.5) or 0),
        1000 * (quantile(crowd.delays_s, 0.99) or 0),
        1000 * (quantile(crowd.slowest_s, 0.99) or 0),
        used_us / expected,
        expected - len(crowd.delays_s),
    )


async def steadily(
    send: Send, numbers: range, *, rate: float, note: Callable[[int], None]
) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    async with asyncio.TaskGroup() as group:
        for count, number in enumerate(numbers):
            await asyncio.sleep(max(0.0, begun + count / rate - loop.time()))
            note(number)
            group.create_task(send(number))


async def measure(
    service: Service, raw_port: int, raw_pid: int, arguments: argparse.Namespace
) -> None:
    access = access_of(service.credentials)
    token = service.credentials["users"][0]["token"]
    pid = service.process.pid
    numbers = iter(range(0, 10**8, arguments.events))
    console = Console(highlight=False)
    async with httpx.AsyncClient(trust_env=False) as client:
        webhooks = Webhooks(client, access)

        def fresh() -> range:
            start = next(numbers)
            return range(start, start + arguments.events)

        await steadily(webhooks, fresh(), rate=arguments.rate, note=lambda _number: None)
        before_s = cpu_s(pid)
        await steadily(webhooks, fresh(), rate=arguments.rate, note=lambda _number: None)
        webhook_us = (cpu_s(pid) - before_s) * 1e6 / arguments.events
        console.print(f"One webhook without sockets: {webhook_us / 1000:.2f} ms of server CPU.")
        for count in arguments.sockets:
            ours = Crowd(f"{access.base_url}/ws/v1/", token)
            raw = Crowd(f"http://127.0.0.1:{raw_port}/", "", hello=False)
            await ours.join(count)
            await raw.join(count)
            publisher = Crowd(f"http://127.0.0.1:{raw_port}/publish", "", hello=False)
            await publisher.join(1)
            await phase(
                ours, webhooks, pid, numbers=fresh(), rate=arguments.rate, idle_us=webhook_us
            )
            sample = ours.sample

            async def publish(number: int, sample: bytes = sample, by: Crowd = publisher) -> None:
                by.sockets[0].transport.write(frame_of(with_number(sample, number)))

            rows: dict[str, list[Phase]] = {"raw": [], "ours": []}
            for _ in range(arguments.repeats):
                rows["raw"].append(
                    await phase(
                        raw, publish, raw_pid, numbers=fresh(), rate=arguments.rate, idle_us=0
                    )
                )
                rows["ours"].append(
                    await phase(
                        ours,
                        webhooks,
                        pid,
                        numbers=fresh(),
                        rate=arguments.rate,
                        idle_us=webhook_us,
                    )
                )
            console.print(table(count, len(sample), rows))
            for crowd in (ours, raw, publisher):
                crowd.leave()
        if webhooks.refused:
            sys.exit(f"{webhooks.refused} webhooks were refused: {service.output[-2000:]}")


def table(count: int, size: int, rows: dict[str, list[Phase]]) -> Table:
    shown = Table(title=f"{count} sockets, events of {size} bytes", title_justify="left")
    for head in ("medians of the repeats", "p50 ms", "p99 ms", "last p99 ms", "CPU us", "lost"):
        shown.add_column(head, justify="left" if head.startswith("med") else "right")
    names = ("p50_ms", "p99_ms", "last_p99_ms", "cpu_us")
    medians = {
        who: [statistics.median(getattr(one, name) for one in phases) for name in names]
        for who, phases in rows.items()
    }
    for who, words in (("ours", "webhook → event on sockets"), ("raw", "websockets.broadcast")):
        lost = sum(one.lost for one in rows[who])
        shown.add_row(words, *(f"{value:.1f}" for value in medians[who]), str(lost))
    ratios = [
        own / bare if bare else 0
        for own, bare in zip(medians["ours"], medians["raw"], strict=True)
    ]
    shown.add_row("ratio", *(f"{ratio:.2f}" for ratio in ratios), "")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--rate", type=float, default=20.0, help="webhooks a second")
    parser.add_argument("--events", type=int, default=60, help="webhooks in one phase")
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--ws", default="realtime.direct:DirectWebSocket", help="uvicorn's --ws")
    parser.add_argument("--profile", help="write the server's cProfile statistics to this file")
    arguments = parser.parse_args()
    wanted = 3 * max(arguments.sockets) + 200
    resource.setrlimit(
        resource.RLIMIT_NOFILE,
        (wanted, max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[1])),
    )
    raw_port = free_port()
    with measured_service(arguments=("--ws", arguments.ws), profile=arguments.profile) as service:
        service.start()
        raw = subprocess.Popen(
            [sys.executable, "-m", "tests.load.raw_broadcast", str(raw_port)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
        )
        try:
            assert raw.stdout.readline() == b"ready\n"
            uvloop.run(measure(service, raw_port, raw.pid, arguments))
        finally:
            raw.terminate()
            raw.wait()
            raw.stdout.close()


if __name__ == "__main__":
    main()
