"""uvicorn, which at its end first hears out whoever has just knocked: `python -m dispatch.server`, words as uvicorn's.

uvicorn closes every connection on which no request is being answered at the moment it is told to stop: one that was
accepted a moment ago and whose request is on its way is cut, and so is one that was kept open and is used again just
then. A provider that tries once would lose a call to a deploy.
"""

from __future__ import annotations

import asyncio
import socket
import sys

import uvicorn

LINGER_S = 0.5


class Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        # Whoever asks now is answered, and told to open a new connection next time: another worker takes that.
        self.server_state.default_headers.append((b"connection", b"close"))
        await asyncio.sleep(LINGER_S)
        await super().shutdown(sockets)


def main() -> None:
    # By name: `uvicorn.main` is the command of that module, which hides the module itself.
    sys.modules["uvicorn.main"].Server = Server  # type: ignore[attr-defined]
    uvicorn.main()


if __name__ == "__main__":
    main()
