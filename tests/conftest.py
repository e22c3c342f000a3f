"""The cast: ada and bo dispatch, cy supervises, an engine with its crew, dee's unit sees nothing of it."""

from __future__ import annotations

import pytest

from realtime.protocol import Role
from tests import factories


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
