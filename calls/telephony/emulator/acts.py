"""What can be done with a telephone, as the page and the scenarios ask for it."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from calls.telephony.emulator.messages import WHATSAPP
from calls.telephony.emulator.people import Position
from calls.telephony.emulator.phones import NUMBER_CHARS_MAX, Impossible, Phones
from calls.telephony.emulator.photo import sample_photo
from calls.telephony.emulator.records import Leg

TEXT_CHARS_MAX = 10_000
KEYS_MAX = 32
WAIT_S_MAX = 120.0
RADIUS_M_MAX = 100_000
PHOTO_CHARS_MAX = 11 * 1024 * 1024
Channel = Literal["sms", "whatsapp"]
Done = dict[str, Any]


class Act(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid")

    @abstractmethod
    async def do(self, phones: Phones, phone_id: str) -> Done:
        """What it comes to, for whoever asked."""


class Add(Act):
    number: str = Field(default="", pattern=r"^(\+\d{3,15}|client:[\w.-]+|sip:[\w.@:-]+|)$")
    name: str = ""

    async def do(self, phones: Phones, _phone_id: str) -> Done:
        return {"id": phones.add(self.number, self.name).id}


class Remove(Act):
    async def do(self, phones: Phones, phone_id: str) -> Done:
        await phones.remove(phones.find(phone_id))
        return {}


class Ring(Act):
    async def do(self, phones: Phones, phone_id: str) -> Done:
        return {"sid": phones.ring(phones.find(phone_id)).sid}


class HangUp(Act):
    async def do(self, phones: Phones, phone_id: str) -> Done:
        await phones.hang_up(phones.find(phone_id))
        return {}


class Answer(Act):
    async def do(self, phones: Phones, phone_id: str) -> Done:
        phones.answer(phones.find(phone_id))
        return {}


class Decline(Act):
    async def do(self, phones: Phones, phone_id: str) -> Done:
        phones.decline(phones.find(phone_id))
        return {}


class Press(Act):
    keys: str = Field(min_length=1, max_length=KEYS_MAX, pattern=r"^[0-9*#]+$")

    async def do(self, phones: Phones, phone_id: str) -> Done:
        """`taken`: a machine on the line was waiting for it."""
        return {"taken": phones.press(phones.find(phone_id), self.keys)}


class Say(Act):
    words: str = Field(min_length=1, max_length=TEXT_CHARS_MAX)

    async def do(self, phones: Phones, phone_id: str) -> Done:
        return {"heard_by": phones.say(phones.find(phone_id), self.words)}


class Write(Act):
    text: str = Field(default="", max_length=TEXT_CHARS_MAX)
    channel: Channel = "sms"

    async def do(self, phones: Phones, phone_id: str) -> Done:
        text = await phones.write(phones.find(phone_id), self.text, channel=self.channel)
        return {"sid": text.sid, "accepted": text.documents[0].is_good}


class Pin(Act):
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    label: str = Field(default="", max_length=TEXT_CHARS_MAX)

    async def do(self, phones: Phones, phone_id: str) -> Done:
        position = Position(self.lat, self.lng, label=self.label)
        phone = phones.find(phone_id)
        text = await phones.write(phone, "", channel="whatsapp", pin=position)
        return {"sid": text.sid, "accepted": text.documents[0].is_good}


class Photo(Act):
    """Without data, a picture that is made here."""

    content_type: str = Field(default="image/png", pattern=r"^(image|video|audio)/[\w.+-]+$")
    data: str = Field(default="", max_length=PHOTO_CHARS_MAX)
    text: str = Field(default="", max_length=TEXT_CHARS_MAX)
    channel: Channel = "whatsapp"

    async def do(self, phones: Phones, phone_id: str) -> Done:
        photo = ("image/png", sample_photo())
        if self.data:
            photo = (self.content_type, base64.b64decode(self.data, validate=True))
        phone = phones.find(phone_id)
        text = await phones.write(phone, self.text, channel=self.channel, photo=photo)
        return {"sid": text.sid, "accepted": text.documents[0].is_good}


class Aml(Act):
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)
    radius_m: int = Field(default=25, ge=1, le=RADIUS_M_MAX)

    async def do(self, phones: Phones, phone_id: str) -> Done:
        position = Position(self.lat, self.lng, self.radius_m)
        text = await phones.send_aml(phones.find(phone_id), position)
        return {"sid": text.sid, "accepted": text.documents[0].is_good}


class Wait(Act):
    """Until something is so on this telephone: nobody has to ask again and again."""

    until: Literal["hears", "connected", "rung", "queued", "asked_for_a_key", "over", "receives"]
    words: str = ""
    within_s: float = Field(default=10.0, gt=0, le=WAIT_S_MAX)

    async def do(self, phones: Phones, phone_id: str) -> Done:
        phone = phones.find(phone_id)
        emulator = phones.emulator

        def is_so() -> bool:
            leg = phones.current(phone) or phone.leg
            if self.until == "receives":
                return any(
                    not one["mine"] and self.words.lower() in one["text"].lower()
                    for one in phones.messages_of(phone)
                )
            return leg is not None and _CHECKS[self.until](self, phones, leg)

        found = await emulator.bell.until(is_so, within_s=self.within_s)
        return {"found": found, "call": phones.seen(phone)}


class CitizenRing(Act):
    """Somebody of the emulated city, whose telephone nobody watches."""

    number: str = Field(min_length=1, max_length=NUMBER_CHARS_MAX)

    async def do(self, phones: Phones, _phone_id: str) -> Done:
        leg = await phones.emulator.ring(self.number)
        return {"sid": leg.sid, "accepted": leg.documents[0].is_good}


class CitizenHangUp(Act):
    sid: str

    async def do(self, phones: Phones, _phone_id: str) -> Done:
        leg = phones.emulator.legs.get(self.sid)
        if leg is None:
            raise Impossible("no_call")
        await phones.emulator.hang_up(leg)
        return {}


class CitizenWrite(Act):
    number: str = Field(min_length=1, max_length=NUMBER_CHARS_MAX)
    text: str = Field(default="", max_length=TEXT_CHARS_MAX)
    channel: Channel = "sms"
    lat: float | None = Field(default=None, ge=-90, le=90)
    lng: float | None = Field(default=None, ge=-180, le=180)

    async def do(self, phones: Phones, _phone_id: str) -> Done:
        pin = {}
        if self.lat is not None and self.lng is not None:
            pin = {"Latitude": str(self.lat), "Longitude": str(self.lng)}
        sender = (WHATSAPP if self.channel == "whatsapp" else "") + self.number
        text = await phones.emulator.messages.write(sender, self.text, **pin)
        return {"sid": text.sid, "accepted": text.documents[0].is_good}


def _connected(_wait: Wait, phones: Phones, leg: Leg) -> bool:
    participant = phones.emulator.conferences.of(leg)
    if participant is None:
        return leg.peer is not None
    return (
        participant.conference.status == "in-progress"
        and len(participant.conference.participants) > 1
    )


_CHECKS: Mapping[str, Any] = {
    "hears": lambda wait, _phones, leg: any(
        wait.words.lower() in words.lower() for words in leg.heard
    ),
    "connected": _connected,
    "rung": lambda _wait, _phones, leg: leg.direction != "inbound" and leg.status == "ringing",
    "queued": lambda _wait, _phones, leg: leg.is_queued,
    "asked_for_a_key": lambda _wait, _phones, leg: "keys" in leg.listens_to,
    "over": lambda _wait, _phones, leg: leg.is_over,
}

KINDS: Mapping[str, type[Act]] = {
    "add": Add,
    "remove": Remove,
    "ring": Ring,
    "hang_up": HangUp,
    "answer": Answer,
    "decline": Decline,
    "press": Press,
    "say": Say,
    "write": Write,
    "pin": Pin,
    "photo": Photo,
    "aml": Aml,
    "wait": Wait,
    "citizen_ring": CitizenRing,
    "citizen_hang_up": CitizenHangUp,
    "citizen_write": CitizenWrite,
}
