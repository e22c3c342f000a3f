"""A private Redis on a unix socket. It holds nothing that cannot be lost; it keeps a file so that less is lost."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deploy.machine.places import Places
from deploy.machine.servers import Servers
from deploy.machine.supervisor import Service

ANSWER_S = 1.0


@dataclass(frozen=True)
class Redis:
    places: Places
    servers: Servers
    durable: bool = True

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self.places.redis_socket))}"

    def service(self) -> Service:
        settings = {
            "port": "0",
            "unixsocket": str(self.places.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.places.redis),
            "daemonize": "no",
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
        }
        return Service(
            name="redis",
            argv=[
                str(self.servers.redis),
                *[word for name, value in settings.items() for word in (f"--{name}", value)],
            ],
            env=self.servers.environment,
            log=self.places.log / "redis.log",
            cwd=Path("/"),
            stop_s=4.0,
            last_stage=True,
        )

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
                client.settimeout(ANSWER_S)
                client.connect(str(self.places.redis_socket))
                client.sendall(b"PING\r\n")
                return client.recv(64).startswith(b"+PONG")
        except OSError:
            return False
