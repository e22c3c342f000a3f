"""A telephone exchange, seen from here: what it says, signed, and a control address that does as it is asked."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.test import Client

from calls.signed_json import SIGNATURE_HEADER, Proof, proof, sign

KEY = "key-of-the-exchange-in-the-tests-" * 2
CALLER = "+6281234567890"
_numbers = itertools.count(1)


def ago(seconds: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()


def event(told: str = "ringing", **fields: Any) -> dict[str, Any]:
    said = {
        "event": told,
        "event_id": f"event-{next(_numbers)}",
        "call_id": "1764293129.17",
        "at": ago(0),
        "from": CALLER,
        "to": "112",
        "trunk": "telkom-1",
        **fields,
    }
    return {name: value for name, value in said.items() if value is not None}


def post(
    fields: Any, *, path: str = "/pbx/calls", key: str = KEY, at_s: float | None = None, **headers
):
    body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    signature = sign(body, key=key, at_s=int(time.time() if at_s is None else at_s))
    return Client(raise_request_exception=False).post(
        path,
        data=body,
        content_type="application/json",
        headers={SIGNATURE_HEADER: signature, **headers},
    )


def tell(told: str = "ringing", **fields: Any) -> str:
    """The exchange says it; answers the outcome."""
    answer = post(event(told, **fields))
    assert answer.status_code == 200, answer.content
    return answer.json()["outcome"]


class ControlAddress:
    """Checks what it is asked as the exchange must, notes it, and answers as it is told.

    `answers` are tried in their order, one for each request; then the act is done. An answer is a status, or a function
    that gets the handler and does something worse.
    """

    def __init__(self, key: str = KEY) -> None:
        self.key = key
        self.asked: list[dict[str, Any]] = []
        self.done: dict[
            str, dict[str, Any]
        ] = {}  # by act_id: the same act again is not done again
        self.answers: list[Any] = []
        self.unknown_calls: set[str] = set()
        self.says: dict[str, Any] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.judge(self, body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/acts"

    def judge(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        signature = handler.headers.get(SIGNATURE_HEADER, "")
        if proof(body, signature, keys=[self.key], now_s=time.time()) is not Proof.GOOD:
            self.reply(handler, 403, {})
            return
        fields = json.loads(body)
        assert handler.headers["Idempotency-Key"] == fields["act_id"]
        self.asked.append(fields)
        answer = self.answers.pop(0) if self.answers else 200
        if callable(answer):
            answer(handler)
        elif answer != 200:
            self.reply(handler, answer, {})
        elif fields.get("call_id") in self.unknown_calls:
            self.reply(handler, 404, {"act_id": fields["act_id"]})
        else:
            self.done.setdefault(fields["act_id"], fields)
            self.reply(handler, 200, {"ok": True, "act_id": fields["act_id"], **self.says})

    def reply(
        self, handler: BaseHTTPRequestHandler, status: int, fields: Any, *, key: str | None = None
    ) -> None:
        body = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        signature = sign(body, key=key or self.key, at_s=int(time.time()))
        handler.send_header(SIGNATURE_HEADER, signature)
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def control_address() -> Iterator[ControlAddress]:
    control = ControlAddress()
    thread = threading.Thread(target=control.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield control
    control.server.shutdown()
    thread.join()
    control.server.server_close()
