"""Numbers past 2^31 and 2^53: through the log, the hub, the socket, HTTP, and the browser's own store."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from realtime import eventlog
from tests import factories
from tests.load.serving import REPOSITORY, Service, database_url, serving
from tests.realtime.numbers import EDGES, run_on_from, start_over
from tests.realtime.sockets import as_, do

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = 20
WAIT_S = 20


@pytest.fixture(params=EDGES.values(), ids=EDGES)
def start(request, types) -> Iterator[int]:
    run_on_from(request.param)
    yield request.param
    start_over()


def opened(person, **changes):
    return person.done("incident.open", type="fire", location=factories.PLACE, **changes)


async def test_the_socket_brings_every_number_once_and_in_order(start, ada):
    async with as_(ada) as client:
        head = (await client.hello())["seq"]
        for _ in range(EVENTS):
            await do(opened, ada)
        seen = [(await client.next("event"))["seq"] for _ in range(EVENTS)]
    async with as_(ada) as client:
        resumed = await client.hello(since=start + 5)

    assert head == start
    assert seen == list(range(start + 1, start + EVENTS + 1))
    assert [frame["seq"] for frame in resumed["events"]] == seen[5:]


def test_http_brings_every_number_once_and_in_order(start, ada):
    for _ in range(EVENTS):
        opened(ada)
    seen: list[int] = []
    after = start
    while after < eventlog.head_seq():
        path = f"/api/v1/events?after={after}&limit=3"
        page = Client().get(path, headers=ada.bearer).json()
        seen += [event["seq"] for event in page["events"]]
        after = page["next"]

    assert seen == list(range(start + 1, start + EVENTS + 1))


def test_calls_incidents_and_assignments_go_on(start, ada, crew, engine):
    """Every table that numbers its rows takes one past the edge: webhooks, receipts, jobs, incident numbers."""
    for number in range(EVENTS // 2 + 2):
        call_id = factories.ring(sid=f"CA{number}", caller=f"+6281270110{number:02d}")
        ada.done(
            "call.answer", call_id=call_id, request_id=f"00000000-0000-7000-8000-{number:012d}"
        )
        ada.done("call.dispose", call_id=call_id, disposition="information")
        numbered = opened(ada)["number"]
        assert int(numbered.split("-")[1]) == start + number + 1
    incident = opened(ada)
    assigned = ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))
    crew.done("assignment.acknowledge", **assigned)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM calls_webhookrecord")
        first, last = cursor.fetchone()

    assert first == start + 1
    assert last > start + 10


# --- the browser's store on a real connection -----------------------------------------------------


@pytest.fixture
def service(start, ada, tmp_path: Path) -> Iterator[Service]:
    with serving(Service(tmp_path, database_url(connection.settings_dict))) as running:
        yield running


class Browser:
    """The browser's modules in node, on the real socket of a real server process."""

    def __init__(self, node: str, service: Service, token: str) -> None:
        address = f"ws://127.0.0.1:{service.port}/ws/v1/"
        self.process = subprocess.Popen(
            [node, "tests/js/follow.js", address, token],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: Queue[dict[str, Any]] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def next(self, kind: str) -> dict[str, Any]:
        while (line := self._line())["kind"] != kind:
            pass
        return line

    def until(self, *, events: int, live: int) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        while Counter(line["kind"] for line in lines) < Counter(event=events, live=live):
            lines.append(self._line())
        return lines

    def _line(self) -> dict[str, Any]:
        try:
            return self.lines.get(timeout=WAIT_S)
        except Empty:
            pytest.fail(f"the browser's store said nothing for {WAIT_S} s")

    def cut(self) -> None:
        assert self.process.stdin
        self.process.stdin.write("cut\n")
        self.process.stdin.flush()

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(timeout=WAIT_S)
        self.process.stdout.close()


@pytest.fixture
def browser(service: Service, ada) -> Iterator[Browser]:
    beside_python = Path(sys.executable).with_name("node")
    node = shutil.which("node") or (str(beside_python) if beside_python.exists() else None)
    if node is None:
        if os.environ.get("CI") == "true":
            pytest.fail("node is not installed, the browser's store was not tested")
        pytest.skip("node is not installed")
    running = Browser(node, service, ada.token)
    yield running
    running.close()


@pytest.mark.timeout(300)
def test_the_browsers_store_applies_every_number_once_and_resumes_by_it(start, ada, browser):
    first = browser.next("live")
    for _ in range(EVENTS):
        opened(ada)
    seen = [int(browser.next("event")["seq"]) for _ in range(EVENTS)]
    browser.cut()
    opened(ada)
    opened(ada)
    # What was missed comes before the word that it is live again, what happens after that behind it.
    after = browser.until(events=2, live=1)
    seen += [int(line["seq"]) for line in after if line["kind"] == "event"]
    again = next(line for line in after if line["kind"] == "live")

    assert int(first["seq"]) == start
    assert seen == list(range(start + 1, start + EVENTS + 3))
    # One connection more: it was cut once, and no number made the store ask for everything anew.
    assert again["connections"] == first["connections"] + 1
