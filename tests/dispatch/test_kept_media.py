"""Who may hear and see what was kept of a call, how it is fetched, and the trace that every access leaves."""

from __future__ import annotations

import base64
import contextlib
import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from calls import recording_sound, share, shared_pictures
from calls.models import MediaAccess, Recording
from realtime import registry
from tests import factories

pytestmark = pytest.mark.django_db
SOUND = bytes(range(256)) * 20
NOBODY = "0192f1f0-0000-7000-8000-000000000001"


class Keeper:
    """Whoever keeps recordings, over real HTTP; `knows_parts`: as a server that knows no ranges when False."""

    def __init__(self):
        self.asked, self.knows_parts, self.status = [], True, 200
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                keeper.asked.append((self.path, self.headers.get("Authorization", "")))
                data, status, head = SOUND, keeper.status, {}
                wanted = self.headers.get("Range", "")
                if keeper.knows_parts and wanted and status == 200:
                    first, last = (int(one) for one in wanted.removeprefix("bytes=").split("-"))
                    data = SOUND[first : last + 1]
                    status = 206 if data else 416
                    head = {"Content-Range": f"bytes {first}-{first + len(data) - 1}/{len(SOUND)}"}
                self.send_response(status)
                for name, value in {**head, "Content-Type": "audio/x-wav"}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(data)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def keeper(settings):
    keeper = Keeper()
    settings.TWILIO_API_BASE_URL = keeper.url
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "secret"
    yield keeper
    keeper.server.shutdown()
    keeper.server.server_close()


@pytest.fixture
def recording(ada, settings):
    settings.TWILIO_AUTH_TOKEN = "secret"
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    factories.webhook(
        f"/twilio/voice/recording/{call_id}",
        {
            "RecordingSid": "RE1",
            "RecordingStatus": "completed",
            "RecordingUrl": "http://169.254.169.254/latest",
        },
    )
    return Recording.objects.get()


def hears(person, recording_id, **headers):
    return Client().get(
        f"/api/v1/recordings/{recording_id}/sound", headers={**person.bearer, **headers}
    )


def test_a_player_gets_the_part_it_asks_for(ada, keeper, recording):
    answer = hears(ada, recording.pk, range="bytes=100-199")

    assert answer.status_code == 206
    assert answer.content == SOUND[100:200]
    assert answer.headers["Content-Range"] == f"bytes 100-199/{len(SOUND)}"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "audio/x-wav"


def test_the_provider_is_asked_with_our_credentials_and_at_no_address_that_came_from_outside(
    ada, keeper, recording
):
    answer = hears(ada, recording.pk, range="bytes=0-")

    path, signed = keeper.asked[0]
    assert path == "/2010-04-01/Accounts/AC1/Recordings/RE1.wav"
    assert base64.b64decode(signed.removeprefix("Basic ")) == b"AC1:secret"
    assert answer.content == SOUND
    assert keeper.url not in str(answer.headers)
    row = registry.snapshot(ada.viewer)["calls"][0]["recordings"][0]
    assert set(row) == {"id", "at", "status", "duration_s"}


def test_a_provider_that_knows_no_parts_is_cut_here(ada, keeper, recording):
    keeper.knows_parts = False

    answer = hears(ada, recording.pk, range="bytes=5000-5009")

    assert answer.status_code == 206
    assert answer.content == SOUND[5000:5010]
    assert answer.headers["Content-Range"] == f"bytes 5000-5009/{len(SOUND)}"


def test_a_long_answer_comes_in_parts_and_is_whole(ada, keeper, recording, monkeypatch):
    monkeypatch.setattr(recording_sound, "PART_BYTES_MAX", 1_000)

    part = hears(ada, recording.pk, range="bytes=0-")
    whole = hears(ada, recording.pk)

    assert part.headers["Content-Range"] == f"bytes 0-999/{len(SOUND)}"
    assert whole.headers["Content-Length"] == str(len(SOUND))


@pytest.mark.parametrize("wanted", ["bytes=9-5", "bytes=-5", "bytes=0-1,3-4", "pages=1-2", "x"])
def test_a_range_that_is_none_gets_the_whole(ada, keeper, recording, wanted):
    assert hears(ada, recording.pk, range=wanted).status_code == 200


