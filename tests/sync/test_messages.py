"""As test_snapshot_and_events, for what becomes of messages and of what comes with them."""

from __future__ import annotations

import pytest
from django.utils import timezone

import calls.delivery
import calls.media
from realtime import registry
from tests import factories
from tests.sync.test_snapshot_and_events import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def test_a_message_of_ours_is_taken_and_not_delivered_and_a_picture_is_settled(
    everybody, ada, tmp_path, settings
):
    settings.MEDIA_ROOT = tmp_path / "media"
    factories.text("lihat", NumMedia="1", MediaUrl0="https://elsewhere.example/a")
    call_id = registry.snapshot(ada.viewer)["calls"][0]["id"]
    media_id = registry.snapshot(ada.viewer)["calls"][0]["messages"][0]["media"][0]["id"]
    verify(everybody, lambda: calls.media.bring(media_id), "call.media_changed")
    message_id = ada.done("call.reply", call_id=call_id, text="Kami datang")["message_id"]
    calls.delivery.accepted(
        message_id=message_id, provider="twilio", sid="SM9", status="queued", now=timezone.now()
    )

    def reports(word, code=""):
        factories.webhook(
            "/twilio/messages/status",
            {"MessageSid": "SM9", "MessageStatus": word, "ErrorCode": code},
        )

    verify(everybody, lambda: reports("sent"), "call.message_status")
    verify(
        everybody,
        lambda: reports("undelivered", "63016"),
        "call.message_status",
        "alarm.raised",
    )
    verify(everybody, lambda: reports("read"), "call.message_status", "alarm.cleared")
