"""Telephones that people hold: whom they belong to, what they do, and what is to be seen on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls.telephony.emulator.messages import WHATSAPP
from calls.telephony.emulator.people import Position, aml_text
from calls.telephony.emulator.provider import Emulator
from calls.telephony.emulator.records import Caption, Leg, Text, now

PHONES_MAX = 24
CAPTIONS_SHOWN = 40
NUMBER_CHARS_MAX = 40
NAME_CHARS_MAX = 40
ANONYMOUS = "anonymous"  # so Twilio names a caller who hides the number
SMS = "sms"


class Impossible(Exception):  # noqa: N818 - said to whoever asked for it
    """It cannot be done on this telephone now; the message is a word for it."""


@dataclass(eq=False)
class Phone:
    id: str
    number: str  # empty: the caller hides it, or the telephone has no card
    name: str
    leg: Leg | None = None  # the last call, also while it is over

    @property
    def caller(self) -> str:
        return self.number or ANONYMOUS

    @property
    def has_call(self) -> bool:
        return self.leg is not None and not self.leg.is_over


@dataclass
class Phones:
    emulator: Emulator
    by_id: dict[str, Phone] = field(default_factory=dict)

    # --- the telephones themselves -------------------------------------------------------------

    def add(self, number: str, name: str = "") -> Phone:
        number = number.strip()[:NUMBER_CHARS_MAX]
        for phone in self.by_id.values():
            if number and phone.number == number:
                return phone
        if len(self.by_id) >= PHONES_MAX:
            raise Impossible("too_many_phones")
        phone = Phone(self.emulator.new_sid("PH"), number, name.strip()[:NAME_CHARS_MAX])
        self.by_id[phone.id] = phone
        if number:
            self.emulator.phones.add(number)
        self.emulator.bell.ring()
        return phone

    async def remove(self, phone: Phone) -> None:
        await self.hang_up(phone)
        del self.by_id[phone.id]
        self.emulator.phones.discard(phone.number)
        self.emulator.bell.ring()

    def find(self, id_: str) -> Phone:
        if id_ not in self.by_id:
            raise Impossible("phone_unknown")
        return self.by_id[id_]

    # --- calls ---------------------------------------------------------------------------------

    def ring(self, phone: Phone) -> Leg:
        """Comes back at once, with the telephone ringing."""
        if self.current(phone) is not None:
            raise Impossible("in_a_call")
        phone.leg = self.emulator.incoming(phone.caller)
        self.emulator.spawn(self.emulator.offer(phone.leg))
        return phone.leg

    async def hang_up(self, phone: Phone) -> None:
        leg = self.current(phone)
        if leg is not None:
            await self.emulator.hang_up(leg)

    def answer(self, phone: Phone) -> None:
        self._decide(phone, "answers")

    def decline(self, phone: Phone) -> None:
        self._decide(phone, "busy")

    def press(self, phone: Phone, keys: str) -> bool:
        return self.emulator.presses(self._talking(phone), keys)

    def say(self, phone: Phone, words: str) -> int:
        leg = self._talking(phone)
        leg.hear(words, kind="own")
        return self.emulator.listening.says(leg, words)

    def current(self, phone: Phone) -> Leg | None:
        """The call that is on, or the one that rings here."""
        if phone.leg is not None and not phone.leg.is_over:
            return phone.leg
        rung = self.emulator.rung_at.get(phone.number)
        if rung is None or rung.is_over:
            return None
        phone.leg = rung
        return rung

    # --- messages ------------------------------------------------------------------------------

    async def write(
        self,
        phone: Phone,
        text: str,
        *,
        channel: str = SMS,
        photo: tuple[str, bytes] | None = None,
        pin: Position | None = None,
    ) -> Text:
        if not phone.number:
            raise Impossible("no_number")
        extra = {}
        if pin is not None:
            if channel != "whatsapp":
                raise Impossible("pin_needs_whatsapp")
            extra = {"Latitude": f"{pin.lat:.6f}", "Longitude": f"{pin.lng:.6f}"}
            if pin.label:
                extra |= {"Label": pin.label, "Address": pin.label}
        if channel == "whatsapp":
            extra["ProfileName"] = phone.name or phone.number
        sender = (WHATSAPP if channel == "whatsapp" else "") + phone.number
        media = [photo] if photo is not None else []
        return await self.emulator.messages.write(sender, text, media=media, **extra)

    async def send_aml(self, phone: Phone, position: Position) -> Text:
        """What the telephone itself sends beside an emergency call. Its owner neither writes nor sees it."""
        text = aml_text(phone.caller, position, at=now())
        return await self.emulator.messages.write(phone.number or ANONYMOUS, text)

    # --- what is to be seen --------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return {
            "number": self.emulator.number,
            "phones": [self._phone(one) for one in self.by_id.values()],
            "warnings": [
                {"code": one.code, "text": one.text, "url": one.url, "at": _iso(one.at)}
                for one in self.emulator.warnings
            ],
        }

    def seen(self, phone: Phone) -> dict[str, Any] | None:
        """Its call, the last one if there is none now."""
        self.current(phone)
        return self._call(phone.leg) if phone.leg else None

    def messages_of(self, phone: Phone) -> list[dict[str, Any]]:
        return [self._message(phone, one) for one in self._messages(phone)]

    def _phone(self, phone: Phone) -> dict[str, Any]:
        return {
            "id": phone.id,
            "number": phone.number,
            "name": phone.name,
            "call": self.seen(phone),
            "messages": self.messages_of(phone),
        }

    def _call(self, leg: Leg) -> dict[str, Any]:
        participant = self.emulator.conferences.of(leg)
        others = 0
        if participant is not None:
            others = len(participant.conference.participants) - 1
        return {
            "sid": leg.sid,
            "state": _state(leg, others),
            "from": leg.from_,
            "status": leg.status,
            "began_at": _iso(leg.created_at),
            "answered_at": _iso(leg.answered_at),
            "ended_at": _iso(leg.ended_at),
            "people": others + 1 if participant is not None else 0,
            "muted": participant is not None and participant.muted,
            "on_hold": participant is not None and participant.hold,
            "asks_for_a_key": "keys" in leg.listens_to,
            "transcribed": any(one.status == "in-progress" for one in leg.transcriptions),
            "recorded": any(one.ended_at is None for one in leg.recordings),
            "captions": [_caption(one) for one in list(leg.captions)[-CAPTIONS_SHOWN:]],
        }

    def _messages(self, phone: Phone) -> list[Text]:
        return list(self.emulator.messages.by_number.get(phone.number, ()))

    def _message(self, phone: Phone, text: Text) -> dict[str, Any]:
        mine = text.from_ in {phone.number, WHATSAPP + phone.number}
        accepted = not text.documents or text.documents[0].is_good
        return {
            "sid": text.sid,
            "mine": mine,
            "channel": "whatsapp" if WHATSAPP in text.from_ + text.to else SMS,
            "text": text.body,
            "aml": mine and text.body.startswith('A"ML='),
            "pin": [text.extra["Latitude"], text.extra["Longitude"]]
            if "Latitude" in text.extra
            else None,
            "media": [one.content_type for one in text.media],
            "status": text.status if accepted else "failed",
            "error": text.error_code,
            "at": _iso(text.created_at),
        }

    # --- inside --------------------------------------------------------------------------------

    def _talking(self, phone: Phone) -> Leg:
        leg = self.current(phone)
        if leg is None or leg.status != "in-progress":
            raise Impossible("no_call")
        return leg

    def _decide(self, phone: Phone, outcome: str) -> None:
        leg = self.current(phone)
        if leg is None or leg.direction == "inbound" or not self.emulator.decides(leg, outcome):
            raise Impossible("nothing_rings")


def _state(leg: Leg, others: int) -> str:
    """A word for the page: rings here, rings there, waits, talks, hears a machine, is over."""
    if leg.is_over:
        return "over"
    if leg.status in {"queued", "ringing"}:
        return "ringing" if leg.direction == "inbound" else "rung"
    if leg.is_queued:
        return "waiting"
    if others > 0 or leg.peer is not None:
        return "talking"
    return "alone" if leg.conference else "machine"


def _caption(one: Caption) -> dict[str, Any]:
    return {"kind": one.kind, "text": one.text, "language": one.language, "at": _iso(one.at)}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds")
