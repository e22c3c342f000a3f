"""Places for screens, connections for everybody, and what is kept back for calls."""

from __future__ import annotations

import pytest

from deploy.machine import application
from deploy.machine.postgres import CONNECTIONS_MAX
from dispatch import settings as product
from dispatch.models import Alarm
from realtime import capacity
from realtime.protocol import CloseCode
from tests.realtime.sockets import as_, do


@pytest.mark.parametrize(
    ("files", "sockets"), [(20_000, 19_872), (1_024, 896), (64, 16), (4, 1), (1, 1)]
)
def test_sockets_leave_files_for_everything_else(files, sockets):
    assert capacity.sockets_max(files) == sockets


def test_a_place_is_free_again_when_its_socket_has_gone_even_by_an_error(monkeypatch):
    places = capacity.Sockets()
    places.most = 1

    def fails() -> None:
        with places.place() as first:
            assert first
            with places.place() as second:
                assert not second
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with places.place() as third:
        assert third
    assert places.open == 0


@pytest.mark.parametrize("workers", [1, 2, 4, 8, 16, 33, 64])
def test_the_pools_of_all_workers_fit_into_the_database_that_is_started_for_them(
    workers, monkeypatch
):
    monkeypatch.delenv("DATABASE_POOL", raising=False)
    pool = application.database_pool(workers)
    wanted = capacity.connections_wanted(workers=workers, pool=pool)

    assert wanted <= application.database_connections(workers)
    assert product.DATABASE_POOL_MIN <= pool <= product.DATABASE_POOL_MAX
    assert workers > 8 or application.database_connections(workers) == CONNECTIONS_MAX


def test_a_pool_that_a_person_chose_gets_a_database_that_is_big_enough(monkeypatch):
    monkeypatch.setenv("DATABASE_POOL", "100")
    of_one = 100 + application.RESERVE_THREADS + capacity.SECOND_LINE_THREADS

    assert application.database_connections(4) == 4 * of_one + capacity.OTHER_CONNECTIONS


def test_the_machine_part_and_the_product_mean_the_same_limits():
    """The machine part runs before the product can be imported, so it has these numbers of its own."""
    assert application.OTHER_CONNECTIONS == capacity.OTHER_CONNECTIONS
    assert application.DATABASE_POOL_MAX == product.DATABASE_POOL_MAX
    assert application.DATABASE_POOL_MIN == product.DATABASE_POOL_MIN
    assert application.SECOND_LINE_THREADS == capacity.SECOND_LINE_THREADS


@pytest.mark.django_db(transaction=True)
def test_workers_that_could_ask_for_more_connections_than_there_are_say_so(settings):
    settings.WEB_WORKERS, settings.DATABASE_POOL = 2, 20
    assert capacity.check_connections() is None
    settings.WEB_WORKERS = 64
    sentence = capacity.check_connections()
    assert sentence is not None
    assert "64 web workers with DATABASE_POOL=20" in sentence
    assert "may ask for 1374" in sentence


@pytest.mark.django_db(transaction=True)
async def test_a_screen_too_many_is_told_to_come_later_and_a_person_hears_of_it_once(
    ada, bo, monkeypatch
):
    monkeypatch.setattr(capacity.sockets, "most", capacity.sockets.open + 1)
    monkeypatch.setattr(capacity.sockets, "_told_at", None)
    async with as_(ada) as first:
        assert (await first.hello())["type"] == "snapshot"
        for _ in range(2):
            async with as_(bo, keep_hub=True) as second:
                assert await second.closed_with() == CloseCode.TRY_LATER
        raised = await first.next("event")
        alarms = await do(lambda: list(Alarm.objects.values_list("kind", "severity")))
    async with as_(bo) as third:
        assert (await third.hello())["type"] == "snapshot"

    assert raised["name"] == "alarm.raised"
    assert alarms == [("sockets_full", "critical")]
