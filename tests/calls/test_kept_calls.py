"""Recordings and transcripts: what the provider tells, in any order and as often as it likes, and what callers are told."""

from __future__ import annotations

import itertools
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import effects, selectors, transcripts
from calls.models import Recording, Transcription, TranscriptLine, WebhookRecord
from tests import factories
from tests.calls import twiml

pytestmark = pytest.mark.django_db
BEGUN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)


@pytest.fixture
def call_id(ring):
    ring()
    return str(selectors.call_by_sid("twilio", "CA1").pk)


@pytest.fixture
def tell(post, call_id):
    """What Twilio posts to the statusCallbackUrl of a <Transcription>."""

    def send(event="transcription-content", sequence=2, text="tolong ada api", **changes):
        fields = {
            "LanguageCode": "id-ID",
            "TranscriptionSid": "GT20a94c1ab93a4a6a8d3a7e1ad6a8c001",
            "TranscriptionEvent": event,
            "CallSid": "CA1",
            "AccountSid": "AC" + "0" * 32,
            "SequenceId": str(sequence),
            "Timestamp": (BEGUN + timedelta(seconds=sequence)).isoformat().replace("+00:00", "Z"),
            **changes,
        }
        if event == "transcription-content":
            fields = {
                "TranscriptionData": json.dumps({"transcript": text, "confidence": 0.92}),
                "Final": "true",
                "Track": "inbound_track",
                **fields,
            }
        answer = post(f"/twilio/voice/transcription/{call_id}", fields)
        assert answer.status_code == 204
        return WebhookRecord.objects.first().outcome

    return send


def shown(call_id):
    (row,) = selectors.wires([call_id])
    return row


def spoken(call_id):
    return [(line["speaker"], line["text"]) for line in shown(call_id)["transcript"]["lines"]]


# --- the transcript ----------------------------------------------------------------------------


def test_lines_stand_in_the_order_in_which_they_were_said_whatever_order_they_come_in(
    tell, call_id
):
    said = [
        (2, "inbound_track", "tolong ada api"),
        (3, "outbound_track", "di mana"),
        (4, "inbound_track", "Jalan Merdeka"),
    ]
    for order in itertools.permutations(said):
        TranscriptLine.objects.all().delete()
        for sequence, track, text in order:
            assert tell(sequence=sequence, Track=track, text=text) == "applied"
        assert spoken(call_id) == [
            ("caller", "tolong ada api"),
            ("centre", "di mana"),
            ("caller", "Jalan Merdeka"),
        ]


def test_the_same_line_again_is_one(tell, call_id):
    assert [tell(), tell(), tell()] == ["applied", "nothing_new", "nothing_new"]
    assert len(spoken(call_id)) == 1


def test_half_sentences_and_silence_are_no_lines(tell, call_id):
    outcomes = [
        tell(Final="false"),
        tell(text="  ", sequence=3),
        tell(sequence=4, TranscriptionData="{"),
        tell(sequence=5, TranscriptionData='["x"]'),
        tell(sequence=6, Track="both"),
        tell(SequenceId="x"),
        tell(event="transcription-party"),
        tell(TranscriptionSid=""),
    ]

    assert outcomes == [
        "partial",
        "nothing_said",
        "nothing_said",
        "nothing_said",
        "nothing_said",
        "incomplete",
        "unknown_event",
        "incomplete",
    ]
    assert shown(call_id)["transcript"] is None


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["started", "content", "stopped"])), ids="-".join
)
def test_it_is_over_whatever_order_its_end_comes_in(tell, call_id, order):
    for word in order:
        tell(
            event=f"transcription-{word}",
            sequence={"started": 1, "content": 2, "stopped": 3}[word],
        )

    transcript = shown(call_id)["transcript"]
    assert transcript["status"] == "stopped"
    assert transcript["language"] == "id-ID"
    assert len(transcript["lines"]) == 1


def test_a_failure_of_the_provider_is_shown_with_its_code(tell, call_id):
    tell(event="transcription-error", TranscriptionErrorCode="32702", TranscriptionError="x")
    tell(event="transcription-started")

    assert shown(call_id)["transcript"]["status"] == "failed"
    assert shown(call_id)["transcript"]["error_code"] == "32702"


def test_of_a_call_that_we_do_not_know_nothing_is_kept(post):
    path = "/twilio/voice/transcription/0192f1f0-0000-7000-8000-000000000001"
    fields = {
        "TranscriptionSid": "GT1",
        "TranscriptionEvent": "transcription-content",
        "SequenceId": "2",
        "Track": "inbound_track",
        "TranscriptionData": '{"transcript": "x"}',
    }
    assert post(path, fields).status_code == 204
    assert WebhookRecord.objects.first().outcome == "unknown_call"
    assert not TranscriptLine.objects.exists()


@pytest.mark.parametrize(
    "stamp", ["", "yesterday", "2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z"]
)
def test_a_time_that_cannot_be_is_not_believed(tell, call_id, stamp):
    tell(Timestamp=stamp)

    line = TranscriptLine.objects.get()
    assert line.at == line.received_at


def test_a_line_without_a_signature_is_refused(client, call_id):
    answer = client.post(f"/twilio/voice/transcription/{call_id}", {"TranscriptionSid": "GT1"})
    assert answer.status_code == 403
    assert not Transcription.objects.exists()


