"""Geocoders of others behind one port: the contract, against a server of our own."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from maps.geo import LatLng
from maps.geocoding.outside import SERVICES, find_outside

CITY = LatLng(0.918, 104.466)
ANSWERS = {
    "nominatim": [{"lat": "0.9186", "lon": "104.4665", "display_name": "Jl. Jauh, Tanjungpinang", "type": "residential"}],
    "photon": {"features": [{"geometry": {"coordinates": [104.4665, 0.9186]},
                             "properties": {"name": "Jl. Jauh", "city": "Tanjungpinang", "osm_value": "residential"}}]},
}  # fmt: skip


class Fake:
    """Answers with what it is given; `hangs` until it is let go."""

    def __init__(self):
        self.body, self.status, self.asked = b"[]", 200, []
        self.let_go = threading.Event()
        self.hangs = False
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                fake.asked.append(self.path)
                if fake.hangs:
                    fake.let_go.wait(10)
                self.send_response(fake.status)
                self.send_header("Content-Length", str(len(fake.body)))
                self.end_headers()
                self.wfile.write(fake.body)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def fake():
    one = Fake()
    yield one
    one.stop()


@pytest.fixture(params=sorted(SERVICES))
def service(request, settings, fake):
    settings.OUTSIDE_GEOCODER = request.param
    settings.OUTSIDE_GEOCODER_URL = fake.url
    settings.OUTSIDE_GEOCODER_TIMEOUT_S = 5.0
    fake.body = json.dumps(ANSWERS[request.param]).encode()
    return request.param


def test_what_it_finds_is_marked_as_from_outside(service, fake):
    found = find_outside("jl jauh", near=CITY, limit=3)
    assert [(one.position, one.quality, one.place_id) for one in found] == [
        (LatLng(0.9186, 104.4665), "outside", None)
    ]
    assert found[0].label == "Jl. Jauh, Tanjungpinang"
    assert found[0].reasons[0].code == "outside"
    assert "q=jl+jauh" in fake.asked[0]


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"[1]", b'"x"', b"[[[", b'{"features":[{}]}', b'{"features":[{"geometry":null}]}',
                                  b'[{"lat":"north","lon":"1"}]', b'{"features":7}', b"\xff\xfe"])  # fmt: skip
def test_a_broken_answer_is_no_answer(service, fake, body):
    fake.body = body
    assert find_outside("x", near=CITY, limit=3) == []


def test_an_error_or_a_redirect_is_no_answer(service, fake):
    for status in (302, 403, 429, 500):
        fake.status = status
        assert find_outside("x", near=CITY, limit=3) == []


def test_a_service_that_hangs_costs_the_time_limit_and_nothing_else(service, fake, settings):
    settings.OUTSIDE_GEOCODER_TIMEOUT_S = 0.2
    fake.hangs = True
    assert find_outside("x", near=CITY, limit=3) == []


def test_an_answer_without_end_is_cut_off(service, fake):
    fake.body = b"[" + b"1," * 400_000
    assert find_outside("x", near=CITY, limit=3) == []


def test_a_service_that_is_gone_is_no_error(service, settings):
    settings.OUTSIDE_GEOCODER_URL = "http://127.0.0.1:1"
    assert find_outside("x", near=CITY, limit=3) == []


def test_without_a_service_nobody_is_asked(settings, fake):
    settings.OUTSIDE_GEOCODER = ""
    settings.OUTSIDE_GEOCODER_URL = fake.url
    assert find_outside("x", near=CITY, limit=3) == []
    assert fake.asked == []
