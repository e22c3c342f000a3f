"""How the provider must be set up for this deployment, and where it is not. Pure: values in, rows out.

A row carries a word for what is to be done, never a sentence: the command that shows it has those, in two languages.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

POST = "POST"  # also what the provider uses where no method was set
SANDBOX_WHATSAPP = "+14155238886"  # shared by all who try WhatsApp out; the API does not list it
ONLINE = "ONLINE"
SPOKEN = frozenset({"", "voice"})
PRIVATE_NAMES = (".local", ".internal", ".localhost", ".lan")

# The provider's own names, each with its method behind it. Reports of what became of a message are asked for with
# every message, so they are no setting here.
VOICE_NAMES = (
    "VoiceUrl",
    "VoiceMethod",
    "VoiceFallbackUrl",
    "VoiceFallbackMethod",
    "StatusCallback",
    "StatusCallbackMethod",
)
SMS_NAMES = ("SmsUrl", "SmsMethod", "SmsFallbackUrl", "SmsFallbackMethod")
SERVICE_NAMES = ("InboundRequestUrl", "InboundMethod", "FallbackUrl", "FallbackMethod")
SENDER_NAMES = ("callback_url", "callback_method", "fallback_url", "fallback_method")


class State(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    BY_HAND = "by_hand"  # the API does not say; a person must look
    NOT_NEEDED = "not_needed"


class Place(StrEnum):
    """Where a setting is found and changed."""

    DEPLOYMENT = "deployment"
    NUMBER = "number"
    APPLICATION = "application"
    SERVICE = "messaging_service"
    SENDER = "whatsapp_sender"
    SECOND_HOST = "second_host"


class Advice(StrEnum):
    NOTHING = ""
    SET = "set"
    BROWSER_KEY = "browser_key"
    NO_BROWSER_KEY = "no_browser_key"
    NAME_FALLBACK = "name_fallback"
    PUBLIC_ADDRESS = "public_address"
    REMOVE_TRUNK = "remove_trunk"
    RECEIVE_VOICE = "receive_voice"
    NO_VOICE = "no_voice"
    APPLICATION_GONE = "application_gone"
    NO_SMS = "no_sms"
    SERVICES_UNREADABLE = "services_unreadable"
    SENDER_MISSING = "sender_missing"
    SENDER_SANDBOX = "sender_sandbox"
    SENDER_NONE = "sender_none"
    SENDER_UNREADABLE = "sender_unreadable"
    SENDER_OFFLINE = "sender_offline"
    SENDER_NEEDS_POST = "sender_needs_post"
    HOST_SILENT = "host_silent"
    HOST_METHOD = "host_method"
    HOST_STATUS = "host_status"
    HOST_TYPE = "host_type"
    HOST_DOCUMENT = "host_document"


@dataclass(frozen=True, slots=True)
class Needs:
    """What this deployment needs, every address as it must stand at the provider. Empty fallback: none is named."""

    base_url: str
    voice_url: str
    voice_status_url: str
    messages_url: str
    voice_fallback_url: str = ""
    messages_fallback_url: str = ""
    fallback_method: str = POST
    whatsapp_number: str = ""  # named as such; without it the telephone number may be one


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number as the provider's API describes it. None: the API does not say."""

    sid: str
    number: str
    settings: Mapping[str, str] = field(default_factory=dict)
    speaks: bool | None = None
    writes: bool | None = None
    receives: str = ""  # voice or fax
    trunk_sid: str = ""
    voice_application_sid: str = ""
    sms_application_sid: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """What answers in the number's place: an application, a messaging service. Settings None: it is gone."""

    sid: str
    settings: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Sender:
    number: str
    status: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """All that the provider said. `unreadable`: what it would not show."""

    number: Number
    voice_application: Holder | None = None
    sms_application: Holder | None = None
    service: Holder | None = None
    sender: Sender | None = None
    unreadable: frozenset[Place] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    place: Place
    subject: str  # the number, or the SID of what answers in its place
    setting: str
    found: str
    wanted: str
    state: State
    advice: Advice = Advice.NOTHING


def compare(needs: Needs, found: Found) -> list[Row]:
    return [
        _public_address(needs),
        *_voice(needs, found),
        *_messages(needs, found),
        *_whatsapp(needs, found),
    ]


def is_right(rows: Sequence[Row]) -> bool:
    return all(row.state != State.WRONG for row in rows)


def corrections(rows: Sequence[Row]) -> dict[str, str]:
    """What to write to the number so that its own addresses and methods are right; nothing that is right already.

    Only these: an application, a service, a trunk or a sender was put there by somebody for a reason.
    """
    return {
        row.setting: row.wanted
        for row in rows
        if row.place == Place.NUMBER and row.advice == Advice.SET
    }


