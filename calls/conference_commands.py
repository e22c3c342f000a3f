"""The commands on who is in a call, on seats, and on what every caller is asked first."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from calls import conferencing, seats
from calls.conference import Device, Mode
from calls.models import ADDRESS_CHARS_MAX, LINE_STATE_CHARS_MAX, NAME_CHARS_MAX
from realtime.eventlog import Done
from realtime.protocol import Role
from realtime.registry import CommandBody, Context, register_command, register_rejection

NUMBER_CHARS_MAX = 30  # as somebody writes it
CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)
SUPERVISORS = (Role.SUPERVISOR,)
NoNul = StringConstraints(pattern=r"^[^\x00]*$")


class Participated(CommandBody):
    call_id: UUID
    participant_id: UUID | None = None


class SwitchParticipant(Participated):
    on: bool


class NamedParticipant(CommandBody):
    call_id: UUID
    participant_id: UUID


class AddParty(CommandBody):
    call_id: UUID
    number: Annotated[str, Field(min_length=1, max_length=NUMBER_CHARS_MAX), NoNul]
    who: Annotated[str, Field(max_length=NAME_CHARS_MAX), NoNul] = ""
    first: Literal["talk_together", "talk_alone", "hand_over"] = "talk_together"


class MonitorCall(CommandBody):
    call_id: UUID
    mode: Mode


class OneCallOnly(CommandBody):
    call_id: UUID


class ChooseSeat(CommandBody):
    device: Device
    phone: Annotated[str, Field(max_length=NUMBER_CHARS_MAX), NoNul] = ""
    sip: Annotated[str, Field(max_length=ADDRESS_CHARS_MAX), NoNul] = ""


class ReportSeat(CommandBody):
    line_state: Annotated[str, Field(max_length=LINE_STATE_CHARS_MAX), NoNul] = ""


class SwitchKeyFirst(CommandBody):
    on: bool


def hold(ctx: Context, body: SwitchParticipant) -> Done:
    """Hold the caller, or another participant; or go on with them."""
    return conferencing.hold(
        ctx, call_id=body.call_id, on=body.on, participant_id=body.participant_id
    )


def mute(ctx: Context, body: SwitchParticipant) -> Done:
    """Mute yourself, or another participant; or let them be heard again."""
    return conferencing.mute(
        ctx, call_id=body.call_id, on=body.on, participant_id=body.participant_id
    )


def add_party(ctx: Context, body: AddParty) -> Done:
    """Ring an agency, an interpreter, a hospital into the call."""
    return conferencing.add_party(
        ctx, call_id=body.call_id, who=body.who, number=body.number, first=body.first
    )


def drop_party(ctx: Context, body: NamedParticipant) -> Done:
    """End the line of a third party."""
    return conferencing.drop_party(ctx, call_id=body.call_id, participant_id=body.participant_id)


def hand_over(ctx: Context, body: Participated) -> Done:
    """Leave the caller with the third party."""
    return conferencing.hand_over(ctx, call_id=body.call_id, participant_id=body.participant_id)


def monitor(ctx: Context, body: MonitorCall) -> Done:
    """Listen to a call, whisper to its dispatcher, or join it."""
    return conferencing.monitor(ctx, call_id=body.call_id, mode=body.mode)


def stop_monitoring(ctx: Context, body: OneCallOnly) -> Done:
    """Leave a call that was listened to."""
    return conferencing.stop_monitoring(ctx, call_id=body.call_id)


def choose_seat(ctx: Context, body: ChooseSeat) -> Done:
    """Choose how calls reach you: in the browser, at a desk phone, at a SIP telephone."""
    return seats.choose(ctx, device=body.device, phone=body.phone, sip=body.sip)


def report_seat(ctx: Context, body: ReportSeat) -> Done:
    """Say that the console is open, and how its line is."""
    return seats.report(ctx, line_state=body.line_state)


def switch_key_first(ctx: Context, body: SwitchKeyFirst) -> Done:
    """Ask every caller to press a key first, or no more."""
    return seats.switch_key_first(ctx, on=body.on)


def register() -> None:
    for name, body, roles, handle in (
        ("call.hold", SwitchParticipant, CENTRE, hold),
        ("call.mute", SwitchParticipant, CENTRE, mute),
        ("call.add_party", AddParty, CENTRE, add_party),
        ("call.drop_party", NamedParticipant, CENTRE, drop_party),
        ("call.hand_over", Participated, CENTRE, hand_over),
        ("call.monitor", MonitorCall, SUPERVISORS, monitor),
        ("call.stop_monitoring", OneCallOnly, SUPERVISORS, stop_monitoring),
        ("seat.choose", ChooseSeat, CENTRE, choose_seat),
        ("seat.report", ReportSeat, CENTRE, report_seat),
        ("voice.ask_for_key_first", SwitchKeyFirst, SUPERVISORS, switch_key_first),
    ):
        register_command(name, body, roles=roles, handle=handle)
    for code, words in {
        "exchange_cannot": _("The exchange cannot do this from here. Do it at your telephone."),
        "not_in_call": _("You are not in this call."),
        "participant_gone": _("They are not in this call any more."),
        "party_is_in": _("This number is in the call already."),
        "number_impossible": _("This telephone number is not possible."),
        "conference_full": _("No more than %(most)s can be in one call."),
        "hang_up_instead": _("Hang up, or give the call back."),
        "nobody_to_hand_over_to": _("Bring somebody into the call first."),
        "your_own_call": _("This is your own call."),
        "listening_is_silent": _("Nobody hears who listens. Whisper or join instead."),
        "sip_address_impossible": _("Write the SIP address as name@host."),
        "seat_needs_address": _("Enter the number or address at which you are rung."),
        "no_browser_voice": _("This centre has no telephone in the browser."),
    }.items():
        register_rejection(code, words)