def test_a_board_carries_the_newest_lines_alone(tell, call_id):
    for sequence in range(2, 30):
        tell(sequence=sequence, text=f"baris {sequence}")

    lines = shown(call_id)["transcript"]["lines"]
    assert len(lines) == 20
    assert lines[-1]["text"] == "baris 29"
    assert len(transcripts.whole(call_id)) == 28


def test_places_that_the_caller_names_are_offered_and_not_used(tell, call_id):
    tell(text="saya di 0.9186, 104.4665 dekat pasar")
    tell(text="apakah di 0.9000, 104.4000", Track="outbound_track", sequence=3)

    lines = shown(call_id)["transcript"]["lines"]
    assert [one["lat"] for one in lines[0]["places"]] == [0.9186]
    assert lines[1]["places"] == []
    assert shown(call_id)["locations"] == []


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_whatever_the_provider_says_was_said_is_read_without_failing(data):
    said = transcripts.said_in(data)
    assert said is None or said[0].strip()


# --- recordings --------------------------------------------------------------------------------


def recording(status, **changes):
    return {
        "AccountSid": "AC" + "0" * 32,
        "ConferenceSid": "CF1",
        "RecordingSid": "RE1",
        "RecordingUrl": "https://api.twilio.com/2010-04-01/Accounts/AC/Recordings/RE1",
        "RecordingStatus": status,
        "RecordingSource": "Conference",
        **changes,
    }


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1), (1, 1, 0)])
def test_a_recording_is_linked_to_its_call_by_its_address_in_every_order(post, call_id, order):
    told = [recording("in-progress"), recording("completed", RecordingDuration="62")]
    for index in order:
        assert post(f"/twilio/voice/recording/{call_id}", told[index]).status_code == 204

    (row,) = shown(call_id)["recordings"]
    assert (row["status"], row["duration_s"]) == ("completed", 62)


def test_a_recording_of_a_leg_is_linked_by_the_leg(post, call_id):
    post("/twilio/voice/recording", recording("completed", CallSid="CA1"))

    assert len(shown(call_id)["recordings"]) == 1


def test_a_recording_of_nobodys_call_is_kept(post, db):
    post("/twilio/voice/recording", recording("completed", CallSid="CA404"))

    assert Recording.objects.get().call is None
    assert WebhookRecord.objects.first().outcome == "unknown_call"


# --- what callers hear, what the provider is asked ---------------------------------------------


@pytest.fixture
def kept(settings):
    settings.RECORD_CALLS = settings.TRANSCRIBE_CALLS = True
    settings.TRANSCRIPTION_LANGUAGE = "id-ID"
    return settings


def test_nothing_is_kept_and_nothing_said_of_it_unless_the_city_wants_it(ring, post, call_id):
    greeting, joined = ring("CA2").content.decode(), joins(post, call_id)

    assert "dicatat" not in greeting
    assert "record" not in joined.lower()
    assert "Transcription" not in joined


def joins(post, call_id, **changes):
    factories_ada = factories.person("ada")
    factories.make_types()
    factories_ada.done("call.answer", call_id=call_id)
    fields = {"CallSid": "CA1", "Direction": "inbound", **changes}
    return post(f"/twilio/voice/join/{call_id}", fields).content.decode()


def test_every_caller_hears_in_both_languages_that_the_call_is_kept_before_it_is(
    kept, ring, post, call_id
):
    heard = ring("CA2").content.decode()

    assert heard.index("Panggilan ini dicatat") < heard.index("This call is recorded")
    assert heard.index("This call is recorded") < heard.index("<Enqueue")
    assert "dicatat" not in joins(post, call_id), "it was said in the greeting"


def test_whom_we_ring_up_hears_it_before_the_conference(kept, post, call_id):
    document = joins(post, call_id, Direction="outbound-api")

    assert document.index("dicatat") < document.index("<Start>") < document.index("<Conference")


def test_the_conference_is_recorded_and_the_leg_written_down(kept, post, call_id):
    document = joins(post, call_id)

    assert twiml.errors(document) == []
    assert 'record="record-from-start"' in document
    assert f'recordingStatusCallback="/twilio/voice/recording/{call_id}"' in document
    assert 'recordingStatusCallbackEvent="in-progress completed absent"' in document
    assert f'statusCallbackUrl="/twilio/voice/transcription/{call_id}"' in document
    assert 'languageCode="id-ID"' in document
    assert 'track="both_tracks"' in document


@pytest.fixture
def api(settings):
    """The provider's API: takes what is asked and keeps it."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked.append(dict(parse_qsl(body)))
            answer = b'{"call_sid": "CA9", "status": "queued"}'
            self.send_response(201)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TWILIO_API_BASE_URL = f"http://127.0.0.1:{server.server_port}"
    yield asked
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("wanted", [True, False])
def test_the_dispatcher_who_enters_first_begins_the_same_recording(kept, call_id, api, wanted):
    kept.RECORD_CALLS = wanted
    effects.TwilioVoice().ring_dispatcher(selectors.leg(call_id), dispatcher_id="5")

    (asked,) = api
    assert asked.get("ConferenceRecord") == ("record-from-start" if wanted else None)
    callback = asked.get("ConferenceRecordingStatusCallback", "")
    assert callback.endswith(f"/voice/recording/{call_id}") == wanted
