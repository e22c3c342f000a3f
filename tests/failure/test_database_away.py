"""The database gone, cut off, hanging or waiting for a dead standby: callers hear us, nothing is lost, nothing twice."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from calls.signed_json import SIGNATURE_HEADER, sign
from calls.telephony.emulator.records import Document, Leg
from tests.failure.harness.provider import Provider
from tests.failure.harness.stack import Stack, wait_for

pytestmark = [pytest.mark.failure, pytest.mark.timeout(400)]

HEARD_WITHIN_S = 3.0
REPLAYED_WITHIN_S = 10.0
EXCHANGE_KEY = "key-of-the-exchange-in-the-tests-" * 2
numbers = itertools.count(1)


def a_number() -> str:
    return f"+62812900{next(numbers):05d}"


@pytest.fixture(scope="module")
def cut_off(start_stack: Callable[..., Stack], provider: Provider) -> Stack:
    exchange = {"PBX_HMAC_KEY": EXCHANGE_KEY, "PBX_CONTROL_URL": "http://127.0.0.1:9/acts"}
    return start_stack(provider=provider, through={"database"}, workers=2, settings=exchange)


@pytest.fixture
def healed(cut_off: Stack) -> Iterator[Stack]:
    yield cut_off
    cut_off.proxies["database"].heal()
    wait_for(lambda: waiting(cut_off) == [], REPLAYED_WITHIN_S, what="the journal is empty")
    nothing_set_aside(cut_off)


def waiting(stack: Stack) -> list[Path]:
    return sorted(stack.places.home.glob("journal/*.request.json"))


def calls_of(stack: Stack, leg: Leg) -> list[tuple[object, ...]]:
    return stack.rows("SELECT status, received_at FROM calls_call WHERE caller = %s", leg.from_)


def first(leg: Leg) -> Document:
    return leg.documents[0]


def nothing_set_aside(stack: Stack) -> None:
    assert list(stack.places.home.glob("journal/unreadable/*")) == []


def held(leg: Leg) -> None:
    """What a caller hears while the database is away, and how soon."""
    assert first(leg).is_good
    assert first(leg).took_s < HEARD_WITHIN_S
    for word in ("<Say", "<Play>", "<Redirect"):
        assert word in first(leg).body


@pytest.mark.parametrize("fault", ["cut", "half_open"])
def test_with_the_database_away_a_caller_is_held_and_is_a_call_once_when_it_is_back(
    healed: Stack, provider: Provider, fault: str
) -> None:
    getattr(healed.proxies["database"], fault)()

    legs = [provider.rings(a_number()) for _ in range(3)]
    text = provider.writes(a_number(), "banjir di depan pasar")

    for leg in legs:
        held(leg)
    assert text.documents[0].is_good
    assert waiting(healed)
    assert all(calls_of(healed, leg) == [] for leg in legs)

    healed.proxies["database"].heal()

    def all_there() -> bool:
        return all(len(calls_of(healed, leg)) == 1 for leg in legs)

    wait_for(all_there, REPLAYED_WITHIN_S, what="every caller is on the board")
    wait_for(lambda: waiting(healed) == [], REPLAYED_WITHIN_S, what="the journal is empty")
    assert all(len(calls_of(healed, leg)) == 1 for leg in legs)
    orders = healed.rows("SELECT caller FROM calls_call ORDER BY received_at DESC LIMIT 4")
    assert [row[0] for row in reversed(orders)] == [*(leg.from_ for leg in legs), text.from_]


def test_after_the_first_late_answer_the_next_callers_do_not_wait(
    healed: Stack, provider: Provider
) -> None:
    healed.proxies["database"].half_open()
    provider.rings(a_number())

    took = sorted(first(provider.rings(a_number())).took_s for _ in range(8))

    # Each of the two workers finds out for itself, and looks again once a second.
    assert took[3] < 1.0
    assert took[-1] < HEARD_WITHIN_S


def test_a_held_caller_is_queued_by_itself_when_the_database_is_back(
    healed: Stack, provider: Provider
) -> None:
    healed.proxies["database"].cut()
    leg = provider.rings(a_number())
    held(leg)

    healed.proxies["database"].heal()

    wait_for(lambda: leg.is_queued, 60, what="the caller waits in the queue")
    assert len(calls_of(healed, leg)) == 1


def exchange_says(stack: Stack, told: str, caller: str, **fields: object) -> httpx.Response:
    said = {
        "event": told,
        "event_id": f"{caller}:{told}",
        "call_id": caller,
        "at": datetime.now(UTC).isoformat(),
        "from": caller,
        **fields,
    }
    body = json.dumps(said).encode()
    headers = {SIGNATURE_HEADER: sign(body, key=EXCHANGE_KEY, at_s=int(time.time()))}
    return httpx.post(
        f"{stack.base_url}/pbx/calls", content=body, headers=headers, timeout=15, trust_env=False
    )


@pytest.mark.parametrize("fault", ["cut", "half_open"])
def test_what_an_exchange_tells_with_the_database_away_is_a_call_once_when_it_is_back(
    healed: Stack, fault: str
) -> None:
    waits, gone = a_number(), a_number()
    getattr(healed.proxies["database"], fault)()

    begun_s = time.monotonic()
    answers = [
        exchange_says(healed, told, caller)
        for told, caller in (("ringing", waits), ("ringing", waits), ("ended", gone), ("ringing", gone))
    ]  # fmt: skip

    assert time.monotonic() - begun_s < len(answers) * HEARD_WITHIN_S
    assert [answer.status_code for answer in answers] == [202] * 4
    assert exchange_says(healed, "exploded", waits).status_code == 422, (
        "kept, it would help nobody"
    )
    healed.proxies["database"].heal()

    def rows() -> list[tuple[object, ...]]:
        sql = "SELECT caller, provider, status FROM calls_call WHERE caller IN (%s, %s) ORDER BY caller"
        return healed.rows(sql, waits, gone)

    expected = [(waits, "pbx", "ringing"), (gone, "pbx", "abandoned")]
    wait_for(lambda: rows() == expected, REPLAYED_WITHIN_S, what="both are on the board, once")


# --- a server of our own, to be killed -------------------------------------------------------------


@pytest.fixture(scope="module")
def own(start_stack: Callable[..., Stack], provider: Provider) -> Stack:
    return start_stack(provider=provider, own_postgres=True, workers=2)


@pytest.mark.long
def test_the_database_is_killed_in_the_middle_of_calls_and_none_is_lost_or_twice_there(
    own: Stack, provider: Provider
) -> None:
    provider.public_base_url = own.base_url
    before = [provider.rings(a_number()) for _ in range(5)]
    own.kill_postgres()
    during = [provider.rings(a_number()) for _ in range(10)]
    own.start_postgres()
    after = [provider.rings(a_number()) for _ in range(5)]

    for leg in during:
        held(leg)
    everybody = [*before, *during, *after]
    wait_for(
        lambda: all(calls_of(own, leg) for leg in everybody),
        REPLAYED_WITHIN_S,
        what="every caller is on the board",
    )
    assert [len(calls_of(own, leg)) for leg in everybody] == [1] * len(everybody)


@pytest.mark.long
def test_a_commit_that_waits_for_a_dead_standby_does_not_keep_a_caller_waiting(
    own: Stack, provider: Provider
) -> None:
    """Measured: such a commit ignores statement_timeout."""
    provider.public_base_url = own.base_url
    own.wait_until_ready()
    administer(own, "alter system set synchronous_standby_names = 'nobody'")
    begun_s = time.monotonic()
    legs = [provider.rings(a_number()) for _ in range(4)]
    took_s = time.monotonic() - begun_s
    administer(own, "alter system reset synchronous_standby_names")

    for leg in legs:
        assert first(leg).is_good
        assert first(leg).took_s < HEARD_WITHIN_S
    assert took_s < len(legs) * HEARD_WITHIN_S
    wait_for(
        lambda: all(calls_of(own, leg) for leg in legs) and not waiting(own),
        REPLAYED_WITHIN_S,
        what="every caller is on the board",
    )
    assert [len(calls_of(own, leg)) for leg in legs] == [1] * len(legs)


def administer(stack: Stack, sql: str) -> None:
    assert stack._cluster.query(sql, database="postgres") is not None
    assert stack._cluster.query("select pg_reload_conf()", database="postgres") == "t"
