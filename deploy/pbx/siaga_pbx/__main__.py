"""Between Asterisk or FreePBX and the centre: calls are told, acts are done. Python 3.11 and nothing else.

python3 -m siaga_pbx /etc/siaga-pbx.ini
"""

from __future__ import annotations

import json
import logging
import signal
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from siaga_pbx import settings as configuration
from siaga_pbx.ami import Unreachable
from siaga_pbx.exchange import Exchange, Refused
from siaga_pbx.signing import HEADER, is_signed, sign
from siaga_pbx.spool import Spool

BODY_BYTES_MAX = 64 * 1024
REQUEST_S_MAX = 10.0
EX_CONFIG = 78

logger = logging.getLogger("siaga_pbx")


def control_server(exchange: Exchange) -> ThreadingHTTPServer:
    keys = exchange.settings.keys

    class Control(BaseHTTPRequestHandler):
        timeout = REQUEST_S_MAX

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdigit() or int(length) > BODY_BYTES_MAX:
                self._say(413, {"detail": "the body is too large"})
                return
            body = self.rfile.read(int(length))
            if not is_signed(body, self.headers.get(HEADER, ""), keys):
                self._say(403, {"detail": "the signature is missing, wrong, or too old"})
                return
            self._say(*_done(exchange, body))

        def _say(self, status: int, fields: dict[str, Any]) -> None:
            body = json.dumps(fields).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header(HEADER, sign(body, keys[0]))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Acts are logged by what they are."""

    server = ThreadingHTTPServer(exchange.settings.listen, Control)
    server.daemon_threads = True
    if exchange.settings.certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(exchange.settings.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    return server


def _done(exchange: Exchange, body: bytes) -> tuple[int, dict[str, Any]]:
    try:
        fields = json.loads(body)
        act = fields.get("act")
        said = exchange.do(fields)
    except Refused as refused:
        logger.warning("%s refused: %s", act, refused)
        return refused.status, {"detail": str(refused)}
    except Unreachable as error:
        return 503, {"detail": str(error)}
    except (ValueError, AttributeError, RecursionError):
        return 422, {"detail": "the body must be a JSON object with act and act_id"}
    logger.info("%s done", act)
    return 200, said


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    try:
        settings = configuration.read(Path(sys.argv[1]))
    except (configuration.Wrong, ValueError) as error:
        print(f"siaga-pbx does not start: {error}", file=sys.stderr)
        return EX_CONFIG
    spool = Spool(settings.spool, settings.centre_url, settings.keys[0])
    exchange = Exchange(settings, spool)
    server = control_server(exchange)
    stop = threading.Event()
    # Waited for, not handled: a handler that sets an event may find its lock taken by the very thread that it interrupts.
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    for work in (lambda: spool.run(stop), lambda: exchange.ami.run(stop), server.serve_forever):
        threading.Thread(target=work, daemon=True).start()
    host, port = server.server_address[:2]
    logger.info("acts are taken at %s:%s", host, port)
    signal.sigwait(ends)
    stop.set()
    exchange.ami.close()
    server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
