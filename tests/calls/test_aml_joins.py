from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from calls import selectors
from calls.models import AmlReport, Call, Location, Message, WebhookRecord
from tests import shared_data

pytestmark = pytest.mark.django_db
T0 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
NUMBER = "+6281234567890"
IMEI = "123456789012345"


def report(lat="+0.91860", lng="+104.46650", top="20261124040000"):
    return f'A"ML=1;lt={lat};lg={lng};rd=14;top={top};lc=68;pm=G;ei={IMEI};mcc=510;mnc=01'


def at(seconds):
    return time_machine.travel(T0 + timedelta(seconds=seconds), tick=False)


def https(**fields):
    return Client().post(
        "/aml",
        data=urlencode(fields),
        content_type="application/x-www-form-urlencoded",
    )


def test_a_position_after_the_call_joins_it_and_is_no_chat_message(ring, text):
    with at(0):
        ring()
    with at(15):
        text(report(), sid="SM1")

    (row,) = selectors.wires()
    (location,) = row["locations"]
    assert (location["source"], location["radius_m"]) == ("aml", 14)
    assert location["at"] == "2026-11-24T04:00:00.000Z"
    assert location["confidence"] == pytest.approx(0.68)
    assert row["messages"] == []
    assert not Message.objects.exists()
    assert Call.objects.get().imei == IMEI


@pytest.mark.parametrize(
    ("aml_s", "call_s", "joined"),
    [(0, 59, True), (0, 61, False), (600, 0, True), (601, 0, False), (0, 0, True)],
)
def test_it_joins_from_a_minute_before_to_ten_minutes_after(ring, text, aml_s, call_s, joined):
    acts = [(aml_s, lambda: text(report(), sid="SM1")), (call_s, ring)]
    for seconds, act in sorted(acts, key=lambda pair: pair[0]):
        with at(seconds):
            act()

    assert Location.objects.exists() is joined
    assert AmlReport.objects.count() == 1


def test_without_a_call_it_is_kept_and_is_nothing_to_answer(text):
    with at(0):
        text(report(), sid="SM1")

    assert AmlReport.objects.get().call is None
    assert selectors.wires() == []
    assert WebhookRecord.objects.get().outcome == "aml_kept_unjoined"


def test_a_spoken_call_gets_it_before_a_conversation_of_the_same_number(ring, text):
    with at(0):
        ring()
    with at(5):
        text("tolong", sid="SM0")
    with at(10):
        text(report(), sid="SM1")

    assert Location.objects.get().call.channel == "voice"


def test_no_location_in_the_report_is_no_location_on_the_board(ring, text):
    with at(0):
        ring()
        text(
            'A"ML=1;lt=+00.00000;lg=+000.00000;rd=N;top=20261124040000;lc=0;pm=N;ei=123456789012345',
            sid="SM1",
        )

    assert AmlReport.objects.get().call == Call.objects.get()
    assert not Location.objects.exists()


def test_a_repeated_report_is_one_location(ring, text):
    with at(0):
        ring()
        text(report(), sid="SM1")
        text(report(), sid="SM1")
        text(report(), sid="SM2")

    assert AmlReport.objects.count() == 2
    assert Location.objects.count() == 1


def test_a_clock_ahead_is_marked_and_the_time_of_arrival_counts(ring, text):
    with at(0):
        ring()
        text(report(top="20261124050000"), sid="SM1")

    location = Location.objects.get()
    assert location.warnings == ["clock"]
    assert location.at == T0


def test_https_and_sms_of_one_telephone_come_together_by_number_and_device(ring, text):
    with at(0):
        ring()
        text(report(), sid="SM1")
    with at(20):
        response = https(
            v="1",
            device_imei=IMEI,
            location_latitude="0.9187",
            location_longitude="104.4666",
            location_accuracy="8",
            location_time="1795492815000",
        )

    assert response.status_code == 204
    assert Location.objects.filter(call=Call.objects.get()).count() == 2
    assert "unsigned" in Location.objects.order_by("-received_at").first().warnings


@pytest.mark.parametrize("https_s", [-70, -30, 5], ids=["long before", "before", "after the call"])
@pytest.mark.parametrize("sms_s", [-20, 10], ids=["sms before the call", "sms after it"])
def test_what_named_the_telephone_alone_joins_when_its_number_is_known(ring, text, https_s, sms_s):
    """By HTTPS without a number first, by SMS with both later, the call before, between or after them."""
    happenings = [
        (0, ring),
        (sms_s, lambda: text(report(), sid="SM1")),
        (
            https_s,
            lambda: https(
                device_imei=IMEI, location_latitude="0.9187", location_longitude="104.4666"
            ),
        ),
    ]
    for seconds, happen in sorted(happenings, key=lambda one: one[0]):
        with at(seconds):
            happen()

    joined = Location.objects.filter(call=Call.objects.get()).count()
    assert joined == (1 if https_s < -60 else 2)


def test_with_a_key_only_signed_reports_are_believed(ring, provider):
    provider.AML_HMAC_KEY = "AML"
    with at(0):
        ring()
        response = https(device_number=NUMBER, location_latitude="1", location_longitude="104")

    assert response.status_code == 204
    assert not AmlReport.objects.exists()
    assert WebhookRecord.objects.get(kind="aml").outcome == "rejected"


def test_the_published_signed_body_is_believed(provider):
    provider.AML_HMAC_KEY = "AML"
    vectors = json.loads(shared_data.path("standards/aml_vectors.json").read_text())

    Client().post(
        "/aml",
        data=vectors["https"][1]["body"],
        content_type="application/x-www-form-urlencoded",
    )

    assert AmlReport.objects.get().number == "+33611223344"
