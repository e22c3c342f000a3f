"""Fetch a file from where the provider keeps it, and from nowhere else.

The address comes with a message, so it is not believed: only the provider's hosts, by https; every redirect is looked
at again; the connection goes to the very address that was checked, whatever a name server says a moment later; time
and bytes end somewhere, also for a server that sends one byte a second.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore

FETCH_S_MAX = 20.0
FILE_BYTES_MAX = 25 * 1024 * 1024  # WhatsApp carries films of 16 MB, MMS of 5
REDIRECTS_MAX = 3
URL_CHARS_MAX = 2_000
READ_BYTES_MAX = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({401, 403, 404, 408, 409, 425, 429})  # also what is not there yet
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(Exception):  # noqa: N818 - an outcome
    """It will not be fetched, now or later; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Exception):  # noqa: N818 - an outcome
    """It could not be fetched; another time it may."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Source:
    """Where files may come from. `credentials`: who we say we are, and to which hosts alone.

    `local`: origins on this machine, of an emulated provider; nothing else may be plain http or a private address.
    """

    hosts: frozenset[str]
    credentials: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    local: frozenset[str] = frozenset()
    any_local_port: bool = False


def fetch(url: str, source: Source, into: BinaryIO, *, within_s: float = FETCH_S_MAX) -> int:
    """Write the file into `into`; answers its size. Refused or Unreachable otherwise."""
    deadline_s = time.monotonic() + within_s
    for _ in range(REDIRECTS_MAX + 1):
        target = _allowed(url, source)
        try:
            moved = _ask(target, source, into, deadline_s=deadline_s)
        except (TimeoutError, httpcore.TimeoutException):
            raise Unreachable("too_slow") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            raise Unreachable("unreachable") from None
        if moved is None:
            return into.tell()
        url = urljoin(url, moved)
    raise Refused("redirects")


# --- where to -----------------------------------------------------------------------------------


def _allowed(url: str, source: Source) -> SplitResult:
    if len(url) > URL_CHARS_MAX or "\\" in url or any(ord(sign) <= 32 for sign in url):
        raise Refused("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("address") from None
    host = (parts.hostname or "").lower().rstrip(".")
    if parts.username is not None or parts.password is not None or not host:
        raise Refused("address")
    if _is_local(parts, source):
        return parts
    if parts.scheme != "https" or port not in (None, 443) or host not in source.hosts:
        raise Refused("address")
    return parts


def _is_local(parts: SplitResult, source: Source) -> bool:
    if parts.scheme != "http" or parts.hostname != "127.0.0.1":
        return False
    return source.any_local_port or f"http://127.0.0.1:{parts.port or 80}" in source.local


def public_address(host: str, port: int) -> str:
    """The address to connect to. A name with one private address among others is refused as a whole."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreachable("unreachable") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(one) for one in addresses):
        raise Refused("private_address")
    return addresses[0]


def is_public(text: str) -> bool:
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour is not None or address.teredo is not None:
            return False
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


# --- the request --------------------------------------------------------------------------------


class _Bounded(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly the other side writes."""

    def __init__(self, stream: httpcore.NetworkStream, deadline_s: float) -> None:
        self._stream = stream
        self._deadline_s = deadline_s

    def _left_s(self) -> float:
        left_s = self._deadline_s - time.monotonic()
        if left_s <= 0:
            raise httpcore.ReadTimeout
        return left_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(min(max_bytes, READ_BYTES_MAX), self._left_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left_s())

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: Any = None, timeout: Any = None) -> Any:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._left_s())
        return _Bounded(stream, self._deadline_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Guarded(httpcore.NetworkBackend):
    """Looks at the address it connects to, and not at the name a second time."""

    def __init__(self, deadline_s: float, *, local: bool) -> None:
        self._deadline_s = deadline_s
        self._local = local
        self._plain = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        address = host if self._local else public_address(host, port)
        left_s = max(self._deadline_s - time.monotonic(), 0.001)
        return _Bounded(self._plain.connect_tcp(address, port, timeout=left_s), self._deadline_s)


def _ask(target: SplitResult, source: Source, into: BinaryIO, *, deadline_s: float) -> str | None:
    """The file, or where it has moved to."""
    local, host = target.scheme == "http", str(target.hostname)
    headers = {"Host": target.netloc, "Accept": "*/*", "Accept-Encoding": "identity"}
    if given := source.credentials.get("" if local else host.lower()):
        headers["Authorization"] = f"Basic {b64encode(':'.join(given).encode()).decode()}"
    path = target.path or "/"
    url = httpcore.URL(
        scheme=target.scheme.encode(),
        host=host.encode("idna") if not host.isascii() else host.encode(),
        port=target.port,
        target=(f"{path}?{target.query}" if target.query else path).encode("ascii", "ignore"),
    )
    backend = _Guarded(deadline_s, local=local)
    with (
        httpcore.ConnectionPool(network_backend=backend, max_connections=1) as pool,
        pool.stream("GET", url, headers=list(headers.items())) as response,
    ):
        told = {
            name.lower().decode("latin-1"): value.decode("latin-1")
            for name, value in response.headers
        }
        if response.status in _REDIRECTS:
            return told.get("location", "")
        _judge(response.status, told)
        _keep(response, into)
    return None


def _judge(status: int, told: Mapping[str, str]) -> None:
    if status in _LATER or status >= 500:
        code = f"status_{status}"
        raise Unreachable(code)
    if status != 200:
        raise Refused("refused_by_provider")
    length = told.get("content-length", "")
    if length.isdigit() and int(length) > FILE_BYTES_MAX:
        raise Refused("too_large")


def _keep(response: httpcore.Response, into: BinaryIO) -> None:
    size = 0
    for chunk in response.iter_stream():
        size += len(chunk)
        if size > FILE_BYTES_MAX:
            raise Refused("too_large")
        into.write(chunk)
    if size == 0:
        raise Refused("empty")
