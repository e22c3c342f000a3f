"""Import a whole city's map: roads, places and borders, from files or from an Overpass server.

manage.py import_map kepri.osm.pbf                    OpenStreetMap: .osm.pbf, .osm, .osm.gz
manage.py import_map kecamatan.geojson kelurahan.shp  borders: .geojson, .geojson.gz, .shp, .zip
manage.py import_map --overpass 104.3,0.8,104.7,1.1   what an Overpass server has in the box W,S,E,N
manage.py import_map kepri.osm.pbf --dry-run          the report alone; nothing is changed

Run again with a newer file it changes what has changed, keeps what a person has edited, and removes what is gone.
Ends with 1 when a file is broken or something else stops it; then nothing has changed. deploy/IMPORT.md tells more.
"""

from __future__ import annotations

import getpass
import json
import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext, gettext_lazy
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import maps.importing.overpass
import maps.importing.run
from maps.importing.report import OUTCOMES, ImportRefused, Report
from maps.importing.words import kind_label, problem_words, refusal_words

# The service goes first: on a busy machine the import gets what is left, and takes as long as that takes.
NICENESS = 19
STEPS = {
    "fetch": gettext_lazy("Fetching from the Overpass server"),
    "network": gettext_lazy("Joining the roads"),
    "compare": gettext_lazy("Comparing with the map"),
    "write": gettext_lazy("Writing"),
    "analyse": gettext_lazy("Tidying up"),
}
COLUMNS = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "retired": gettext_lazy("removed"),
    "kept_hand": gettext_lazy("kept: edited by hand"),
    "kept_demo": gettext_lazy("kept: demonstration"),
    "kept_referred": gettext_lazy("kept: still in use"),
}


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
        parser.add_argument("--overpass", metavar="W,S,E,N")
        parser.add_argument("--districts-level", type=int, choices=range(2, 12), metavar="N")
        parser.add_argument("--replace-demo", action="store_true")
        parser.add_argument("--retire-much", action="store_true")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--report", type=Path, metavar="FILE")
        parser.add_argument("--by", default=_person())
        languages = [code for code, _ in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, language: str, report: Path | None, **options: Any) -> None:
        with translation.override(language):
            if not (options["files"] or options["overpass"]):
                raise CommandError(gettext("Name a file, or a box with --overpass W,S,E,N."))
            _can_be_written(report)
            os.nice(NICENESS)
            done: list[str] = []
            try:
                outcome = self._run(options, done)
            except KeyboardInterrupt:
                sentence = gettext("Stopped. The map is written already.")
                if "analyse" not in done:
                    sentence = gettext("Stopped. Nothing was changed.")
                raise CommandError(sentence, returncode=130) from None
            except ImportRefused as refused:
                nothing = gettext("Nothing was changed.")
                sentence = f"{refusal_words(refused)} {nothing}"
                raise CommandError(sentence) from None
            if report is not None:
                report.write_text(
                    json.dumps(outcome.as_json(), indent=2, ensure_ascii=False) + "\n"
                )
            say(Console(file=self.stdout, highlight=False, soft_wrap=True), outcome)

    def _run(self, options: dict[str, Any], done: list[str]) -> Report:
        box = options["overpass"] and maps.importing.overpass.box_of(options["overpass"])
        wish = maps.importing.run.Wish(
            files=options["files"],
            overpass=box or None,
            districts_level=options["districts_level"],
            replace_demo=options["replace_demo"],
            retire_much=options["retire_much"],
            dry_run=options["dry_run"],
            by=options["by"],
        )
        steps = len(wish.files) + len(STEPS) - (box is None) - 2 * wish.dry_run + bool(box)
        with _bar(Console(file=self.stderr), steps) as (show, read):

            def step(name: str) -> None:
                done.append(name)
                show(name)

            return maps.importing.run.run(wish, step=step, read=read)


@contextmanager
def _bar(console: Console, steps: int) -> Iterator[tuple[Any, Any]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[read]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("", total=steps, read="")
        begun = 0

        def step(name: str) -> None:
            nonlocal begun
            words = STEPS.get(name) or gettext("Reading %(file)s") % {"file": name}
            bar.update(task, description=str(words), completed=begun, read="")
            begun += 1

        def read(count: int) -> None:
            bar.update(task, read=gettext("%(count)d read") % {"count": count})

        yield step, read
        bar.update(task, completed=steps, read="")


def say(console: Console, report: Report) -> None:
    title = gettext("What would change") if report.is_dry_run else gettext("What has changed")
    shown = [name for name in OUTCOMES if report.total(name) or name in {"added", "changed"}]
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in shown:
        table.add_column(str(COLUMNS[name]), justify="right")
    for kind in sorted(report.counts, key=lambda kind: str(kind_label(kind))):
        numbers = [str(report.counts[kind][name]) for name in shown]
        table.add_row(str(kind_label(kind)), *numbers)
    table.add_row(gettext("together"), *(str(report.total(name)) for name in shown))
    console.print(table)
    _say_network(console, report)
    for problem in report.problems:
        where = ", ".join(problem.examples)
        beyond = (
            gettext(" and %(count)d more") % {"count": problem.beyond} if problem.beyond else ""
        )
        console.print(f"{problem.count} × {problem_words(problem.code)}: {where}{beyond}")
    seconds = sum(report.took_s.values())
    console.print(gettext("Took %(seconds).1f s.") % {"seconds": seconds})
    if report.is_dry_run:
        console.print(gettext("Nothing was changed."))


def _say_network(console: Console, report: Report) -> None:
    network = report.components
    if not network["count"]:
        return
    sentence = gettext(
        "The roads and crossings fall into %(count)d pieces; the largest has %(share).1f %% of all nodes. Nodes in the largest: %(sizes)s"
    )
    console.print(
        sentence
        % {
            "count": network["count"],
            "share": 100 * network["share_of_largest"],
            "sizes": ", ".join(str(size) for size in network["largest"]),
        }
    )


def _can_be_written(report: Path | None) -> None:
    """Said before the work, not after it."""
    try:
        if report is not None:
            report.open("a").close()
    except OSError as error:
        sentence = gettext("The report cannot be written: %(what)s. Nothing was changed.")
        raise CommandError(sentence % {"what": error}) from None


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