def provider_can_reach(url: str) -> bool:
    """Whether the provider, somewhere in the world, can ask this address: encrypted, by a name that all know."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith(PRIVATE_NAMES)
    return parts.scheme == "https" and public


def _public_address(needs: Needs) -> Row:
    right = provider_can_reach(needs.base_url)
    place, name = Place.DEPLOYMENT, "PUBLIC_BASE_URL"
    return Row(
        place, "", name, needs.base_url, "https://…", *_verdict(right, Advice.PUBLIC_ADDRESS)
    )


# --- calls ---------------------------------------------------------------------------------------


def _voice(needs: Needs, found: Found) -> Iterator[Row]:
    number = found.number
    if number.speaks is False:
        yield _amiss(number, "Capabilities.voice", "false", "true", Advice.NO_VOICE)
    if number.receives not in SPOKEN:
        yield _amiss(number, "VoiceReceiveMode", number.receives, "voice", Advice.RECEIVE_VOICE)
    if number.trunk_sid:
        # Every call goes to the trunk; what else is written at the number is not even looked at.
        yield _amiss(number, "TrunkSid", number.trunk_sid, "", Advice.REMOVE_TRUNK)
        return
    wanted = (
        needs.voice_url,
        POST,
        needs.voice_fallback_url,
        needs.fallback_method,
        needs.voice_status_url,
        POST,
    )
    holder = found.voice_application
    if not number.voice_application_sid:
        yield from _rows(Place.NUMBER, number.number, number.settings, VOICE_NAMES, wanted)
    elif holder is None or holder.settings is None:
        sid = number.voice_application_sid
        yield _amiss(number, "VoiceApplicationSid", sid, "", Advice.APPLICATION_GONE)
    else:
        yield from _rows(Place.APPLICATION, holder.sid, holder.settings, VOICE_NAMES, wanted)


# --- SMS -----------------------------------------------------------------------------------------


def _messages(needs: Needs, found: Found) -> Iterator[Row]:
    number, service, holder = found.number, found.service, found.sms_application
    if number.writes is False:
        state, advice = State.NOT_NEEDED, Advice.NO_SMS
        yield Row(Place.NUMBER, number.number, "Capabilities.SMS", "false", "", state, advice)
        return
    if Place.SERVICE in found.unreadable:
        state, advice = State.BY_HAND, Advice.SERVICES_UNREADABLE
        yield Row(Place.SERVICE, number.number, "Messaging Service", "", "", state, advice)
    wanted = (needs.messages_url, POST, needs.messages_fallback_url, needs.fallback_method)
    if service is not None and service.settings is not None:
        yield from _rows(Place.SERVICE, service.sid, service.settings, SERVICE_NAMES, wanted)
    elif not number.sms_application_sid:
        yield from _rows(Place.NUMBER, number.number, number.settings, SMS_NAMES, wanted)
    elif holder is None or holder.settings is None:
        sid = number.sms_application_sid
        yield _amiss(number, "SmsApplicationSid", sid, "", Advice.APPLICATION_GONE)
    else:
        yield from _rows(Place.APPLICATION, holder.sid, holder.settings, SMS_NAMES, wanted)


# --- WhatsApp ------------------------------------------------------------------------------------


def _whatsapp(needs: Needs, found: Found) -> Iterator[Row]:
    sender = found.sender
    if sender is None:
        named = needs.whatsapp_number
        state, advice = _without_sender(named, readable=Place.SENDER not in found.unreadable)
        yield Row(Place.SENDER, named or found.number.number, "WhatsApp", "", "", state, advice)
        return
    online = sender.status.partition(":")[0] == ONLINE  # ONLINE:UPDATING is online
    verdict = _verdict(online, Advice.SENDER_OFFLINE)
    yield Row(Place.SENDER, sender.number, "status", sender.status, ONLINE, *verdict)
    # A sender knows POST and PUT alone.
    wanted = (needs.messages_url, POST, needs.messages_fallback_url, POST)
    yield from _rows(Place.SENDER, sender.number, sender.settings, SENDER_NAMES, wanted)
    if needs.messages_fallback_url and needs.fallback_method != POST:
        place, name = Place.DEPLOYMENT, "PROVIDER_FALLBACK_METHOD"
        state, advice = State.WRONG, Advice.SENDER_NEEDS_POST
        yield Row(place, "", name, needs.fallback_method, POST, state, advice)


def _without_sender(named: str, *, readable: bool) -> tuple[State, Advice]:
    if not readable:
        return State.BY_HAND, Advice.SENDER_UNREADABLE
    if named == SANDBOX_WHATSAPP:
        return State.BY_HAND, Advice.SENDER_SANDBOX
    if named:
        return State.WRONG, Advice.SENDER_MISSING
    return State.NOT_NEEDED, Advice.SENDER_NONE


# --- one setting ---------------------------------------------------------------------------------


def _rows(
    place: Place,
    subject: str,
    settings: Mapping[str, str],
    names: Sequence[str],
    wanted: Sequence[str],
) -> Iterator[Row]:
    for name, value in zip(names, wanted, strict=True):
        if name.lower().endswith("method"):
            found = (settings.get(name) or POST).upper()
            verdict = _verdict(found == value, Advice.SET)
        else:
            found = settings.get(name, "")
            # Without a named fallback whatever stands there is wrong: nobody has said that it is meant.
            advice = Advice.SET if value else Advice.NAME_FALLBACK
            verdict = _verdict(_same_address(found, value), advice)
        yield Row(place, subject, name, found, value, *verdict)


def _same_address(found: str, wanted: str) -> bool:
    """Letter by letter, for the signature is made from it. What follows # tells the provider how long to wait."""
    return bool(wanted) and found.partition("#")[0] == wanted


def _amiss(number: Number, setting: str, found: str, wanted: str, advice: Advice) -> Row:
    return Row(Place.NUMBER, number.number, setting, found, wanted, State.WRONG, advice)


def _verdict(right: bool, advice: Advice) -> tuple[State, Advice]:  # noqa: FBT001 - read beside its question
    return (State.RIGHT, Advice.NOTHING) if right else (State.WRONG, advice)
