"""Database work of the reserve is bounded: late work is cut off, its thread comes back, the database is left alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from realtime import reserve
from realtime.reserve import Reserve, Unavailable

pytestmark = pytest.mark.django_db(transaction=True)
DEADLINE_S = 0.3
PATIENCE_S = 10


@pytest.fixture
def two(monkeypatch) -> Iterator[Reserve]:
    monkeypatch.setattr(reserve, "OPEN_S", 0.0)
    made = Reserve(2)
    yield made
    made.close()


def ask(sql: str):
    def work():
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    return work


def test_work_that_is_quick_gives_its_result(two):
    assert two.run(ask("SELECT 42")) == 42


def test_each_thread_keeps_its_connection(two):
    def both() -> set[int]:
        held = threading.Barrier(2)  # so that each of the two threads takes one

        def backend() -> int:
            held.wait(PATIENCE_S)
            return ask("SELECT pg_backend_pid()")()

        futures = [two._pool.submit(backend) for _ in range(2)]
        return {future.result(PATIENCE_S) for future in futures}

    first = both()

    assert len(first) == 2
    assert both() == first


def test_late_work_is_given_up_in_time_and_its_thread_is_free_again(two):
    begun_s = time.monotonic()
    for _ in range(6):  # thrice as many as there are threads
        with pytest.raises(Unavailable):
            two.run(ask("SELECT pg_sleep(60)"), deadline_s=DEADLINE_S)
    took_s = time.monotonic() - begun_s

    assert took_s < 6 * DEADLINE_S + PATIENCE_S
    assert two.run(ask("SELECT 7"), deadline_s=PATIENCE_S) == 7


def test_work_that_never_began_is_never_done(two):
    started = threading.Event()
    done: list[str] = []
    blocked = threading.Barrier(3)

    def hold() -> None:
        blocked.wait(PATIENCE_S)
        started.wait(PATIENCE_S)

    futures = [two._pool.submit(hold) for _ in range(2)]
    blocked.wait(PATIENCE_S)
    with pytest.raises(Unavailable):
        two.run(lambda: done.append("done"), deadline_s=DEADLINE_S)
    started.set()
    for future in futures:
        future.result(PATIENCE_S)

    assert two.run(ask("SELECT 1"), deadline_s=PATIENCE_S) == 1
    assert done == []


def test_a_connection_that_breaks_is_made_again(two):
    with pytest.raises(Unavailable):
        two.run(ask("SELECT pg_terminate_backend(pg_backend_pid())"), deadline_s=PATIENCE_S)

    assert two.run(ask("SELECT 3"), deadline_s=PATIENCE_S) == 3


def test_after_a_failure_the_next_caller_does_not_wait(two, monkeypatch):
    monkeypatch.setattr(reserve, "OPEN_S", 60.0)
    with pytest.raises(Unavailable):
        two.run(ask("SELECT pg_sleep(60)"), deadline_s=DEADLINE_S)

    begun_s = time.monotonic()
    with pytest.raises(Unavailable):
        two.run(ask("SELECT 1"), deadline_s=PATIENCE_S)
    assert time.monotonic() - begun_s < DEADLINE_S


def test_a_slow_database_that_works_is_not_left_alone(two, monkeypatch):
    monkeypatch.setattr(reserve, "OPEN_S", 60.0)
    assert two.run(ask("SELECT 1"), deadline_s=PATIENCE_S) == 1
    with pytest.raises(Unavailable):
        two.run(ask("SELECT pg_sleep(60)"), deadline_s=DEADLINE_S)

    assert two.run(ask("SELECT 2"), deadline_s=PATIENCE_S) == 2


def test_whoever_comes_into_a_crowd_is_refused_at_once_and_the_crowd_is_served(two, monkeypatch):
    monkeypatch.setattr(reserve, "IN_HAND_MAX", 3)
    go_on = threading.Event()
    begun = [two._begin(lambda: go_on.wait(PATIENCE_S)) for _ in range(3)]

    begun_s = time.monotonic()
    with pytest.raises(Unavailable):
        two.run(ask("SELECT 1"), deadline_s=PATIENCE_S)
    assert time.monotonic() - begun_s < DEADLINE_S

    go_on.set()
    assert all(future.result(PATIENCE_S) for _task, future in begun)
    assert two.run(ask("SELECT 2"), deadline_s=PATIENCE_S) == 2


def test_a_mistake_of_the_work_itself_is_raised_as_it_is(two):
    def wrong():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        two.run(wrong)
    assert two.run(ask("SELECT 5")) == 5


def test_what_was_put_off_is_not_kept_waiting_by_a_rush_that_has_the_reserve_refuse(
    settings, monkeypatch
):
    settings.RESERVE_THREADS = 1
    monkeypatch.setattr(reserve, "OPEN_S", 60.0)
    try:
        with pytest.raises(Unavailable):
            reserve.reserve().run(ask("SELECT pg_sleep(5)"), deadline_s=DEADLINE_S)
        with pytest.raises(Unavailable):
            reserve.within_deadline(ask("SELECT 1"))

        assert reserve.in_second_line(ask("SELECT 1")) == 1
    finally:
        reserve.close_reserve()


def test_who_is_cut_off_in_the_middle_of_a_change_does_not_keep_its_locks(monkeypatch):
    """The kept request is tried again, and would wait for its own first try for ever."""
    monkeypatch.setattr(reserve, "IDLE_IN_TRANSACTION_S_MAX", 0.5)
    made = Reserve(1, deadline_s=PATIENCE_S)  # nobody of this process calls it off
    has_lock, over = threading.Event(), threading.Event()

    def cut_off():
        with transaction.atomic():
            ask("SELECT pg_advisory_xact_lock(112)")()
            has_lock.set()
            over.wait(PATIENCE_S)

    def ask_and_be_refused():
        with pytest.raises(Unavailable):
            made.run(cut_off)

    thread = threading.Thread(target=ask_and_be_refused)
    thread.start()
    assert has_lock.wait(PATIENCE_S)
    try:
        with transaction.atomic():
            ask("SELECT set_config('lock_timeout', '5s', true)")()
            ask("SELECT pg_advisory_xact_lock(112)")()
    finally:
        over.set()
        thread.join(PATIENCE_S)
        made.close()


def test_every_connection_of_the_product_gives_up_a_forgotten_transaction():
    assert ask("SHOW idle_in_transaction_session_timeout")() == "10s"
