"""Redis dead, hung or empty; the database gone or silent: no request waits, screens stay complete or say so."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from channels.testing import WebsocketCommunicator
from django.db import connection

from realtime import answers, doorbell, hub, listening, reader
from realtime.protocol import CloseCode
from realtime.routing import websocket_urls
from tests import factories
from tests.realtime.sockets import Client, as_, do

pytestmark = pytest.mark.django_db(transaction=True)


class PrivateRedis:
    """A Redis of one test, which may be stopped, hung and lost."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        words = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*words, "--dir", str(self.folder)], stdout=subprocess.DEVNULL
        )
        client = redis.Redis.from_url(self.url)
        ends = time.monotonic() + 10
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                assert time.monotonic() < ends, "Redis does not start"
            else:
                return

    def signal(self, what: int) -> None:
        os.kill(self.process.pid, what)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def own_redis(tmp_path, settings, monkeypatch):
    private = PrivateRedis(tmp_path)
    settings.REDIS_URL = private.url
    monkeypatch.setattr(doorbell, "_ringer", doorbell.Ringer())
    yield private
    doorbell._ringer.stop()
    private.signal(signal.SIGCONT)
    private.kill()


@contextmanager
def hung(private: PrivateRedis):
    private.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        private.signal(signal.SIGCONT)


def opened(person, **changes):
    return person.done("incident.open", **{"type": "fire", "location": factories.PLACE, **changes})


# --- Redis ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["connected", "not yet connected"])
def test_no_request_waits_for_a_hung_redis_however_many_come_at_once(own_redis, known):
    if known:
        doorbell.ring(doorbell.EVENTS_CHANNEL, 0)
    took_s = []

    def request() -> None:
        begun = time.monotonic()
        for number in range(5):
            doorbell.ring(doorbell.EVENTS_CHANNEL, number)
        took_s.append(time.monotonic() - begun)

    with hung(own_redis):
        threads = [threading.Thread(target=request) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=10)

    assert len(took_s) == 20
    assert max(took_s) < doorbell.RING_MS_MAX / 1000


def test_the_newest_number_is_rung_when_redis_is_back(own_redis, monkeypatch):
    monkeypatch.setattr(doorbell, "MUTE_S", 0.1)
    own_redis.kill()
    for number in (1, 2, 3):
        doorbell.ring(doorbell.EVENTS_CHANNEL, number)
    own_redis.start()

    with redis.Redis.from_url(own_redis.url) as client, client.pubsub() as channel:
        channel.subscribe(doorbell.EVENTS_CHANNEL)
        doorbell.ring(doorbell.EVENTS_CHANNEL, 4)
        heard = [channel.get_message(timeout=5) for _ in range(2)]

    assert heard[0]["type"] == "subscribe"
    assert heard[1]["data"] == b"4"


@pytest.mark.parametrize("fault", ["killed", "hung"])
async def test_events_of_another_process_come_by_polling_when_redis_is_gone(
    ada, own_redis, monkeypatch, fault
):
    monkeypatch.setattr(doorbell, "listen_in_process", lambda _listener: None)  # another process
    async with as_(ada) as client:
        await client.hello()
        own_redis.signal(signal.SIGSTOP if fault == "hung" else signal.SIGKILL)
        begun = time.monotonic()
        await do(opened, ada)
        await client.next("event")
        took_s = time.monotonic() - begun

    assert took_s < 5


async def test_a_hung_redis_is_noticed_and_heard_again_when_it_answers(own_redis, monkeypatch):
    monkeypatch.setattr(listening, "PING_S", 0.05)
    monkeypatch.setattr(listening, "SILENT_S_MAX", 0.2)
    monkeypatch.setattr(listening, "RETRY_S", 0.05)
    heard: asyncio.Queue[str] = asyncio.Queue()
    back: asyncio.Queue[None] = asyncio.Queue()
    noticed = asyncio.Event()
    monkeypatch.setattr(listening.logger, "warning", lambda _words: noticed.set())
    ear = listening.Ear(
        lambda _channel, payload: heard.put_nowait(payload), lambda: back.put_nowait(None)
    )
    listening_ = asyncio.create_task(ear.listen())
    async with asyncio.timeout(20):
        await back.get()
        with hung(own_redis):
            await noticed.wait()
        await back.get()
        await do(doorbell.ring, doorbell.EVENTS_CHANNEL, 7)
        assert await heard.get() == "7"
    listening_.cancel()


# --- the database ---------------------------------------------------------------------------------


