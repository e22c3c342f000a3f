"""Whole stories of people who write: WhatsApp with a pin and a photo, and a deaf caller who can do nothing else."""

from __future__ import annotations

import httpx
import pytest
from django.test import Client

from calls import effects
from calls.messaging.emulator import EmulatedMessages
from realtime import registry
from tests import factories, jobs
from tests.calls import media_samples as samples
from tests.calls import media_server

pytestmark = pytest.mark.django_db
DEAF = "+628127011003"


@pytest.fixture(autouse=True)
def centre(settings, tmp_path, monkeypatch):
    """The emulated provider reports to this service without a network between them."""
    settings.TELEPHONY = "emulator"
    settings.MEDIA_ROOT = tmp_path / "media"

    def report(url, headers, body):
        path = httpx.URL(url).path
        answer = Client().post(
            path,
            body,
            content_type=headers["Content-Type"],
            headers={"X-Twilio-Signature": headers["X-Twilio-Signature"]},
        )
        return answer.status_code

    monkeypatch.setattr(effects, "messaging", lambda: EmulatedMessages(send=report))


@pytest.fixture
def store():
    with media_server.running() as running:
        yield running


def board(person):
    return registry.snapshot(person.viewer)


def conversation(person):
    (call,) = board(person)["calls"]
    return call


def work():
    for task in ("calls.send_message", "calls.fetch_media"):
        jobs.run_all(task)


def test_a_fire_told_by_whatsapp_with_a_pin_and_a_photo(ada, crew, engine, store):
    call_id = factories.text("ada kebakaran besar", sid="SM1")
    ada.done("call.answer", call_id=call_id)
    photo = store.keeps("/photo", samples.jpeg())
    factories.text(
        "lihat", sid="SM2", NumMedia="1", MediaUrl0=photo, MediaContentType0="image/jpeg"
    )
    factories.text("", sid="SM3", Latitude="0.9290", Longitude="104.4408", Label="Toko Makmur")
    work()

    told = conversation(ada)
    assert [message["text"] for message in told["messages"]] == [
        "ada kebakaran besar",
        "lihat",
        "",
    ]
    picture = told["messages"][1]["media"][0]
    assert picture["state"] == "ready"
    assert told["messages"][2]["pin"]["label"] == "Toko Makmur"
    place = told["locations"][-1]
    opened = ada.done(
        "incident.open",
        type="fire",
        priority=1,
        call_id=call_id,
        location={"lat": place["lat"], "lng": place["lng"]},
    )
    ada.done("unit.assign", incident_id=opened["incident_id"], unit_id=str(engine))

    seen = Client().get(f"/api/v1/media/{picture['id']}/full", headers=crew.bearer)
    assert seen["Content-Type"] == "image/jpeg"
    incident = board(crew)["incidents"][0]
    assert incident["location"]["lat"] == pytest.approx(0.9290)
    assert [one["text"] for one in incident["words"]] == ["ada kebakaran besar", "lihat"]
    assert "caller" not in str(board(crew)["incidents"]), "a crew never sees a number"


def test_a_deaf_caller_is_served_from_the_first_word_to_the_end_without_a_sound(ada, crew, engine):
    call_id = factories.text("saya tuli, dapur terbakar", sid="SM1")
    ada.done("call.answer", call_id=call_id)
    ada.done("call.reply", call_id=call_id, text="Kami membaca. Keluar dari rumah.")
    ada.done("call.ask_location", call_id=call_id)
    work()
    factories.text("", sid="SM2", Latitude="0.9290", Longitude="104.4408")
    place = conversation(ada)["locations"][-1]
    incident_id = ada.done(
        "incident.open",
        type="fire",
        priority=1,
        call_id=call_id,
        location={"lat": place["lat"], "lng": place["lng"]},
    )["incident_id"]
    assignment = ada.done("unit.assign", incident_id=incident_id, unit_id=str(engine))[
        "assignment_id"
    ]
    crew.done("assignment.acknowledge", assignment_id=assignment)
    ada.done("call.reply", call_id=call_id, text="Damkar menuju Anda, 4 menit.")
    factories.text("saya di luar, terima kasih", sid="SM3")
    for status in ("en_route", "on_scene", "clear"):
        crew.done("assignment.advance", assignment_id=assignment, status=status)
    work()

    said = conversation(ada)["messages"]
    assert [one["delivery"] for one in said if one["direction"] == "out"] == ["delivered"] * 3
    assert said[-1]["text"] == "saya di luar, terima kasih"
    # No call was made to anybody, and nothing waits for one.
    assert {call["channel"] for call in board(ada)["calls"]} == {"whatsapp"}
    assert [
        row["task"] for row in jobs.waiting() if "ring" in row["task"] or "connect" in row["task"]
    ] == []
    ada.done("incident.close", incident_id=incident_id, disposition="handled")
    assert board(ada)["alarms"] == []
