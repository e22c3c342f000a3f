"""Writing to a citizen: what is allowed, what is sent, what came of it, and who is told when it did not arrive."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from calls import conversations, delivery, metering, replies, selectors
from calls.domain import ProviderError
from calls.models import Call, Message, MessageTemplate
from dispatch.models import Alarm
from tests import jobs

pytestmark = pytest.mark.django_db
FROM = "+6281234567890"
WHATSAPP = f"whatsapp:{FROM}"


@pytest.fixture
def conversation(text):
    text("tolong, ada kebakaran", sender=WHATSAPP)
    return str(Call.objects.get().pk)


@pytest.fixture
def template(db):
    return MessageTemplate.objects.create(
        name="Petugas menuju",
        content_sid="HX" + "a" * 32,
        text="Halo {{1}}, unit {{2}} menuju Anda.",
    )


def a_day_later():
    Call.objects.update(last_inbound_at=timezone.now() - timedelta(hours=24, seconds=1))


def sent(ada, conversation, sid="SM9", words="Kami datang"):
    """A reply that the provider has taken."""
    message_id = ada.done("call.reply", call_id=conversation, text=words)["message_id"]
    delivery.accepted(
        message_id=message_id, provider="twilio", sid=sid, status="queued", now=timezone.now()
    )
    return message_id


def shown():
    return selectors.wires()[0]["messages"][-1]


# --- the window --------------------------------------------------------------------------------


def test_free_words_are_refused_a_day_after_the_citizens_last_ones(conversation, ada):
    ada.done("call.reply", call_id=conversation, text="Kami datang")
    a_day_later()

    answer = ada.does("call.reply", call_id=conversation, text="Halo?")

    assert answer.body["code"] == "window_closed"
    assert "24" in answer.body["detail"]
    assert Message.objects.filter(direction="out").count() == 1


def test_a_new_word_of_the_citizen_opens_it_again(conversation, text, ada):
    a_day_later()
    text("masih di sini", sid="SM2", sender=WHATSAPP)

    ada.done("call.reply", call_id=conversation, text="Halo")
    assert selectors.wires()[0]["window_ends_at"] > timezone.now().isoformat()


def test_sms_has_no_window(text, ada):
    text("tolong")
    a_day_later()

    ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Halo")
    assert selectors.wires()[0]["window_ends_at"] is None


def test_an_approved_template_is_sent_at_any_time(conversation, ada, template):
    a_day_later()

    ada.done(
        "call.send_template",
        call_id=conversation,
        template_id=str(template.pk),
        variables=["Budi", "AMB-1"],
    )

    message = selectors.outgoing(Message.objects.get(direction="out").pk)
    assert message.text == "Halo Budi, unit AMB-1 menuju Anda."
    assert (message.content_sid, message.variables) == (
        template.content_sid,
        {"1": "Budi", "2": "AMB-1"},
    )
    assert (shown()["kind"], shown()["text"]) == ("template", message.text)


@pytest.mark.parametrize("variables", [[], ["Budi"], ["Budi", " "], ["a", "b", "c"]])
def test_a_template_with_a_hole_is_refused(conversation, ada, template, variables):
    body = {"call_id": conversation, "template_id": str(template.pk), "variables": variables}

    assert ada.refused("call.send_template", **body) == "template_incomplete"


def test_a_template_that_is_out_of_use_is_not_sent(conversation, ada, template):
    MessageTemplate.objects.update(is_active=False)
    body = {"call_id": conversation, "template_id": str(template.pk), "variables": ["a", "b"]}

    assert ada.refused("call.send_template", **body) == "template_unknown"


def test_the_provider_that_finds_the_window_closed_closes_it_here_too(conversation, ada, post):
    sent(ada, conversation)
    post(
        "/twilio/messages/status",
        {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": "63016"},
    )

    assert (shown()["delivery"], shown()["reason"]) == ("failed", "window_closed")
    assert ada.refused("call.reply", call_id=conversation, text="Halo?") == "window_closed"


# --- asked where they are ----------------------------------------------------------------------


def test_the_question_for_a_position_goes_out_in_plain_words_and_the_pin_answers_it(
    conversation, ada, text
):
    ada.done("call.ask_location", call_id=conversation)

    (row,) = selectors.wires()
    assert row["location_asked_at"] is not None
    assert row["messages"][-1]["kind"] == "location_request"
    assert "lokasi" in row["messages"][-1]["text"].lower()

    text("", sid="SM2", sender=WHATSAPP, Latitude="0.9186", Longitude="104.4665", Label="Rumah")

    (row,) = selectors.wires()
    assert row["messages"][-1]["pin"] == {"lat": 0.9186, "lng": 104.4665, "label": "Rumah"}
    assert row["locations"][-1]["source"] == "whatsapp"
    assert row["locations"][-1]["at"] > row["location_asked_at"]


def test_an_approved_question_with_a_button_is_preferred_and_goes_out_at_any_time(
    conversation, ada
):
    asking = MessageTemplate.objects.create(
        name="Lokasi", content_sid="HX" + "b" * 32, text="Kirim lokasi Anda.", asks_location=True
    )
    a_day_later()

    ada.done("call.ask_location", call_id=conversation)

    message = selectors.outgoing(Message.objects.get(direction="out").pk)
    assert (message.content_sid, message.text) == (asking.content_sid, "Kirim lokasi Anda.")


def test_by_sms_the_street_is_asked_for(text, ada):
    text("tolong")

    ada.done("call.ask_location", call_id=str(Call.objects.get().pk))

    assert "patokan" in shown()["text"]


def test_places_in_the_words_are_evidence_and_no_pin(text):
    text("posisi 0.918600, 104.466500", sender=WHATSAPP)

    assert shown()["pin"] is None
    assert selectors.wires()[0]["locations"][0]["source"] == "text"


# --- what became of it -------------------------------------------------------------------------


def test_a_message_is_queued_sent_delivered_and_read_before_the_dispatchers_eyes(
    conversation, ada, post
):
    message_id = ada.done("call.reply", call_id=conversation, text="Kami datang")["message_id"]
    states = [shown()["delivery"]]
    delivery.accepted(
        message_id=message_id, provider="twilio", sid="SM9", status="queued", now=timezone.now()
    )
    for word in ("sent", "delivered", "read"):
        post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": word})
        states.append(shown()["delivery"])

    assert states == ["queued", "sent", "delivered", "read"]
    assert shown()["by"]["name"] == "Ada"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("63024", "no_whatsapp"),
        ("63049", "held_back"),
        ("30003", "unreachable"),
        ("77777", "other"),
    ],
)
def test_a_message_that_did_not_arrive_raises_an_alarm_with_its_reason(
    conversation, ada, post, code, reason
):
    sent(ada, conversation)

    post(
        "/twilio/messages/status",
        {"MessageSid": "SM9", "MessageStatus": "undelivered", "ErrorCode": code},
    )

    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject_id) == ("message_not_delivered", conversation)
    assert (alarm.facts["cause"], alarm.facts["can_ring"]) == (reason, True)
    assert (shown()["reason"], shown()["error_code"]) == (reason, code)


def test_accepted_and_never_delivered_raises_it_after_its_time(conversation, ada):
    sent(ada, conversation)
    (timer,) = jobs.waiting("calls.check_delivery")
    assert 55 < timer["in_s"] <= 60
    assert timer["queue"] == "timers"

    jobs.run_one(timer)

    assert Alarm.objects.get().facts["cause"] == "no_receipt"


def test_what_was_delivered_in_time_raises_nothing(conversation, ada, post):
    sent(ada, conversation)
    post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": "delivered"})

    jobs.run_all("calls.check_delivery")

    assert not Alarm.objects.exists()


def test_what_arrives_after_all_takes_the_alarm_away(conversation, ada, post):
    sent(ada, conversation)
    jobs.run_all("calls.check_delivery")

    post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": "delivered"})

    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_an_sms_never_waits_for_a_receipt(text, ada):
    text("tolong")
    sent(ada, str(Call.objects.get().pk))

    assert jobs.waiting("calls.check_delivery") == []


def test_from_the_alarm_the_citizen_is_rung_with_one_command(conversation, ada, post):
    ada.done("call.answer", call_id=conversation)
    sent(ada, conversation)
    post(
        "/twilio/messages/status",
        {"MessageSid": "SM9", "MessageStatus": "failed", "ErrorCode": "63049"},
    )

    rung = ada.done("call.call_back", call_id=Alarm.objects.get().facts["call_id"])

    call = Call.objects.get(pk=rung["call_id"])
    assert (call.channel, call.direction, call.caller) == ("voice", "out", FROM)


def test_what_the_provider_never_took_is_said_in_the_conversation(conversation, ada, monkeypatch):
    from calls import effects

    def refuses(_channel):
        raise ProviderError("status 400 code 63016", permanent=True)

    ada.done("call.reply", call_id=conversation, text="Kami datang")
    monkeypatch.setattr(effects, "messaging_by", refuses)
    with pytest.raises(ProviderError):
        jobs.run_all("calls.send_message")

    assert (shown()["delivery"], shown()["reason"]) == ("failed", "window_closed")
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.facts["call_id"]) == ("message_failed", conversation)
    assert ada.refused("call.reply", call_id=conversation, text="Halo?") == "window_closed"


# --- what it costs -----------------------------------------------------------------------------


def test_an_sms_is_written_plainly_and_its_parts_are_counted(text, ada):
    text("tolong")
    call_id = str(Call.objects.get().pk)

    ada.done("call.reply", call_id=call_id, text="“Jangan panik” – kami datang… " + "a" * 140)
    ada.done("call.reply", call_id=call_id, text="🔥")

    plain, wide = Message.objects.filter(direction="out").order_by("at", "id")
    assert plain.text.startswith('"Jangan panik" - kami datang...')
    assert (plain.encoding, plain.parts) == ("gsm7", 2)
    assert (wide.encoding, wide.parts, wide.text) == ("ucs2", 1, "🔥")


def test_what_is_written_by_whatsapp_stays_as_it_was_written(conversation, ada):
    ada.done("call.reply", call_id=conversation, text="“Jangan panik” – kami datang…")

    message = Message.objects.get(direction="out")
    assert (message.text, message.parts) == ("“Jangan panik” – kami datang…", 1)


def test_the_price_is_kept_when_the_provider_says_it(conversation, ada):
    message_id = sent(ada, conversation)

    for price in ("nonsense", "nan", "-0.00500", "-0.9"):
        delivery.priced(provider="twilio", sid="SM9", price=price, unit="usd")

    message = Message.objects.get(pk=message_id)
    assert (str(message.price), message.price_unit) == ("0.00500", "USD")


def test_the_bill_is_by_channel(text, ada, post):
    text("tolong", sender=WHATSAPP)
    conversation = str(Call.objects.get().pk)
    sent(ada, conversation, sid="SM9")
    sent(ada, conversation, sid="SM10")
    post("/twilio/messages/status", {"MessageSid": "SM9", "MessageStatus": "read"})
    post("/twilio/messages/status", {"MessageSid": "SM10", "MessageStatus": "failed"})
    delivery.priced(provider="twilio", sid="SM9", price="-0.0042", unit="USD")
    text("tolong", sid="SM2")
    ada.done("call.reply", call_id=str(Call.objects.get(channel="sms").pk), text="a" * 161)
    now = timezone.now()

    sms, whatsapp = metering.written(now - timedelta(hours=1), now + timedelta(hours=1))

    assert (sms["channel"], sms["sent"], sms["parts"]) == ("sms", 1, 2)
    assert (whatsapp["sent"], whatsapp["arrived"], whatsapp["failed"]) == (2, 1, 1)
    assert [(unit, float(price)) for unit, price in whatsapp["prices"]] == [("USD", 0.0042)]
    assert metering.written(now + timedelta(hours=1), now + timedelta(hours=2)) == []


# --- long conversations ------------------------------------------------------------------------


@pytest.fixture
def read(ada):
    def page(**query):
        answer = Client().get("/api/v1/conversation", query, headers=ada.bearer)
        return answer.status_code, json.loads(answer.content)

    return page


def test_a_long_conversation_is_read_page_by_page_and_nothing_twice(conversation, text, read):
    number = conversations.PAGE_MESSAGES_MAX * 2 + 3
    for n in range(number):
        text(f"pesan {n}", sid=f"SX{n}", sender=WHATSAPP)
    seen, query = [], {"call_id": conversation}
    for _ in range(4):
        _, page = read(**query)
        seen = [one["text"] for one in page["messages"]] + seen
        if not page["more"]:
            break
        query["before"] = page["messages"][0]["id"]

    assert seen == ["tolong, ada kebakaran", *(f"pesan {n}" for n in range(number))]


def test_of_an_incident_all_calls_are_read_together(conversation, text, ada, read):
    incident_id = ada.done("incident.open", type="fire", priority=1, call_id=conversation)[
        "incident_id"
    ]
    text("saya juga lihat", sid="SM2", sender="whatsapp:+6281200000002")
    other = str(Call.objects.latest("received_at").pk)
    ada.done("incident.attach_call", incident_id=incident_id, call_id=other)

    _, page = read(incident_id=incident_id)

    assert [one["call_id"] for one in page["messages"]] == [conversation, other]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"call_id": "x"}, 422),
        ({"call_id": "0192f1f0-0000-7000-8000-000000000001"}, 404),
        ({"incident_id": "0192f1f0-0000-7000-8000-000000000001"}, 404),
    ],
)
def test_a_conversation_that_is_not_there_has_a_clear_answer(read, query, status):
    assert read(**query)[0] == status


@pytest.mark.parametrize(
    "words",
    ["a" * 10_000, "🔥" * 5_000, "مرحبا \u202e txt.exe", "<script>alert(1)</script>", "a\x00b"],
)
def test_whatever_is_written_is_kept_and_can_be_answered(text, ada, words):
    text(words, sender=WHATSAPP)

    assert shown()["text"] == words.replace("\x00", "\ufffd")
    ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami baca.")


def test_words_of_more_than_ten_thousand_letters_are_cut_with_a_mark(text):
    text("a" * 12_000, sender=WHATSAPP)

    assert len(shown()["text"]) == 10_000
    assert shown()["text"].endswith("[…]")


def test_the_words_for_citizens_are_in_their_language():
    from django.utils import translation

    with translation.override("id"):
        assert translation.gettext(replies.ASK_FOR_PIN) != replies.ASK_FOR_PIN
        assert translation.gettext(replies.ASK_FOR_PLACE) != replies.ASK_FOR_PLACE
