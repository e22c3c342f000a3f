"""What can be asked of the account: calls, conferences and their participants, messages, recordings, transcriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from calls.telephony.emulator.conferences import HUNG_UP, Conference, Participant
from calls.telephony.emulator.messages import BODY_CHARS_MAX
from calls.telephony.emulator.recording import sound
from calls.telephony.emulator.records import Leg, Params, Recording, Text, resource, rfc2822
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

PAGE_SIZE, PAGE_SIZE_MAX = 50, 1_000
URL_CHARS_MAX = 4_000
NOT_FOUND, NO_TO, NO_URL, NOT_LIVE, NO_BODY, TOO_LONG, BAD_URL = (
    20_404,
    21_201,
    21_205,
    21_220,
    21_602,
    21_617,
    21_502,
)
Answer = tuple[int, "dict[str, Any] | File"]
Query = Mapping[str, str]


class Refused(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, message: str = "", code: int = 0) -> None:
        super().__init__(message or "The requested resource was not found")
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class File:
    content: bytes
    content_type: str


class Row(Protocol):
    sid: str
    status: str

    def at(self) -> datetime: ...

    def wire(self, account: str) -> dict[str, Any]: ...


class Resources:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._account = emulator.account

    def answer(self, method: str, rest: str, query: Query, params: Params) -> Answer:
        """`rest` is the path behind the account. A file's path has no .json at its end."""
        if not rest.endswith(".json"):
            return self._file(method, rest.split("/"))
        path = rest.removesuffix(".json").split("/")
        match path[0]:
            case "Calls":
                return self._calls(method, path[1:], query, params)
            case "Messages":
                return self._messages(method, path[1:], query, params)
            case "Conferences":
                return self._conferences(method, path[1:], query, params)
            case "Recordings":
                return self._recordings(method, path[1:], query)
        raise Refused(404)

    # --- calls ---------------------------------------------------------------------------------

    def _calls(self, method: str, path: list[str], query: Query, params: Params) -> Answer:
        emulator = self._emulator
        match (method, *path):
            case ("GET",):
                return 200, self._list("calls", list(emulator.legs.values()), "StartTime", query)
            case ("POST",):
                self._check_call(params)
                return 201, emulator.dial(params).wire(self._account)
            case ("GET", sid):
                return 200, self._leg(sid).wire(self._account)
            case ("POST", sid):
                leg = self._leg(sid)
                self._change(leg, params)
                return 200, leg.wire(self._account)
            case ("DELETE", sid):
                leg = self._leg(sid)
                if not leg.is_over:
                    raise Refused(400, "The call is in progress", NOT_LIVE)
                del emulator.legs[sid]
                return 204, {}
            case (_, sid, "Recordings", *more):
                return self._of_call(method, self._leg(sid), more, params)
            case ("POST", sid, "Transcriptions", *more):
                return self._transcriptions(self._leg(sid), more, params)
        raise Refused(404)

    def _check_call(self, params: Params) -> None:
        if not params.get("To"):
            raise Refused(400, "No 'To' number is specified", NO_TO)
        if not (params.get("Url") or params.get("Twiml") or params.get("ApplicationSid")):
            raise Refused(400, "Url, Twiml or ApplicationSid is required", NO_URL)
        _check_addresses(params)

    def _change(self, leg: Leg, params: Params) -> None:
        if leg.is_over and params.keys() & {"Url", "Twiml", "Status"}:
            # The provider says so of a call that is over, except for who ends it once more.
            if params.get("Status") in {"completed", "canceled"}:
                return
            raise Refused(400, "Call is not in-progress. Cannot redirect.", NOT_LIVE)
        _check_addresses(params)
        self._emulator.change(leg, params)

    def _of_call(self, method: str, leg: Leg, more: list[str], params: Params) -> Answer:
        match (method, *more):
            case ("GET",):
                rows = [one.of_call(self._account) for one in reversed(leg.recordings)]
                return 200, self._page("recordings", rows, f"Calls/{leg.sid}/Recordings")
            case ("POST",):
                if leg.status != "in-progress":
                    raise Refused(400, "The call is not in progress", NOT_LIVE)
                made = self._emulator.recorder.start(leg, params, source="StartCallRecordingAPI")
                return 201, made.of_call(self._account)
            case ("GET", sid):
                return 200, self._recording(sid, leg).of_call(self._account)
            case ("POST", sid):
                found = self._recording(sid, leg)
                self._emulator.recorder.change(found, params.get("Status", ""))
                return 200, found.of_call(self._account)
            case ("DELETE", sid):
                leg.recordings.remove(self._recording(sid, leg))
                return 204, {}
        raise Refused(404)

    def _transcriptions(self, leg: Leg, more: list[str], params: Params) -> Answer:
        listening = self._emulator.listening
        if not more:
            if leg.is_over:
                raise Refused(400, "The call is over", NOT_LIVE)
            made = listening.start(leg, params)
            if made is None:
                raise Refused(400, "too many transcriptions of this call", NOT_LIVE)
            return 201, made.wire(self._account)
        for one in leg.transcriptions:
            if more[0] in (one.sid, one.name):
                listening.stop(leg, one)
                return 200, one.wire(self._account)
        raise Refused(404)

    # --- messages ------------------------------------------------------------------------------

    def _messages(self, method: str, path: list[str], query: Query, params: Params) -> Answer:
        texts = self._emulator.texts
        match (method, *path):
            case ("GET",):
                return 200, self._list("messages", list(texts.values()), "DateSent", query)
            case ("POST",):
                self._check_message(params)
                return 201, self._emulator.messages.take(params).wire(self._account)
            case ("GET", sid):
                return 200, self._text(sid).wire(self._account)
            case ("POST", sid):  # the provider lets nothing but the words be taken away
                self._text(sid).body = params.get("Body", "")
                return 200, self._text(sid).wire(self._account)
            case ("DELETE", sid):
                del texts[self._text(sid).sid]
                return 204, {}
            case ("GET", sid, "Media"):
                rows = [self._media(self._text(sid), one) for one in self._text(sid).media]
                return 200, self._page("media_list", rows, f"Messages/{sid}/Media")
            case ("GET", sid, "Media", media_sid):
                text = self._text(sid)
                for one in text.media:
                    if one.sid == media_sid:
                        return 200, self._media(text, one)
        raise Refused(404)

    def _check_message(self, params: Params) -> None:
        if not params.get("To"):
            raise Refused(400, "A 'To' phone number is required.", 21_604)
        if not (params.get("Body") or params.get("ContentSid") or params.get("MediaUrl")):
            raise Refused(400, "Message body is required.", NO_BODY)
        if len(params.get("Body", "")) > BODY_CHARS_MAX:
            raise Refused(400, "The message body exceeds the 1600 character limit.", TOO_LONG)
        _check_addresses(params)

    def _media(self, text: Text, one: Any) -> dict[str, Any]:
        return {
            "sid": one.sid,
            "account_sid": self._account,
            "parent_sid": text.sid,
            "content_type": one.content_type,
            "date_created": rfc2822(text.created_at),
            "date_updated": rfc2822(text.created_at),
            "uri": resource(self._account, f"Messages/{text.sid}/Media/{one.sid}"),
        }

    # --- conferences ---------------------------------------------------------------------------

    def _conferences(self, method: str, path: list[str], query: Query, params: Params) -> Answer:
        by_sid = self._emulator.conferences.by_sid
        match (method, *path):
            case ("GET",):
                rows = [
                    one
                    for one in by_sid.values()
                    if query.get("FriendlyName", one.name) == one.name
                ]
                return 200, self._list("conferences", rows, "DateCreated", query)
            case ("GET", sid):
                return 200, self._conference(sid).wire(self._account)
            case ("POST", sid):
                found = self._conference(sid)
                self._change_conference(found, params)
                return 200, found.wire(self._account)
            case ("POST", name, "Participants"):
                return self._invite(name, params)
            case (_, sid, "Participants", *more):
                return self._participants(method, self._conference(sid), more, query, params)
            case ("GET", sid, "Recordings"):
                rows = [
                    one.wire(self._account, self._emulator.url)
                    for one in self._emulator.recorder.by_sid.values()
                    if one.conference_sid == self._conference(sid).sid
                ]
                return 200, self._page("recordings", rows, f"Conferences/{sid}/Recordings")
        raise Refused(404)

    def _change_conference(self, conference: Conference, params: Params) -> None:
        if params.get("Status") == "completed":
            self._emulator.conferences.end(conference, "conference-ended-via-api")
        if url := params.get("AnnounceUrl"):
            hook = Hook(url, method=params.get("AnnounceMethod", "POST"))
            self._emulator.conferences.announce(conference, hook)

    def _invite(self, name: str, params: Params) -> Answer:
        """By the conference's SID or by its name, which makes one that is not there yet."""
        conferences = self._emulator.conferences
        if not params.get("To") or not params.get("From"):
            raise Refused(400, "To and From are required", NO_TO)
        _check_addresses(params)
        if name in conferences.by_sid and conferences.by_sid[name].is_over:
            raise Refused(404)
        conference = conferences.open(name)
        if conference.is_full:
            raise Refused(400, "The conference is full", NOT_LIVE)
        leg = self._emulator.dial(params, conference=conference)
        return 201, conference.invited[leg.sid].wire(self._account)

    def _participants(
        self, method: str, conference: Conference, more: list[str], query: Query, params: Params
    ) -> Answer:
        if method == "GET" and not more:
            everybody = [*conference.participants.values(), *conference.invited.values()]
            rows = [one.wire(self._account) for one in everybody if _is_asked_for(one, query)]
            path = f"Conferences/{conference.sid}/Participants"
            return 200, self._page("participants", rows, path)
        found = conference.find(more[0]) if more else None
        if found is None or conference.is_over:
            raise Refused(404)
        if method == "DELETE":
            self._emulator.spawn(self._emulator.hang_up(found.leg, reason=HUNG_UP, by_us=True))
            return 204, {}
        if method == "POST":
            _check_addresses(params)
            self._emulator.conferences.update(found, params)
        return 200, found.wire(self._account)

    # --- recordings ----------------------------------------------------------------------------

    def _recordings(self, method: str, path: list[str], query: Query) -> Answer:
        by_sid = self._emulator.recorder.by_sid
        match (method, *path):
            case ("GET",):
                rows = [
                    one.wire(self._account, self._emulator.url)
                    for one in reversed(by_sid.values())
                    if query.get("CallSid", one.call_sid) == one.call_sid
                ]
                return 200, self._page("recordings", rows, "Recordings")
            case ("GET", sid):
                return 200, self._recording(sid).wire(self._account, self._emulator.url)
            case ("DELETE", sid):
                del by_sid[self._recording(sid).sid]
                return 204, {}
        raise Refused(404)

    def _file(self, method: str, path: list[str]) -> Answer:
        """The sound of a recording, the file of a message."""
        match (method, *path):
            case ("GET", "Recordings", name):
                found = self._recording(name.removesuffix(".wav"))
                if found.ended_at is None or found.status == "absent":
                    raise Refused(404)
                return 200, File(sound(found.lasted_s or 1, found.channels), "audio/x-wav")
            case ("GET", "Messages", sid, "Media", media_sid):
                for one in self._text(sid).media:
                    if one.sid == media_sid:
                        return 200, File(one.content, one.content_type)
        raise Refused(404)

    # --- found, or not -------------------------------------------------------------------------

    def _leg(self, sid: str) -> Leg:
        if sid not in self._emulator.legs:
            raise Refused(404)
        return self._emulator.legs[sid]

    def _text(self, sid: str) -> Text:
        if sid not in self._emulator.texts:
            raise Refused(404)
        return self._emulator.texts[sid]

    def _conference(self, sid: str) -> Conference:
        """By its SID; the provider takes the name of a live one, too."""
        found = self._emulator.conferences.by_sid.get(sid) or self._emulator.conferences.live(sid)
        if found is None:
            raise Refused(404)
        return found

    def _recording(self, sid: str, leg: Leg | None = None) -> Recording:
        found = self._emulator.recorder.by_sid.get(sid)
        if found is None or (leg is not None and found not in leg.recordings):
            raise Refused(404)
        return found

    # --- lists ---------------------------------------------------------------------------------

    def _list(self, name: str, rows: Sequence[Row], when: str, query: Query) -> dict[str, Any]:
        """Newest first. The next page begins after the last row of this one, whatever has come in meanwhile."""
        found = [row for row in rows if _matches(row, when, query)]
        found.sort(key=lambda row: (row.at(), row.sid), reverse=True)
        size = min(int(query.get("PageSize", PAGE_SIZE)), PAGE_SIZE_MAX)
        if token := query.get("PageToken"):
            sids = [row.sid for row in found]
            found = found[sids.index(token.removeprefix("PA")) + 1 :]
        page, more = found[:size], len(found) > size
        number = int(query.get("Page", 0))
        following = {**query, "Page": str(number + 1), "PageSize": str(size)}
        if page:
            following["PageToken"] = f"PA{page[-1].sid}"
        path = resource(self._account, name.capitalize())
        return {
            name: [row.wire(self._account) for row in page],
            "page": number,
            "page_size": size,
            "uri": path,
            "first_page_uri": f"{path}?PageSize={size}&Page=0",
            "next_page_uri": f"{path}?{urlencode(following)}" if more else None,
            "previous_page_uri": None,
            "start": 0,
            "end": len(page),
        }

    def _page(self, name: str, rows: list[dict[str, Any]], path: str) -> dict[str, Any]:
        """All of them: parts of one call, message or conference are few."""
        uri = resource(self._account, path)
        return {
            name: rows,
            "page": 0,
            "page_size": max(PAGE_SIZE, len(rows)),
            "uri": uri,
            "first_page_uri": f"{uri}?Page=0",
            "next_page_uri": None,
            "previous_page_uri": None,
            "start": 0,
            "end": len(rows),
        }