def test_past_the_end_there_is_nothing(ada, keeper, recording):
    assert hears(ada, recording.pk, range="bytes=99999-").status_code == 416


@pytest.mark.parametrize("status", [404, 500, 401])
def test_a_provider_that_gives_nothing_is_told_in_words(ada, keeper, recording, status):
    keeper.status = status
    answer = hears(ada, recording.pk)

    assert answer.status_code == 502
    assert answer.json()["code"] == "recording_unavailable"


def test_only_who_answered_and_supervisors_may_hear(ada, bo, cy, root, crew, keeper, recording):
    answers = [hears(who, recording.pk).status_code for who in (ada, cy, bo, root, crew)]

    assert answers == [200, 200, 403, 403, 403]
    assert Client().get(f"/api/v1/recordings/{recording.pk}/sound").status_code == 401
    assert hears(ada, NOBODY).status_code == 404


def test_every_hearing_is_noted_once_for_one_sitting(ada, cy, bo, keeper, recording):
    for start in range(5):
        hears(ada, recording.pk, range=f"bytes={start}-")
    hears(cy, recording.pk)
    hears(bo, recording.pk)

    rows = MediaAccess.objects.order_by("first_at").values_list(
        "person__username", "what", "subject_id", "requests"
    )
    assert list(rows) == [
        ("ada", "recording", recording.pk, 5),
        ("cy", "recording", recording.pk, 1),
    ]


# --- the exchange's ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("{keeper}/recordings/a.wav", 200),
        ("{keeper}/recordings/../etc/passwd", 502),
        ("{keeper}/elsewhere/a.wav", 502),
        ("http://127.0.0.1:1/recordings/a.wav", 502),
        ("{keeper}@127.0.0.1:1/recordings/a.wav", 502),
        ("file:///etc/passwd", 502),
    ],
)
def test_the_exchange_is_asked_only_below_the_address_that_was_set(
    ada, keeper, recording, settings, url, status
):
    port = keeper.url.rpartition(":")[2]
    settings.PBX_RECORDINGS_URL = f"http://reader:pw@127.0.0.1:{port}/recordings"
    Recording.objects.update(provider="pbx", url=url.format(keeper=keeper.url))

    assert hears(ada, recording.pk).status_code == status
    if status == 200:
        assert base64.b64decode(keeper.asked[0][1].removeprefix("Basic ")) == b"reader:pw"
    else:
        assert keeper.asked == []


# --- pictures and the transcript ---------------------------------------------------------------


def test_a_picture_is_shown_to_the_centre_alone_and_noted(ada, cy, crew, root, settings, tmp_path):
    settings.HOME, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    code = ada.done("call.share_location", call_id=call_id)["code"]
    raw = io.BytesIO()
    Image.new("RGB", (30, 20)).save(raw, "PNG")
    shared_pictures.receive_picture(code, key="k", data=raw.getvalue(), now=timezone.now())
    (picture,) = share.ShareLink.objects.get().pictures.all()

    answers = {
        who.user.username: Client().get(f"/api/v1/pictures/{picture.pk}", headers=who.bearer)
        for who in (ada, cy, crew, root)
    }

    assert {who: one.status_code for who, one in answers.items()} == {
        "ada": 200,
        "cy": 200,
        "crew.damkar-1": 403,
        "root": 403,
    }
    assert Image.open(io.BytesIO(answers["ada"].content)).size == (30, 20)
    assert answers["ada"].headers["X-Content-Type-Options"] == "nosniff"
    assert MediaAccess.objects.filter(what="picture", subject_id=picture.pk).count() == 2


def test_the_whole_transcript_is_read_and_the_reading_noted(ada):
    call_id = factories.ring()
    factories.webhook(
        f"/twilio/voice/transcription/{call_id}",
        {
            "TranscriptionSid": "GT1",
            "TranscriptionEvent": "transcription-content",
            "SequenceId": "2",
            "Track": "inbound_track",
            "TranscriptionData": '{"transcript": "tolong"}',
        },
    )
    answer = Client().get(f"/api/v1/calls/{call_id}/transcript", headers=ada.bearer)

    assert [line["text"] for line in answer.json()["lines"]] == ["tolong"]
    assert MediaAccess.objects.get().what == "transcript"
