"""Signed webhooks a second over 16 connections, beside a bare ASGI application with one INSERT, in turn, in one run.

By hand: DATABASE_URL=… REDIS_URL=… .venv/bin/python -m tests.load.bench_webhook [--seconds 6] [--repeats 5]
See tests/load/README.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import environ
import uvloop
from rich.console import Console
from rich.table import Table

from dispatch.training.access import Access, access_of
from dispatch.training.provider import new_sid, signed, voice
from dispatch.training.replay_verdict import quantile
from tests.load.bench_database import measured_service, plain_address
from tests.load.serving import REPOSITORY, free_port
from tests.load.wire import cpu_s

CONNECTIONS = 16
PATH = "/twilio/voice/incoming"


@dataclass
class Phase:
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    refused: int


def requests(access: Access, start: int) -> Iterator[bytes]:
    """Each a new call; made beforehand, so that signing costs the server nothing."""
    number = start
    while True:
        params = voice(new_sid("CA"), f"+62812{number % 10**8:08d}", "ringing")
        headers, body = signed(PATH, params, access=access)
        lines = [f"POST {PATH} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        yield ("\r\n".join(lines) + "\r\n\r\n").encode() + body
        number += 1


async def phase(port: int, pid: int, source: Iterator[bytes], *, seconds: float) -> Phase:
    answers_s: list[float] = []
    refused = 0
    ends = time.monotonic() + seconds

    async def connection() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < ends:
            begun = time.monotonic()
            writer.write(next(source))
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            answers_s.append(time.monotonic() - begun)
            refused += b" 200 " not in head.split(b"\r\n")[0]
        writer.close()
        await writer.wait_closed()

    before_s, begun = cpu_s(pid), time.monotonic()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(connection())
    took_s = time.monotonic() - begun
    return Phase(
        len(answers_s) / took_s,
        1000 * (quantile(answers_s, 0.5) or 0),
        1000 * (quantile(answers_s, 0.99) or 0),
        1e6 * (cpu_s(pid) - before_s) / len(answers_s),
        refused,
    )


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.split(b":")[1])
    raise ValueError("an answer without its length")


@contextmanager
def bare(address: str) -> Iterator[tuple[int, int]]:
    """(port, process id) of the bare application."""
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "uvicorn", "tests.load.bare_ingest:application"),
            *("--port", str(port), "--no-access-log", "--log-level", "warning"),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "BARE_DATABASE": address},
    )
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen) -> None:

    ends = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "the bare application ended"
        assert time.monotonic() < ends, "the bare application does not listen"
        time.sleep(0.05)


async def measure(
    access: Access, ours: tuple[int, int], bare_: tuple[int, int], arguments: argparse.Namespace
) -> dict[str, list[Phase]]:
    source = requests(access, int(time.monotonic() * 1000))
    rows: dict[str, list[Phase]] = {"bare": [], "ours": []}
    for repeat in range(arguments.repeats + 1):
        for who, (port, pid) in (("bare", bare_), ("ours", ours)):
            found = await phase(port, pid, source, seconds=arguments.seconds)
            if repeat:  # the first warms up
                rows[who].append(found)
    return rows


def table(rows: dict[str, list[Phase]]) -> Table:
    shown = Table(title=f"{CONNECTIONS} connections, medians", title_justify="left")
    for head in ("", "webhooks/s", "p50 ms", "p99 ms", "CPU us", "refused"):
        shown.add_column(head, justify="right" if head else "left")
    names = ("per_s", "p50_ms", "p99_ms", "cpu_us")
    medians = {
        who: [statistics.median(getattr(one, name) for one in phases) for name in names]
        for who, phases in rows.items()
    }
    for who, words in (("ours", "voice webhook"), ("bare", "bare ASGI, one INSERT")):
        refused = sum(one.refused for one in rows[who])
        shown.add_row(words, *(f"{value:.1f}" for value in medians[who]), str(refused))
    pairs = zip(medians["ours"], medians["bare"], strict=True)
    shown.add_row("ratio", *(f"{own / floor:.2f}" for own, floor in pairs), "")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with measured_service() as service:
        service.start()
        settings = {"PASSWORD": "", "PORT": "", **environ.Env.db_url_config(service.database_url)}
        settings["HOST"] = settings.get("OPTIONS", {}).get("host") or settings["HOST"]
        address = plain_address(settings, settings["NAME"])
        with bare(address) as floor:
            ours = (service.port, service.process.pid)
            access = access_of(service.credentials)
            rows = uvloop.run(measure(access, ours, floor, arguments))
    Console(highlight=False).print(table(rows))
    if any(one.refused for phases in rows.values() for one in phases):
        sys.exit("Some webhooks were refused.")


if __name__ == "__main__":
    main()
