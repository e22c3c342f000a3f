"""What the centre may rely on, whoever carries the messages: one suite over all adapters of messaging."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from calls import effects
from calls.domain import MESSAGE_RANK, Channel, ProviderError
from calls.messaging.port import OutgoingMessage
from calls.models import SID_CHARS_MAX, Call, Message
from tests import jobs, shared_data
from tests.calls import exchange, providers, twilio_spec
from tests.calls.providers import HANGS_S

CITIZEN = "+6281234567890"


@pytest.fixture(params=providers.MESSENGERS.values(), ids=list(providers.MESSENGERS))
def case(request, settings, monkeypatch):
    with providers.running(request.param, settings, monkeypatch) as one:
        yield one


def message(text="Petugas sedang menuju lokasi Anda.", channel=Channel.SMS):
    return OutgoingMessage(
        message_id=UUID(int=5), channel=channel, to=CITIZEN, text=text, sent=False
    )


def test_a_message_is_taken_under_a_number_by_which_it_is_known_later(case):
    taken = case.messages().send_message(message())

    assert 0 < len(taken.provider_sid) <= SID_CHARS_MAX
    assert taken.status in MESSAGE_RANK
    assert any(CITIZEN in asked for asked in case.asked)


@pytest.mark.parametrize(
    "text", ["Tetap di telepon", "🔥 “api” – jl. Ganet №4\nRT 02", "a&b=c%20+d", "x" * 10_000]
)
def test_words_arrive_as_they_were_written_or_cut_to_what_a_provider_takes(case, text):
    case.messages().send_message(message(text))

    for arrived in case.texts:  # the emulator only says that they arrived
        assert arrived == text[: len(arrived)]
        assert len(arrived) >= min(len(text), 1_600)


def test_the_same_message_sent_twice_is_no_error(case):
    case.messages().send_message(message())
    case.messages().send_message(message())


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(400, True), (401, True), (404, True), (429, False), (500, False), (503, False)],
)
def test_a_refusal_says_whether_another_try_is_worth_it(case, status, permanent):
    case.refuses(status)

    with pytest.raises(ProviderError) as error:
        case.messages().send_message(message())

    assert error.value.permanent is permanent
    assert CITIZEN not in str(error.value)


def test_a_provider_that_hangs_is_given_up_in_time_and_tried_again(case):
    case.hangs()
    begun_s = time.monotonic()

    with pytest.raises(ProviderError) as error:
        case.messages().send_message(message())

    assert time.monotonic() - begun_s < HANGS_S
    assert not error.value.permanent


def test_a_provider_that_cannot_be_reached_is_tried_again(case):
    case.is_gone()

    with pytest.raises(ProviderError) as error:
        case.messages().send_message(message())

    assert not error.value.permanent


def test_an_approved_template_goes_by_its_number_where_the_carrier_has_templates(case):
    """Elsewhere in words, which say the same."""
    template = OutgoingMessage(
        message_id=UUID(int=6),
        channel=Channel.WHATSAPP if case.messages is not providers.SmsGateway else Channel.SMS,
        to=CITIZEN,
        text="Unit AMB-1 menuju Anda.",
        sent=False,
        content_sid="HX" + "a" * 32,
        variables={"1": "AMB-1"},
    )

    case.messages().send_message(template)

    asked = " ".join(case.asked)
    if case.messages is providers.TwilioMessages:
        (one,) = (request for request in case.twilio.api.asked if request.method == "POST")
        assert one.params["ContentSid"] == "HX" + "a" * 32
        assert json.loads(one.params["ContentVariables"]) == {"1": "AMB-1"}
        assert "Body" not in one.params
        assert one.params["From"].startswith("whatsapp:")
        if shared_data.FOLDER.is_dir():
            assert twilio_spec.request_errors("POST", one.path, one.query, one.params) == []
    else:
        assert "HX" not in asked


def test_a_list_is_of_messages_or_there_is_none(case):
    case.messages().send_message(message())
    listed = case.messages().list_messages(since=timezone.now() - timedelta(minutes=15))

    for one in listed or []:
        assert one.sid
        assert one.at.tzinfo is not None
        assert case.messages().list_media(one.sid) == []


# --- there and back ----------------------------------------------------------------------------


@pytest.fixture
def told(post):
    """How each of them says that a message of ours was delivered."""

    def tell(case, sid):
        if case.messages is not providers.SmsGateway:
            return post(
                "/twilio/messages/status", {"MessageSid": sid, "MessageStatus": "delivered"}
            )
        fields = {
            "event": "status", "event_id": "s1", "message_id": sid, "at": exchange.ago(0), "status": "delivered",
        }  # fmt: skip
        return exchange.post(fields, path="/sms/messages")

    return tell


@pytest.mark.django_db
def test_a_reply_to_a_caller_is_known_as_delivered_when_its_carrier_says_so(case, told, ring, ada):
    """The one who brought the call need not be the one who carries the reply."""
    ring()
    call_id = str(Call.objects.get().pk)
    message_id = ada.done("call.reply", call_id=call_id, text="Kami datang")["message_id"]
    jobs.run_all("calls.send_message")
    jobs.run_all("calls.send_message")

    sent = Message.objects.get(pk=message_id)
    assert effects.messaging_by(Channel.SMS).name == case.messages().name
    assert told(case, sent.provider_sid).status_code in (200, 204)
    sent.refresh_from_db()
    assert sent.provider_status == "delivered"
    assert json.dumps(case.asked).count("Kami datang") <= 1, (
        "sent once, however often the job runs"
    )
