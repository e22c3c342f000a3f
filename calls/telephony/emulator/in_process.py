"""The provider's part without a provider: what Twilio would fetch and report, as really signed requests to this service."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx
from django.conf import settings
from django.urls import reverse

from calls.domain import Channel, ProviderError
from calls.signing import form, signature
from calls.telephony.emulator import in_process_conference
from calls.telephony.port import CrewCall, Leg, Line, ListedCall

REQUEST_TIMEOUT_S = 10.0
TOO_MANY = 429  # what nginx says to more than it lets through

SignedRequest = tuple[str, dict[str, str], bytes]
Send = Callable[[str, dict[str, str], bytes], int]  # the HTTP status


def signed_request(path: str, params: Mapping[str, str | list[str]]) -> SignedRequest:
    """(url, headers, body) just as Twilio would send it; a list is a repeated parameter."""
    pairs = [
        (name, value)
        for name, values in params.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    url = settings.PUBLIC_BASE_URL + path
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": signature(token=settings.TWILIO_AUTH_TOKEN, url=url, pairs=pairs),
    }
    return url, headers, form(pairs)


def send_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    try:
        return httpx.post(
            url, headers=headers, content=body, timeout=REQUEST_TIMEOUT_S
        ).status_code
    except httpx.HTTPError as error:
        raise ProviderError(type(error).__name__) from None


class EmulatedVoice:
    """Stands in for Twilio's side of a call; a dispatcher's telephone is taken to be answered at once."""

    name = "emulator"
    channel = Channel.VOICE
    is_metered = True
    has_conferences = True

    def __init__(self, send: Send = send_over_http) -> None:
        self._send = send

    def connect_caller(self, leg: Leg) -> None:
        self._tell("twilio-voice-left-queue", leg, QueueResult="redirected", QueueTime="0")
        self._tell("twilio-voice-join", leg, CallStatus="in-progress", args=[leg.call_id])
        in_process_conference.caller_joins(self._tell, leg)

    def ring_dispatcher(self, leg: Leg, *, dispatcher_id: str, line: Line | None = None) -> str:
        """Without a line (a job of the version before) nothing is told: there is no address to tell it to."""
        return self.ring_participant(leg, line) if line else ""

    def ring_participant(self, leg: Leg, line: Line) -> str:
        return in_process_conference.rings(self._tell, leg, line)

    def shape_participant(self, leg: Leg, line: Line) -> None:
        in_process_conference.is_shaped(self._tell, leg, line)

    def drop_participant(self, leg: Leg, line: Line) -> None:
        in_process_conference.is_dropped(self._tell, leg, line)

    def close_conference(self, leg: Leg) -> None:
        """Each has been dropped by itself; whoever is left alone hangs up."""

    def ask_for_a_key(self, leg: Leg) -> None:
        """The emulated caller presses one."""
        self._tell("twilio-voice-ask", leg, CallStatus="in-progress", args=[leg.call_id])
        self._tell(
            "twilio-voice-silent-key",
            leg,
            args=[leg.call_id],
            CallStatus="in-progress",
            Digits="5",
        )

    def ring_caller(self, leg: Leg) -> str:
        """The citizen answers at once."""
        sid = f"CA{leg.call_id.hex}"
        rung = dataclasses.replace(leg, provider_sid=sid)
        for word, number in (("ringing", "1"), ("in-progress", "2")):
            self._tell(
                "twilio-voice-call-back",
                rung,
                args=[leg.call_id],
                CallStatus=word,
                SequenceNumber=number,
                Direction="outbound-api",
            )
        self._tell("twilio-voice-join", rung, CallStatus="in-progress", args=[leg.call_id])
        in_process_conference.caller_joins(self._tell, rung)
        return sid

    def return_to_queue(self, leg: Leg) -> None:
        self._tell("twilio-voice-requeue", leg, CallStatus="in-progress", args=[leg.call_id])
        self._tell("twilio-voice-wait", leg, CallStatus="in-progress")

    def hang_up(self, leg: Leg) -> None:
        self._tell("twilio-voice-status", leg, CallStatus="completed", CallDuration="1")

    def list_calls(self, *, since: datetime) -> list[ListedCall] | None:
        """Nobody remembers an emulated call but this service itself."""
        return None

    def call_crew(self, call: CrewCall) -> str:
        """The crew answers, hears the notice and presses nothing: so a demonstration shows the next rung, too."""
        sid = f"CA{call.notice_id.hex}"
        args = [call.notice_id]
        for name, params in (
            ("twilio-notice-status", {"CallStatus": "ringing", "SequenceNumber": "1"}),
            ("twilio-notice-voice", {"CallStatus": "in-progress"}),
            ("twilio-notice-status", {"CallStatus": "completed", "SequenceNumber": "3"}),
        ):
            common = {
                "CallSid": sid,
                "AccountSid": settings.TWILIO_ACCOUNT_SID,
                "From": settings.TWILIO_NUMBER,
                "To": call.to,
                "Direction": "outbound-api",
                "ApiVersion": "2010-04-01",
            }
            _accepted(self._send(*signed_request(reverse(name, args=args), common | params)))
        return sid

    def _tell(
        self, name: str, leg: Leg, *, args: list[object] | None = None, **params: str
    ) -> None:
        common = {
            "CallSid": leg.provider_sid,
            "AccountSid": settings.TWILIO_ACCOUNT_SID,
            "From": leg.caller,
            "To": leg.to_number,
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
        }
        _accepted(self._send(*signed_request(reverse(name, args=args), {**common, **params})))


def _accepted(status: int) -> None:
    if status >= 400:
        note = f"own service answered {status}"
        raise ProviderError(note, permanent=status < 500 and status != TOO_MANY)