@contextmanager
def log_locked():
    """Every read of the log waits, as at a database that has stopped answering."""
    known = connection.get_connection_params()
    words = {name: known[name] for name in ("dbname", "user", "host", "port") if known.get(name)}
    with psycopg.connect(**words, password=known.get("password")) as holding:
        holding.execute("LOCK TABLE realtime_event IN ACCESS EXCLUSIVE MODE")
        yield
        holding.rollback()


async def test_beats_say_that_the_hub_is_cut_from_the_log_and_what_was_missed_comes_afterwards(
    ada, monkeypatch
):
    monkeypatch.setattr(hub, "BEAT_S", 0.1)
    monkeypatch.setattr(reader, "READ_S_MAX", 0.3)
    async with as_(ada) as client:
        await client.hello()
        assert (await client.next("beat"))["read_age_ms"] < 1000
        with log_locked():
            ages = [(await client.next("beat"))["read_age_ms"] for _ in range(8)]
            while ages[-1] < 2000:
                ages.append((await client.next("beat"))["read_age_ms"])
        await do(opened, ada)
        event = await client.next("event")
        beat = await client.next("beat")
        while beat["read_age_ms"] > 1000:
            beat = await client.next("beat")

    assert event["name"] == "incident.opened"
    assert beat["head_seq"] == event["seq"]


async def test_a_hub_cut_from_the_log_takes_no_new_socket(ada, monkeypatch):
    monkeypatch.setattr(reader, "READ_S_MAX", 0.2)
    async with as_(ada) as first:
        await first.hello()
        monkeypatch.setattr(hub, "READ_AGE_S_MAX", 0.5)
        with log_locked():
            while (await first.next("beat"))["read_age_ms"] < 500:
                pass
            async with connected_beside(ada) as second:
                await second.send({"id": 1, "type": "hello", "protocol": 1})
                assert await second.closed_with() == CloseCode.RESTARTING


@asynccontextmanager
async def connected_beside(person):
    """Another socket of the same hub, which stays when this one goes."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in person.bearer.items()]
    communicator = WebsocketCommunicator(websocket_urls, "/ws/v1/", headers=pairs)
    accepted, _protocol = await communicator.connect(timeout=10)
    assert accepted
    yield Client(communicator)
    await communicator.disconnect()


# --- many at once ---------------------------------------------------------------------------------


async def test_a_thousand_hellos_at_once_read_the_board_a_few_times(ada, monkeypatch):
    reads = []
    real = answers._read_snapshot
    monkeypatch.setattr(
        answers, "_read_snapshot", lambda viewer: (reads.append(1), real(viewer))[1]
    )
    await do(opened, ada)
    async with as_(ada) as client:
        await client.hello()
        viewer = await do(lambda: ada.viewer)
        reads.clear()

        async def hello() -> tuple[int, str]:
            place = await hub.hub().subscribe(viewer, "control")
            return await hub.hub().first_answer(place, None)

        found = await asyncio.gather(*(hello() for _ in range(1000)))

    assert len({text for _seq, text in found}) == 1
    assert len(reads) <= 1


async def test_crews_that_were_cut_at_the_same_number_share_one_read_and_see_only_their_own(
    ada, crew, dee, engine, monkeypatch
):
    reads = []
    real = answers._run_since
    monkeypatch.setattr(answers, "_run_since", lambda *words: (reads.append(1), real(*words))[1])
    async with as_(ada) as client:
        since = (await client.hello())["seq"]
        incident = await do(opened, ada)
        await do(ada.done, "unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))
        await client.next("event")
        await client.next("event")
        places = [
            await hub.hub().subscribe(viewer, viewer.topic)
            for viewer in [await do(lambda who=who: who.viewer) for who in (crew, dee, ada)]
        ]
        found = await asyncio.gather(*(hub.hub().first_answer(one, since) for one in places))

    types = [[event["type"] for event in json.loads(text)["events"]] for _seq, text in found]
    assert types == [["skip", "event"], ["skip", "skip"], ["event", "event"]]
    assert len(reads) == 1


async def test_a_socket_that_missed_nothing_is_answered_without_reading(ada, monkeypatch):
    async with as_(ada) as client:
        since = (await client.hello())["seq"]
        monkeypatch.setattr(answers, "_run_since", None)
        async with connected_beside(ada) as again:
            resumed = await again.hello(since=since)
            await do(opened, ada)
            event = await again.next("event")

    assert resumed == {"type": "events", "events": [], "seq": since}
    assert event["seq"] == since + 1
