"""As test_snapshot_and_events, for what a call carries besides: the share link, pictures, recording, transcript."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone
from PIL import Image

from calls import share, shared_pictures
from realtime import registry
from tests import factories
from tests.sync.test_snapshot_and_events import opened, verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(ada, cy, crew, dee):
    return [ada.viewer, cy.viewer, crew.viewer, dee.viewer]


def test_a_telephone_that_shares_its_position_a_photo_and_words(
    everybody, ada, settings, tmp_path
):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    opened(ada, call_id=call_id)
    verify(
        everybody,
        lambda: ada.done("call.share_location", call_id=call_id),
        "call.message_sent",
        "call.share_link_made",
    )
    code = registry.snapshot(ada.viewer)["calls"][0]["share"]["code"]

    def shares(n: int, lat: float) -> None:
        point = {"n": n, "lat": lat, "lng": 104.4665, "accuracy": 9, "age_ms": 0}
        body = {"device": "phone", "page": "page", "points": [point]}
        share.receive_positions(code, body, now=timezone.now())

    verify(everybody, lambda: shares(1, 0.9186), "call.share_began", "call.location_shared")
    verify(everybody, lambda: shares(2, 0.9196), "call.location_shared")
    words = {"key": "w1", "text": "belakang klenteng"}
    verify(
        everybody,
        lambda: share.receive_words(code, words, now=timezone.now()),
        "call.message_received",
    )
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    verify(
        everybody,
        lambda: shared_pictures.receive_picture(
            code, key="p1", data=picture.getvalue(), now=timezone.now()
        ),
        "call.picture_received",
    )
    verify(
        everybody,
        lambda: share.stop(code, {"device": "phone"}, now=timezone.now()),
        "call.share_stopped",
    )
    verify(
        everybody,
        lambda: ada.done("call.end_sharing", call_id=call_id),
        "call.share_link_withdrawn",
    )


def test_a_call_that_is_recorded_and_written_down(everybody, ada):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    recording = {"RecordingSid": "RE1", "ConferenceSid": "CF1", "RecordingStatus": "completed"}
    verify(
        everybody,
        lambda: factories.webhook(f"/twilio/voice/recording/{call_id}", recording),
        "call.recording_told",
    )

    def told(event: str, **more: str) -> None:
        fields = {
            "TranscriptionSid": "GT1",
            "TranscriptionEvent": event,
            "SequenceId": "1",
            **more,
        }
        factories.webhook(f"/twilio/voice/transcription/{call_id}", fields)

    verify(everybody, lambda: told("transcription-started"), "call.transcription_changed")
    said = {"Track": "inbound_track", "TranscriptionData": '{"transcript": "tolong"}'}
    verify(
        everybody,
        lambda: told("transcription-content", **said),
        "call.line_transcribed",
    )
