"""Telephones of citizens and a provider that behaves like Twilio: a page, and stories that run by themselves.

    manage.py phone                    serves both; deploy/up starts it where no provider is set up
    manage.py phone run STORY          runs a story against the running service; --repeat 50 measures it
    manage.py phone list               the stories there are

It plays citizens, so it refuses to run beside a real provider. Ends with 0 when every step came out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import socket
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from calls.telephony.emulator import beside_real, document, page, scenario
from calls.telephony.emulator.account_setup import as_needed
from calls.telephony.emulator.memory import Memory
from calls.telephony.emulator.phones import Phones
from calls.telephony.emulator.provider import Account, Emulator, Manner, chance_of
from calls.telephony.emulator.requests import Disorder
from calls.telephony.emulator.running import Figure, Outcome, Places, Report, Runner
from calls.telephony.emulator.scenario import REPEAT_MAX
from dispatch.training.access import NoAccess, read_access
from maps.drawing import city_drawing
from maps.geo import LatLng

STORIES = Path(document.__file__).parent / "stories"
CALLS_PER_S_MAX = 1_000
STOP_S = 2


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("act", nargs="?", default="serve", choices=["serve", "run", "list"])
        parser.add_argument("story", nargs="?", help="a name from the list, or a TOML file")
        parser.add_argument(
            "--fd", type=int, help="the listening socket, handed over by deploy/up"
        )
        parser.add_argument(
            "--calls-per-s", type=_per_s, default=1.0, help="as the real provider: 1"
        )
        parser.add_argument(
            "--disorder", type=int, metavar="SEED", help="reports late and twice, by this seed"
        )
        parser.add_argument("--repeat", type=int, help="so many times, with percentiles")
        parser.add_argument("--json", action="store_true", help="for programs")
        credentials = settings.HOME / "credentials.json"
        parser.add_argument("--credentials", type=Path, default=credentials, metavar="PATH")

    def handle(self, *_args: Any, act: str, **options: Any) -> None:
        if act == "list":
            self._list()
            return
        trouble = beside_real.trouble(settings.HOME / "credentials.json")
        if trouble:
            raise CommandError(trouble, returncode=78)
        if act == "serve":
            self._serve(options)
        else:
            self._run(options)

    # --- the page and the provider -------------------------------------------------------------

    def _serve(self, options: Mapping[str, Any]) -> None:
        listener = _listener(options["fd"])
        seed = options["disorder"]
        emulator = Emulator(
            Account(
                settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_NUMBER
            ),
            Manner(
                calls_per_s=options["calls_per_s"],
                disorder=None if seed is None else Disorder(),
            ),
            public_base_url=settings.PUBLIC_BASE_URL,
            chance=chance_of(seed),
        )
        emulator.url = settings.TWILIO_API_BASE_URL
        as_needed(emulator.setup, settings.TWILIO_NUMBER, settings.PUBLIC_BASE_URL)
        phones = Phones(emulator)
        document.first_phones(phones)
        lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
        drawing = city_drawing(LatLng(lat, lng))
        shown = page.Page(phones, document=document.Document(drawing), files=document.files())
        config = uvicorn.Config(
            page.router(emulator.api, shown),
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self.stdout.write(f"Telephones: {settings.TWILIO_API_BASE_URL}/phone/")
        asyncio.run(_until_told(uvicorn.Server(config), listener, emulator))

    # --- stories -------------------------------------------------------------------------------

    def _list(self) -> None:
        for file in sorted(STORIES.glob("*.toml")):
            found = scenario.read(file.read_text())
            self.stdout.write(f"{file.stem:<28} {found.title}")

    def _run(self, options: Mapping[str, Any]) -> None:
        found = _story(options["story"])
        if options["repeat"]:
            if not 1 <= options["repeat"] <= REPEAT_MAX:
                sentence = f"--repeat: from 1 to {REPEAT_MAX}"
                raise CommandError(sentence)
            found = found.model_copy(update={"repeat": options["repeat"]})
        try:
            access = read_access(options["credentials"])
        except NoAccess as error:
            raise CommandError(str(error)) from None
        quiet = options["json"] or found.repeat > 1
        places = Places(settings.TWILIO_API_BASE_URL, access.base_url, access.people)
        runner = Runner(found, places, told=_nothing if quiet else self._tell)
        report = asyncio.run(runner.run())
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            self._sum_up(found, report, quiet=quiet)
        if not report.is_good:
            raise SystemExit(1)

    def _tell(self, outcome: Outcome) -> None:
        sign = self.style.ERROR("✗") if outcome.trouble else self.style.SUCCESS("✓")
        step = outcome.step
        words = " ".join(f"{name}={value}" for name, value in step.details.items())
        who = step.phone or step.centre or "–"
        self.stdout.write(f"{sign} {outcome.took_s:7.3f} s  {who:<12} {step.do} {words}".rstrip())
        if outcome.trouble:
            self.stdout.write(f"             step {outcome.number}: {outcome.trouble}")

    def _sum_up(self, story: scenario.Scenario, report: Report, *, quiet: bool) -> None:
        failed = [one for one in report.outcomes if one.trouble]
        if quiet:
            for one in failed:
                self._tell(one)
        for figure in report.figures:
            self.stdout.write(_figure(figure))
        verdict = "came out" if report.is_good else "did not come out"
        self.stdout.write(f"“{story.title}” {verdict}: {report.runs} run(s).")


def _figure(figure: Figure) -> str:
    if not figure.times_s:
        return f"{figure.name}: nothing measured"
    p50, p99 = figure.percentile_s(0.5) * 1000, figure.percentile_s(0.99) * 1000
    limit = f", limit {figure.p99_s_max * 1000:.0f} ms" if figure.p99_s_max else ""
    return f"{figure.name}: n {len(figure.times_s)}, p50 {p50:.0f} ms, p99 {p99:.0f} ms{limit}"


def _as_json(report: Report) -> str:
    content = {
        "ok": report.is_good,
        "runs": report.runs,
        "steps": [
            {"step": one.number, "do": one.step.do, "took_s": round(one.took_s, 4), "trouble": one.trouble}
            for one in report.outcomes
        ],
        "figures": [
            {"name": one.name, "n": len(one.times_s), "p50_s": one.percentile_s(0.5), "p99_s": one.percentile_s(0.99)}
            for one in report.figures
            if one.times_s
        ],
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, indent=2)


def _story(name: str | None) -> scenario.Scenario:
    if not name:
        raise CommandError("Which story? manage.py phone list names them.")
    file = Path(name) if name.endswith(".toml") else STORIES / f"{name}.toml"
    try:
        return scenario.read(file.read_text())
    except OSError:
        sentence = f"There is no {file}. manage.py phone list names the stories."
        raise CommandError(sentence) from None
    except scenario.Wrong as wrong:
        sentence = f"{file} is no story that can be run:\n{wrong}"
        raise CommandError(sentence, returncode=2) from None


def _listener(handed_over: int | None) -> socket.socket:
    if handed_over is not None:
        return socket.socket(fileno=handed_over)
    where = beside_real.address(settings.TWILIO_API_BASE_URL)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
    except OSError as error:
        sentence = f"Port {where[1]} cannot be used: {error.strerror}. Perhaps deploy/up serves the telephones already."
        raise CommandError(sentence) from None
    return listener


async def _until_told(server: uvicorn.Server, listener: socket.socket, emulator: Emulator) -> None:
    loop = asyncio.get_running_loop()
    memory = Memory(emulator, settings.HOME / "emulated_calls.json")
    await memory.cut_off_who_was_on_the_line()
    emulator.spawn(memory.keep())

    def stop() -> None:
        server.should_exit = True

    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    await asyncio.sleep(0)  # uvicorn takes the signals first; ours come after
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await serving
    await emulator.shut_down()


def _per_s(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= CALLS_PER_S_MAX:
        sentence = f"“{text}” is not a number above 0, at most {CALLS_PER_S_MAX}"
        raise argparse.ArgumentTypeError(sentence)
    return value


def _nothing(_outcome: Outcome) -> None:
    """Percentiles are enough where a story is told fifty times."""
