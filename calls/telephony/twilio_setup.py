"""How the account is set up at Twilio: the number, and whatever answers in its place. Reading, and one careful write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from calls import twilio_api
from calls.domain import ProviderError
from calls.provider_setup import (
    SENDER_NAMES,
    SERVICE_NAMES,
    SMS_NAMES,
    VOICE_NAMES,
    Found,
    Holder,
    Number,
    Place,
    Sender,
)
from calls.twilio_api import asked

NOT_FOUND = 404
REFUSED_KEY = (401, 403)
WHATSAPP = "whatsapp"


class TwilioSetup:
    def __init__(self) -> None:
        self._client = twilio_api.client()

    def read(self, *, number: str, whatsapp_number: str) -> Found | None:
        """None: the account has no such number. `whatsapp_number`: empty when the number itself may be the sender."""
        row = self._number(number)
        if row is None:
            return None
        unreadable = set()
        service, sender = None, None
        # Of these two the account can live without: an account that may not read them is told to look by hand.
        try:
            service = self._service(row.sid) if row.writes is not False else None
        except ProviderError as error:
            unreadable.add(_hidden(Place.SERVICE, error))
        try:
            sender = self._sender(whatsapp_number or number)
        except ProviderError as error:
            unreadable.add(_hidden(Place.SENDER, error))
        return Found(
            number=row,
            voice_application=self._application(row.voice_application_sid, VOICE_NAMES),
            sms_application=self._application(row.sms_application_sid, SMS_NAMES),
            service=service,
            sender=sender,
            unreadable=frozenset(unreadable),
        )

    def takes_key(self, key: str, secret: str) -> bool:
        """Whether the account takes this key: a telephone in a browser with a token made by another never registers."""
        account = twilio_api.client(key, secret).api.accounts(settings.TWILIO_ACCOUNT_SID)
        try:
            asked(account.fetch)
        except ProviderError as error:
            if error.status in REFUSED_KEY:
                return False
            raise
        return True

    def correct(self, number_sid: str, settings: Mapping[str, str]) -> None:
        """All at once: there is no moment at which half of them hold."""
        changes = {_attribute(name): value for name, value in settings.items()}
        asked(lambda: self._client.incoming_phone_numbers(number_sid).update(**changes))

    def _number(self, number: str) -> Number | None:
        # The provider also lists numbers that merely contain this one.
        numbers = self._client.incoming_phone_numbers
        rows = asked(
            lambda: numbers.list(phone_number=number, page_size=twilio_api.LIST_PAGE_ROWS)
        )
        row = next((one for one in rows if one.phone_number == number), None)
        if row is None:
            return None
        able = {str(name).lower(): value for name, value in dict(row.capabilities or {}).items()}
        return Number(
            sid=str(row.sid),
            number=number,
            settings=_settings(row, (*VOICE_NAMES, *SMS_NAMES)),
            speaks=able.get("voice"),
            writes=able.get("sms"),
            receives=str(row.voice_receive_mode or ""),
            trunk_sid=str(row.trunk_sid or ""),
            voice_application_sid=str(row.voice_application_sid or ""),
            sms_application_sid=str(row.sms_application_sid or ""),
        )

    def _application(self, sid: str, names: Sequence[str]) -> Holder | None:
        if not sid:
            return None
        try:
            row = asked(self._client.applications(sid).fetch)
        except ProviderError as error:
            if error.status != NOT_FOUND:
                raise
            return Holder(sid=sid, settings=None)
        return Holder(sid=sid, settings=_settings(row, names))

    def _service(self, number_sid: str) -> Holder | None:
        """The messaging service that has the number in its pool and does not leave the answer to it."""
        services = self._client.messaging.v1.services
        for row in asked(lambda: services.list(page_size=twilio_api.LIST_PAGE_ROWS)):
            if row.use_inbound_webhook_on_number:
                continue
            pool = services(row.sid).phone_numbers
            members = asked(lambda pool=pool: pool.list(page_size=twilio_api.LIST_PAGE_ROWS))
            if number_sid in {one.sid for one in members}:
                return Holder(sid=str(row.sid), settings=_settings(row, SERVICE_NAMES))
        return None

    def _sender(self, number: str) -> Sender | None:
        senders = self._client.messaging.v2.channels_senders
        rows = asked(lambda: senders.list(channel=WHATSAPP, page_size=twilio_api.LIST_PAGE_ROWS))
        wanted = f"{WHATSAPP}:{number}"
        row = next((one for one in rows if one.sender_id == wanted), None)
        if row is None:
            return None
        whole = asked(senders(row.sid).fetch)  # lists do not promise the webhooks
        webhook: Any = whole.webhook or {}
        return Sender(
            number=number,
            status=str(whole.status or ""),
            settings={name: str(webhook.get(name) or "") for name in SENDER_NAMES},
        )


def _hidden(place: Place, error: ProviderError) -> Place:
    """A refusal hides that one place. No answer at all is no statement about the account."""
    if not error.permanent:
        raise error
    return place


def _settings(row: Any, names: Sequence[str]) -> dict[str, str]:
    return {name: str(getattr(row, _attribute(name), None) or "") for name in names}


def _attribute(name: str) -> str:
    """VoiceFallbackUrl -> voice_fallback_url, as the library names it."""
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name).lstrip("_")
