"""Events at 20 calls a second while a whole country is imported, beside the same calls without it, in turn.

By hand: DATABASE_URL=… REDIS_URL=… .venv/bin/python -m tests.load.bench_import FILE.osm.pbf [--rate 20] [--sockets 20]
See tests/load/README.md for what the columns mean.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import httpx
import psycopg
import uvloop
from rich.console import Console
from rich.table import Table

from dispatch.training.access import access_of
from dispatch.training.replay_verdict import quantile
from tests.load.bench_database import measured_service, plain_address
from tests.load.bench_fanout import LAST_WITHIN_S, Webhooks
from tests.load.serving import REPOSITORY, Service
from tests.load.wire import Crowd

REPEATS = 5
EMPTIED = "maps_turnrestriction, maps_roadedge, maps_roadnode, maps_placename, maps_place, maps_district, maps_importrun"


@dataclass
class Phase:
    p50_ms: float
    p99_ms: float
    worst_ms: float
    events: int
    lost: int


class Calls:
    def __init__(self, crowd: Crowd, webhooks: Webhooks, rate: float) -> None:
        self.crowd, self.webhooks, self.rate = crowd, webhooks, rate
        self.number = 0

    async def during(self, work: asyncio.Future) -> Phase:
        """Calls at the steady rate until the work is done."""
        self.crowd.begin()
        loop = asyncio.get_running_loop()
        begun, count = loop.time(), 0
        async with asyncio.TaskGroup() as group:
            while not work.done():
                self.crowd.sending(self.number)
                group.create_task(self.webhooks(self.number))
                self.number += 1
                count += 1
                await asyncio.sleep(max(0.0, begun + count / self.rate - loop.time()))
        await self.crowd.all_heard(count, within_s=LAST_WITHIN_S)
        delays = [1000 * delay for delay in self.crowd.delays_s]
        expected = count * len(self.crowd.sockets)
        return Phase(
            quantile(delays, 0.5) or 0,
            quantile(delays, 0.99) or 0,
            max(delays),
            count,
            expected - len(delays),
        )


async def imported(service: Service, file: Path, report: Path) -> float:
    """Seconds of one import, as a process of its own, into a map that is empty."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "manage.py", "import_map", str(file), "--report", str(report),
        cwd=REPOSITORY, env=service.environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()[-2000:]
    return time.monotonic() - begun


async def measure(service: Service, database: str, arguments: argparse.Namespace) -> None:
    access = access_of(service.credentials)
    report = service.home / "report.json"
    rows: dict[str, list[Phase]] = {"quiet": [], "import": []}
    spent = []
    async with httpx.AsyncClient(trust_env=False) as client:
        crowd = Crowd(f"{access.base_url}/ws/v1/", service.credentials["users"][0]["token"])
        await crowd.join(arguments.sockets)
        webhooks = Webhooks(client, access)
        calls = Calls(crowd, webhooks, arguments.rate)
        await calls.during(asyncio.ensure_future(asyncio.sleep(3)))
        for _ in range(arguments.repeats):
            rows["quiet"].append(await calls.during(asyncio.ensure_future(asyncio.sleep(10))))
            with psycopg.connect(database, autocommit=True) as server:
                server.execute(f"TRUNCATE {EMPTIED} CASCADE")
            work = asyncio.ensure_future(imported(service, arguments.file, report))
            rows["import"].append(await calls.during(work))
            spent.append(await work)
        crowd.leave()
    content = json.loads(report.read_text())
    added = sum(counts["added"] for counts in content["counts"].values())
    console = Console(highlight=False)
    took = statistics.median(spent)
    console.print(
        f"{added} rows imported in {took:.1f} s ({added / took:.0f} a second) beside the calls; steps {content['took_s']}"
    )
    console.print(table(rows))
    if webhooks.refused:
        sys.exit(f"{webhooks.refused} webhooks were refused: {service.output[-2000:]}")


def table(rows: dict[str, list[Phase]]) -> Table:
    shown = Table(title="webhook → event on sockets", title_justify="left")
    for head in ("medians of the repeats", "p50 ms", "p99 ms", "worst ms", "events", "lost"):
        shown.add_column(head, justify="left" if head.startswith("med") else "right")
    names = ("p50_ms", "p99_ms", "worst_ms")
    medians = {
        who: [statistics.median(getattr(one, name) for one in phases) for name in names]
        for who, phases in rows.items()
    }
    for who, words in (("quiet", "without an import"), ("import", "while an import runs")):
        events = sum(one.events for one in rows[who])
        lost = sum(one.lost for one in rows[who])
        shown.add_row(words, *(f"{value:.1f}" for value in medians[who]), str(events), str(lost))
    ratios = [
        busy / quiet for busy, quiet in zip(medians["import"], medians["quiet"], strict=True)
    ]
    shown.add_row("ratio", *(f"{ratio:.2f}" for ratio in ratios), "", "")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rate", type=float, default=20.0, help="calls a second")
    parser.add_argument("--sockets", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=REPEATS)
    arguments = parser.parse_args()
    wanted = 3 * arguments.sockets + 200
    resource.setrlimit(
        resource.RLIMIT_NOFILE,
        (wanted, max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[1])),
    )
    with measured_service() as service:
        service.start()
        import environ

        settings = {"PASSWORD": "", "PORT": "", **environ.Env.db_url_config(service.database_url)}
        settings["HOST"] = settings.get("OPTIONS", {}).get("host") or settings["HOST"]
        database = plain_address(settings, settings["NAME"])
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(measure(service, database, arguments))


if __name__ == "__main__":
    main()
