"""Numbers follow commits: a reader that has seen N has seen everything up to N."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from realtime import eventlog
from realtime.protocol import Actor

WAIT_S = 20


@pytest.mark.django_db(transaction=True)
def test_a_transaction_held_open_never_lets_a_reader_miss_a_number(types):
    """One change is held open inside its body while ten others commit; readers must see 1..11 in order."""
    inside, release = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with eventlog.change(by=Actor.system("slow"), now=timezone.now()) as log:
                log.record("call.received", facts={"which": "slow"})
                inside.set()
                assert release.wait(WAIT_S)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert inside.wait(WAIT_S)
    seen: list[int] = []
    for number in range(10):
        with eventlog.change(by=Actor.system("quick"), now=timezone.now()) as log:
            log.record("call.received", facts={"which": number})
        seen += [event.seq for event in eventlog.events_after(seen[-1] if seen else 0)]
    release.set()
    thread.join(WAIT_S)
    seen += [event.seq for event in eventlog.events_after(seen[-1])]

    assert seen == list(range(1, 12))
    assert eventlog.events_after(10)[0].data["which"] == "slow"


@pytest.mark.django_db(transaction=True)
def test_a_change_between_its_number_and_its_commit_holds_the_others_back(types, monkeypatch):
    """The dangerous moment: the number is taken, the commit is not done. Nobody may commit a higher one before."""
    numbered, release, committed = threading.Event(), threading.Event(), threading.Event()
    take = eventlog._take_numbers

    def take_and_wait(count: int) -> int:
        last = take(count)
        if threading.current_thread().name == "first":
            numbered.set()
            assert release.wait(WAIT_S)
        return last

    monkeypatch.setattr(eventlog, "_take_numbers", take_and_wait)

    def first() -> None:
        try:
            with eventlog.change(by=Actor.system("first"), now=timezone.now()) as log:
                log.record("call.received")
        finally:
            connection.close()

    def second() -> None:
        try:
            with eventlog.change(by=Actor.system("second"), now=timezone.now()) as log:
                log.record("call.received")
            committed.set()
        finally:
            connection.close()

    threads = [threading.Thread(target=first, name="first"), threading.Thread(target=second)]
    threads[0].start()
    assert numbered.wait(WAIT_S)
    threads[1].start()
    overtook = committed.wait(0.5)
    assert eventlog.events_after(0) == []
    release.set()
    for thread in threads:
        thread.join(WAIT_S)

    assert not overtook
    assert [event.by_name for event in eventlog.events_after(0)] == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_leaves_no_number_and_no_hole(types):
    def record() -> None:
        with eventlog.change(by=Actor.system("test"), now=timezone.now()) as log:
            log.record("call.received")

    def fail() -> None:
        with eventlog.change(by=Actor.system("test"), now=timezone.now()) as log:
            log.record("call.received")
            raise ZeroDivisionError

    record()
    with pytest.raises(ZeroDivisionError):
        fail()
    record()

    assert [event.seq for event in eventlog.events_after(0)] == [1, 2]


@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_or_delete_the_log(types):
    with eventlog.change(by=Actor.system("test"), now=timezone.now()) as log:
        log.record("call.received")

    def change(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    for statement in ("UPDATE realtime_event SET name = 'x'", "DELETE FROM realtime_event"):
        with pytest.raises(DatabaseError, match="append-only"):
            change(statement)
