"""The commands on calls: bodies, roles, handlers; the same for HTTP and the socket."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field, StringConstraints

from calls import call_back, media, replies, restrictions, services, share
from calls.conversation import VARIABLE_CHARS_MAX, VARIABLES_MAX
from calls.domain import Disposition
from calls.models import LABEL_CHARS_MAX, REASON_CHARS_MAX
from realtime.eventlog import Done
from realtime.protocol import Role
from realtime.registry import CommandBody, Context, register_command, register_rejection

REPLY_CHARS_MAX = 1_600
CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)
NoNul = StringConstraints(pattern=r"^[^\x00]*$")


class OneCall(CommandBody):
    call_id: UUID


class DisposeCall(OneCall):
    disposition: Disposition
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX), NoNul] = ""

    with_repeats: bool = False


class RestrictCaller(OneCall):
    reason: Annotated[str, Field(max_length=REASON_CHARS_MAX), NoNul] = ""


class Position(CommandBody):
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    lng: float = Field(ge=-180, le=180, allow_inf_nan=False)
    radius_m: float | None = Field(default=None, ge=0, le=100_000, allow_inf_nan=False)
    label: Annotated[str, Field(max_length=LABEL_CHARS_MAX), NoNul] | None = None
    place_id: Annotated[str, Field(max_length=60), NoNul] | None = None


class LocateCall(OneCall):
    location: Position


class ReplyToCall(OneCall):
    text: Annotated[str, Field(min_length=1, max_length=REPLY_CHARS_MAX), NoNul]


class SendTemplate(OneCall):
    template_id: UUID
    variables: Annotated[
        list[Annotated[str, Field(max_length=VARIABLE_CHARS_MAX), NoNul]],
        Field(max_length=VARIABLES_MAX),
    ] = Field(default_factory=list)


class OneMedia(CommandBody):
    media_id: UUID


def answer(ctx: Context, body: OneCall) -> Done:
    """Answer a waiting call or conversation."""
    return services.answer(ctx, call_id=body.call_id)


def release(ctx: Context, body: OneCall) -> Done:
    """Give an answered call back to the queue."""
    return services.release(ctx, call_id=body.call_id)


def ask_for_a_key(ctx: Context, body: OneCall) -> Done:
    """Ask a caller who says nothing to press a key."""
    return services.ask_for_a_key(ctx, call_id=body.call_id)


def hang_up(ctx: Context, body: OneCall) -> Done:
    """End an answered call or conversation."""
    return services.hang_up(ctx, call_id=body.call_id)


def dispose(ctx: Context, body: DisposeCall) -> Done:
    """Say what the call was; ends it when it is still live."""
    return services.dispose(
        ctx,
        call_id=body.call_id,
        disposition=body.disposition,
        reason=body.reason,
        with_repeats=body.with_repeats,
    )


def ring_back(ctx: Context, body: OneCall) -> Done:
    """Ring the caller of a call that is over, into the same incident."""
    return call_back.call_back(ctx, call_id=body.call_id)


def restrict(ctx: Context, body: RestrictCaller) -> Done:
    """Give the caller's number a later place in the queue for a day."""
    return restrictions.restrict(ctx, call_id=body.call_id, reason=body.reason)


def lift(ctx: Context, body: OneCall) -> Done:
    """Lift the restriction of the caller's number."""
    return restrictions.lift(ctx, call_id=body.call_id)


def locate(ctx: Context, body: LocateCall) -> Done:
    """Add the position that the dispatcher has found out."""
    where = body.location
    return services.locate(
        ctx,
        call_id=body.call_id,
        position=(where.lat, where.lng),
        radius_m=where.radius_m,
        label=where.label or "",
        place_id=where.place_id or "",
    )


def reply(ctx: Context, body: ReplyToCall) -> Done:
    """Write to the citizen."""
    return replies.reply(ctx, call_id=body.call_id, text=body.text)


def send_template(ctx: Context, body: SendTemplate) -> Done:
    """Write approved words to the citizen, also when the window for free words has closed."""
    return replies.send_template(
        ctx, call_id=body.call_id, template_id=body.template_id, variables=body.variables
    )


def ask_location(ctx: Context, body: OneCall) -> Done:
    """Ask the citizen to send their position."""
    return replies.ask_location(ctx, call_id=body.call_id)


def fetch_media(ctx: Context, body: OneMedia) -> Done:
    """Try once more to fetch a picture or recording of a citizen."""
    return media.fetch_again(ctx, media_id=body.media_id)


def share_location(ctx: Context, body: OneCall) -> Done:
    """Send the caller a link by which the telephone shares its position."""
    return share.make_link(ctx, call_id=body.call_id)


def end_sharing(ctx: Context, body: OneCall) -> Done:
    """Withdraw the call's share link."""
    return share.withdraw_link(ctx, call_id=body.call_id)


def register() -> None:
    for name, body, handle in (
        ("call.answer", OneCall, answer),
        ("call.release", OneCall, release),
        ("call.ask_for_key", OneCall, ask_for_a_key),
        ("call.hang_up", OneCall, hang_up),
        ("call.dispose", DisposeCall, dispose),
        ("call.call_back", OneCall, ring_back),
        ("caller.restrict", RestrictCaller, restrict),
        ("caller.lift_restriction", OneCall, lift),
        ("call.locate", LocateCall, locate),
        ("call.reply", ReplyToCall, reply),
        ("call.send_template", SendTemplate, send_template),
        ("call.ask_location", OneCall, ask_location),
        ("media.fetch_again", OneMedia, fetch_media),
        ("call.share_location", OneCall, share_location),
        ("call.end_sharing", OneCall, end_sharing),
    ):
        register_command(name, body, roles=CENTRE, handle=handle)
    for code, words in {
        "call_unknown": _("There is no such call."),
        "call_taken": _("%(by)s was first and has answered this call."),
        "call_over": _("The call is over."),
        "call_not_answered": _("Answer the call first."),
        "call_not_over": _("The caller is still on the line."),
        "dial_by_hand": _("The exchange cannot call from here. Dial %(number)s by hand."),
        "ask_aloud": _("The exchange cannot ask for a key. Ask aloud for one."),
        "call_back_under_way": _("This number is being called already."),
        "caller_unknown": _("The caller's number is not known."),
        "window_closed": _(
            "The citizen has not written for 24 hours, so WhatsApp takes no free words."
            " Choose an approved template, or call."
        ),
        "template_unknown": _("There is no such template."),
        "template_incomplete": _("This template needs %(count)s words filled in."),
        "template_for_whatsapp": _("Templates are for WhatsApp. Write freely here."),
        "media_unknown": _("There is no such picture or recording."),
        "location_impossible": _("This position is not possible."),
        "recording_unknown": _("There is no such recording."),
        "recording_not_yours": _("Only a supervisor and whoever answered the call may hear it."),
        "recording_unavailable": _("The provider does not give this recording now."),
        "share_unknown": _("There is no such link."),
        "share_over": _("This link has ended. Call 112 if you still need help."),
        "share_not_understood": _("This cannot be read."),
        "share_phones_full": _("Other telephones already use this link."),
        "share_too_much": _("So much cannot be kept of one link. Call 112."),
        "share_too_many": _("Too much at once. Try again in a minute."),
        "share_try_again": _("The centre cannot take it now. It is sent again by itself."),
        "picture_too_large": _("This picture is too large."),
        "picture_unreadable": _("This is no picture that can be read."),
        "picture_busy": _("Many pictures are coming in. It is sent again by itself."),
        "picture_no_room": _(
            "There is no room for pictures now. Say on the telephone what can be seen."
        ),
    }.items():
        register_rejection(code, words)
