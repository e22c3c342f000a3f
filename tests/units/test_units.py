"""Units as rows, as wires and as states; what SQL itself refuses; the days of the history."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

import units.selectors
import units.services
from maps.geo import LatLng
from tests import factories
from units import history

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "change",
    [
        "status = 'asleep'",
        "kind = 'tank'",
        "travels_by = 'rail'",
        "heading = 360",
        "heading = -1",
        "status = 'out_of_service'",
        "position = NULL, position_at = now()",
    ],
)
def test_sql_refuses_a_unit_that_cannot_be(engine, change):
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE units_unit SET {change}")


@pytest.mark.parametrize("callsign", ["DAMKAR-1", "damkar-1", "DAMKAR 2", "", "DAMKAR-", "-1"])
def test_a_callsign_is_unique_whatever_its_case_and_has_one_form(engine, callsign):
    with pytest.raises(ValidationError):
        factories.make_unit(callsign)


def test_a_new_unit_has_no_position_and_its_station_as_home(engine):
    state = units.selectors.states([engine])[0]

    assert state.position is None
    assert state.home == LatLng(factories.STATION.lat, factories.STATION.lng)
    assert units.selectors.wires([engine])[0]["position"] is None


@pytest.mark.parametrize("count", [1, 12])
def test_the_board_is_read_with_a_fixed_number_of_queries(types, count, django_assert_num_queries):
    for number in range(count):
        factories.make_unit(f"DAMKAR-{number}")

    with django_assert_num_queries(2):
        assert len(units.selectors.wires()) == count
    with django_assert_num_queries(1):
        assert len(units.selectors.states()) == count


def test_units_are_locked_in_the_order_of_their_keys(types):
    ids = [factories.make_unit(f"DAMKAR-{number}") for number in range(4)]

    with transaction.atomic():
        locked = units.services.lock(reversed(ids))

    assert list(locked) == sorted(ids)


def test_a_unit_out_of_use_is_not_on_the_board_and_cannot_be_locked(engine):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE units_unit SET is_active = false")

    assert units.selectors.wires() == []
    with transaction.atomic():
        assert units.services.lock([engine]) == {}


def partitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'units_positionsample'::regclass"
        )
        return cursor.fetchone()[0]


def sample(received_at):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO units_positionsample (unit_id, verdict, lat, lng, at, received_at)"
            " VALUES (gen_random_uuid(), 'show', 1, 104, %s, %s) RETURNING tableoid::regclass::text",
            [received_at, received_at],
        )
        return cursor.fetchone()[0]


def test_days_of_the_history_are_made_ahead_and_only_once():
    before = partitions()

    made = history.make_days(now=NOW)

    assert len(made) == history.DAYS_AHEAD + 1
    assert partitions() == before + len(made)
    assert history.make_days(now=NOW) == []
    assert sample(NOW) == made[0]


def test_a_position_without_a_day_is_kept_in_the_rest():
    assert sample(NOW + timedelta(days=400)).endswith("_rest")


def test_a_day_whose_rows_lie_in_the_rest_already_stops_no_other_day():
    sample(NOW)

    made = history.make_days(now=NOW)

    assert len(made) == history.DAYS_AHEAD


def test_old_days_are_dropped_and_no_others():
    made = history.make_days(now=NOW)

    dropped = history.drop_old_days(now=NOW + timedelta(days=history.DAYS_KEPT + 2))

    assert dropped == made[:2]
