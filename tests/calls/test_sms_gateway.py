"""SMS by a gateway that signs what it says: words of citizens come in, reports of ours are matched."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.utils import timezone

from calls import effects
from calls.models import AmlReport, Call, Message, MessageStatus, Notice, WebhookRecord
from calls.notices import SEND_NOTICE
from realtime.jobs import defer
from tests import jobs
from tests.calls.exchange import KEY, ago, control_address, post

CITIZEN = "+6281234567890"
AML = 'A"ML=1;lt=+0.91800;lg=+104.46600;rd=20;top=20261127115800;lc=68;pm=G;si=510011234567890;ei=352099001761481;mcc=510;mnc=10;ml=129'

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gateway(provider):
    with control_address() as one:
        one.says = {"message_id": "sms-1"}
        provider.SMS_GATEWAY_KEY, provider.SMS_GATEWAY_URL = KEY, one.url
        yield one


def tell(event="message", **fields):
    said = {"event": event, "event_id": "e1", "message_id": "m1", "at": ago(0), **fields}
    return post(said, path="/sms/messages")


def test_a_citizens_words_are_a_conversation_once():
    answers = [
        tell(**{"from": "081234567890", "to": "112", "text": "tolong, banjir"}) for _ in "ab"
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    message = Message.objects.get()
    assert (message.text, message.provider, message.call.channel) == (
        "tolong, banjir",
        "sms_gateway",
        "sms",
    )
    assert message.call.caller == CITIZEN  # fmt: skip


def test_a_position_that_comes_by_sms_is_no_conversation():
    assert tell(**{"from": CITIZEN, "text": AML}).json()["outcome"].startswith("aml_")

    assert AmlReport.objects.get().point is not None
    assert not Call.objects.exists()


def test_a_conversation_that_came_by_the_gateway_is_answered_by_it(gateway, ada):
    tell(**{"from": CITIZEN, "text": "tolong"})
    sent = ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")
    assert jobs.run_all("calls.send_message")

    ((asked,)) = gateway.asked
    assert (asked["act"], asked["to"], asked["text"]) == ("send_sms", CITIZEN, "Kami datang")
    assert asked["act_id"] == sent["message_id"]
    assert asked["report_url"] == "https://112.example.go.id/sms/messages"


def test_a_report_that_is_here_before_the_answer_is_not_lost(ada):
    tell("status", message_id="sms-1", status="delivered")
    tell(**{"from": CITIZEN, "text": "tolong"})
    ada.done("call.reply", call_id=str(Call.objects.get().pk), text="Kami datang")
    assert jobs.run_all("calls.send_message")

    assert Message.objects.get(direction="out").provider_status == "delivered"


def test_a_notice_to_a_crew_goes_by_the_gateway_and_its_report_finds_it(gateway):
    notice = Notice.objects.create(
        key="a:sms",
        channel="sms",
        subject_id=str(uuid.uuid4()),
        to="+6281399990001",
        text="Penugasan baru",
        created_at=timezone.now(),
    )
    defer(SEND_NOTICE, notice_id=str(notice.pk))
    assert jobs.run_all(SEND_NOTICE)
    tell("status", message_id="sms-1", act_id=str(notice.pk), status="delivered")

    notice.refresh_from_db()
    assert (notice.provider, notice.provider_sid) == ("sms_gateway", "sms-1")
    assert notice.provider_status == "delivered"
    assert not MessageStatus.objects.exists()


def test_whatsapp_does_not_go_by_a_gateway_of_sms(provider):
    assert effects.messaging_by("sms").name == "sms_gateway"
    assert effects.messaging_by("whatsapp").name == "emulator"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event": "call"}, "event"),
        ({"message_id": ""}, "message_id"),
        ({"at": "now"}, "at"),
        ({"from": ""}, "from"),
        ({"event": "status", "status": "eaten"}, "status"),
        ({"text": {"a": 1}}, "text"),
    ],
)
def test_what_is_not_understood_is_refused_with_the_field(fields, field):
    answer = tell(**{"from": CITIZEN, "text": "tolong", **fields})

    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{field}: ")
    assert not Message.objects.exists()


def test_the_key_of_another_way_in_opens_nothing(provider):
    provider.PBX_HMAC_KEY = "p" * 40
    said = {"event": "message", "event_id": "e", "message_id": "m", "at": ago(0), "from": CITIZEN, "text": "x"}  # fmt: skip
    refused = [
        post(said, path="/sms/messages", key="p" * 40),
        Client().post("/sms/messages", data=b"{}", content_type="application/json"),
    ]

    assert [answer.status_code for answer in refused] == [403, 403]
    assert set(WebhookRecord.objects.values_list("outcome", flat=True)) == {"rejected"}
