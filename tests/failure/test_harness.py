"""The harness itself: a judge that cannot see a loss, a proxy that does not break anything, would prove everything."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from calls.telephony.emulator.records import Callee
from tests.failure.harness.background import Background
from tests.failure.harness.bots import ConsoleBot, CrewBot
from tests.failure.harness.journal import Journal
from tests.failure.harness.provider import Provider
from tests.failure.harness.proxy import FaultProxy
from tests.failure.harness.stack import Stack, wait_for

ENDED_S_MAX = 5.0
pytestmark = pytest.mark.failure
NOBODY = "http://127.0.0.1:1"


# --- the judge -----------------------------------------------------------------------------------


def test_the_judge_sees_what_is_lost_twice_there_and_never_handed_in() -> None:
    journal = Journal()
    for key in ("A", "B", "C"):
        journal.note("call", key, accepted=key != "C")
    journal.note(
        "call", "A", accepted=False
    )  # the same again, refused: it is accepted all the same
    journal.note("message", "B", accepted=True)

    verdict = journal.judge("call", ["A", "A", "X"])

    assert verdict.accepted == 2
    assert verdict.lost == ["B"]
    assert verdict.duplicated == {"A": 2}
    assert verdict.unexpected == ["X"]
    assert verdict.unaccepted == ["C"]
    assert not verdict.is_clean
    assert journal.judge("call", ["A", "B"]).is_clean
    assert journal.judge("call", ["A", "B"], all_offered=True).lost == ["C"]


# --- the proxy -----------------------------------------------------------------------------------


@pytest.fixture
def echo() -> Iterator[tuple[str, int]]:
    """A server that says everything back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(65_536):
                    client.sendall(data)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    yield listener.getsockname()
    listener.shutdown(socket.SHUT_RDWR)  # wakes who waits in accept
    listener.close()
    accepting.join(5)


@pytest.fixture
def proxy(background: Background, echo: tuple[str, int]) -> Iterator[FaultProxy]:
    with closing(FaultProxy(background, echo)) as running:
        yield running


