"""Open files and database connections used up: screens degrade first, calls are stored all the same."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from dispatch.models import Alarm
from realtime import capacity
from realtime.protocol import CloseCode
from tests.failure.callers import ring
from tests.failure.running import within
from tests.load.serving import Service, database_url, serving

pytestmark = [
    pytest.mark.failure,
    pytest.mark.timeout(300),
    pytest.mark.django_db(transaction=True),
]
FILES = 64
SCREENS = 60
AT_THE_DOOR = 4
CALLS = 20
POOL_MIN = 4


def calls_stored() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls_call")
        return int(cursor.fetchone()[0])


# --- open files ------------------------------------------------------------------------------------


@pytest.fixture
def cramped(tmp_path: Path) -> Iterator[Service]:
    """A web worker that may open 64 files."""
    service = Service(
        tmp_path,
        database_url(connection.settings_dict),
        prefix=("prlimit", f"--nofile={FILES}:{FILES}"),
    )
    with serving(service):
        yield service


async def screen(
    service: Service, token: str, door: asyncio.Semaphore, shown: asyncio.Event
) -> str | int:
    """Says hello and stays until all others have had their answer; what it got: a frame's type or a close code."""
    address = f"ws://127.0.0.1:{service.port}/ws/v1/"
    bearer = {"Authorization": f"Bearer {token}"}
    async with door:
        socket = await connect(address, additional_headers=bearer, open_timeout=60)
        try:
            await socket.send(json.dumps({"id": 1, "type": "hello", "protocol": 1}))
            got = json.loads(await socket.recv())["type"]
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    await shown.wait()
    await socket.close()
    return got


COMES_BACK_S = 30


async def crowd(service: Service, token: str) -> tuple[list[str | int], list[int]]:
    """As many screens as come at a shift's start, a few at a time, and calls while they are there."""
    shown, door = asyncio.Event(), asyncio.Semaphore(AT_THE_DOOR)
    loop = asyncio.get_running_loop()
    screens = [asyncio.ensure_future(screen(service, token, door, shown)) for _ in range(SCREENS)]
    with ThreadPoolExecutor(4) as people:
        rung = [loop.run_in_executor(people, ring, service, number) for number in range(CALLS)]
        answers = await asyncio.gather(*rung)
    most = capacity.sockets_max(FILES)
    async with asyncio.timeout(90):
        while sum(one.done() for one in screens) < SCREENS - most:
            await asyncio.wait(
                [one for one in screens if not one.done()], return_when=asyncio.FIRST_COMPLETED
            )
    shown.set()
    return [await one for one in screens], [status for status, _text in answers]


async def test_calls_are_stored_while_screens_are_turned_away(cramped: Service, ada) -> None:
    most = capacity.sockets_max(FILES)

    seen, answers = await crowd(cramped, ada.token)
    # A place is free when the server has seen the other one go; until then a screen comes back, as a browser does.
    async with asyncio.timeout(COMES_BACK_S):
        while (again := (await crowd_of_one(cramped, ada.token))[0]) == CloseCode.TRY_LATER:
            pass
    stored = await asyncio.to_thread(_closing, calls_stored)
    alarms = await asyncio.to_thread(
        _closing, lambda: list(Alarm.objects.values_list("kind", flat=True))
    )

    assert seen.count("snapshot") == most
    assert seen.count(int(CloseCode.TRY_LATER)) == SCREENS - most
    assert answers == [200] * CALLS
    assert stored == CALLS
    assert alarms == ["sockets_full"]
    assert again == "snapshot", "a place that became free is not given away again"


async def crowd_of_one(service: Service, token: str) -> tuple[str | int, None]:
    shown = asyncio.Event()
    shown.set()
    return await screen(service, token, asyncio.Semaphore(1), shown), None


def test_a_worker_takes_all_the_files_that_the_system_allows(tmp_path: Path, types) -> None:
    service = Service(
        tmp_path, database_url(connection.settings_dict), prefix=("prlimit", "--nofile=64:4096")
    )
    with serving(service):
        assert service.process
        said = Path(f"/proc/{service.process.pid}/limits").read_text()
        with urllib.request.urlopen(f"{service.base_url}/metrics", timeout=10) as answer:
            metrics = answer.read().decode()

    limits = next(line.split() for line in said.splitlines() if line.startswith("Max open files"))
    assert limits[3:5] == ["4096", "4096"]
    assert f"siaga_sockets_max {capacity.sockets_max(4096):.1f}" in metrics


# --- connections of the database -------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(Service(tmp_path, database_url(connection.settings_dict))) as running:
        yield running


def others_of_the_service() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def take_all_connections() -> list[Any]:
    """Somebody else opens connections until the database gives no more."""
    settings = connection.settings_dict
    taken = []
    while True:
        try:
            taken.append(
                psycopg.connect(
                    dbname=settings["NAME"],
                    user=settings["USER"],
                    host=settings["HOST"],
                    port=settings["PORT"] or None,
                    password=settings["PASSWORD"] or None,
                )
            )
        except psycopg.OperationalError as refused:
            if "connection" not in str(refused) and "clients" not in str(refused):
                raise
            return taken


def test_calls_are_stored_when_somebody_else_has_taken_all_connections(
    service: Service, types
) -> None:
    within(
        30, lambda: others_of_the_service() >= POOL_MIN, what="the worker holds its connections"
    )
    taken = take_all_connections()
    try:
        assert len(taken) > 10
        with ThreadPoolExecutor(2) as people:
            answers = list(people.map(lambda number: ring(service, number), range(CALLS)))
        stored = calls_stored()
    finally:
        for one in taken:
            one.close()

    assert [status for status, _text in answers] == [200] * CALLS
    assert stored == CALLS


def _closing(call: Any) -> Any:
    try:
        return call()
    finally:
        connection.close()
