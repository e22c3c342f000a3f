"""What a setting may be, said before the process starts. Every rule names the setting, what is wrong, and what helps.

Pure: settings.py gives the values, so that all rules can be tested in one table.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import phonenumbers

SECRET_KEY_LENGTH_MIN = 50
FLAG_WORDS = frozenset({"1", "true", "yes", "y", "on", "ok", "0", "false", "no", "n", "off", ""})
FLAGS = ("DEBUG", "BEHIND_PROXY", "STATIC_COLLECTED", "RECORD_CALLS", "TRANSCRIBE_CALLS")
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
LOG_LEVELS = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
TELEPHONIES = frozenset({"emulator", "twilio", "pbx"})
PARTNER_KEY_LENGTH_MIN = 32
MAKE_KEY = "make one with: openssl rand -hex 32"
FALLBACK_METHODS = ("POST", "GET")
ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")


def problems(values: Mapping[str, Any], *, words: Mapping[str, str]) -> list[str]:
    """`values` are the settings as read, `words` the environment as it was written."""
    return [
        *_flags(words),
        *_addresses(values),
        *_stores(values),
        *_provider(values),
        *_partners(values),
        *_second_host(values),
        *_kept(values),
        *_city(values),
    ]


def host_of(address: str) -> str | None:
    """The host of an address that is a scheme and a host alone; None for everything else."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or parts.path or parts.query or parts.fragment:
        return None
    return parts.hostname


def _flags(words: Mapping[str, str]) -> Iterator[str]:
    for name in FLAGS:
        if words.get(name, "").strip().lower() not in FLAG_WORDS:
            yield f"{name}: must be 1 or 0"


def _addresses(values: Mapping[str, Any]) -> Iterator[str]:
    public = host_of(values["PUBLIC_BASE_URL"])
    if public is None:
        yield (
            "PUBLIC_BASE_URL: must be an address without a path, such as https://112.example.go.id"
        )
    hosts = values["ALLOWED_HOSTS"]
    if "*" in hosts and values["TELEPHONY"] != "emulator":
        yield "ALLOWED_HOSTS: must name the hosts; * answers whoever invents one"
    if public and not any(_matches(public, host) for host in hosts):
        yield f"ALLOWED_HOSTS: lacks {public}, the host of PUBLIC_BASE_URL"
    for name in ("CSRF_TRUSTED_ORIGINS", "SOCKET_ORIGINS"):
        for origin in values[name]:
            if host_of(origin) is None:
                yield f"{name}: “{origin}” must be an address such as https://112.example.go.id"
    basemap = values["BASEMAP_URL"]
    if basemap and urlsplit(basemap).scheme not in {"http", "https"}:
        yield "BASEMAP_URL: must be an address such as https://tiles.example.go.id/{z}/{x}/{y}.png"
    routing = values["VALHALLA_URL"]
    if routing and not _is_address(routing):
        yield "VALHALLA_URL: must be an address such as http://127.0.0.1:8002"
    stand_in = values["TWILIO_API_BASE_URL"]
    if stand_in and not (host_of(stand_in) and _is_this_machine(host_of(stand_in))):
        yield (
            "TWILIO_API_BASE_URL: must be an address of this machine, such as http://127.0.0.1:8001, where the emulator"
            " is asked; the account's token goes there. Leave it out for the real provider"
        )


def _stores(values: Mapping[str, Any]) -> Iterator[str]:
    if urlsplit(values["REDIS_URL"]).scheme not in REDIS_SCHEMES:
        yield "REDIS_URL: must begin with redis://, rediss:// or unix://"
    for name, low, high in (
        ("DATABASE_POOL", values["DATABASE_POOL_MIN"], None),
        ("WEB_WORKERS", 1, None),
        ("RESERVE_THREADS", 0 if values["TESTING"] else 1, values["RESERVE_THREADS_MAX"]),
    ):
        if values[name] < low:
            yield f"{name}: must be at least {low}"
        if high is not None and values[name] > high:
            yield f"{name}: must be at most {high}"
    if values["LOG_LEVEL"] not in LOG_LEVELS:
        yield f"LOG_LEVEL: must be one of {', '.join(sorted(LOG_LEVELS))}"
    folder = values["STATIC_ROOT"]
    if values["STATIC_COLLECTED"] and not values["COLLECTING"] and not Path(folder).is_dir():
        yield (
            f"STATIC_COLLECTED: is 1, but {folder} does not exist; run manage.py collectstatic,"
            " or name the folder with STATIC_ROOT"
        )