def client_of(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def says_back(client: socket.socket, words: bytes) -> float:
    started_s = time.monotonic()
    client.sendall(words)
    got = b""
    while len(got) < len(words):
        piece = client.recv(65_536)
        assert piece, "closed"
        got += piece
    assert got == words
    return time.monotonic() - started_s


def test_latency_and_bandwidth_hold_for_their_direction(proxy: FaultProxy) -> None:
    with client_of(proxy) as client:
        assert says_back(client, b"x" * 300_000) < 2
        proxy.up.latency_s = 0.3
        assert 0.3 <= says_back(client, b"late") < 0.6
        proxy.heal()
        proxy.down.bytes_per_s = 100_000
        assert says_back(client, b"y" * 50_000) >= 0.3
    # Counted after it has been written: the client may have it before.
    wait_for(lambda: proxy.down.passed == 350_004, 2, what="all of it is counted")


def test_a_cut_refuses_and_closes_and_heals_on_the_same_port(proxy: FaultProxy) -> None:
    with client_of(proxy) as client:
        says_back(client, b"1")
        proxy.cut()
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        client_of(proxy)
    proxy.heal()
    with client_of(proxy) as client:
        says_back(client, b"2")


def test_half_open_takes_everything_and_answers_nothing(proxy: FaultProxy) -> None:
    with client_of(proxy) as old:
        says_back(old, b"1")
        proxy.half_open()
        old.sendall(b"into the void")
        with client_of(proxy) as new:
            new.sendall(b"into the void")
            for client in (old, new):
                client.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    client.recv(1)
            proxy.heal()
            new.settimeout(5)
            with pytest.raises(ConnectionResetError):
                new.recv(1)
    with client_of(proxy) as client:
        says_back(client, b"2")


def test_a_reset_is_a_reset(proxy: FaultProxy) -> None:
    with client_of(proxy) as client:
        says_back(client, b"1")
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with client_of(proxy) as client:
        says_back(client, b"2")


def test_lines_that_went_away_while_half_open_leave_nothing_behind(
    proxy: FaultProxy, background: Background
) -> None:
    with client_of(proxy) as client:
        says_back(client, b"1")
        proxy.half_open()
        with client_of(proxy) as new:
            new.sendall(b"into the void")
    gc.collect()  # what nobody holds complains now, and a complaint is a failure

    proxy.heal()

    assert background.ask(others_at_work()) == []


async def others_at_work() -> list[str]:
    """Who is at work and does not come to an end: a line may have been accepted only after the healing."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, others = await asyncio.wait(others, timeout=ENDED_S_MAX)
    return [str(task) for task in others]


# --- the provider --------------------------------------------------------------------------------


@pytest.fixture
def provider(background: Background, seed: int) -> Iterator[Provider]:
    made = Provider(background, public_base_url=NOBODY, seed=seed, calls_per_s=5.0)
    with closing(made) as running:
        yield running


@pytest.fixture
def twilio(provider: Provider) -> Client:
    class StandIn(TwilioHttpClient):
        def request(self, method: str, url: str, *args: object, **kwargs: object) -> object:
            there = url.replace("https://api.twilio.com", provider.url)
            return super().request(method, there, *args, **kwargs)

    return Client(provider.account, provider.token, http_client=StandIn(timeout=5))


def test_what_never_arrived_is_in_the_lists_page_by_page(
    provider: Provider, twilio: Client
) -> None:
    legs = [provider.rings(f"+62812000{number:04}") for number in range(7)]
    provider.writes("+628120009999", "tolong")

    listed = twilio.calls.list(page_size=3)

    assert [call.sid for call in listed] == [leg.sid for leg in reversed(legs)]
    assert listed[0].direction == "inbound"
    assert listed[0].start_time.tzinfo is not None
    assert [text.body for text in twilio.messages.list()] == ["tolong"]
    assert len([one for one in provider.api.asked if one.path.endswith("/Calls.json")]) == 3
    assert legs[0].heard == ["application error"]
    assert legs[0].documents[0].tries == 2
    assert provider.journal.judge("call", []).unaccepted == [leg.sid for leg in legs]


def test_calls_leave_one_after_the_other_and_a_key_is_pressed(
    provider: Provider, twilio: Client
) -> None:
    provider.callees["+628111"] = Callee(digits=["1"])
    provider.callees["+628112"] = Callee(outcome="busy")
    words = '<Response><Gather numDigits="1" action="/pressed"><Say>tekan satu</Say></Gather></Response>'
    started_s = time.monotonic()
    sids = [
        twilio.calls.create(to=to, from_=provider.number, twiml=words).sid
        for to in ("+628111", "+628112", "+628113")
    ]
    assert twilio.calls(sids[2]).fetch().status == "queued"

    wait_for(lambda: all(provider.legs[sid].is_over for sid in sids), 5, what="all calls end")

    assert time.monotonic() - started_s >= 0.4  # two of three had to wait for 0.2 s each
    assert [provider.legs[sid].status for sid in sids] == ["completed", "busy", "completed"]
    assert provider.legs[sids[0]].heard[0] == "tekan satu"
    assert provider.legs[sids[0]].documents[0].url == f"{NOBODY}/pressed"


def test_the_api_fails_as_it_is_told(provider: Provider, twilio: Client) -> None:
    provider.fails("Messages.json", status=429, times=1)
    provider.fails("Messages.json", status=500, times=1, after_work=True)

    answers = []
    for _ in range(3):
        try:
            answers.append(twilio.messages.create(to="+628111", from_="+62112", body="x").status)
        except Exception as error:
            answers.append(error.status)

    assert answers == [429, 500, "queued"]
    assert len(provider.texts) == 2  # the second was taken although the answer said otherwise


# --- all of it together ---------------------------------------------------------------------------


@pytest.mark.timeout(120, func_only=True)  # the first that needs the seeded database makes it
def test_a_caller_is_greeted_waits_is_answered_and_a_crew_goes(
    start_stack: Callable[..., Stack],
    console: Callable[..., ConsoleBot],
    tablet: Callable[..., CrewBot],
    provider: Provider,
) -> None:
    stack = start_stack(provider=provider, through={"web", "redis", "database", "provider"})
    ada, crew = console(stack), tablet(stack, "DAMKAR-1")

    leg = provider.rings("+628123450001")
    ada.wait_for(lambda bot: bot.calls(caller="+628123450001"), 3, what="the call")
    wait_for(lambda: len(leg.heard) > 4, 5, what="the caller hears the greeting and the queue")
    call = ada.calls(caller="+628123450001")[0]
    ada.done("call.answer", call_id=call["id"])
    wait_for(lambda: leg.conference == f"call-{call['id']}", 10, what="the caller is connected")
    incident = stack.command(
        "incident.open",
        type="fire",
        priority=1,
        location={"lat": 0.918, "lng": 104.466},
        call_id=call["id"],
        note="",
    )
    unit = next(row for row in ada.rows("units") if row["callsign"] == "DAMKAR-1")
    ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=unit["id"])
    ada.wait_for(
        lambda bot: [row for row in bot.rows("assignments") if row["status"] == "acknowledged"],
        5,
        what="the crew's acknowledgement",
    )
    stack.proxies["web"].reset()
    provider.writes("+628123450002", "banjir di Jalan Merdeka")
    ada.wait_for(
        lambda bot: [row for row in bot.messages() if "banjir" in row["text"]],
        5,
        what="the message after the cut",
    )
    provider.hangs_up(leg)

    assert provider.journal.judge(
        "call",
        (
            sid
            for (sid,) in stack.rows(
                "SELECT provider_sid FROM calls_call WHERE provider_sid <> ''"
            )
        ),
    ).is_clean
    assert ada.connections == 2
    assert ada.is_whole
    assert crew.is_whole
