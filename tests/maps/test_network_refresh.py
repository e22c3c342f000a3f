"""A network in memory follows the database: closures at once, roads without making anybody wait."""

from __future__ import annotations

import threading

import pytest
from django.contrib.gis.geos import Polygon
from django.db import connection
from django.utils import timezone

from maps import services
from maps.demo.stations import STATIONS
from maps.models import Closure, RoadEdge
from maps.routing import loading
from maps.routing.engines import travel_to

HERE, THERE = STATIONS["damkar-mako"].position, STATIONS["rsud-kota"].position
WAIT_S = 20


def elsewhere(work) -> None:
    """Done on another connection, as another process would."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(WAIT_S)
    assert not thread.is_alive()


@pytest.fixture
def city(transactional_db):
    loading.forget()
    services.seed_city()
    yield
    for thread in threading.enumerate():
        if thread.name == "roads":
            thread.join(WAIT_S)
    loading.forget()


def test_a_closure_of_another_process_holds_with_the_next_question(city):
    before = travel_to(THERE, {"u": (HERE, "road")})
    area = Polygon.from_bbox(
        (THERE.lng - 0.003, THERE.lat - 0.003, THERE.lng + 0.003, THERE.lat + 0.003)
    )
    area.srid = 4326
    now = timezone.now()
    elsewhere(
        lambda: Closure.objects.create(
            kind="flooded", reason="x", geometry=area, area=area, valid_from=now, drawn_at=now
        )
    )
    assert "u" not in travel_to(THERE, {"u": (HERE, "road")})
    elsewhere(lambda: Closure.objects.update(lifted_at=timezone.now()))
    assert travel_to(THERE, {"u": (HERE, "road")}) == before


def test_while_new_roads_are_made_ready_the_ones_of_before_answer(city, monkeypatch):
    before = travel_to(THERE, {"u": (HERE, "road")})
    may_load, load_roads = threading.Event(), loading.load_roads

    def held(version):
        assert may_load.wait(WAIT_S)
        return load_roads(version)

    monkeypatch.setattr(loading, "load_roads", held)
    elsewhere(lambda: RoadEdge.objects.filter(mode="road").update(speed_kph=5))
    assert travel_to(THERE, {"u": (HERE, "road")}) == before
    assert travel_to(THERE, {"u": (HERE, "road")}) == before
    making = [thread for thread in threading.enumerate() if thread.name == "roads"]
    assert len(making) == 1, "made once, whoever asks"
    may_load.set()
    making[0].join(WAIT_S)
    assert travel_to(THERE, {"u": (HERE, "road")})["u"].eta_s > 3 * before["u"].eta_s


def test_roads_that_cannot_be_loaded_leave_the_ones_of_before(city, monkeypatch):
    before = travel_to(THERE, {"u": (HERE, "road")})
    load_roads = loading.load_roads
    monkeypatch.setattr(loading, "load_roads", lambda version: 1 / 0)
    elsewhere(lambda: RoadEdge.objects.filter(mode="road").update(speed_kph=5))
    assert travel_to(THERE, {"u": (HERE, "road")}) == before
    for thread in threading.enumerate():
        if thread.name == "roads":
            thread.join(WAIT_S)
    monkeypatch.setattr(loading, "load_roads", load_roads)
    assert travel_to(THERE, {"u": (HERE, "road")}) == before
    for thread in threading.enumerate():
        if thread.name == "roads":
            thread.join(WAIT_S)
    assert travel_to(THERE, {"u": (HERE, "road")})["u"].eta_s > 3 * before["u"].eta_s
