"""Which hospitals take patients: what somebody has said last, for each hospital of the city."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from maps.models import BEDS_MAX, HospitalCapacity, Place, PlaceKind
from realtime.eventlog import Change
from realtime.protocol import Rejected, stamp

__all__ = ("BEDS_MAX", "on_board", "set_capacity")

HOSPITALS_MAX = 200  # of a city; further ones are not on the board


def set_capacity(
    log: Change, *, place_id: UUID, state: str, beds_free: int | None, note: str
) -> None:
    place = Place.objects.filter(pk=place_id, kind=PlaceKind.HOSPITAL).first()
    if place is None:
        raise Rejected("hospital_unknown", status=404)
    HospitalCapacity.objects.update_or_create(
        place=place,
        defaults={
            "state": state,
            "beds_free": beds_free,
            "note": note,
            "said_by": log.by.name,
            "said_at": log.now,
        },
    )


def on_board(ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """What nobody has said of a hospital is None."""
    shown = Place.objects.filter(kind=PlaceKind.HOSPITAL).order_by("key").values("pk")
    found = Place.objects.filter(pk__in=shown[:HOSPITALS_MAX]).select_related("capacity")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return [_row(place) for place in found.order_by("key")]


def _row(place: Place) -> dict[str, Any]:
    said: HospitalCapacity | None = getattr(place, "capacity", None)
    return {
        "id": str(place.pk),
        "place_id": str(place.pk),
        "name": place.name,
        "lat": place.point.y,
        "lng": place.point.x,
        "is_demo_position": place.is_demo_position,
        "phone": place.phone or None,
        "state": said.state if said else None,
        "beds_free": said.beds_free if said else None,
        "note": said.note if said else None,
        "by": said.said_by if said else None,
        "at": stamp(said.said_at) if said else None,
    }
