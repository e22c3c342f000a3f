"""Whether the emulator may run here. Emulated citizens must never ring in a centre that real ones ring."""

from __future__ import annotations

import ipaddress
import json
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

HTTP_PORT = 80


def is_on_this_machine(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return "127.0.0.1", parts.port or HTTP_PORT


def trouble(credentials: Path) -> str:
    """Why not, in a sentence that says what to do; empty when it may."""
    if settings.TELEPHONY != "emulator":
        return (
            f"TELEPHONY is {settings.TELEPHONY}: citizens are real here, and emulated ones would ring among them."
            " Start a trial of its own: deploy/up --home /tmp/trial, without a provider in its environment."
        )
    if not settings.TWILIO_API_BASE_URL:
        return (
            "TWILIO_API_BASE_URL is not set: the service would not ask this emulator."
            " deploy/up sets it; by hand: TWILIO_API_BASE_URL=http://127.0.0.1:8001, for the service and for this command."
        )
    if not is_on_this_machine(settings.TWILIO_API_BASE_URL):
        return (
            f"TWILIO_API_BASE_URL is {settings.TWILIO_API_BASE_URL}: the emulator runs on this machine alone."
            " Set it to an address of 127.0.0.1."
        )
    if _is_real(credentials):
        return (
            "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN in the environment are not those that deploy/up has made for this"
            " home: they look like a real account, which the emulator must not sign for. Take them out of the"
            " environment, or set TELEPHONY=twilio and leave the emulator."
        )
    return ""


def _is_real(credentials: Path) -> bool:
    """An account that this home did not make up belongs to somebody. Without a home nothing can be compared."""
    try:
        made = json.loads(credentials.read_text())["twilio"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    given = (settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    return given != (made.get("account_sid"), made.get("auth_token"))
