"""The sound of a recording, fetched from whoever keeps it with our credentials, in parts of a bounded size.

The browser never sees the provider's address. It is made here from the recording's own id: an address that came with a
webhook is not asked, except where the exchange keeps its recordings (PBX_RECORDINGS_URL).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from calls.domain import ProviderError
from calls.exchange import PROVIDER as EXCHANGE
from calls.models import Recording

PART_BYTES_MAX = 1_000_000
SOUND_CONNECT_TIMEOUT_S = 3.0
SOUND_ANSWER_TIMEOUT_S = 10.0
REDIRECTS_MAX = 3
TWILIO = "https://api.twilio.com"
_SID = re.compile(r"RE[0-9a-zA-Z]{1,60}")
_CONTENT_RANGE = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes from `start`; `total` of the whole, None: whoever keeps it does not say."""

    data: bytes
    start: int
    total: int | None
    content_type: str


class PastTheEnd(Exception):  # noqa: N818 - an answer, not a failure
    """There is no sound at this place."""


def part(recording: Recording, *, start: int, length: int = PART_BYTES_MAX) -> Part:
    """At most PART_BYTES_MAX from `start`; ProviderError when it cannot be had, PastTheEnd."""
    length = min(length, PART_BYTES_MAX)
    url, auth = _where(recording)
    timeout = httpx.Timeout(SOUND_ANSWER_TIMEOUT_S, connect=SOUND_CONNECT_TIMEOUT_S)
    headers = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
    try:
        with (
            httpx.Client(
                timeout=timeout,
                auth=auth,
                follow_redirects=True,
                max_redirects=REDIRECTS_MAX,
                trust_env=False,
            ) as client,
            client.stream("GET", url, headers=headers) as answer,
        ):
            return _read(answer, start=start, length=length)
    except httpx.HTTPError as error:
        raise ProviderError(type(error).__name__) from None


def _where(recording: Recording) -> tuple[str, tuple[str, str] | None]:
    if recording.provider == EXCHANGE:
        return _at_the_exchange(recording.url)
    if not _SID.fullmatch(recording.provider_sid):
        raise ProviderError("no recording of the provider", permanent=True)
    base = settings.TWILIO_API_BASE_URL or TWILIO
    account = settings.TWILIO_ACCOUNT_SID
    path = f"/2010-04-01/Accounts/{account}/Recordings/{recording.provider_sid}.wav"
    return base.rstrip("/") + path, (account, settings.TWILIO_AUTH_TOKEN)


def _at_the_exchange(url: str) -> tuple[str, tuple[str, str] | None]:
    """Only below the address that the centre was told by its own people, with the sign-in that stands in it."""
    parts = urlsplit(settings.PBX_RECORDINGS_URL)
    host = parts.hostname or ""
    plain = f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"
    if not host or not url.startswith(plain.rstrip("/") + "/") or ".." in url:
        raise ProviderError("the exchange keeps it elsewhere", permanent=True)
    return url, (parts.username, parts.password or "") if parts.username else None


def _read(answer: httpx.Response, *, start: int, length: int) -> Part:
    content_type = answer.headers.get("Content-Type", "audio/wav").partition(";")[0]
    if not content_type.startswith("audio/"):
        content_type = "application/octet-stream"
    if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise PastTheEnd
    if answer.status_code == httpx.codes.PARTIAL_CONTENT:
        told = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if told is None or int(told[1]) != start:
            raise ProviderError("another part than was asked for")
        total = None if told[2] == "*" else int(told[2])
        return Part(_taken(answer.iter_bytes(), 0, length), start, total, content_type)
    if answer.status_code != httpx.codes.OK:
        note = f"status {answer.status_code}"
        raise ProviderError(note, permanent=answer.is_client_error, status=answer.status_code)
    # Whoever keeps it knows no parts: what lies before is read and let go.
    said = answer.headers.get("Content-Length", "")
    data = _taken(answer.iter_bytes(), start, length)
    total = int(said) if said.isdigit() else (start + len(data) if len(data) < length else None)
    if not data and start:
        raise PastTheEnd
    return Part(data, start, total, content_type)


def _taken(chunks: Iterator[bytes], skip: int, length: int) -> bytes:
    taken = bytearray()
    for chunk in chunks:
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        taken += chunk[skip:]
        skip = 0
        if len(taken) >= length:
            break
    return bytes(taken[:length])
