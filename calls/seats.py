"""How calls reach each person of the centre: chosen on the console, remembered here; an administrator can set it before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from calls import participants, selectors
from calls.conference import Device
from calls.models import ADDRESS_CHARS_MAX, LINE_STATE_CHARS_MAX, Contact, Seat, VoiceSwitch
from calls.telephony.numbers import e164
from calls.telephony.softphone_token import token_for as softphone_token_for
from realtime import prepared
from realtime.eventlog import Done, change
from realtime.protocol import Rejected
from realtime.registry import Context, react_to

TOKEN_LIVES_S = 3_600  # the telephone asks for the next one before it ends
SIP_PREFIXES = ("sip:", "sips:")


def wire(user_id: Any) -> dict[str, Any]:
    """For the console of this person."""
    seat = Seat.objects.filter(pk=user_id).first() or Seat(user_id=user_id)
    return {
        "device": seat.device,
        "phone": seat.phone,
        "sip": seat.sip,
        "has_browser": participants.has_browser_voice(),
        "softphone": softphone(),
    }


def softphone() -> str:
    """Which telephone the console itself can be: twilio, emulator, or none."""
    if settings.TELEPHONY == "emulator":
        return "emulator"
    return "twilio" if participants.has_browser_voice() else "none"


def softphone_token(user_id: Any, *, now: datetime) -> dict[str, Any]:
    """With it the browser of this person is a telephone that can be rung, for a while, and nothing else."""
    if softphone() != "twilio":
        raise Rejected("no_browser_voice")
    return {
        "token": softphone_token_for(str(user_id), now=now, lives_s=TOKEN_LIVES_S),
        "lives_s": TOKEN_LIVES_S,
    }


def choose(ctx: Context, *, device: Device, phone: str = "", sip: str = "") -> Done:
    """How calls reach this person from now on. A call that is under way stays where it is."""
    number = e164(phone, region=settings.PHONE_REGION) if phone else ""
    if phone and not number:
        raise Rejected("number_impossible", status=422)
    address = sip if sip.startswith(SIP_PREFIXES) or not sip else f"sip:{sip}"
    if address and ("@" not in address or len(address) > ADDRESS_CHARS_MAX):
        raise Rejected("sip_address_impossible", status=422)
    if {Device.PHONE: not number, Device.SIP: not address}.get(device, False):
        raise Rejected("seat_needs_address", status=422)
    if device == Device.BROWSER and not participants.has_browser_voice():
        raise Rejected("no_browser_voice")
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        Seat.objects.update_or_create(
            user_id=ctx.viewer.user_id,
            defaults={"device": device, "phone": number, "sip": address},
        )
        log.record("seat.chosen", facts={"user_id": ctx.viewer.user_id, "device": str(device)})
        log.result = {"device": str(device), "phone": number, "sip": address}
    return log.done


def report(ctx: Context, *, line_state: str) -> Done:
    """The console says that it is there, and how its line is. Telemetry: nothing in the log."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        Seat.objects.update_or_create(
            user_id=ctx.viewer.user_id,
            defaults={"line_state": line_state[:LINE_STATE_CHARS_MAX], "reported_at": ctx.now},
            create_defaults={
                "line_state": line_state[:LINE_STATE_CHARS_MAX],
                "reported_at": ctx.now,
                "device": Device.BROWSER,
            },
        )
        log.result = {}
    return log.done


def add_contact(*, name: str, phone: str, note: str, order: int) -> None:
    Contact.objects.get_or_create(
        name=name, defaults={"phone": phone, "note": note, "order": order}
    )


# --- a key first, for every caller ---------------------------------------------------------------


def asks_for_key_first() -> bool:
    return bool(
        prepared.rows(
            "SELECT 1 FROM calls_voiceswitch WHERE name = %s AND is_on", [VoiceSwitch.ASK_FIRST]
        )
    )


def switch_key_first(ctx: Context, *, on: bool) -> Done:
    """Every caller is asked to press a key first, or is no more. Without a key the queue follows all the same."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        name = selectors.name_of(ctx.viewer.user_id)
        VoiceSwitch.objects.update_or_create(
            name=VoiceSwitch.ASK_FIRST,
            defaults={"is_on": on, "changed_at": ctx.now, "changed_by": name},
        )
        react_to("voice.key_first", log, on=on, by=name)
        log.record("seat.key_first_switched", facts={"on": on})
        log.result = {"on": on}
    return log.done
