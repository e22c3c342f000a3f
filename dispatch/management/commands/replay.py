"""Send real incidents of a CSV file through the signed webhooks of a running service, and check what it made of them.

Every report comes from a made-up number. Do not answer them on a service with a real telephone provider.
"""

from __future__ import annotations

import asyncio
import logging
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from dispatch.training import feed
from dispatch.training.access import NoAccess, read_access
from dispatch.training.replay import NoService, Outcome, replay
from dispatch.training.replay_rows import AUTO, READERS, Reading, Unreadable, read_reports
from dispatch.training.replay_verdict import quantile

EXAMPLES_MAX = 5
WORDS = {
    "missing": "missing",
    "duplicated": "duplicated",
    "wrong_channel": "wrong channel",
    "wrong_location": "location missing, doubled or further than 50 m away",
    "wrong_text": "text differs",
}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        default = settings.HOME / "credentials.json"
        parser.add_argument("csv", type=Path, help="a .csv or .csv.gz")
        parser.add_argument("--credentials", type=Path, default=default, metavar="PATH")
        parser.add_argument("--base-url", help="where the service is; else as the credentials say")
        parser.add_argument(
            "--speed", type=float, default=60.0, help="how many times faster than it happened"
        )
        parser.add_argument("--limit", type=int, help="only the first N reports")
        parser.add_argument("--format", choices=(AUTO, *sorted(READERS)), default=AUTO)

    def handle(self, *_args: Any, csv: Path, credentials: Path, **options: Any) -> None:
        if not options["speed"] > 0 or (options["limit"] is not None and options["limit"] < 1):
            raise CommandError("--speed and --limit must be greater than 0.")
        try:
            access = read_access(credentials, base_url=options["base_url"])
            reading = read_reports(csv, format_=options["format"])
        except (NoAccess, Unreadable) as error:
            raise CommandError(str(error)) from None
        reports = reading.reports[: options["limit"]]
        if not reports:
            raise CommandError("The file has no row that can be replayed.")
        # Each try to listen would be a line across the bar; that nobody answers is said once, in a sentence.
        logging.getLogger(feed.__name__).setLevel(logging.WARNING)
        console = Console(file=self.stdout, highlight=False)
        _say_what_was_read(console, reading)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(file=self.stderr),
        ) as bar:
            task = bar.add_task("Sending", total=len(reports))
            try:
                outcome = asyncio.run(
                    replay(
                        reports,
                        access,
                        speed=options["speed"],
                        progress=lambda steps: bar.advance(task, steps),
                    )
                )
            except NoService as error:
                raise CommandError(str(error)) from None
            except KeyboardInterrupt:
                done = int(bar.tasks[0].completed)
                sentence = f"Stopped after {done} of {len(reports)} reports. What was sent stays; nothing was checked."
                raise CommandError(sentence, returncode=130) from None
        _say_what_became(console, outcome)
        if not outcome.is_good:
            raise SystemExit(1)


def _say_what_was_read(console: Console, reading: Reading) -> None:
    console.print(
        f"Format {reading.format}: {len(reading.reports)} reports,"
        f" {reading.repeated} further rows about the same incidents, {len(reading.bad)} bad rows."
    )
    for line, sentence in reading.bad[:EXAMPLES_MAX]:
        console.print(f"  line {line}: {sentence}")


def _say_what_became(console: Console, outcome: Outcome) -> None:
    verdict = outcome.verdict
    table = Table(show_header=False, title="Replay", title_justify="left")
    table.add_row("reports sent", f"{outcome.sent} in {outcome.took_s:.1f} s")
    table.add_row("at the latest after its time", f"{outcome.late_s_max:.2f} s")
    table.add_row("webhooks refused or unanswered", str(outcome.refused))
    table.add_row("calls the service showed", f"{verdict.found} of {verdict.expected}")
    table.add_row("calls on the board now", str(outcome.on_board))
    for kind, words in WORDS.items():
        table.add_row(words, str(verdict.wrong[kind]))
    if verdict.farthest_m is not None:
        table.add_row("farthest location", f"{verdict.farthest_m:.1f} m")
    table.add_row("webhook answered, p50 / p99", _milliseconds(outcome.answer_s))
    table.add_row("webhook sent to event seen, p50 / p99", _milliseconds(outcome.seen_s))
    console.print(table)
    for kind, line in verdict.examples[:EXAMPLES_MAX]:
        console.print(f"  line {line}: {WORDS[kind]}")
    console.print("Everything arrived." if outcome.is_good else "Not everything is right.")


def _milliseconds(values: list[float]) -> str:
    half, most = quantile(values, 0.5), quantile(values, 0.99)
    if half is None or most is None:
        return "–"
    return f"{1000 * half:.1f} / {1000 * most:.1f} ms"
