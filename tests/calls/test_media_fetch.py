"""Files are fetched from the provider alone, against a real server that behaves badly in every way it can."""

from __future__ import annotations

import io
import socket
import time

import pytest

from calls import media_fetch
from calls.media_fetch import FILE_BYTES_MAX, Refused, Source, Unreachable, fetch
from tests.calls import media_server

LOCAL = Source(frozenset(), {"": ("AC1", "secret")}, any_local_port=True)
REAL = Source(
    frozenset({"api.twilio.com", "media.twiliocdn.com"}), {"api.twilio.com": ("AC1", "secret")}
)


@pytest.fixture
def store():
    with media_server.running() as running:
        yield running


def fetched(url, source=LOCAL, **options):
    into = io.BytesIO()
    fetch(url, source, into, **options)
    return into.getvalue()


def refusal(url, source=LOCAL, **options):
    with pytest.raises((Refused, Unreachable)) as error:
        fetched(url, source, **options)
    return type(error.value), error.value.code


def test_a_file_is_fetched_with_our_name(store):
    url = store.keeps("/a", b"picture")

    assert fetched(url) == b"picture"
    assert store.asked == [("/a", "Basic QUMxOnNlY3JldA==")]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.twilio.com/a",
        "https://evil.example/a",
        "https://api.twilio.com.evil.example/a",
        "https://evil.example/api.twilio.com",
        "https://api.twilio.com@evil.example/a",
        "https://api.twilio.com:8443/a",
        "https://169.254.169.254/latest/meta-data/",
        "http://169.254.169.254/latest/meta-data/",
        "https://localhost/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://[::ffff:127.0.0.1]/a",
        "https://2130706433/a",
        "https://0x7f.1/a",
        "http://127.0.0.1:6379/",
        "ftp://api.twilio.com/a",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_INFO",
        "https://api.twilio.com\\@evil.example/a",
        "https://api.twilio.com\r\nHost: evil.example/a",
        "https://[broken/a",
        "https://api.twilio.com:99999/a",
        "//api.twilio.com/a",
        "",
        "https://api.twilio.com/" + "a" * 2_000,
    ],
)
def test_no_other_address_is_asked(url, monkeypatch):
    def connects(*_args, **_options):
        raise AssertionError(url)

    monkeypatch.setattr(socket, "create_connection", connects)
    monkeypatch.setattr(socket, "getaddrinfo", connects)

    assert refusal(url, REAL) == (Refused, "address")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/",
        "http://[::1]:80/",
        "file:///etc/passwd",
        "http://127.0.0.2/",
        "",
    ],
)
def test_a_redirect_leads_nowhere_else(store, status, target):
    url = store.does("/a", lambda handler: handler.sends_on(target, status))

    kind, code = refusal(url)

    assert kind is Refused
    assert code in {"address", "redirects"}
    assert len(store.asked) <= media_fetch.REDIRECTS_MAX + 1


def test_a_redirect_of_the_provider_is_followed(store):
    other = store.keeps("/b", b"picture")

    assert fetched(store.does("/a", lambda handler: handler.sends_on(other))) == b"picture"


def test_redirects_in_a_circle_end(store):
    url = store.does("/a", lambda handler: handler.sends_on("/a"))

    assert refusal(url) == (Refused, "redirects")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.5"],
        ["169.254.169.254"],
        ["192.168.1.1"],
        ["100.64.0.1"],
        ["0.0.0.0"],
        ["::1"],
        ["fd00::1"],
        ["fe80::1%eth0"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::"],
        ["224.0.0.1"],
        ["52.0.0.1", "10.0.0.5"],  # one good address does not make the other one good
    ],
)
def test_a_name_that_leads_into_our_own_network_is_refused(addresses, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    assert refusal("https://api.twilio.com/a", REAL) == (Refused, "private_address")


@pytest.mark.parametrize("address", ["52.1.2.3", "2600:1f18::1", "64:ff9b::3401:203"])
def test_addresses_of_the_internet_are_not(address):
    assert media_fetch.is_public(address)


def test_the_connection_goes_to_the_address_that_was_looked_at(store, monkeypatch):
    """A name server that says something else a moment later is not asked a second time."""
    real, names = socket.getaddrinfo, []

    def answers(host, port, *args, **options):
        if host == "media.twiliocdn.com":
            names.append(host)
            host = "127.0.0.1" if len(names) == 1 else "127.0.0.99"
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    monkeypatch.setattr(media_fetch, "is_public", lambda _address: True)
    backend = media_fetch._Guarded(time.monotonic() + 5, local=False)

    stream = backend.connect_tcp("media.twiliocdn.com", store.server_port)

    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    assert names == ["media.twiliocdn.com"]
    stream.close()


def test_nothing_is_no_file(store):
    assert refusal(store.keeps("/a", b"")) == (Refused, "empty")


def test_a_file_that_says_it_is_too_large_is_not_read(store):
    def boasts(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(100 * 1024 * 1024))
        handler.end_headers()

    assert refusal(store.does("/a", boasts)) == (Refused, "too_large")


def test_a_hundred_megabytes_that_do_not_say_so_are_cut_off(store):
    sent = []

    def floods(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 1024 * 1024)
            sent.append(1)

    assert refusal(store.does("/a", floods)) == (Refused, "too_large")
    assert len(sent) < 100


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(store):
    def drips(handler):
        handler.send_response(200)
        handler.end_headers()
        while not store.over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    begun_s = time.monotonic()
    assert refusal(store.does("/a", drips), within_s=0.6) == (Unreachable, "too_slow")
    assert time.monotonic() - begun_s < 3


def test_a_server_whose_headers_never_end_is_given_up(store):
    def drips(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not store.over.wait(0.05):
            handler.wfile.write(b"X-More: yes\r\n")
            handler.wfile.flush()

    kind, code = refusal(store.does("/a", drips), within_s=0.6)
    assert kind is Unreachable
    assert code in {"too_slow", "unreachable"}


def test_half_a_file_is_no_file(store):
    def breaks_off(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b"half")

    assert refusal(store.does("/a", breaks_off)) == (Unreachable, "unreachable")


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_what_is_not_there_yet_is_asked_again(store, status):
    url = store.does("/a", lambda handler: handler.send_error(status))

    assert refusal(url) == (Unreachable, f"status_{status}")


def test_nobody_at_the_address_is_asked_again():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    assert refusal(f"http://127.0.0.1:{port}/a") == (Unreachable, "unreachable")


def test_this_machine_is_asked_only_where_a_provider_is_emulated(store):
    url = store.keeps("/a", b"picture")

    assert refusal(url, REAL) == (Refused, "address")
    assert fetched(url, Source(frozenset(), local=frozenset({store.url}))) == b"picture"
    assert refusal(url, Source(frozenset(), local=frozenset({"http://127.0.0.1:1"})))[0] is Refused
    assert FILE_BYTES_MAX > 16 * 1024 * 1024, "WhatsApp carries films of 16 MB"
