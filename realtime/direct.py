"""uvicorn's WebSocket with two things more: what goes to thousands of screens is framed once and written straight
away, and a client can be watched closely.

The usual way of a frame to a socket (a queue, a task that wakes, the ASGI call, the frame made anew) costs several
times what the write itself does. A server without this extension is served the usual way.
"""

from __future__ import annotations

import struct
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "siaga.direct"
_TEXT_WHOLE = 0x81  # one frame, not masked, as a server's are (RFC 6455, section 5.2)
_LENGTH_16, _LENGTH_64 = 126, 127


class DirectWebSocket(WebSocketsSansIOProtocol):
    """`uvicorn --ws realtime.direct:DirectWebSocket`; without compression, which would need a frame for each socket."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        scope = getattr(self, "scope", None)  # none when the handshake was refused
        if scope is not None and not self.config.ws_per_message_deflate:
            scope["extensions"][EXTENSION] = {
                "write": self.try_write,
                "watch": self.watch_closely,
            }

    def try_write(self, frame: bytes) -> bool:
        """Write a whole frame; False when the client does not keep up or goes, and it has to wait its turn."""
        if not self.handshake_complete or not self.writable.is_set():
            return False
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def watch_closely(self, *, every_s: float, answered_within_s: float) -> None:
        """Ask this client oftener than others whether it is there: a machine that is off never says that it goes."""
        self.stop_keepalive()
        self.ping_interval, self.ping_timeout = every_s, answered_within_s
        self.start_keepalive()


def framed(text: str) -> bytes:
    """The bytes of a text frame from a server."""
    payload = text.encode()
    size = len(payload)
    if size < _LENGTH_16:
        head = struct.pack("!BB", _TEXT_WHOLE, size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", _TEXT_WHOLE, _LENGTH_16, size)
    else:
        head = struct.pack("!BBQ", _TEXT_WHOLE, _LENGTH_64, size)
    return head + payload
