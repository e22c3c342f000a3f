"""An account at the provider with a number and a second host, and the command that looks at them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from calls.telephony.twilio_fallback import OTHER_WAY_IN_INDONESIA, Ring, voice_document

NUMBER = "+622155500112"
BASE = "https://112.example.go.id"
NOBODY = "http://127.0.0.1:1"
VOICE = voice_document(["+62771123456"], ring=Ring.TOGETHER, other_way=OTHER_WAY_IN_INDONESIA)


@dataclass
class SecondHost:
    url: str = ""
    status: int = 200
    content_type: str = "text/xml"
    body: str = VOICE
    asked: list[tuple[str, str, str]] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[SecondHost]:
    """A web server that answers as it is told."""
    host = SecondHost()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            host.asked.append((self.command, self.path, self.rfile.read(length).decode()))
            body = host.body.encode()
            self.send_response(host.status)
            self.send_header("Content-Type", host.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815 - so they are named there

        def log_message(self, *_words: Any) -> None:
            """Nothing on the screen of the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        host.url = f"http://127.0.0.1:{server.server_port}"
        yield host
        server.shutdown()
        thread.join()


def webhooks(second_host: SecondHost) -> dict[str, str]:
    return {
        "voice_url": f"{BASE}/twilio/voice/incoming",
        "voice_fallback_url": f"{second_host.url}/voice.xml",
        "status_callback": f"{BASE}/twilio/voice/status",
        "sms_url": f"{BASE}/twilio/messages/incoming",
        "sms_fallback_url": f"{second_host.url}/messages.xml",
    }


def check(*words: str, language: str = "en") -> tuple[int, str]:
    """Exit status and what was printed."""
    out = StringIO()
    try:
        call_command("check_provider", *words, language=language, stdout=out, no_color=True)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def check_json(*words: str) -> tuple[int, dict[str, Any]]:
    status, text = check("--json", *words)
    return status, json.loads(text)


def wrong(answer: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["setting"], row["advice"]) for row in answer["rows"] if row["state"] == "wrong"]


def refused(*words: str) -> str:
    with pytest.raises(CommandError) as raised:
        check(*words)
    assert raised.value.returncode == 1
    return str(raised.value)
