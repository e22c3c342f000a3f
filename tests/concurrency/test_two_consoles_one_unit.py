"""Two dispatchers, one unit, the same instant: exactly one wins, the other is told who was first."""

import threading

import pytest
from django.db import connection

from dispatch.models import Assignment
from tests import factories

WAIT_S = 30


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("repetition", range(5))
def test_exactly_one_of_two_consoles_gets_the_unit(ada, bo, engine, repetition):
    incidents = {
        one.user.username: one.done("incident.open", type="fire", location=factories.PLACE)
        for one in (ada, bo)
    }
    barrier = threading.Barrier(2)
    answers: dict[str, dict] = {}

    def assign(one: factories.Person) -> None:
        try:
            viewer_ready = one.viewer
            assert viewer_ready
            barrier.wait(WAIT_S)
            answers[one.user.username] = one.does(
                "unit.assign",
                incident_id=incidents[one.user.username]["incident_id"],
                unit_id=str(engine),
            ).body
        finally:
            connection.close()

    threads = [threading.Thread(target=assign, args=(one,)) for one in (ada, bo)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)

    winner = next(name for name, body in answers.items() if body["ok"])
    loser = next(name for name, body in answers.items() if not body["ok"])
    assert {winner, loser} == {"ada", "bo"}
    assert answers[loser]["code"] == "unit_not_available"
    assert winner.title() in answers[loser]["detail"]
    assert incidents[winner]["number"] in answers[loser]["detail"]
    assert Assignment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_acts_once(ada):
    request_id = "0192f1f0-0000-7000-8000-000000000001"
    barrier = threading.Barrier(4)
    answers: list[dict] = []

    def open_it() -> None:
        try:
            viewer_ready = ada.viewer
            assert viewer_ready
            barrier.wait(WAIT_S)
            answers.append(ada.does("incident.open", request_id=request_id, type="fire").body)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)

    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["ok"]
