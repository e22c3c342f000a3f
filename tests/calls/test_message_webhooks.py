from __future__ import annotations

import csv
from urllib.parse import parse_qs

import pytest
from django.utils import timezone

from calls import delivery, selectors, written_places
from calls.models import Call, Location, Message, MessageStatus, WebhookRecord
from maps.services import seed_city
from realtime.models import Event
from tests import shared_data
from tests.calls import twiml

pytestmark = pytest.mark.django_db
FROM = "+6281234567890"
WHATSAPP = f"whatsapp:{FROM}"


def test_the_first_text_opens_a_waiting_conversation(text):
    response = text("tolong, ada kebakaran")

    (row,) = selectors.wires()
    assert response.status_code == 200
    assert twiml.errors(response.content.decode(), twiml.MESSAGES) == []
    assert (row["channel"], row["status"], row["caller"]) == ("sms", "queued", FROM)
    assert [one["text"] for one in row["messages"]] == ["tolong, ada kebakaran"]


def test_a_second_text_joins_the_open_conversation_and_another_channel_does_not(text):
    text("satu", sid="SM1")
    text("dua", sid="SM2")
    text("tiga", sid="SM3", sender=WHATSAPP, ProfileName="Budi")

    sms, whatsapp = selectors.wires()
    assert [one["text"] for one in sms["messages"]] == ["satu", "dua"]
    assert (whatsapp["channel"], whatsapp["caller_name"]) == ("whatsapp", "Budi")


def test_the_same_message_twice_is_one_message(text):
    first, second = text(sid="SM1"), text(sid="SM1")

    assert first.content == second.content
    assert Message.objects.count() == 1
    assert list(Event.objects.order_by("seq").values_list("name", flat=True)) == [
        "call.received",
        "call.message_received",
    ]


def test_after_the_disposition_a_new_text_opens_a_new_conversation(text, ada):
    text(sid="SM1")
    ada.done("call.dispose", call_id=str(Call.objects.get().pk), disposition="information")

    text(sid="SM2")

    assert Call.objects.count() == 2
    assert len(selectors.wires()) == 1


def test_a_text_after_the_incident_was_closed_is_seen_again(text, ada):
    text(sid="SM1")
    call_id = str(Call.objects.get().pk)
    incident_id = ada.done("incident.open", type="fire", priority=1, call_id=call_id)[
        "incident_id"
    ]
    ada.done("incident.close", incident_id=incident_id, disposition="handled")
    assert selectors.wires() == []

    text(sid="SM2")

    (row,) = selectors.wires()
    assert row["id"] != call_id
    assert row["status"] == "queued"


def test_a_whatsapp_pin_is_a_location_of_its_own_source(text):
    text(
        "",
        sender=WHATSAPP,
        Latitude="0.9186",
        Longitude="104.4665",
        Address="Jl. Merdeka",
        Label="Rumah",
    )

    (location,) = selectors.wires()[0]["locations"]
    assert (location["lat"], location["lng"]) == (0.9186, 104.4665)
    assert (location["source"], location["label"]) == ("whatsapp", "Rumah")
    assert location["radius_m"] is None


@pytest.mark.parametrize(
    ("lat", "lng"),
    [("0", "0"), ("91", "104"), ("x", "1"), ("", "104"), ("nan", "nan"), ("1e999", "0")],
)
def test_an_impossible_pin_is_no_location_and_the_message_stays(text, lat, lng):
    text("tolong", sender=WHATSAPP, Latitude=lat, Longitude=lng)

    (row,) = selectors.wires()
    assert row["locations"] == []
    assert row["messages"][0]["text"] == "tolong"


def test_a_kelurahan_in_the_text_is_found_with_source_and_radius(text):
    seed_city()

    text("ada kebakaran rumah di kampung bugis, tolong cepat")

    locations = selectors.wires()[0]["locations"]
    assert any("Kampung Bugis" in (one["label"] or "") for one in locations)
    assert all(one["source"] == "address" and one["radius_m"] > 0 for one in locations)


def test_coordinates_in_the_text_are_found(text):
    text("posisi 0.918600, 104.466500")

    (location,) = selectors.wires()[0]["locations"]
    assert location["source"] == "text"
    assert location["lat"] == pytest.approx(0.9186)


