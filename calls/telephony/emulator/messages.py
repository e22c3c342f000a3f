"""SMS and WhatsApp: handed to the service with what is attached, taken from it, and reported as they go."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calls.telephony.emulator.records import Media, Params, Text, now, resource
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

TEXTS_MAX = 20_000  # messages that the lists hold; the oldest are forgotten
TEXTS_OF_A_NUMBER_MAX = 60  # that a telephone shows
NUMBERS_MAX = 5_000  # whose messages are kept for that
MEDIA_MAX = 10  # files of one message, as Twilio's
WHATSAPP = "whatsapp:"
WINDOW = timedelta(
    hours=24
)  # in which WhatsApp lets free words through after a citizen has written
NO_CONVERSATION = 63_016
BODY_CHARS_MAX = 1_600  # as Twilio's


class Messages:
    """`undeliverable`: numbers that messages do not reach, with the error that is reported."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.by_sid: dict[str, Text] = {}
        self.by_number: dict[str, deque[Text]] = {}  # of citizens, for whoever holds a telephone
        self.undeliverable: dict[str, int] = {}

    async def write(
        self,
        sender: str,
        text: str,
        *,
        hook: Hook | None = None,
        at: datetime | None = None,
        media: Sequence[tuple[str, bytes]] = (),
        **params: str,
    ) -> Text:
        """A citizen writes. `params` are what the webhook tells besides: Latitude and Longitude of a pin …"""
        message = self.incoming(sender, text, at=at, media=media, extra=params)
        return await self.offer(message, hook=hook)

    def incoming(
        self,
        sender: str,
        text: str,
        *,
        at: datetime | None = None,
        media: Sequence[tuple[str, bytes]] = (),
        extra: Mapping[str, str] | None = None,
    ) -> Text:
        prefix = WHATSAPP if sender.startswith(WHATSAPP) else ""
        message = Text(
            sid=self._emulator.new_sid("MM" if media else "SM"),
            from_=sender,
            to=prefix + self._emulator.number,
            body=text,
            created_at=at or now(),
            media=[
                Media(self._emulator.new_sid("ME"), kind, content)
                for kind, content in media[:MEDIA_MAX]
            ],
            extra=extra or {},
        )
        self._keep(message)
        return message

    async def offer(self, message: Text, *, hook: Hook | None = None) -> Text:
        told = self._described(message) | dict(message.extra)
        answer = await self._emulator.out.fetch(
            hook or self._emulator.hook("/twilio/messages/incoming"), told
        )
        message.documents.append(answer)
        self._emulator.offered("message", message.sid, answer)
        self._emulator.bell.ring()
        return message

    def take(self, params: Params) -> Text:
        """From the service, for a citizen."""
        to = params.get("To", "")
        body = params.get("Body") or f"[{params.get('ContentSid', '')}]"
        message = Text(
            sid=self._emulator.new_sid("SM"),
            from_=params.get("From", ""),
            to=to,
            body=body,
            direction="outbound-api",
            status="queued",
            error_code=self.undeliverable.get(to) or self._without_conversation(to, params),
            params=params,
        )
        self._keep(message)
        self._emulator.spawn(self._deliver(message))
        return message

    def media_url(self, message: Text, media: Media) -> str:
        path = resource(self._emulator.account, f"Messages/{message.sid}/Media/{media.sid}")
        return self._emulator.url + path.removesuffix(".json")

    # --- inside --------------------------------------------------------------------------------

    def _described(self, message: Text) -> dict[str, str]:
        told = {
            "MessageSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "AccountSid": self._emulator.account,
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": str(len(message.media)),
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        if message.from_.startswith(WHATSAPP):
            told["WaId"] = message.from_.removeprefix(f"{WHATSAPP}+")
        for number, media in enumerate(message.media):
            told[f"MediaUrl{number}"] = self.media_url(message, media)
            told[f"MediaContentType{number}"] = media.content_type
        return told

    async def _deliver(self, message: Text) -> None:
        ends = "delivered"
        if message.error_code:
            ends = "failed" if message.error_code == NO_CONVERSATION else "undelivered"
        url = message.params.get("StatusCallback")
        for status in ("failed",) if ends == "failed" else ("sent", ends):
            message.status = status
            self._emulator.bell.ring()
            if url:
                told = {
                    "MessageSid": message.sid,
                    "MessageStatus": status,
                    "SmsSid": message.sid,
                    "SmsStatus": status,
                    "AccountSid": self._emulator.account,
                    "From": message.from_,
                    "To": message.to,
                    "ApiVersion": "2010-04-01",
                }
                if message.error_code and status == ends:
                    told["ErrorCode"] = str(message.error_code)
                self._emulator.out.report(message.sid, Hook(url), told)

    def _without_conversation(self, to: str, params: Params) -> int | None:
        if not to.startswith(WHATSAPP) or params.get("ContentSid"):
            return None
        written = any(
            one.direction == "inbound" and one.from_ == to and now() - one.created_at < WINDOW
            for one in reversed(self.by_sid.values())
        )
        return None if written else NO_CONVERSATION

    def _keep(self, message: Text) -> None:
        self.by_sid[message.sid] = message
        if len(self.by_sid) > TEXTS_MAX:
            del self.by_sid[next(iter(self.by_sid))]
        inbound = message.direction == "inbound"
        number = (message.from_ if inbound else message.to).removeprefix(WHATSAPP)
        self.by_number.setdefault(number, deque(maxlen=TEXTS_OF_A_NUMBER_MAX)).append(message)
        if len(self.by_number) > NUMBERS_MAX:
            del self.by_number[next(iter(self.by_number))]
        self._emulator.bell.ring()
