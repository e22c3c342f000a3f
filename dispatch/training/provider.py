"""The emulated telephone and message provider: the same signed webhooks as the real one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import httpx

from calls.telephony.emulator import signed_request
from dispatch.training.citizens import Caller

TIMEOUT_S = 15.0  # the real provider gives up after this, too


@dataclass(frozen=True, slots=True)
class Provider:
    """`public_base_url` is what signatures are made for; `base_url` is where the requests go."""

    client: httpx.AsyncClient
    base_url: str
    public_base_url: str
    account_sid: str
    auth_token: str
    number: str = "+62771112"

    async def post(self, path: str, params: dict[str, str]) -> httpx.Response:
        _url, headers, body = signed_request(
            path,
            {"AccountSid": self.account_sid, "ApiVersion": "2010-04-01", **params},
            base_url=self.public_base_url,
            auth_token=self.auth_token,
        )
        return await self.client.post(
            self.base_url + path, content=body, headers=headers, timeout=TIMEOUT_S
        )

    async def call(self, caller: Caller) -> str:
        """A voice call begins; returns its CallSid."""
        sid = new_sid("CA")
        await self.post("/twilio/voice/incoming", self.voice(sid, caller.number, "ringing"))
        return sid

    async def hang_up(self, sid: str, number: str) -> None:
        await self.post(
            "/twilio/voice/status",
            {**self.voice(sid, number, "completed"), "SequenceNumber": "9", "CallDuration": "30"},
        )

    async def message(self, caller: Caller) -> None:
        prefix = "whatsapp:" if caller.channel == "whatsapp" else ""
        params = self.text(caller.number, caller.words, prefix=prefix)
        await self.post("/twilio/messages/incoming", params)
        if caller.pin:
            pin = self.text(caller.number, "", prefix=prefix)
            pin |= {"Latitude": str(caller.spot.lat), "Longitude": str(caller.spot.lng)}
            await self.post("/twilio/messages/incoming", pin)

    async def aml(self, number: str, text: str) -> None:
        await self.post("/twilio/messages/incoming", self.text(number, text))

    def voice(self, sid: str, number: str, status: str) -> dict[str, str]:
        return {
            "CallSid": sid,
            "From": number,
            "To": self.number,
            "Caller": number,
            "Called": self.number,
            "Direction": "inbound",
            "CallStatus": status,
        }

    def text(self, number: str, body: str, *, prefix: str = "") -> dict[str, str]:
        sid = new_sid("SM")
        return {
            "MessageSid": sid,
            "SmsMessageSid": sid,
            "SmsStatus": "received",
            "From": prefix + number,
            "To": prefix + self.number,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
        }


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def aml_text(*, lat: float, lng: float, radius_m: int, at: datetime) -> str:
    """An Advanced Mobile Location text (ETSI TS 103 625, version 1) as a telephone sends it."""
    head = (
        f'A"ML=1;lt={lat:+09.5f};lg={lng:+010.5f};rd={radius_m};top={at:%Y%m%d%H%M%S};lc=68;pm=G;'
        "si=510010000000000;ei=350000000000000;mcc=510;mnc=10;ml="
    )
    return head + str(len(head) + 3)
