"""Twilio's conferences as far as they are asked for, over HTTP: who is in by label, and every request that came."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CF, CA, AC = ("CF" + "5" * 32, "CA{:032x}", "AC" + "0" * 32)
LABEL_IN_USE = 16_025
CREATE = re.compile(r"Conferences/(?P<name>[^/]+)/Participants")
ONE = re.compile(r"Conferences/(?P<sid>[^/]+)/Participants/(?P<label>[^/]+)")


class ConferenceApi:
    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = []
        self.people: dict[str, dict[str, Any]] = {}  # label -> as it was last made
        self.name = ""
        self.status = "init"
        self.url = ""
        self.takes: set[str] = set()  # name:password; empty: whoever asks

    def of(self, method: str, part: str = "") -> list[dict[str, str]]:
        return [
            params for asked, path, _, params in self.asked if asked == method and part in path
        ]

    def answer(
        self, method: str, path: str, query: dict[str, str], params: dict[str, str]
    ) -> tuple[int, Any]:
        if path.endswith(f"/Accounts/{AC}.json"):
            return 200, {"sid": AC, "status": "active"}
        rest = path.split(f"/Accounts/{AC}/")[1].removesuffix(".json")
        if rest == "Conferences":
            mine = query.get("FriendlyName") == self.name and self.people
            old = {"sid": "CF" + "4" * 32, "friendly_name": self.name, "status": "completed"}
            now = {"sid": CF, "friendly_name": self.name, "status": self.status}
            return 200, {"conferences": [now, old] if mine else [old], "next_page_uri": None}
        if method == "POST" and (found := CREATE.fullmatch(rest)):
            return self._create(found["name"], params)
        if found := ONE.fullmatch(rest):
            return self._one(method, found, params)
        if rest == f"Conferences/{CF}":
            self.status = params["Status"]
            return 200, {"sid": CF, "status": self.status}
        if rest.startswith("Calls/"):
            return 200, {"sid": rest.removeprefix("Calls/"), "status": params["Status"]}
        return 404, {"code": 20_404, "message": "no", "status": 404}

    def _create(self, name: str, params: dict[str, str]) -> tuple[int, Any]:
        self.name = name
        if params["Label"] in self.people:
            return 400, {"code": LABEL_IN_USE, "message": "label in use", "status": 400}
        sid = CA.format(len(self.people) + 1)
        self.people[params["Label"]] = {"call_sid": sid, **params}
        return 201, {"call_sid": sid, "conference_sid": CF, "label": params["Label"]}

    def _one(self, method: str, found: re.Match[str], params: dict[str, str]) -> tuple[int, Any]:
        if found["sid"] != CF or found["label"] not in self.people:
            return 404, {"code": 20_404, "message": "no", "status": 404}
        if method == "DELETE":
            self.people.pop(found["label"])
            return 204, None
        person = self.people[found["label"]]
        person.update(params)
        return 200, {"call_sid": person["call_sid"], "conference_sid": CF, "label": found["label"]}


@contextmanager
def conference_api() -> Iterator[ConferenceApi]:
    api = ConferenceApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            parts = urlsplit(self.path)
            pairs = parse_qsl(body, keep_blank_values=True)
            params = {
                name: " ".join(value for one, value in pairs if one == name)
                for name, _ in pairs
            }  # fmt: skip
            query = dict(parse_qsl(parts.query))
            status, answer = api.answer(self.command, parts.path, query, params)
            who = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
            if api.takes and who not in api.takes:
                status, answer = 401, {"code": 20_003, "message": "no", "status": 401}
            api.asked.append((self.command, parts.path, query, params))
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_DELETE = do_POST  # noqa: N815 - so http.server names them

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    yield api
    server.shutdown()
    thread.join()
    server.server_close()
