"""What people set on a unit by hand, and the call for help."""

from __future__ import annotations

from typing import Any

import units.services
from dispatch.engine.assignments import ACTIVE
from dispatch.models import Assignment
from dispatch.services.alarms import raise_alarm
from realtime.eventlog import Done, change
from realtime.protocol import Rejected, Role
from realtime.registry import Context
from units.domain import UnitStatus, check_manual_status


def set_unit_status(ctx: Context, *, unit_id: Any, status: str, reason: str) -> Done:
    """Set a status that does not come from an assignment: available, out of service, returning …"""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        _check_own(ctx, unit_id)
        unit = units.services.lock([unit_id]).get(unit_id)
        if unit is None:
            raise Rejected("unit_unknown", status=404)
        if Assignment.objects.filter(unit=unit_id, status__in=sorted(ACTIVE)).exists():
            raise Rejected("unit_is_assigned", callsign=unit.callsign)
        check_manual_status(unit.status, UnitStatus(status), reason=reason)
        if unit.status != status:
            units.services.set_status(
                unit_id=unit_id, status=UnitStatus(status), reason=reason or None, now=ctx.now
            )
            log.record(
                "unit.status_set",
                units=[unit_id],
                facts={
                    "unit_id": str(unit_id),
                    "callsign": unit.callsign,
                    "status": status,
                    "reason": reason or None,
                },
            )
        log.result = {"unit_id": str(unit_id), "status": status}
    return log.done


def mayday(ctx: Context, *, unit_id: Any, position: dict[str, Any] | None) -> Done:
    """A crew calls for help: an alarm nobody can overlook. The unit's assignment is left as it is."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        _check_own(ctx, unit_id)
        unit = units.services.lock([unit_id]).get(unit_id)
        if unit is None:
            raise Rejected("unit_unknown", status=404)
        alarm = raise_alarm(
            log,
            kind="mayday",
            severity="mayday",
            subject=("units", str(unit_id)),
            facts={"unit_id": str(unit_id), "callsign": unit.callsign, "position": position},
        )
        log.result = {"alarm_id": str(alarm.pk)}
    return log.done


def _check_own(ctx: Context, unit_id: Any) -> None:
    if ctx.viewer.role == Role.CREW and str(unit_id) != ctx.viewer.unit_id:
        raise Rejected("unit_unknown", status=404)
