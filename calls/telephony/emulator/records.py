"""What the provider keeps of calls and messages, and how its API writes them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
API_VERSION = "2010-04-01"
CAPTIONS_MAX = 400  # of one call; who waits for hours hears the same music again and again
DOCUMENTS_MAX = 200  # of one call, as above
MESSAGE_CHARS_OF_A_PART = 153


def now() -> datetime:
    return datetime.now(UTC)


def rfc2822(at: datetime | None) -> str | None:
    return None if at is None else format_datetime(at.astimezone(UTC).replace(microsecond=0))


def resource(account: str, path: str) -> str:
    return f"/{API_VERSION}/Accounts/{account}/{path}.json"


class Params(dict[str, str]):
    """A form as Twilio's API takes it: of a repeated field the last value, and `all` of them."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)
        super().__init__(self.pairs)

    def all(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """Repeated, or in one value with spaces between them: the API takes both."""
        found = [word for key, value in self.pairs if key == name for word in value.split()]
        return found or list(default)


@dataclass(frozen=True, slots=True)
class Document:
    """One answer to one of the provider's requests; status 0: no answer at all."""

    url: str
    status: int
    body: str
    took_s: float
    tries: int = 1
    by_fallback: bool = False
    content_type: str = "text/xml"

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Caption:
    """Something a person on the telephone hears: say, play, voice (somebody speaks), or a note of ours about the line."""

    kind: str
    text: str
    language: str = ""
    at: datetime = field(default_factory=now)


@dataclass(slots=True)
class Callee:
    """Who picks up a telephone that the service rings."""

    outcome: str = "answers"  # or busy, no-answer, failed
    after_s: float = 0.05
    digits: Sequence[str] = ()  # pressed at one Gather after the other; then nothing is pressed


@dataclass(eq=False)
class Leg:
    """One call at the provider. `heard` is what the person on it has been told, in order."""

    sid: str
    from_: str
    to: str
    direction: str = "inbound"
    status: str = "ringing"
    created_at: datetime = field(default_factory=now)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    parent: str | None = None
    sequence: int = 0
    captions: deque[Caption] = field(default_factory=lambda: deque(maxlen=CAPTIONS_MAX))
    documents: list[Document] = field(default_factory=list)
    queue: str | None = None  # its name while the person waits in one
    queue_action: str | None = None
    queued_at: datetime | None = None
    conference: str | None = None  # its name
    peer: Leg | None = None  # whom a Dial has connected them with
    params: Params = field(default_factory=Params)  # as we were asked to make it
    task: asyncio.Task[None] | None = None
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    words: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    listens_to: frozenset[str] = frozenset()  # keys, words: what a machine waits for just now
    hearings: int = 0
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    decision: asyncio.Queue[str] = field(default_factory=asyncio.Queue)  # of whoever is rung
    transcriptions: list[Transcription] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)

    @property
    def heard(self) -> list[str]:
        return [one.text for one in self.captions]

    def hear(self, text: str, *, kind: str = "note", language: str = "") -> None:
        self.captions.append(Caption(kind, text, language))
        self.hearings += 1

    def keep(self, document: Document) -> None:
        """The first one, and the latest: who waits for hours is told the same again and again."""
        self.documents.append(document)
        if len(self.documents) > DOCUMENTS_MAX:
            del self.documents[1]

    @contextmanager
    def listening(self, *, keys: bool, words: bool) -> Iterator[None]:
        """A machine waits for keys or words. Those of a moment before are not for it."""
        self.keys, self.words = asyncio.Queue(), asyncio.Queue()
        self.listens_to = frozenset({"keys"} if keys else ()) | frozenset(
            {"words"} if words else ()
        )
        try:
            yield
        finally:
            self.listens_to = frozenset()

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def is_queued(self) -> bool:
        return self.queue is not None

    def at(self) -> datetime:
        return self.created_at

    @property
    def lasted_s(self) -> int | None:
        if self.ended_at is None:
            return None
        return int((self.ended_at - (self.answered_at or self.ended_at)).total_seconds())

    def end(self, status: str = "completed") -> None:
        self.status, self.ended_at = status, now()
        self.finished.set()

    def wire(self, account: str) -> dict[str, Any]:
        path = f"Calls/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "from": self.from_,
            "from_formatted": self.from_,
            "to": self.to,
            "to_formatted": self.to,
            "direction": self.direction,
            "status": self.status,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.ended_at or self.answered_at or self.created_at),
            "start_time": rfc2822(self.created_at),
            "end_time": rfc2822(self.ended_at),
            "duration": None if self.lasted_s is None else str(self.lasted_s),
            "parent_call_sid": self.parent,
            "caller_name": None,
            "answered_by": None,
            "forwarded_from": None,
            "group_sid": None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "trunk_sid": None,
            "api_version": API_VERSION,
            "uri": resource(account, path),
            "subresource_uris": {
                name: resource(account, f"{path}/{name.title()}")
                for name in ("recordings", "transcriptions")
            },
        }


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a message. `content` empty: nobody will ask for it."""

    sid: str
    content_type: str
    content: bytes = b""


@dataclass(eq=False)
class Text:
    """One SMS or WhatsApp message at the provider."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str = "inbound"
    status: str = "received"
    created_at: datetime = field(default_factory=now)
    error_code: int | None = None
    params: Params = field(default_factory=Params)
    documents: list[Document] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    extra: Mapping[str, str] = field(default_factory=dict)  # what else the webhook told: a pin …

    def at(self) -> datetime:
        return self.created_at

    def wire(self, account: str) -> dict[str, Any]:
        path = f"Messages/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "direction": self.direction,
            "status": self.status,
            "num_media": str(len(self.media)),
            "num_segments": str(1 + len(self.body) // MESSAGE_CHARS_OF_A_PART),
            "date_created": rfc2822(self.created_at),
            "date_sent": rfc2822(self.created_at),
            "date_updated": rfc2822(self.created_at),
            "error_code": self.error_code,
            "error_message": None,
            "messaging_service_sid": self.params.get("MessagingServiceSid"),
            "price": None,
            "price_unit": "USD",
            "api_version": API_VERSION,
            "uri": resource(account, path),
            "subresource_uris": {"media": resource(account, f"{path}/Media")},
        }


