"""The emulated telephone and message provider: the same signed webhooks as the real one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from calls.signing import form, signature
from dispatch.training.access import Access
from dispatch.training.centre import TIMEOUT_S, persistent
from dispatch.training.citizens import Caller

API_VERSION = "2010-04-01"
CENTRE_NUMBER = "+62771112"
# The real provider tries a webhook that was not answered a few times, then gives up.
ATTEMPTS_MAX = 8


@dataclass(frozen=True, slots=True)
class Provider:
    """Signatures are made for `public_base_url`, requests go to `base_url`."""

    client: httpx.AsyncClient
    access: Access
    attempts_max: int = ATTEMPTS_MAX

    async def post(self, path: str, params: Mapping[str, str]) -> httpx.Response:
        headers, body = signed(path, params, access=self.access)
        return await persistent(
            lambda: self.client.post(
                self.access.base_url + path, content=body, headers=headers, timeout=TIMEOUT_S
            ),
            what="webhook",
            attempts_max=self.attempts_max,
        )

    async def call(self, number: str) -> str:
        """A voice call: it rings, the caller hears the greeting, then waits in the queue. Returns its CallSid."""
        sid = new_sid("CA")
        await self.post("/twilio/voice/incoming", voice(sid, number, "ringing"))
        await self.post("/twilio/voice/wait", voice(sid, number, "in-progress"))
        return sid

    async def hang_up(self, sid: str, number: str) -> None:
        await self.post(
            "/twilio/voice/status",
            {**voice(sid, number, "completed"), "SequenceNumber": "9", "CallDuration": "30"},
        )

    async def message(self, caller: Caller) -> None:
        params = message(caller.number, caller.words, channel=caller.channel)
        await self.post("/twilio/messages/incoming", params)
        if caller.pin:
            pin = message(caller.number, "", channel=caller.channel)
            pin |= {"Latitude": str(caller.spot.lat), "Longitude": str(caller.spot.lng)}
            await self.post("/twilio/messages/incoming", pin)

    async def aml(self, number: str, text: str) -> None:
        await self.post("/twilio/messages/incoming", message(number, text, channel="sms"))


def signed(
    path: str, params: Mapping[str, str], *, access: Access
) -> tuple[dict[str, str], bytes]:
    """(headers, body) just as the provider would send them."""
    pairs = list({"AccountSid": access.account_sid, "ApiVersion": API_VERSION, **params}.items())
    proof = signature(token=access.auth_token, url=access.public_base_url + path, pairs=pairs)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": proof,
    }
    return headers, form(pairs)


def voice(sid: str, number: str, status: str) -> dict[str, str]:
    return {
        "CallSid": sid,
        "From": number,
        "To": CENTRE_NUMBER,
        "Caller": number,
        "Called": CENTRE_NUMBER,
        "Direction": "inbound",
        "CallStatus": status,
    }


def message(number: str, body: str, *, channel: str) -> dict[str, str]:
    prefix = "whatsapp:" if channel == "whatsapp" else ""
    sid = new_sid("SM")
    return {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "From": prefix + number,
        "To": prefix + CENTRE_NUMBER,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
    }


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def aml_text(number: str, *, lat: float, lng: float, radius_m: int, at: datetime) -> str:
    """An Advanced Mobile Location text (ETSI TS 103 625, version 1) as a telephone sends it.

    The device's number is made from the telephone's: two telephones with one would be taken for the same.
    """
    device = f"35{int(number.removeprefix('+')) % 10**13:013d}"
    head = (
        f'A"ML=1;lt={lat:+09.5f};lg={lng:+010.5f};rd={radius_m};top={at:%Y%m%d%H%M%S};lc=68;pm=G;'
        f"si=510010000000000;ei={device};mcc=510;mnc=10;ml="
    )
    return head + str(len(head) + 3)
