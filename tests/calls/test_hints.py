"""Where a number was before, and what it says itself: shown beside the call, and never taken for where the caller is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from calls import selectors
from calls.models import Call
from dispatch.models import Incident
from maps.services import seed_city
from tests import factories

pytestmark = pytest.mark.django_db
CALLER = "+628127010042"
HOME = {"lat": 0.9186, "lng": 104.4665, "radius_m": 40}


@pytest.fixture
def city(db) -> None:
    seed_city()


def ring(sid: str, caller: str = CALLER, **more: str):
    """The call as the board shows it."""
    factories.webhook(
        "/twilio/voice/incoming", {"CallSid": sid, "From": caller, "To": "+62771112", **more}
    )
    of_number = [one for one in selectors.wires() if one["caller"] == (caller or None)]
    return max(of_number, key=lambda one: one["received_at"])


def had_an_incident(ada, *, days_ago: int, location=HOME, sid: str) -> None:
    call = ring(sid)
    ada.done("call.answer", call_id=call["id"])
    opened = ada.done(
        "incident.open",
        type="fire",
        call_id=call["id"],
        location=location,
        address="Jl. Merdeka 12",
    )
    ada.done("call.dispose", call_id=call["id"], disposition="emergency")
    at = timezone.now() - timedelta(days=days_ago)
    Incident.objects.filter(pk=opened["incident_id"]).update(opened_at=at)


def hints(call, source: str):
    return [one for one in call["locations"] if one["source"] == source]


def test_a_first_call_of_a_mobile_has_no_hint(types):
    assert ring("CA1")["locations"] == []


def test_an_earlier_incident_of_the_number_is_a_hint_with_its_age_and_address(types, ada):
    had_an_incident(ada, days_ago=10, sid="CA1")
    call = ring("CA2")
    (hint,) = hints(call, "history")
    assert (hint["lat"], hint["lng"], hint["label"]) == (
        HOME["lat"],
        HOME["lng"],
        "Jl. Merdeka 12",
    )
    assert hint["radius_m"] == 100
    assert call["estimate"]["why"] == "hint"


def test_an_older_incident_counts_less(types, ada):
    had_an_incident(ada, days_ago=240, sid="CA1")
    (hint,) = hints(ring("CA2"), "history")
    assert hint["confidence"] == pytest.approx(0.125, abs=0.002)


def test_an_incident_of_more_than_a_year_ago_is_forgotten(types, ada):
    had_an_incident(ada, days_ago=400, sid="CA1")
    Call.objects.update(received_at=timezone.now() - timedelta(days=400))
    assert hints(ring("CA2"), "history") == []


def test_two_incidents_at_one_door_are_one_hint(types, ada):
    had_an_incident(ada, days_ago=3, sid="CA1")
    had_an_incident(ada, days_ago=20, sid="CA2", location={**HOME, "lat": HOME["lat"] + 0.0005})
    assert len(hints(ring("CA3"), "history")) == 1


def test_nobody_inherits_the_history_of_a_hidden_number(types, ada):
    call = ring("CA1", caller="")
    ada.done("incident.open", type="fire", call_id=call["id"], location=HOME)
    factories.webhook(
        "/twilio/voice/incoming", {"CallSid": "CA2", "From": "anonymous", "To": "+62771112"}
    )
    assert all(one["locations"] == [] for one in selectors.wires())


def test_a_fixed_line_of_the_city_is_somewhere_in_it(types, city):
    (hint,) = hints(ring("CA1", caller="+6277121112"), "network")
    assert hint["label"] == "Tanjungpinang"
    assert 5_000 < hint["radius_m"] < 30_000


@pytest.mark.parametrize(
    ("told", "label"),
    [
        ({"FromCity": "TANJUNG PINANG"}, "Tanjungpinang"),
        ({"FromCity": "SENGGARANG"}, "Senggarang"),
    ],
)
def test_the_town_that_the_provider_names_is_a_hint(types, city, told, label):
    (hint,) = hints(ring("CA1", **told), "network")
    assert hint["label"] == label


@pytest.mark.parametrize("told", ["NEW YORK", "", "x" * 5_000, "Pasar\x00Baru"])
def test_a_town_elsewhere_or_none_is_no_hint(types, city, told):
    assert ring("CA1", FromCity=told)["locations"] == []
