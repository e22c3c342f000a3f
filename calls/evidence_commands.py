"""What a dispatcher says of a piece of evidence: it is right, it is wrong, or neither after all."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from calls.estimate import Verdict
from calls.models import Call, Location
from realtime.eventlog import Done, change
from realtime.protocol import Rejected, Role
from realtime.registry import CommandBody, Context, register_command, register_rejection

CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)


class JudgeLocation(CommandBody):
    call_id: UUID
    location_id: UUID
    verdict: Verdict


def judge_location(ctx: Context, body: JudgeLocation) -> Done:
    """Confirm a piece of evidence, reject it, or take that back."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        call = Call.objects.select_for_update(of=("self",)).filter(pk=body.call_id).first()
        if call is None:
            raise Rejected("call_unknown", status=404)
        location = Location.objects.filter(call=call, pk=body.location_id).first()
        if location is None:
            raise Rejected("location_unknown", status=404)
        if location.verdict != body.verdict:
            location.verdict, location.judged_at = str(body.verdict), ctx.now
            location.judged_by_id = ctx.viewer.user_id
            location.save(update_fields=["verdict", "judged_at", "judged_by"])
            log.record(
                "call.location_judged",
                calls=[call.pk],
                facts={
                    "call_id": str(call.pk),
                    "location_id": str(location.pk),
                    "source": location.source,
                    "verdict": str(body.verdict),
                },
            )
        log.result = {"call_id": str(call.pk), "location_id": str(location.pk)}
    return log.done


def register() -> None:
    register_command("call.judge_location", JudgeLocation, roles=CENTRE, handle=judge_location)
    register_rejection("location_unknown", _("There is no such piece of evidence."))
