"""POST /api/v1/positions and positions over the socket."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

import units.selectors
from realtime import telemetry
from realtime.protocol import Rejected
from tests import factories
from units import ingest

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
URL = "/api/v1/positions"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def spread(monkeypatch):
    sent = []
    monkeypatch.setattr(telemetry, "publish", sent.extend)
    return sent


def at(seconds=0):
    return (NOW + timedelta(seconds=seconds)).isoformat()


def row(**fields):
    return {"lat": 0.9186, "lng": 104.4665, "at": at(), **fields}


def send(person, rows, **kwargs):
    return Client(headers=person.bearer, **kwargs).post(
        URL, data=json.dumps({"positions": rows}), content_type="application/json"
    )


def shown(unit_id):
    return units.selectors.wires([unit_id])[0]["position"]


def history():
    with connection.cursor() as cursor:
        cursor.execute("SELECT verdict, count(*) FROM units_positionsample GROUP BY 1")
        return dict(cursor.fetchall())


def test_a_position_is_stored_kept_and_spread(ada, engine, spread):
    answer = send(
        ada, [row(callsign="damkar-1", accuracy_m=8, speed_kph=41.5, heading=360)]
    ).json()

    assert answer == {"ok": True, "accepted": 1, "refused": []}
    assert shown(engine) == {
        "lat": 0.9186,
        "lng": 104.4665,
        "at": "2026-11-24T03:00:00.000Z",
        "speed_kph": 41.5,
        "heading": 0.0,
        "accuracy_m": 8.0,
    }
    assert history() == {"show": 1}
    assert [one["id"] for one in spread] == [str(engine)]


def test_of_one_batch_the_newest_wins_and_goes_out_once(ada, engine, spread):
    rows = [
        row(unit_id=str(engine), at=at(-second), lat=0.91 + second / 1e5) for second in (5, 1, 3)
    ]

    assert send(ada, rows).json()["accepted"] == 3
    assert shown(engine)["lat"] == pytest.approx(0.91001)
    assert len(spread) == 1
    assert history() == {"show": 3}


def test_a_late_position_is_kept_but_not_shown(ada, engine, spread):
    send(ada, [row(unit_id=str(engine))])
    send(ada, [row(unit_id=str(engine), at=at(-60), lat=0.95)])

    assert shown(engine)["lat"] == 0.9186
    assert history() == {"show": 1, "history_only": 1}
    assert len(spread) == 1


def test_an_impossible_jump_is_kept_but_not_shown(ada, engine, spread):
    send(ada, [row(unit_id=str(engine), at=at(-10))])
    send(ada, [row(unit_id=str(engine), lat=1.13, lng=104.05)])

    assert shown(engine)["lat"] == 0.9186
    assert history() == {"show": 1, "doubtful": 1}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"at": "0001-01-01T00:00:00+05:00"}, "position_invalid"),
        ({"at": (NOW + timedelta(minutes=3)).isoformat()}, "device_clock"),
        ({"at": "2020-01-01T00:00:00Z"}, "device_clock"),
        ({"at": "2026-11-24T03:00:00"}, "position_invalid"),
        ({"at": "yesterday"}, "position_invalid"),
        ({"at": 5}, "position_invalid"),
        ({"lat": 0, "lng": 0}, "position_invalid"),
        ({"lat": 91}, "position_invalid"),
        ({"lat": None}, "position_invalid"),
        ({"lng": "east"}, "position_invalid"),
        ({"unit_id": str(uuid.UUID(int=7))}, "unit_unknown"),
        ({"unit_id": "DAMKAR-1"}, "unit_unknown"),
        ({"unit_id": None, "callsign": "x"}, "unit_unknown"),
    ],
)
def test_a_wrong_position_is_refused_and_the_others_are_taken(ada, engine, spread, wrong, code):
    answer = send(ada, [{**row(unit_id=str(engine)), **wrong}, row(callsign="DAMKAR-1")]).json()

    assert answer["accepted"] == 1
    assert answer["refused"] == [{"index": 0, "code": code}]


@pytest.mark.parametrize(
    "callsign", ["\ud800", "", "\x00", "\u202eDAMKAR", "🚒", "a" * 5_000, None, 7, ["x"]]
)
def test_an_odd_callsign_is_unknown_and_breaks_nothing(ada, engine, callsign):
    answer = send(ada, [row(callsign=callsign), 5, None, []]).json()

    assert [one["code"] for one in answer["refused"]] == ["unit_unknown"] + [
        "position_invalid"
    ] * 3


def test_nonsense_beside_a_good_position_makes_only_that_value_unknown(ada, engine, spread):
    send(ada, [row(unit_id=str(engine), speed_kph="fast", heading=-1, accuracy_m=True)])

    position = shown(engine)
    assert (position["speed_kph"], position["heading"], position["accuracy_m"]) == (None,) * 3


def test_a_crew_reports_its_own_unit_and_no_other(crew, engine, ambulance, spread):
    answer = send(crew, [row(unit_id=str(engine)), row(unit_id=str(ambulance))]).json()

    assert answer["refused"] == [{"index": 1, "code": "unit_unknown"}]
    assert shown(engine)
    assert shown(ambulance) is None


def test_a_full_batch_is_taken_and_one_more_is_refused(ada, engine, spread):
    full = [
        row(unit_id=str(engine), at=at(-second), accuracy_m=5.5, speed_kph=40.25, heading=181.5)
        for second in range(ingest.POSITIONS_IN_BATCH_MAX)
    ]

    assert send(ada, full).json()["accepted"] == ingest.POSITIONS_IN_BATCH_MAX
    refused = send(ada, [*full, row(unit_id=str(engine))])
    assert (refused.status_code, refused.json()["code"]) == (422, "too_many")


@pytest.mark.parametrize(
    "body", ["", "[]", "null", "{", '{"positions": 5}', '{"positions": null}']
)
def test_a_body_that_is_no_batch_is_refused_with_a_sentence(ada, body):
    answer = Client(headers=ada.bearer).post(URL, data=body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_nobody_reports_without_a_token():
    answer = Client().post(URL, data="{}", content_type="application/json")

    assert answer.status_code == 401


def test_a_batch_of_many_units_needs_a_fixed_number_of_queries(
    ada, types, spread, django_assert_max_num_queries
):
    many = [factories.make_unit(f"DAMKAR-{number}") for number in range(1, 41)]

    with django_assert_max_num_queries(8):
        send(ada, [row(unit_id=str(unit)) for unit in many])

    assert all(wire["position"] for wire in units.selectors.wires())


def test_a_unit_out_of_use_has_no_position(ada, engine, spread):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE units_unit SET is_active = false")

    assert send(ada, [row(unit_id=str(engine))]).json()["refused"][0]["code"] == "unit_unknown"


def test_the_socket_takes_a_crews_own_position(crew, engine, spread):
    ingest.take_position(crew.viewer, {"type": "position", **row()}, NOW)

    assert shown(engine)["lat"] == 0.9186


def test_the_socket_takes_no_position_from_the_centre(ada):
    with pytest.raises(Rejected, match="forbidden"):
        ingest.take_position(ada.viewer, {"type": "position", **row()}, NOW)


def test_the_days_of_the_history_are_kept_by_the_job_worker():
    """The whole chain that makes and drops them hangs on the task being known to the queue."""
    from procrastinate.contrib.django import app

    known = {one.task.name: one.cron for one in app.periodic_registry.periodic_tasks.values()}
    assert known["units.effects.keep_position_days"] == "17 * * * *"
