"""Change units inside an open change of the event log; whoever opened it records the event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from units.domain import UnitState
from units.models import Unit
from units.selectors import state_of


def lock(unit_ids: Iterable[Any]) -> dict[UUID, UnitState]:
    """Lock units in the order of their keys; unknown and unused ones are left out."""
    locked = (
        Unit.objects.select_for_update(of=("self",))
        .filter(pk__in=list(unit_ids), is_active=True)
        .select_related("agency", "station")
        .prefetch_related("capabilities")
        .order_by("pk")
    )
    return {unit.pk: state_of(unit) for unit in locked}


def set_status(*, unit_id: Any, status: str, now: datetime, reason: str | None = None) -> None:
    """The row must be locked by `lock` before."""
    Unit.objects.filter(pk=unit_id).update(
        status=status, status_at=now, status_reason=reason or ""
    )
