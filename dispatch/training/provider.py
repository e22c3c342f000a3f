"""Citizens at the emulated provider: as the real one would report them, in signed webhooks.

Where `deploy/up` runs the emulator (`manage.py phone`) they ring and write there, because whoever brought a call is asked
to move it. Else the webhooks are sent from here, and the service plays the rest of the provider itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import httpx

from calls.signing import form, signature
from dispatch.training.access import Access
from dispatch.training.centre import TIMEOUT_S, persistent
from dispatch.training.citizens import Caller

API_VERSION = "2010-04-01"
CENTRE_NUMBER = "+62771112"
# The real provider tries a webhook that was not answered a few times, then gives up.
ATTEMPTS_MAX = 8


class Place(Protocol):
    @property
    def lat(self) -> float: ...

    @property
    def lng(self) -> float: ...


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
        if self.access.emulator_url:
            return str((await self._act("citizen_ring", number=number))["sid"])
        sid = new_sid("CA")
        _taken(await self.post("/twilio/voice/incoming", voice(sid, number, "ringing")))
        _taken(await self.post("/twilio/voice/wait", voice(sid, number, "in-progress")))
        return sid

    async def hang_up(self, sid: str, number: str) -> None:
        if self.access.emulator_url:
            await self._act("citizen_hang_up", sid=sid)
            return
        await self.post(
            "/twilio/voice/status",
            {**voice(sid, number, "completed"), "SequenceNumber": "9", "CallDuration": "30"},
        )

    async def message(self, caller: Caller) -> None:
        await self.write(caller.number, caller.words, channel=caller.channel)
        if caller.pin:
            await self.write(caller.number, "", channel=caller.channel, where=caller.spot)

    async def aml(self, number: str, text: str) -> None:
        await self.write(number, text, channel="sms")

    async def write(
        self, number: str, text: str, *, channel: str, where: Place | None = None
    ) -> None:
        if self.access.emulator_url:
            pin = {} if where is None else {"lat": where.lat, "lng": where.lng}
            await self._act("citizen_write", number=number, text=text, channel=channel, **pin)
            return
        params = message(number, text, channel=channel)
        if where is not None:
            params |= {"Latitude": str(where.lat), "Longitude": str(where.lng)}
        _taken(await self.post("/twilio/messages/incoming", params))

    async def _act(self, name: str, **body: object) -> dict[str, object]:
        answer = await persistent(
            lambda: self.client.post(
                f"{self.access.emulator_url}/phone/api/{name}", json=body, timeout=TIMEOUT_S
            ),
            what="emulator",
            attempts_max=self.attempts_max,
        )
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        if found.get("accepted") is False:
            sentence = "the service did not take it"
            raise httpx.HTTPStatusError(sentence, request=answer.request, response=answer)
        return found


def _taken(answer: httpx.Response) -> None:
    """Other answers than 2xx are refusals; one that redirects is none of ours."""
    if answer.status_code >= 300:
        sentence = f"answered {answer.status_code}"
        raise httpx.HTTPStatusError(sentence, request=answer.request, response=answer)


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
