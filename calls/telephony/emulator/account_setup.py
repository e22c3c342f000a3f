"""How an account is set up at the provider: numbers, applications, messaging services, WhatsApp senders, and their API."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from calls.telephony.emulator.records import API_VERSION, now, rfc2822

PAGE_SIZE = 50
WEBHOOKS = {
    "voice_url": None,
    "voice_method": "POST",
    "voice_fallback_url": None,
    "voice_fallback_method": "POST",
    "status_callback": None,
    "status_callback_method": "POST",
    "sms_url": None,
    "sms_method": "POST",
    "sms_fallback_url": None,
    "sms_fallback_method": "POST",
}
CHANGEABLE = {*WEBHOOKS, "friendly_name", "trunk_sid", "voice_application_sid"} | {
    "sms_application_sid",
    "voice_receive_mode",
}
METHODS = {"GET", "POST"}
SENDERS = "/v2/Channels/Senders"
Page = tuple[int, dict[str, Any]]


def sid(prefix: str, number: int) -> str:
    return f"{prefix}{number:032x}"


class Invalid(Exception):  # noqa: N818 - an answer
    """A change that the provider refuses with 400."""


@dataclass(eq=False)
class PhoneNumber:
    """`values` overlay what a number has when it was just bought: nothing is set."""

    number: str
    sid: str
    values: dict[str, Any] = field(default_factory=dict)
    capabilities: dict[str, bool] = field(
        default_factory=lambda: {"voice": True, "sms": True, "mms": False, "fax": False}
    )

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "phone_number": self.number,
            "friendly_name": self.number,
            "capabilities": self.capabilities,
            "voice_receive_mode": "voice",
            "voice_application_sid": None,
            "sms_application_sid": None,
            "trunk_sid": None,
            **WEBHOOKS,
            **_common(account, f"IncomingPhoneNumbers/{self.sid}"),
            "address_requirements": "none",
            "address_sid": None,
            "beta": False,
            "bundle_sid": None,
            "emergency_address_sid": None,
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "identity_sid": None,
            "origin": "twilio",
            "status": "in-use",
            "type": "local",
            "voice_caller_id_lookup": False,
            **self.values,
        }

    def change(self, params: dict[str, str]) -> None:
        changes = {_snake(name): value or None for name, value in params.items()}
        for name, value in changes.items():
            if name not in CHANGEABLE:
                raise Invalid(name)
            if name.endswith("method") and value not in METHODS:
                raise Invalid(name)
            if name in WEBHOOKS and "method" not in name and value and not _is_address(value):
                raise Invalid(name)
        if changes.get("trunk_sid"):  # as documented: the trunk wipes out what it stands in for
            changes |= {
                "voice_url": None,
                "voice_fallback_url": None,
                "voice_application_sid": None,
            }
        self.values |= changes


@dataclass(eq=False)
class Application:
    sid: str
    values: dict[str, Any] = field(default_factory=dict)

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "friendly_name": "application",
            "message_status_callback": None,
            "sms_status_callback": None,
            "voice_caller_id_lookup": False,
            "public_application_connect_enabled": False,
            **WEBHOOKS,
            **_common(account, f"Applications/{self.sid}"),
            **self.values,
        }


@dataclass(eq=False)
class MessagingService:
    sid: str
    number_sids: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": account,
            "friendly_name": "service",
            "inbound_request_url": None,
            "inbound_method": "POST",
            "fallback_url": None,
            "fallback_method": "POST",
            "use_inbound_webhook_on_number": False,
            **self.values,
        }


@dataclass(eq=False)
class WhatsAppSender:
    sid: str
    number: str
    status: str = "ONLINE"
    webhook: dict[str, str] | None = None

    def wire(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "sender_id": f"whatsapp:{self.number}",
            "status": self.status,
            "webhook": self.webhook,
            "configuration": {"waba_id": "1"},
            "profile": None,
            "properties": None,
            "url": f"https://messaging.twilio.com{SENDERS}/{self.sid}",
        }


@dataclass
class Setup:
    """What the account has. An account that was just made has nothing."""

    account: str
    numbers: list[PhoneNumber] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    services: list[MessagingService] = field(default_factory=list)
    senders: list[WhatsAppSender] = field(default_factory=list)

    def buy(self, number: str, **values: Any) -> PhoneNumber:
        bought = PhoneNumber(number, sid("PN", len(self.numbers) + 1), values)
        self.numbers.append(bought)
        return bought

    def answer(
        self, method: str, path: str, query: dict[str, str], params: dict[str, str]
    ) -> Page | None:
        """None: no such thing."""
        try:
            return self._account(method, path, query, params) or self._messaging(
                method, path, query
            )
        except Invalid as invalid:
            return 400, {"code": 21_502, "message": f"{invalid} is not valid", "status": 400}

    def _account(
        self, method: str, path: str, query: dict[str, str], params: dict[str, str]
    ) -> Page | None:
        root = f"/{API_VERSION}/Accounts/{self.account}"
        if (method, path) == ("GET", f"{root}/IncomingPhoneNumbers.json"):
            return 200, self._numbers(path, query)
        for number in self.numbers:
            if path == f"{root}/IncomingPhoneNumbers/{number.sid}.json":
                if method == "POST":
                    number.change(params)
                return 200, number.wire(self.account)
        for application in self.applications:
            if (method, path) == ("GET", f"{root}/Applications/{application.sid}.json"):
                return 200, application.wire(self.account)
        return None

    def _numbers(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        """Also those that only contain the digits asked for, as the provider does it."""
        digits = query.get("PhoneNumber", "").lstrip("+")
        rows = [one.wire(self.account) for one in self.numbers if digits in one.number]
        page, size = int(query.get("Page", 0)), int(query.get("PageSize", PAGE_SIZE))
        more = len(rows) > (page + 1) * size
        following = urlencode({**query, "Page": page + 1, "PageToken": "PAPN"})
        return {
            "incoming_phone_numbers": rows[page * size : (page + 1) * size],
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": min(len(rows), (page + 1) * size),
            "uri": path,
            "first_page_uri": f"{path}?PageSize={size}&Page=0",
            "next_page_uri": f"{path}?{following}" if more else None,
            "previous_page_uri": None,
        }

    def _messaging(self, method: str, path: str, query: dict[str, str]) -> Page | None:
        if method != "GET":
            return None
        if path == "/v1/Services":
            return 200, _listed("services", [one.wire(self.account) for one in self.services])
        for service in self.services:
            if path == f"/v1/Services/{service.sid}/PhoneNumbers":
                members = [one for one in self.numbers if one.sid in service.number_sids]
                rows = [{"sid": one.sid, "phone_number": one.number} for one in members]
                return 200, _listed("phone_numbers", rows)
        if path == SENDERS and query.get("Channel") == "whatsapp":
            return 200, _listed("senders", [one.wire() for one in self.senders])
        for sender in self.senders:
            if path == f"{SENDERS}/{sender.sid}":
                return 200, sender.wire()
        return None


def as_needed(setup: Setup, number: str, base_url: str) -> None:
    """A number that is set up as the service needs it."""
    setup.buy(
        number,
        voice_url=f"{base_url}/twilio/voice/incoming",
        status_callback=f"{base_url}/twilio/voice/status",
        sms_url=f"{base_url}/twilio/messages/incoming",
    )


def _common(account: str, path: str) -> dict[str, Any]:
    return {
        "api_version": API_VERSION,
        "date_created": rfc2822(now()),
        "date_updated": rfc2822(now()),
        "uri": f"/{API_VERSION}/Accounts/{account}/{path}.json",
    }


def _listed(key: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: rows, "meta": {"key": key, "page": 0, "page_size": 50, "next_page_url": None}}


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