def test_a_failing_search_for_places_does_not_lose_the_message(text, monkeypatch):
    def broken(_text):
        raise RuntimeError

    monkeypatch.setattr(written_places, "locate_text", broken)

    response = text("di simpang lagoi")

    assert response.status_code == 200
    assert Message.objects.get().text == "di simpang lagoi"


def test_pictures_are_kept_as_references_whatever_nummedia_says(text):
    text(
        "",
        sender=WHATSAPP,
        NumMedia="1",
        MediaUrl0="https://api.twilio.com/a",
        MediaContentType0="image/jpeg",
        MediaUrl1="https://api.twilio.com/b",
    )

    media = selectors.wires()[0]["messages"][0]["media"]
    assert [one["content_type"] for one in media] == ["image/jpeg", ""]


def test_a_button_is_a_message(text):
    text("", sender=WHATSAPP, ButtonPayload="NEED_HELP", ButtonText="Saya butuh bantuan")

    assert Message.objects.get().text == "Saya butuh bantuan"


def test_a_sender_without_a_number_keeps_one_conversation(text):
    text(sid="SM1", sender="whatsapp:US.1234")
    text(sid="SM2", sender="whatsapp:US.1234")

    (row,) = selectors.wires()
    assert row["caller"] is None
    assert len(row["messages"]) == 2


def test_every_published_webhook_body_is_accepted(post):
    with shared_data.path("protocol/twilio/webhook_bodies.tsv").open(newline="") as file:
        bodies = [row["form_body"] for row in csv.DictReader(file, delimiter="\t")]

    answers = []
    for body in bodies:
        params = parse_qs(body, keep_blank_values=True)
        kind = (
            "incoming"
            if "Body" in params or ("From" in params and "SmsMessageSid" in params)
            else "status"
        )
        answers.append(post(f"/twilio/messages/{kind}", params).status_code)

    assert len(bodies) > 10
    assert set(answers) <= {200, 204}
    assert not WebhookRecord.objects.filter(outcome="error").exists()


def test_reports_about_our_messages_do_not_go_back(post, text, ada):
    text()
    message_id = ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")[
        "message_id"
    ]
    delivery.accepted(
        message_id=message_id, provider="twilio", sid="SM9", status="queued", now=timezone.now()
    )

    for word in ("delivered", "sent", "queued", "delivered"):
        post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": word})

    assert Message.objects.get(pk=message_id).provider_status == "delivered"
    assert MessageStatus.objects.filter(message=message_id).count() == 3


def test_reports_that_come_before_the_providers_answer_are_joined(post, text, ada):
    text()
    message_id = ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")[
        "message_id"
    ]

    post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": "delivered"})
    delivery.accepted(
        message_id=message_id, provider="twilio", sid="SM9", status="queued", now=timezone.now()
    )

    assert Message.objects.get(pk=message_id).provider_status == "delivered"


def test_real_flood_reports_never_fail(text):
    file = shared_data.path("texts/petabencana_jakarta_flood_reports_2017-02.csv")
    with file.open(newline="", encoding="utf-8") as rows:
        texts = [row["text"] for row in csv.DictReader(rows)][:60]

    statuses = {text(body, sid=f"SM{n}").status_code for n, body in enumerate(texts)}

    assert statuses == {200}
    assert not WebhookRecord.objects.filter(outcome="error").exists()
    assert Message.objects.count() == len(texts)
    assert not Location.objects.filter(point__dwithin=("POINT(0 0)", 0.001)).exists()


def test_the_board_takes_the_same_number_of_queries_for_one_call_and_for_many(
    text, django_assert_num_queries
):
    text("satu 0.918600, 104.466500", sender="+628111111111", sid="SM-a")
    with django_assert_num_queries(
        3
    ):  # messages, their media, places; the calls themselves are prepared
        selectors.wires()
    for n in range(5):
        text(f"satu 0.918600, 104.46650{n}", sender=f"+62811111112{n}", sid=f"SM{n}")

    with django_assert_num_queries(3):
        assert len(selectors.wires()) == 6
