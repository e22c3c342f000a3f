from __future__ import annotations

import hashlib

import pytest
from django.test import Client

from calls import selectors
from calls.models import TEXT_CHARS_MAX, Call, Message, WebhookRecord
from calls.signing import form, signature
from dispatch.models import Incident

pytestmark = pytest.mark.django_db

RTL, ZERO_WIDTH = "\u202e", "\u200b"
VALUES = {
    "100 kB": "x" * 100_000,
    "NUL": "to\x00long",
    "only NUL": "\x00",
    "emoji": "🔥🏠🆘👩‍👩‍👧",
    "right-to-left override": f"{RTL}gnolot",
    "zero width": ZERO_WIDTH * 50,
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }} {% csrf_token %} %s %(x)s",
    "SQL": "'; DROP TABLE calls_call; --",
    "formula": '=HYPERLINK("http://evil.example")',
    "newlines": "a\r\nb\nc\u2028d",
    "unfinished percent": "100%",
    "broken AML": 'A"ML=1;lt=;lg=;rd=;;;===',
    "AML of another world": 'A"ML=999999999999999999999;x',
    "numbers": "0,0 999,999 1e999,nan",
    "map link": "https://maps.google.com/?q=" + "1" * 3_000,
    "blank": "   ",
    "empty": "",
    "odd number": "+62 (0) 812-",
    "huge number": "+" + "9" * 400,
    "not a number": "GOJEK",
    "astral": "\U0010ffff",
    "combining": "a" + "\u0301" * 500,
}
BODIES = pytest.mark.parametrize("value", VALUES.values(), ids=list(VALUES))


@BODIES
def test_any_text_is_stored_answered_and_shown_as_text(text, value):
    response = text(value, sid="SM1")

    record = WebhookRecord.objects.get()
    assert response.status_code == 200
    assert record.outcome != "error"
    assert ["Body", value.replace("\x00", "\ufffd")] in record.params
    if Message.objects.exists():
        stored = Message.objects.get().text
        assert stored == value.replace("\x00", "\ufffd") or stored.endswith("[…]")
        assert len(stored) <= TEXT_CHARS_MAX
        assert selectors.wires()[0]["messages"][0]["text"] == stored
    else:
        assert record.outcome.startswith("aml_")


@BODIES
@pytest.mark.parametrize("field", ["From", "To", "CallSid", "CallerName", "CallStatus"])
def test_any_value_in_any_field_of_a_voice_webhook_still_connects(ring, field, value):
    response = (
        ring(**{"sid" if field == "CallSid" else field: value})
        if field != "From"
        else ring(caller=value)
    )

    assert response.status_code == 200
    assert b"<Enqueue" in response.content
    assert Call.objects.count() == 1
    assert WebhookRecord.objects.get().outcome == "received"


@BODIES
@pytest.mark.parametrize("field", ["CallStatus", "SequenceNumber", "Timestamp", "Direction"])
def test_any_value_in_a_status_callback_is_answered(ring, post, field, value):
    ring()

    response = post(
        "/twilio/voice/status", {"CallSid": "CA1", "CallStatus": "in-progress", field: value}
    )

    assert response.status_code == 204
    assert Call.objects.get().status in {"ringing", "queued"}


@BODIES
@pytest.mark.parametrize(
    "field",
    ["From", "ProfileName", "Latitude", "Label", "MediaUrl0", "MediaContentType0", "NumMedia"],
)
def test_any_value_in_a_message_is_stored(text, field, value):
    given = {"sender": value} if field == "From" else {field: value}

    response = text("tolong", **given)

    assert response.status_code == 200
    assert Message.objects.get().text == "tolong"


@BODIES
@pytest.mark.parametrize("field", ["MessageSid", "MessageStatus", "ErrorCode"])
def test_any_value_in_a_message_status_is_answered(post, field, value):
    params = {"MessageSid": "SM1", "MessageStatus": "sent", field: value}

    assert post("/twilio/messages/status", params).status_code == 204


@BODIES
def test_any_recording_callback_is_answered(post, value):
    params = {"RecordingSid": value, "RecordingUrl": value, "RecordingDuration": value}

    assert post("/twilio/voice/recording", params).status_code == 204


@BODIES
def test_aml_is_always_answered_with_success(value):
    response = Client().post(
        "/aml",
        data=form([("v", value), ("location_latitude", value), ("device_number", value)]),
        content_type="application/x-www-form-urlencoded",
    )

    assert response.status_code == 204
    assert WebhookRecord.objects.get().outcome != "error"


def raw(path, body, **headers):
    return Client(raise_request_exception=False).post(
        path, data=body, content_type="application/x-www-form-urlencoded", headers=headers
    )


@pytest.mark.parametrize("path", ["/twilio/voice/incoming", "/twilio/messages/incoming"])
@pytest.mark.parametrize(
    "body", [b"", b"&&&=&==", b"\xff\xfe\x00", b"%", b"a" * 1_000, b"%00=%00"]
)
def test_unsigned_rubbish_is_refused_and_kept(path, body, types):
    assert raw(path, body).status_code == 403
    assert WebhookRecord.objects.get().body_bytes == len(body)


def test_a_body_over_the_limit_is_refused_without_a_failure(types):
    assert raw("/twilio/messages/incoming", b"Body=" + b"x" * 2_000_000).status_code == 413


def test_the_limit_of_parameters_of_the_framework_loses_no_call(ring):
    assert ring(**{f"Extra{n}": "x" for n in range(3_000)}).status_code == 200
    assert Call.objects.count() == 1


@pytest.mark.parametrize("missing", ["CallSid", "From", "To", "Direction", "CallStatus"])
def test_a_missing_parameter_is_no_obstacle(post, missing):
    params = {
        "CallSid": "CA1",
        "From": "+6281234567890",
        "To": "112",
        "Direction": "inbound",
        "CallStatus": "ringing",
    }
    params.pop(missing)

    response = post("/twilio/voice/incoming", params)

    assert response.status_code == 200
    assert Call.objects.count() == 1


def test_no_parameters_at_all_are_still_a_call(post):
    assert post("/twilio/voice/incoming", {}).status_code == 200
    assert Call.objects.count() == 1


def test_repeated_parameters_are_signed_taken_once_and_kept_whole(text):
    response = text(["satu", "dua"], sid="SM1")

    assert response.status_code == 200
    assert Message.objects.get().text == "satu"
    bodies = [value for name, value in WebhookRecord.objects.get().params if name == "Body"]
    assert bodies == ["satu", "dua"]


def test_a_json_body_with_its_hash_is_understood_as_signed(provider):
    body = b'{"a": "\\u0000"}'
    path = "/twilio/voice/status?bodySHA256="
    path += hashlib.sha256(body).hexdigest()
    signed = signature(
        token=provider.TWILIO_AUTH_TOKEN, url=provider.PUBLIC_BASE_URL + path, pairs=[]
    )

    response = Client().post(
        path, data=body, content_type="application/json", headers={"X-Twilio-Signature": signed}
    )

    assert response.status_code == 204
    assert WebhookRecord.objects.get().verified


def test_bad_input_opens_no_incident(text):
    text(VALUES["HTML"])

    assert not Incident.objects.exists()
