"""A provider's store of files on this machine, which behaves as it is told: well, badly, slowly, without end."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Act = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        act = self.server.acts.get(self.path.partition("?")[0])
        if act is None:
            self.send_error(404)
            return
        # Whoever asked has had enough.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            act(self)

    def gives(self, body: bytes, kind: str = "image/jpeg", *, length: bool = True) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def sends_on(self, url: str, status: int = 307) -> None:
        self.send_response(status)
        self.send_header("Location", url)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


class Store(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.acts: dict[str, Act] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def keeps(self, path: str, body: bytes, kind: str = "image/jpeg") -> str:
        self.acts[path] = lambda handler: handler.gives(body, kind)
        return self.url + path

    def does(self, path: str, act: Act) -> str:
        self.acts[path] = act
        return self.url + path


@contextmanager
def running() -> Iterator[Store]:
    store = Store()
    thread = threading.Thread(
        target=store.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield store
    finally:
        store.over.set()
        store.shutdown()
        store.server_close()
        thread.join()