def _matches(row: Any, when: str, query: Query) -> bool:
    at = row.at().replace(microsecond=0)
    return (
        query.get("Status", row.status) == row.status
        and query.get("To", getattr(row, "to", None)) == getattr(row, "to", None)
        and query.get("From", getattr(row, "from_", None)) == getattr(row, "from_", None)
        and query.get("ParentCallSid", "") in ("", getattr(row, "parent", None))
        and (f"{when}>" not in query or at >= datetime.fromisoformat(query[f"{when}>"]))
        and (f"{when}<" not in query or at <= datetime.fromisoformat(query[f"{when}<"]))
    )


def _is_asked_for(one: Participant, query: Query) -> bool:
    facts = {"Muted": one.muted, "Hold": one.hold, "Coaching": bool(one.coaches)}
    return all(
        query.get(name, str(fact)).lower() == str(fact).lower() for name, fact in facts.items()
    )


def _check_addresses(params: Params) -> None:
    """Addresses that the provider is to ask must be whole; it refuses them otherwise."""
    for name, value in params.items():
        if value and (name.endswith(("Url", "StatusCallback", "Callback")) or name == "Url"):
            is_whole = value.startswith(("http://", "https://")) and len(value) <= URL_CHARS_MAX
            if not is_whole:
                raise Refused(400, f"{name} is not a valid URL: {value}", BAD_URL)
