"""The comparison of the provider's settings with what this deployment needs, asked of the real places."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx
from django.conf import settings
from django.urls import reverse

from calls import provider_setup, second_host
from calls.provider_setup import Advice, Needs, Place, Row, State
from calls.second_host import DOCUMENT_BYTES_MAX, Answer, Kind
from calls.telephony.twilio_setup import TwilioSetup

ANSWER_S_MAX = 10.0  # the provider gives up after 15
# As the provider asks a fallback address, without anything about a person.
PROBE = {"ErrorCode": "11200", "CallStatus": "ringing", "ApiVersion": "2010-04-01"}


class NumberUnknown(Exception):  # noqa: N818 - an answer
    """The account has no such number."""


@dataclass(frozen=True, slots=True)
class Look:
    rows: list[Row]
    number_sid: str


def needs() -> Needs:
    base = settings.PUBLIC_BASE_URL
    return Needs(
        base_url=base,
        voice_url=base + reverse("twilio-voice-incoming"),
        voice_status_url=base + reverse("twilio-voice-status"),
        messages_url=base + reverse("twilio-messages-incoming"),
        voice_fallback_url=settings.PROVIDER_FALLBACK_VOICE_URL,
        messages_fallback_url=settings.PROVIDER_FALLBACK_MESSAGES_URL,
        fallback_method=settings.PROVIDER_FALLBACK_METHOD,
        whatsapp_number=settings.TWILIO_WHATSAPP_NUMBER,
    )


def look() -> Look:
    """Raises ProviderError when the provider cannot be asked, NumberUnknown when it knows no such number."""
    found = TwilioSetup().read(
        number=settings.TWILIO_NUMBER, whatsapp_number=settings.TWILIO_WHATSAPP_NUMBER
    )
    if found is None:
        raise NumberUnknown
    wanted = needs()
    rows = provider_setup.compare(wanted, found)
    return Look(rows=[*rows, _browser_key(), *_second_host(wanted)], number_sid=found.number.sid)


def _browser_key() -> Row:
    """The key of the telephone in the dispatchers' browsers. A centre may do without: it has desk phones then."""
    key, secret = settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET
    if not (key and secret):
        state, advice = State.NOT_NEEDED, Advice.NO_BROWSER_KEY
    elif TwilioSetup().takes_key(key, secret):
        state, advice = State.RIGHT, Advice.NOTHING
    else:
        state, advice = State.WRONG, Advice.BROWSER_KEY
    return Row(
        place=Place.DEPLOYMENT,
        subject="",
        setting="TWILIO_API_KEY_SID",
        found=key,
        wanted=key,
        state=state,
        advice=advice,
    )


def safe_corrections(rows: Sequence[Row]) -> dict[str, str]:
    """What may be written without asking anybody. A second host that does not help is no better than what stands there."""
    helps = all(row.state == State.RIGHT for row in rows if row.place == Place.SECOND_HOST)
    return {
        name: value
        for name, value in provider_setup.corrections(rows).items()
        if helps or "Fallback" not in name
    }


def correct(number_sid: str, changes: Mapping[str, str]) -> None:
    TwilioSetup().correct(number_sid, changes)


def _second_host(wanted: Needs) -> list[Row]:
    """Asked as the provider would ask it: an address that is written down right helps nobody if it answers 405."""
    documents = (
        (Kind.VOICE, wanted.voice_fallback_url),
        (Kind.MESSAGES, wanted.messages_fallback_url),
    )
    method = wanted.fallback_method
    return [
        second_host.judge(kind, url=url, method=method, answer=ask(url, method))
        for kind, url in documents
        if url
    ]


def ask(url: str, method: str) -> Answer:
    begun_s = time.monotonic()
    sent = {"data": PROBE} if method == provider_setup.POST else {"params": PROBE}
    try:
        with httpx.stream(method, url, timeout=ANSWER_S_MAX, **sent) as response:
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > DOCUMENT_BYTES_MAX or time.monotonic() - begun_s > ANSWER_S_MAX:
                    break
            kind = response.headers.get("content-type", "")
            return Answer(status=response.status_code, content_type=kind, body=body)
    except httpx.HTTPError as error:
        return Answer(error=type(error).__name__)
