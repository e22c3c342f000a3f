"""The commands of the map: bodies, roles, handlers; the same for HTTP and the socket."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AwareDatetime, Field, StringConstraints

from maps import closures
from maps.models import REASON_CHARS_MAX
from realtime.eventlog import Done
from realtime.protocol import Role
from realtime.registry import CommandBody, Context, register_command, register_rejection

CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)
SPEED_SHARE_MIN = 0.05

NoNul = StringConstraints(pattern=r"^[^\x00]*$")
Reason = Annotated[str, Field(min_length=1, max_length=REASON_CHARS_MAX), NoNul]
NoReason = Annotated[str, Field(max_length=REASON_CHARS_MAX), NoNul]


class DrawClosure(CommandBody):
    """`geometry` is GeoJSON: a Polygon, or a LineString across or along the roads. `speed_share` is of "slow" alone."""

    kind: Literal["closed", "flooded", "slow"]
    geometry: dict[str, Any]
    reason: Reason
    valid_to: AwareDatetime | None = None
    speed_share: float | None = Field(default=None, ge=SPEED_SHARE_MIN, le=1, allow_inf_nan=False)


class LiftClosure(CommandBody):
    closure_id: UUID
    reason: NoReason = ""


def draw(ctx: Context, body: DrawClosure) -> Done:
    """Draw closed, flooded or slow roads; units are sent around them at once."""
    return closures.draw_closure(ctx, closures.Drawing(**body.model_dump()))


def lift(ctx: Context, body: LiftClosure) -> Done:
    """Open drawn roads again."""
    return closures.lift_closure(ctx, closure_id=body.closure_id, reason=body.reason)


def register() -> None:
    register_command("closure.draw", DrawClosure, roles=CENTRE, handle=draw)
    register_command("closure.lift", LiftClosure, roles=CENTRE, handle=lift)
    for code, words in {
        "closures_too_many": _(
            "%(count)s closures are open already. Lift those that are over first."
        ),
        "closure_unknown": _("There is no such closure."),
        "closure_lifted": _("%(by)s was first: the closure is lifted already."),
        "closure_share": _(
            "Slow roads need the share of the usual speed that is left; closed and flooded roads have none."
        ),
        "closure_over": _("The end lies in the past. Choose a later one, or none."),
        "closure_too_fine": _(
            "The drawing has more than %(count)s points. Draw it more coarsely."
        ),
        "closure_no_shape": _("Draw an area or a line on the map."),
        "closure_crosses_itself": _("The border crosses itself. Draw it without crossings."),
        "closure_too_large": _(
            "The drawing is larger than %(area_km2)d km² or longer than %(length_km)d km. Draw smaller ones."
        ),
    }.items():
        register_rejection(code, words)
