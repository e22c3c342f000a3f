"""Half an hour of calls, positions and faults; at the end: what was lost, what is there twice, how long it took.

    python -m tests.load.soak --minutes 30 --calls-per-s 20 --positions-per-s 200 --seed 1

Needs DATABASE_URL of a cluster that may be used for it. The seed repeats the faults. Exit status 1 when anything was
lost, doubled, or missed by a console.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import httpx

from calls.signing import form, signature
from tests.failure.harness import stack as stacks
from tests.failure.harness.background import Background, chance
from tests.failure.harness.bots import TROUBLE, ConsoleBot
from tests.failure.harness.journal import Journal
from tests.failure.harness.stack import TOKEN, Plan, Stack

CALL_LASTS_S = 5.0
PROVIDER_WAITS_S = 15.0
TRIES_MAX = 3  # the provider's own: once, again, the fallback
FAULT_EVERY_S = (10.0, 25.0)
FAULT_LASTS_S = 3.0
SAMPLE_EVERY_S = 10.0
SETTLED_S = 30.0
WORK_EVERY_S = 0.5
POSITIONS_IN_BATCH = 50
LIFE_FOR_SLOPE_S = 120.0


@dataclass
class Seen:
    """What the outside world has measured."""

    journal: Journal = field(default_factory=Journal)
    took_s: list[float] = field(default_factory=list)
    positions: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    offered_at: dict[str, float] = field(default_factory=dict)  # by the caller's number
    shown_s: list[float] = field(default_factory=list)  # until each console has shown each call
    memory: dict[int, list[tuple[float, float]]] = field(default_factory=dict)


class World:
    def __init__(self, stack: Stack, seen: Seen) -> None:
        self.stack = stack
        self.seen = seen
        self.http = httpx.AsyncClient(
            trust_env=False,
            timeout=PROVIDER_WAITS_S,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self.tasks: set[asyncio.Task[None]] = set()
        self.numbers = itertools.count(1)

    async def offer_calls(self, per_s: float, until_s: float) -> None:
        await self._steadily(per_s, until_s, self._call)
        await asyncio.gather(*self.tasks)

    async def report_positions(self, per_s: float, until_s: float) -> None:
        units = [str(row[0]) for row in self.stack.rows("SELECT id FROM units_unit ORDER BY id")]
        turn = itertools.cycle(units)
        await self._steadily(
            per_s / POSITIONS_IN_BATCH,
            until_s,
            lambda: self._positions([next(turn) for _ in range(POSITIONS_IN_BATCH)]),
        )

    async def _steadily(self, per_s: float, until_s: float, act: Callable[[], object]) -> None:
        """By the clock, not by the answers: a slow service does not make the city quieter."""
        begun_s = time.monotonic()
        for number in itertools.count():
            due_s = begun_s + number / per_s
            if due_s > until_s:
                return
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            task = asyncio.ensure_future(act())  # type: ignore[arg-type]
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _call(self) -> None:
        number = next(self.numbers)
        call = {
            "CallSid": f"CA{number:032d}",
            "From": f"+62814{number:08d}",
            "To": "+622155500112",
            "Direction": "inbound",
        }
        begun_s = self.seen.offered_at[call["From"]] = time.monotonic()
        taken = await self._tell("/twilio/voice/incoming", {**call, "CallStatus": "ringing"})
        self.seen.took_s.append(time.monotonic() - begun_s)
        self.seen.journal.note("call", call["CallSid"], accepted=taken)
        await asyncio.sleep(CALL_LASTS_S)
        await self._tell("/twilio/voice/status", {**call, "CallStatus": "completed"})

    async def _tell(self, path: str, params: dict[str, str]) -> bool:
        pairs = list(params.items())
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature(
                token=TOKEN, url=self.stack.base_url + path, pairs=pairs
            ),
            "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        }
        for _ in range(TRIES_MAX):
            try:
                answer = await self.http.post(
                    self.stack.base_url + path, content=form(pairs), headers=headers
                )
            except httpx.HTTPError:
                continue
            if answer.status_code < 300:
                return True
        return False

    async def _positions(self, units: list[str]) -> None:
        at = datetime.now(UTC).isoformat()
        rows = [
            {"unit_id": unit, "lat": 0.91 + 0.0001 * place, "lng": 104.46, "at": at}
            for place, unit in enumerate(units)
        ]
        begun_s = time.monotonic()
        try:
            await self.http.post(
                f"{self.stack.base_url}/api/v1/positions",
                json={"positions": rows},
                headers={"Authorization": f"Bearer {self.stack.token('dispatcher1')}"},
            )
        except httpx.HTTPError:
            return  # telemetry: the next one is newer
        self.seen.positions.append(time.monotonic() - begun_s)


class Dispatcher(ConsoleBot):
    """One of several who share the work: says of every call that is over what it was, until that is stored."""

    def __init__(self, place: int, of: int, seen: Seen, *known: Any) -> None:
        super().__init__(*known)
        self.place, self.of, self.seen_outside = place, of, seen

    def react(self, frame: Mapping[str, Any]) -> None:
        if frame["name"] != "call.received":
            return
        for call in frame["data"]["set"].get("calls", ()):
            offered_s = self.seen_outside.offered_at.get(call["caller"])
            if offered_s is not None:
                self.seen_outside.shown_s.append(time.monotonic() - offered_s)

    async def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            await asyncio.gather(*map(self._dispose, self._mine()))
            await asyncio.sleep(WORK_EVERY_S)

    def _mine(self) -> list[str]:
        over = [row for row in self.rows("calls") if row["ended_at"] and not row["disposed_at"]]
        return [row["id"] for row in over if UUID(row["id"]).int % self.of == self.place]

    async def _dispose(self, call_id: str) -> None:
        repeatable = str(uuid5(UUID(call_id), "dispose"))
        with contextlib.suppress(*TROUBLE, ConnectionError):  # seen again in the next round
            body = {"call_id": call_id, "disposition": "prank"}
            await self._command("call.dispose", repeatable, body)


class Faults(threading.Thread):
    """One at a time, by chance, until told to stop; each is mended before the next."""

    def __init__(self, stack: Stack, seen: Seen, seed: int) -> None:
        super().__init__(name="faults", daemon=True)
        self.stack, self.seen = stack, seen
        self.chance = chance(seed, "faults")
        self.stop = threading.Event()

    def run(self) -> None:
        kinds = [self.web, self.gray, self.redis, self.redis_hangs, self.database, self.hangs]
        kinds.append(self.jobs)
        while not self.stop.wait(self.chance.uniform(*FAULT_EVERY_S)):
            kind = self.chance.choice(kinds)
            self.seen.faults.append(kind.__name__)
            kind()

    def web(self) -> None:
        child = self.chance.choice(self.stack.web)
        child.kill()
        child.start()

    def gray(self) -> None:
        """Stopped; the supervisor would replace it after four seconds."""
        child = self.chance.choice(self.stack.web)
        child.freeze()
        self.stop.wait(4.0)
        child.kill()
        child.start()

    def redis(self) -> None:
        self.stack.redis.kill()
        self.stop.wait(FAULT_LASTS_S)
        self.stack.redis.start()

    def redis_hangs(self) -> None:
        self.stack.redis.freeze()
        self.stop.wait(FAULT_LASTS_S)
        self.stack.redis.thaw()

    def database(self) -> None:
        self.stack.proxies["database"].cut()
        self.stop.wait(FAULT_LASTS_S)
        self.stack.proxies["database"].heal()

    def hangs(self) -> None:
        self.stack.proxies["database"].half_open()
        self.stop.wait(FAULT_LASTS_S)
        self.stack.proxies["database"].heal()

    def jobs(self) -> None:
        assert self.stack.jobs
        self.stack.jobs.kill()
        self.stack.jobs.start()


def sample_memory(stack: Stack, seen: Seen, stop: threading.Event) -> None:
    begun_s = time.monotonic()
    while not stop.wait(SAMPLE_EVERY_S):
        for child in stack.web:
            if not child.is_running:
                continue
            pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
            row = (time.monotonic() - begun_s, pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
            seen.memory.setdefault(child.pid, []).append(row)


def slope_mb_per_h(memory: dict[int, list[tuple[float, float]]]) -> float | None:
    """The median over the lives that lasted long enough, each without its first half: start-up is no leak."""
    slopes = []
    for rows in memory.values():
        late = rows[len(rows) // 2 :]
        if len(late) > 2 and rows[-1][0] - rows[0][0] > LIFE_FOR_SLOPE_S:
            fit = statistics.linear_regression([at for at, _ in late], [mb for _, mb in late])
            slopes.append(fit.slope * 3600)
    return statistics.median(slopes) if slopes else None


def quantiles_ms(values: list[float]) -> str:
    if len(values) < 2:
        return "too few"
    cut = statistics.quantiles(values, n=100)
    return f"p50 {cut[49] * 1000:.0f} ms, p99 {cut[98] * 1000:.0f} ms, most {max(values) * 1000:.0f} ms"


def report(stack: Stack, seen: Seen, consoles: list[Dispatcher], seed: int) -> int:
    kept = [row[0] for row in stack.rows("SELECT provider_sid FROM calls_call")]
    verdict = seen.journal.judge("call", kept)
    held = len(list(stack.places.home.glob("journal/*.request.json")))
    holes = sum(len(bot.holes) for bot in consoles)
    doubles = sum(len(bot.duplicates) for bot in consoles)
    left = stack.rows("SELECT count(*) FROM calls_call WHERE disposed_at IS NULL")[0][0]
    slope = slope_mb_per_h(seen.memory)
    print(f"seed {seed}; faults: {', '.join(seen.faults)}")
    print(f"calls     {verdict}; never accepted: {len(verdict.unaccepted)}")
    print(f"webhook   {quantiles_ms(seen.took_s)}")
    print(f"shown     {quantiles_ms(seen.shown_s)} from the call to a console")
    print(f"positions {quantiles_ms(seen.positions)} for a batch of {POSITIONS_IN_BATCH}")
    print(f"consoles  {len(consoles)}: {holes} holes, {doubles} events twice")
    print(f"disposed  all but {left} of {len(kept)} calls")
    print(f"journal   {held} entries left")
    print("memory    " + ("lives too short" if slope is None else f"{slope:+.1f} MB/h"))
    good = verdict.is_clean and not (verdict.unaccepted or holes or doubles or held or left)
    return 0 if good else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--calls-per-s", type=float, default=20.0)
    parser.add_argument("--positions-per-s", type=float, default=200.0)
    parser.add_argument("--consoles", type=int, default=5)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    asked = parser.parse_args()
    base = os.environ["DATABASE_URL"]
    seen, stop = Seen(), threading.Event()
    with ExitStack() as running:
        home = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="siaga-soak-")))
        home.chmod(0o711)
        background = running.enter_context(closing(Background()))
        name = f"{urlsplit(base).path.lstrip('/')}_soak"
        prepared = stacks.prepare(stacks.create_empty(base, name), home)
        running.callback(stacks.drop, base, name)
        plan = Plan(workers=2, through=frozenset({"database", "redis"}))
        stack = Stack(home / "stack", background, prepared, plan)
        running.enter_context(closing(stack))
        stack.start()
        consoles = [
            Dispatcher(place, asked.consoles, seen, background, stack.base_url, stack.token())
            for place in range(asked.consoles)
        ]
        for bot in consoles:
            running.enter_context(closing(bot))
            bot.start()
        threading.Thread(target=sample_memory, args=(stack, seen, stop), daemon=True).start()
        faults = Faults(stack, seen, asked.seed)
        faults.start()
        world, seconds = World(stack, seen), asked.minutes * 60
        until_s = time.monotonic() + seconds
        works = (
            world.offer_calls(asked.calls_per_s, until_s),
            world.report_positions(asked.positions_per_s, until_s),
        )
        background.loop.call_soon_threadsafe(
            lambda: [asyncio.ensure_future(bot.work(stop)) for bot in consoles]
        )
        waiting = [asyncio.run_coroutine_threadsafe(work, background.loop) for work in works]
        while not all(work.done() for work in waiting):
            stop.wait(60.0 if seconds > 300 else 10.0)
            print(f"{len(seen.took_s)} calls, {len(seen.faults)} faults …", flush=True)
        for work in waiting:
            work.result()
        faults.stop.set()
        faults.join()
        stop.wait(SETTLED_S)
        stop.set()
        return report(stack, seen, consoles, asked.seed)


if __name__ == "__main__":
    sys.exit(main())
