"""deploy/test: the same installation as deploy/up, throw-away servers, then every test of the project."""

from __future__ import annotations

import shutil
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.machine import browser, commands, node_packages, places, say
from deploy.machine.application import time_zones
from deploy.machine.commands import Failed
from deploy.machine.installation import install
from deploy.machine.places import PYTHON, REPOSITORY, VENV
from deploy.machine.postgres import Cluster
from deploy.machine.redis import Redis
from deploy.machine.start import start_servers
from deploy.machine.supervisor import Stopped, Supervisor

TESTS = REPOSITORY / "tests"
HOME = REPOSITORY / ".siaga/test"
PARALLEL = 2
# Real browsers at real services, one of each for each process; then what kills processes: alone on the machine it
# means what it measures.
BROWSER, ALONE = "browser", "failure"
BY_HAND = "load"
ALL_FAILURES = "--failure"
HELP = """\
usage: deploy/test                      every test of the project, without the long ones of tests/failure
       deploy/test --failure [option …] all of tests/failure: processes killed, frozen, cut off, for as long as it takes
       deploy/test option …             what pytest is asked for: deploy/test tests/maps -k name

Installs what is missing and starts a PostgreSQL and a Redis for the tests alone. Every run of tests/failure prints its
seed; SIAGA_SEED=number deploy/test --failure repeats it. Options of pytest: .venv/bin/python -m pytest --help
"""


@dataclass(frozen=True)
class Part:
    name: str
    argv: Sequence[str | Path]
    report: Path | None = None


@dataclass(frozen=True)
class Outcome:
    part: Part
    status: int
    took_s: float

    @property
    def is_good(self) -> bool:
        return self.status == 0


def main(words: list[str]) -> int:
    if words in (["--help"], ["-h"]):
        say.plain(HELP)
        return 0
    try:
        return _test(words)
    except Failed as failure:
        say.error(f"deploy/test: {failure}")
        return failure.status
    except KeyboardInterrupt:
        say.error("deploy/test: stopped.")
        return 130


def _test(words: list[str]) -> int:
    installed = install(for_tests=True)
    chromium = browser.find_or_install(installed.debs)
    home = places.prepare(HOME)
    cluster = Cluster(places=home, servers=installed.servers, durable=False)
    redis = Redis(places=home, servers=installed.servers, durable=False)
    supervisor = Supervisor(state=home.state)
    supervisor.open(what="deploy/test")
    try:
        shutil.rmtree(home.database, ignore_errors=True)
        start_servers(supervisor, cluster, redis)
        environment = {
            **commands.clean_environment(),
            "PATH": f"{VENV / 'bin'}:{commands.clean_environment().get('PATH', '')}",
            "DJANGO_SETTINGS_MODULE": "dispatch.settings",
            "DATABASE_URL": cluster.url,
            "REDIS_URL": redis.url,
            "SIAGA_HOME": str(home.home),
            "CHROMIUM": str(chromium),
            # playwright's own node wants a library that a minimal Debian lacks.
            "PLAYWRIGHT_NODEJS_PATH": str(node_packages.node()),
            "PYTHONUNBUFFERED": "1",
            **time_zones(),
        }
        parts = [_asked_for(words)] if words else _everything(home.log)
        outcomes = [_run(part, supervisor, environment) for part in parts]
    except Stopped:
        say.line("Stopping")
        return 130
    finally:
        supervisor.close()
    return _summary(outcomes)


def _asked_for(words: list[str]) -> Part:
    if ALL_FAILURES in words:
        rest = [word for word in words if word != ALL_FAILURES]
        words = [str(TESTS / "failure"), *rest]
    return Part(name=f"pytest {' '.join(words)}", argv=[PYTHON, "-m", "pytest", *words])


def _everything(log: Path) -> list[Part]:
    parts = []
    browser_code = sorted(
        path for path in TESTS.glob("js/**/*.test.*js") if "node_modules" not in path.parts
    )
    if browser_code:
        parts.append(
            Part(name="browser code (node)", argv=[node_packages.node(), "--test", *browser_code])
        )
    beside = ["-n", str(PARALLEL), "--dist", "loadfile"]
    ignored = [f"--ignore={TESTS / name}" for name in (BROWSER, ALONE, BY_HAND)]
    parts.append(_pytest("side by side", [str(TESTS), *ignored, *beside], log))
    parts.append(_pytest(BROWSER, [str(TESTS / BROWSER), *beside], log))
    parts.append(_pytest(ALONE, [str(TESTS / ALONE), "-m", "not long"], log))
    return parts


def _pytest(name: str, words: list[str], log: Path) -> Part:
    report = log / f"tests-{name.replace(' ', '-')}.xml"
    report.unlink(missing_ok=True)
    return Part(
        name=name,
        argv=[PYTHON, "-m", "pytest", "-q", f"--junit-xml={report}", *words],
        report=report,
    )


def _run(part: Part, supervisor: Supervisor, environment: Mapping[str, str]) -> Outcome:
    say.line(f"Tests: {part.name}")
    started_s = time.monotonic()
    status = supervisor.run(part.argv, env=environment, cwd=REPOSITORY)
    return Outcome(part=part, status=status, took_s=time.monotonic() - started_s)


def _summary(outcomes: Sequence[Outcome]) -> int:
    say.plain()
    for outcome in outcomes:
        word = "passed" if outcome.is_good else f"FAILED (exit status {outcome.status})"
        say.plain(
            f"  {outcome.part.name:<28} {word:<24} {outcome.took_s:6.1f} s   {_counts(outcome.part.report)}"
        )
    good = all(outcome.is_good for outcome in outcomes)
    say.line("All tests passed." if good else "Some tests failed.")
    if len(outcomes) == 1:
        return outcomes[0].status
    return 0 if good else 1


def _counts(report: Path | None) -> str:
    if report is None or not report.exists():
        return ""
    suite = ElementTree.parse(report).getroot().find("testsuite")
    if suite is None:
        return ""
    number = {
        name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    }
    return f"{number['tests']} tests, {number['failures'] + number['errors']} failed, {number['skipped']} skipped"
