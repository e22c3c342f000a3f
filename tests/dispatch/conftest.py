"""A call whose caller has been given a link to share the position."""

from __future__ import annotations

import pytest

from dispatch.views import share as views
from tests import factories


@pytest.fixture
def alone(settings, tmp_path):
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    for rates in (views._requests, views._guesses):
        rates.forget()
    views._known.clear()


@pytest.fixture
def call_id(ada, alone):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    return call_id


@pytest.fixture
def link(ada, call_id):
    return ada.done("call.share_location", call_id=call_id)
