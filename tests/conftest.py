"""The cast: ada and bo dispatch, cy supervises, an engine with its crew, dee's unit sees nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from realtime.protocol import Role
from tests import factories

# Tables that are no models of ours: what a test has committed there, Django does not take away at its end.
LEFT_BEHIND = "procrastinate_jobs, units_positionsample"


@pytest.fixture(autouse=True)
def nothing_is_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {LEFT_BEHIND} CASCADE")


@pytest.fixture
def types(db):
    factories.make_types()


@pytest.fixture
def ada(types):
    return factories.person("ada")


@pytest.fixture
def bo(types):
    return factories.person("bo")


@pytest.fixture
def cy(types):
    return factories.person("cy", Role.SUPERVISOR)


@pytest.fixture
def root(types):
    return factories.person("root", Role.ADMIN)


@pytest.fixture
def engine(types):
    return factories.make_unit("DAMKAR-1")


@pytest.fixture
def ambulance(types):
    return factories.make_unit(
        "AMB-1", agency="PSC119", kind="ambulance", capabilities=["ems_bls", "ems_als"]
    )


@pytest.fixture
def crew(engine):
    return factories.crew_of(engine)


@pytest.fixture
def dee(ambulance):
    return factories.crew_of(ambulance)
