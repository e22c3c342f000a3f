"""What an Overpass server answers becomes an import; what goes wrong there changes nothing and is said."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from maps.importing import overpass, run
from maps.importing.report import ImportRefused
from maps.models import Place
from tests.maps.importing.extracts import Extract

BOX = (104.0, 0.0, 105.0, 1.0)


@pytest.fixture
def server(settings):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(parse_qs(body.decode())["data"][0])
            self.send_response(answer["status"])
            self.end_headers()
            self.wfile.write(answer["body"])

        def log_message(self, *args):
            pass

    asked, answer = [], {"status": 200, "body": b""}
    service = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.OVERPASS_URL = f"http://127.0.0.1:{service.server_port}/api/interpreter"
    yield asked, answer
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.mark.django_db
def test_a_box_is_asked_for_and_imported(server):
    asked, answer = server
    police = Extract(box=None).node(1, 104.5, 0.5, amenity="police", name="Polsek")
    answer["body"] = police.text().encode()
    report = run.run(run.Wish(files=[], overpass=BOX))
    assert "[bbox:0.0,104.0,1.0,105.0]" in asked[0]
    assert report.total("added") == 1
    assert Place.objects.get().name == "Polsek"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, b"busy"),
        (200, b'<osm></osm><remark> runtime error: Query timed out in "query" </remark></osm>'),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(server, status, body, tmp_path):
    server[1].update(status=status, body=body)
    with pytest.raises(ImportRefused) as refused:
        overpass.fetch(BOX, tmp_path / "answer.osm")
    assert refused.value.code == "overpass_refused"


def test_an_answer_without_end_is_left(server, tmp_path, monkeypatch):
    monkeypatch.setattr(overpass, "BYTES_MAX", 100)
    server[1].update(body=b"x" * 10_000)
    with pytest.raises(ImportRefused) as refused:
        overpass.fetch(BOX, tmp_path / "answer.osm")
    assert refused.value.code == "overpass_too_much"


def test_without_internet_it_is_said(settings, tmp_path):
    settings.OVERPASS_URL = "http://127.0.0.1:9/api/interpreter"
    with pytest.raises(ImportRefused) as refused:
        overpass.fetch(BOX, tmp_path / "answer.osm")
    assert refused.value.code == "overpass_unreachable"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("104.3,0.8,104.7", "box_unreadable"),
        ("a,b,c,d", "box_unreadable"),
        ("104.7,0.8,104.3,1.1", "box_unreadable"),
        ("95,-11,141,6", "box_too_large"),
        ("nan,0,1,1", "box_unreadable"),
    ],
)
def test_a_box_that_is_none_is_explained(text, code):
    with pytest.raises(ImportRefused) as refused:
        overpass.box_of(text)
    assert refused.value.code == code


def test_a_box_is_west_south_east_north():
    assert overpass.box_of("104.3, 0.8, 104.7, 1.1") == (104.3, 0.8, 104.7, 1.1)
