"""What is known of a place, told to those who work there; and which hospitals take patients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import maps.hospitals
import maps.premises
from dispatch.engine.incidents import IncidentStatus
from dispatch.models import Incident
from maps.premises import Where, Words
from realtime.eventlog import Change, Done, change
from realtime.registry import Context


def note_premise(ctx: Context, *, where: Where, words: Words) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        found = maps.premises.note(log, where=where, words=words)
        facts = {"kind": words.kind, "severity": words.severity, "text": words.text}
        _tell(log, "premise.noted", [found.pk], facts=facts)
        log.result = {"premise_id": str(found.pk)}
    return log.done


def withdraw_premise(ctx: Context, *, premise_id: UUID, reason: str) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        found = maps.premises.withdraw(log, premise_id=premise_id, reason=reason)
        _tell(log, "premise.withdrawn", [found.pk], facts={"reason": reason, "text": found.text})
        log.result = {"premise_id": str(found.pk)}
    return log.done


def on_edited(log: Change, *, premise_ids: Iterable[UUID]) -> None:
    """Entered in the admin, one or many."""
    _tell(log, "premise.noted", list(premise_ids), facts={})


def set_capacity(
    ctx: Context, *, place_id: UUID, state: str, beds_free: int | None, note: str
) -> Done:
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        maps.hospitals.set_capacity(
            log, place_id=place_id, state=state, beds_free=beds_free, note=note
        )
        log.record(
            "hospital.capacity_set",
            hospitals=[place_id],
            facts={"place_id": str(place_id), "state": state, "beds_free": beds_free},
        )
        log.result = {"place_id": str(place_id)}
    return log.done


def _tell(log: Change, name: str, ids: list[UUID], *, facts: dict[str, Any]) -> None:
    """The open incidents there have another row now, and their crews hear of it."""
    incidents: set[UUID] = set()
    for area in maps.premises.areas_of(ids):
        there = Incident.objects.filter(
            status=IncidentStatus.OPEN, location__intersects=maps.premises.reach(area)
        )
        incidents.update(there.values_list("pk", flat=True))
    log.record(
        name, incidents=incidents, facts={"premise_ids": [str(id_) for id_ in ids], **facts}
    )
