from __future__ import annotations

import pytest

from maps import services
from maps.routing import loading


@pytest.fixture(autouse=True)
def _fresh_graph():
    loading.forget()


@pytest.fixture
def city(db):
    services.seed_city()