@dataclass(eq=False)
class Transcription:
    """The provider listens to a call and tells what is said, while it is said."""

    sid: str
    call_sid: str
    params: Params
    name: str = ""
    status: str = "in-progress"
    sequence: int = 0
    updated_at: datetime = field(default_factory=now)

    @property
    def tracks(self) -> frozenset[str]:
        track = self.params.get("Track") or "both_tracks"
        both = frozenset({"inbound_track", "outbound_track"})
        return both if track == "both_tracks" else frozenset({track})

    @property
    def tells_partly(self) -> bool:
        return self.params.get("PartialResults", "").lower() == "true"

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "call_sid": self.call_sid,
            "name": self.name or None,
            "status": self.status,
            "date_updated": rfc2822(self.updated_at),
            "uri": resource(account, f"Calls/{self.call_sid}/Transcriptions/{self.sid}"),
        }


@dataclass(eq=False)
class Recording:
    sid: str
    call_sid: str | None
    source: str
    params: Params
    conference_sid: str | None = None
    status: str = "in-progress"
    started_at: datetime = field(default_factory=now)
    ended_at: datetime | None = None

    @property
    def channels(self) -> int:
        return 2 if self.params.get("RecordingChannels") == "dual" else 1

    @property
    def lasted_s(self) -> int | None:
        if self.ended_at is None:
            return None
        return max(1, round((self.ended_at - self.started_at).total_seconds()))

    def of_call(self, account: str) -> dict[str, Any]:
        """As a part of its call."""
        path = f"Calls/{self.call_sid}/Recordings/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "api_version": API_VERSION,
            "call_sid": self.call_sid,
            "conference_sid": self.conference_sid,
            "date_created": rfc2822(self.started_at),
            "date_updated": rfc2822(self.ended_at or self.started_at),
            "start_time": rfc2822(self.started_at),
            "duration": None if self.lasted_s is None else str(self.lasted_s),
            "price": None,
            "price_unit": "USD",
            "encryption_details": None,
            "status": self.status,
            "channels": self.channels,
            "source": self.source,
            "error_code": None,
            "track": self.params.get("RecordingTrack") or "both",
            "uri": resource(account, path),
        }

    def wire(self, account: str, base_url: str = "") -> dict[str, Any]:
        path = f"Recordings/{self.sid}"
        row = self.of_call(account)
        del row["track"]
        return row | {
            "uri": resource(account, path),
            "subresource_uris": {
                name: resource(account, f"{path}/{name.title().replace('_', '')}")
                for name in ("add_on_results", "transcriptions")
            },
            "media_url": base_url + resource(account, path).removesuffix(".json"),
        }


@dataclass(frozen=True, slots=True)
class Warned:
    """What the provider complains about: its error code, where, and in which words."""

    code: int
    text: str
    url: str = ""
    call_sid: str = ""
    at: datetime = field(default_factory=now)