def _provider(values: Mapping[str, Any]) -> Iterator[str]:
    telephony = values["TELEPHONY"]
    numbers = [name for name in ("TWILIO_NUMBER", "TWILIO_WHATSAPP_NUMBER") if values[name]]
    for name in numbers:
        if not E164.fullmatch(values[name]):
            yield f"{name}: must be written like +62771123456"
    if telephony not in TELEPHONIES:
        yield "TELEPHONY: must be emulator, twilio or pbx"
    real = [*numbers, *(name for name in ("PBX_HMAC_KEY", "SMS_GATEWAY_KEY") if values[name])]
    if telephony == "emulator" and values["TWILIO_API_BASE_URL"]:
        real = [name for name in real if name not in numbers]  # those of the emulator
    if telephony == "emulator" and real:
        yield (
            f"TELEPHONY: is emulator beside a real provider ({', '.join(real)}): citizens would hear nobody."
            " Set TELEPHONY=twilio or pbx, or take these settings out"
        )
    if telephony == "emulator":
        return
    if values["DEBUG"]:
        yield f"DEBUG: must be 0 with TELEPHONY={telephony}; it shows callers' data to whoever causes an error"
    if values["TWILIO_ACCOUNT_SID"] and not ACCOUNT_SID.fullmatch(values["TWILIO_ACCOUNT_SID"]):
        yield "TWILIO_ACCOUNT_SID: must be AC and 32 characters 0-9 a-f, as in the provider's console"
    if telephony == "twilio" and not values["TWILIO_NUMBER"]:
        yield "TWILIO_NUMBER: is needed when TELEPHONY=twilio; calls back and replies come from it"


def _partners(values: Mapping[str, Any]) -> Iterator[str]:
    """Machines that sign what they say with a key that was agreed on, and are asked at an address of theirs."""
    yield from _partner(values, key="PBX_HMAC_KEY", url="PBX_CONTROL_URL")
    yield from _partner(values, key="SMS_GATEWAY_KEY", url="SMS_GATEWAY_URL")
    if values["TELEPHONY"] != "pbx":
        return
    if not values["PBX_HMAC_KEY"]:
        yield f"PBX_HMAC_KEY: is needed when TELEPHONY=pbx; {MAKE_KEY}"
    if not _has_twilio(values) and not values["SMS_GATEWAY_URL"]:
        yield (
            "SMS_GATEWAY_URL: is needed when TELEPHONY=pbx without a Twilio account (TWILIO_ACCOUNT_SID,"
            " TWILIO_AUTH_TOKEN, TWILIO_NUMBER): an exchange sends no SMS, and crews would not get theirs"
        )


def _partner(values: Mapping[str, Any], *, key: str, url: str) -> Iterator[str]:
    secondary = f"{key}_SECONDARY"
    for name in (key, secondary):
        if values[name] and len(values[name]) < PARTNER_KEY_LENGTH_MIN:
            yield f"{name}: is shorter than {PARTNER_KEY_LENGTH_MIN} characters; {MAKE_KEY}"
    if values[secondary] and not values[key]:
        yield f"{secondary}: is the second key; put it into {key}"
    if values[key] and not values[url]:
        yield f"{url}: is needed with {key}; what we ask of the other side goes there"
    if values[url] and not values[key]:
        yield f"{key}: is needed with {url}; {MAKE_KEY}"
    if values[url] and not _is_address(values[url]):
        yield f"{url}: must be an address such as https://10.0.0.5:8113/acts"


def _kept(values: Mapping[str, Any]) -> Iterator[str]:
    """What is kept of spoken calls."""
    if not LANGUAGE_CODE.fullmatch(values["TRANSCRIPTION_LANGUAGE"]):
        yield "TRANSCRIPTION_LANGUAGE: must be written like id-ID or en-GB"
    url = values["PBX_RECORDINGS_URL"]
    if url and not _is_address(url):
        yield "PBX_RECORDINGS_URL: must be an address such as https://reader:secret@10.0.0.5/recordings"


def _has_twilio(values: Mapping[str, Any]) -> bool:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_NUMBER")
    return all(values[name] for name in names)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _second_host(values: Mapping[str, Any]) -> Iterator[str]:
    ours = host_of(values["PUBLIC_BASE_URL"])
    for name in ("PROVIDER_FALLBACK_VOICE_URL", "PROVIDER_FALLBACK_MESSAGES_URL"):
        address = values[name]
        if not address:
            continue
        host = _host_of_document(address)
        if host is None:
            yield f"{name}: must be an address such as https://second.example.go.id/voice.xml"
        elif host == ours:
            yield (
                f"{name}: lies on {host}, the host of PUBLIC_BASE_URL, and falls silent with it;"
                " it must lie on another machine"
            )
    if values["PROVIDER_FALLBACK_METHOD"] not in FALLBACK_METHODS:
        yield f"PROVIDER_FALLBACK_METHOD: must be {' or '.join(FALLBACK_METHODS)}"


def _host_of_document(address: str) -> str | None:
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - raises when it is no number
    except ValueError:
        return None
    # A sign-in in the address would stand in logs; what follows # belongs into the provider's settings alone.
    if parts.scheme not in {"http", "https"} or parts.username or parts.fragment:
        return None
    return parts.hostname


def _city(values: Mapping[str, Any]) -> Iterator[str]:
    try:
        ZoneInfo(values["TIME_ZONE"])
    except (ValueError, OSError, KeyError):
        yield f"TIME_ZONE: “{values['TIME_ZONE']}” is not known; write it like Asia/Jakarta"
    if values["PHONE_REGION"] not in phonenumbers.SUPPORTED_REGIONS:
        yield f"PHONE_REGION: “{values['PHONE_REGION']}” is no country; write it like ID"


def _is_this_machine(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _matches(host: str, pattern: str) -> bool:
    pattern = pattern.lower()
    return pattern in {"*", host} or (pattern.startswith(".") and f".{host}".endswith(pattern))
