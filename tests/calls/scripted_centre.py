"""A service that answers the provider with the documents of a test, and checks each signature with Twilio's own library."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

WITHIN_S = 5.0
POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class Heard:
    """One request of the provider."""

    method: str
    path: str
    params: dict[str, str]
    token: str
    signed: bool


@dataclass
class Centre:
    url: str = ""
    auth_token: str = "provider-token-of-the-tests"
    documents: dict[str, str] = field(default_factory=dict)  # by path; else an empty one
    statuses: dict[str, int] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def says(self, path: str, words: str) -> None:
        self.documents[path] = f"<Response>{words}</Response>"

    def at(self, path: str) -> list[dict[str, str]]:
        """What was told at this address, in order."""
        return [one.params for one in self.heard if one.path == path]

    def wait(self, question: Callable[[], object], what: str) -> None:
        ends_s = time.monotonic() + WITHIN_S
        while not question():
            assert time.monotonic() < ends_s, f"{what}: {[one.path for one in self.heard]}"
            time.sleep(POLL_S)


@contextmanager
def serving() -> Iterator[Centre]:
    centre = Centre()
    validator = RequestValidator(centre.auth_token)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            pairs = dict(parse_qsl(body, keep_blank_values=True))
            path = urlsplit(self.path).path
            query = dict(parse_qsl(urlsplit(self.path).query))
            signed = validator.validate(
                centre.url + self.path, pairs, self.headers.get("X-Twilio-Signature", "")
            )
            token = self.headers.get("I-Twilio-Idempotency-Token", "")
            centre.heard.append(Heard(self.command, path, {**query, **pairs}, token, signed))
            document = centre.documents.get(path, "<Response/>").encode()
            self.send_response(centre.statuses.get(path, 200))
            self.send_header("Content-Type", centre.content_types.get(path, "text/xml"))
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        do_GET = do_POST = answer  # noqa: N815 - so they are named there

        def log_message(self, *_words: Any) -> None:
            """Nothing on the screen of the tests."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        centre.url = f"http://127.0.0.1:{server.server_port}"
        yield centre
        server.shutdown()
        thread.join()
