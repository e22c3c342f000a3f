"""Evidence of a real call: one estimate on the board, the dispatcher's verdicts, and what another place would change."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.utils import timezone

from calls import selectors
from realtime.eventlog import head_seq
from tests import factories

pytestmark = pytest.mark.django_db
HARBOUR = {"lat": 0.9290, "lng": 104.4390}
FAR = {"lat": 1.0500, "lng": 104.5600}
NOBODY = "0192f1f0-0000-7000-8000-000000000001"
PIN = {"Latitude": "1.0500", "Longitude": "104.5600"}


@pytest.fixture
def conversation(types) -> str:
    """A citizen writes, with a pin from far away."""
    factories.webhook(
        "/twilio/messages/incoming",
        {
            "MessageSid": "SM1",
            "From": "whatsapp:+628127011001",
            "To": "whatsapp:+62771112",
            "Body": "tolong",
            **PIN,
        },
    )
    return selectors.wires()[0]["id"]


def call():
    return selectors.wires()[0]


def pin():
    return next(one for one in call()["locations"] if one["source"] == "whatsapp")


def test_nothing_says_where(types):
    factories.ring()
    assert call()["estimate"] is None


def test_the_only_piece_is_the_estimate(conversation):
    estimate = call()["estimate"]
    assert (estimate["lat"], estimate["lng"], estimate["why"]) == (1.05, 104.56, "only")
    assert estimate["by"] == [pin()["id"]]


def test_what_the_dispatcher_sets_wins_and_the_pin_is_named_with_its_distance(conversation, ada):
    ada.done("call.locate", call_id=conversation, location=HARBOUR)

    estimate = call()["estimate"]
    assert (estimate["lat"], estimate["why"]) == (HARBOUR["lat"], "operator")
    (against,) = estimate["against"]
    assert against["id"] == pin()["id"]
    assert 18_000 < against["apart_m"] < 20_000


def test_a_piece_is_rejected_confirmed_and_let_be_again(conversation, ada):
    judge = {"call_id": conversation, "location_id": pin()["id"]}

    ada.done("call.judge_location", **judge, verdict="rejected")
    assert call()["estimate"] is None
    assert pin()["verdict"] == "rejected"

    ada.done("call.judge_location", **judge, verdict="confirmed")
    assert call()["estimate"]["why"] == "confirmed"

    ada.done("call.judge_location", **judge, verdict="")
    assert (call()["estimate"]["why"], pin()["verdict"]) == ("only", None)


def test_the_same_verdict_twice_is_one_event(conversation, ada):
    judge = {"call_id": conversation, "location_id": pin()["id"], "verdict": "confirmed"}
    before = head_seq()
    ada.done("call.judge_location", **judge)
    once = head_seq()
    ada.done("call.judge_location", **judge)
    assert (once, head_seq()) == (before + 1, once)


def test_pieces_of_other_calls_and_unknown_verdicts_are_refused(conversation, ada):
    other = factories.ring()
    judge = {"location_id": pin()["id"], "verdict": "rejected"}
    assert ada.refused("call.judge_location", call_id=other, **judge) == "location_unknown"
    assert ada.refused("call.judge_location", call_id=NOBODY, **judge) == "call_unknown"
    judge["verdict"] = "perhaps"
    assert ada.refused("call.judge_location", call_id=conversation, **judge) == "invalid"


def test_what_a_dispatcher_set_stays_in_view_when_a_telephone_reports_again_and_again(
    conversation, ada
):
    ada.done("call.locate", call_id=conversation, location=HARBOUR)
    for number in range(selectors.LOCATIONS_ON_BOARD_MAX + 5):
        factories.webhook(
            "/twilio/messages/incoming",
            {
                "MessageSid": f"SM-{number}",
                "From": "whatsapp:+628127011001",
                "To": "whatsapp:+62771112",
                "Body": "",
                "Latitude": f"1.05{number:02}",
                "Longitude": "104.56",
            },
        )

    assert len(call()["locations"]) == selectors.LOCATIONS_ON_BOARD_MAX
    assert call()["estimate"]["why"] == "operator"


# --- what another place would change --------------------------------------------------------------


@pytest.fixture
def two_ambulances(ada) -> None:
    reports = []
    for callsign, where in (("AMB-NEAR", HARBOUR), ("AMB-FAR", FAR)):
        unit = factories.make_unit(
            callsign, agency="PSC119", kind="ambulance", capabilities=["ems_bls"]
        )
        reports.append({"unit_id": str(unit), "at": timezone.now().isoformat(), **where})
    sent = Client(headers=ada.bearer).post(
        "/api/v1/positions",
        data=json.dumps({"positions": reports}),
        content_type="application/json",
    )
    assert sent.json()["refused"] == []


def recommendation(ada, incident_id):
    url = f"/api/v1/incidents/{incident_id}/recommendation"
    return Client(headers=ada.bearer).get(url).json()


def test_another_plausible_place_that_would_send_another_unit_is_said(
    two_ambulances, conversation, ada
):
    ada.done("call.locate", call_id=conversation, location=HARBOUR)
    opened = ada.done(
        "incident.open", type="medical", priority=2, location=HARBOUR, call_id=conversation
    )["incident_id"]

    found = recommendation(ada, opened)

    assert [one["callsign"] for one in found["units"]] == ["AMB-NEAR"]
    (otherwise,) = found["otherwise"]
    assert (otherwise["source"], otherwise["units"]) == ("whatsapp", ["AMB-FAR"])
    assert 18_000 < otherwise["apart_m"] < 20_000


def test_a_place_that_changes_nothing_or_was_rejected_is_not_said(
    two_ambulances, conversation, ada
):
    opened = ada.done(
        "incident.open", type="medical", priority=2, location=FAR, call_id=conversation
    )["incident_id"]
    ada.done("call.locate", call_id=conversation, location={**FAR, "lat": FAR["lat"] + 0.01})
    assert recommendation(ada, opened)["otherwise"] == []

    ada.done("incident.update", incident_id=opened, location=HARBOUR)
    ada.done(
        "call.judge_location",
        call_id=conversation,
        location_id=pin()["id"],
        verdict="rejected",
    )
    assert [one["source"] for one in recommendation(ada, opened)["otherwise"]] == ["operator"]
