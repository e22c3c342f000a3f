"""Notes on places: written and withdrawn by people, found by where something has happened."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import connection
from django.db.models import Q

from maps.drawn_shapes import geometry_of
from maps.geo import METRES_PER_DEGREE, LatLng
from maps.models import PREMISE_TEXT_CHARS_MAX, PremiseNote
from realtime.eventlog import Change
from realtime.protocol import Rejected, stamp

__all__ = (
    "PREMISE_TEXT_CHARS_MAX",
    "Where",
    "Words",
    "areas_of",
    "in_view",
    "note",
    "notes_at",
    "reach",
    "withdraw",
)

NEAR_M = 30.0  # a note holds a little beyond its border: positions are no more exact than that
NOTES_AT_PLACE_MAX = 20
CORNERS_MAX = 200
AREA_KM2_MAX = 100.0
IN_VIEW_MAX = 500
_FIRST = {"danger": 0, "caution": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Where:
    """A circle around a position, or a polygon in GeoJSON."""

    position: LatLng | None = None
    radius_m: float = 0.0
    polygon: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """`kind` and `severity` as maps.models names them; without `valid_from` it holds from now on."""

    kind: str
    severity: str
    text: str
    owner: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def note(log: Change, *, where: Where, words: Words) -> PremiseNote:
    begins = words.valid_from or log.now
    if words.valid_to is not None and words.valid_to <= begins:
        raise Rejected("premise_ends_before_it_begins", status=422)
    return PremiseNote.objects.create(
        kind=words.kind,
        severity=words.severity,
        text=words.text,
        owner=words.owner,
        area=_area(where),
        valid_from=begins,
        valid_to=words.valid_to,
        noted_by=log.by.name,
        noted_at=log.now,
    )


def withdraw(log: Change, *, premise_id: UUID, reason: str) -> PremiseNote:
    """Withdrawn twice is withdrawn once."""
    found = PremiseNote.objects.select_for_update().filter(pk=premise_id).first()
    if found is None:
        raise Rejected("premise_unknown", status=404)
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = log.now, log.by.name
        found.withdrawn_why = reason
        found.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_why"])
    return found


def areas_of(premise_ids: Iterable[Any]) -> list[Polygon]:
    rows = PremiseNote.objects.filter(pk__in=list(premise_ids))
    return list(rows.values_list("area", flat=True))


def reach(area: Polygon) -> Polygon:
    """The area with NEAR_M around it, in degrees; good enough for a border that people have drawn."""
    return area.buffer(NEAR_M / METRES_PER_DEGREE)


def notes_at(places: Mapping[Any, LatLng]) -> dict[Any, list[dict[str, Any]]]:
    """The notes that hold at each place and were not withdrawn, the gravest first: one query for all places.

    Those that begin later or have ended are among them, so that a row on the board does not depend on the clock; a
    screen shows what holds at its hour.
    """
    if not places:
        return {}
    keys = list(places)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.at, n.id FROM unnest(%s::float8[], %s::float8[]) WITH ORDINALITY AS p(lng, lat, at)"
            " JOIN maps_premisenote AS n ON n.withdrawn_at IS NULL"
            " AND ST_DWithin(n.area, ST_SetSRID(ST_MakePoint(p.lng, p.lat), 4326), %s)",
            [
                [places[key].lng for key in keys],
                [places[key].lat for key in keys],
                NEAR_M / METRES_PER_DEGREE,
            ],
        )
        pairs = cursor.fetchall()
    notes = {one.pk: one for one in PremiseNote.objects.filter(pk__in={id_ for _, id_ in pairs})}
    found: dict[Any, list[PremiseNote]] = {}
    for at, id_ in pairs:
        found.setdefault(keys[at - 1], []).append(notes[id_])
    return {
        key: [wire(one) for one in sorted(rows, key=_order)[:NOTES_AT_PLACE_MAX]]
        for key, rows in found.items()
    }


def in_view(
    *, west: float, south: float, east: float, north: float, now: datetime
) -> dict[str, Any]:
    """The notes that hold now in a part of the map, as GeoJSON; `more` says how many others there are."""
    box = Polygon.from_bbox((west, south, east, north))
    box.srid = 4326
    rows = PremiseNote.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=now),
        area__bboverlaps=box,
        withdrawn_at=None,
        valid_from__lte=now,
    ).order_by("-noted_at")
    shown = list(rows[:IN_VIEW_MAX])
    return {
        "type": "FeatureCollection",
        "more": rows.count() - len(shown) if len(shown) == IN_VIEW_MAX else 0,
        "features": [
            {
                "type": "Feature",
                "id": str(one.pk),
                "geometry": json.loads(one.area.json),
                "properties": wire(one),
            }
            for one in shown
        ],
    }


def wire(one: PremiseNote) -> dict[str, Any]:
    return {
        "id": str(one.pk),
        "kind": one.kind,
        "severity": one.severity,
        "text": one.text,
        "owner": one.owner,
        "valid_from": stamp(one.valid_from),
        "valid_to": stamp(one.valid_to),
        "noted_by": one.noted_by,
        "noted_at": stamp(one.noted_at),
    }


def _order(one: PremiseNote) -> tuple[int, float, str]:
    return _FIRST[one.severity], -one.noted_at.timestamp(), str(one.pk)


def _area(where: Where) -> Polygon:
    if where.polygon is None:
        assert where.position is not None, "the body's own check"
        return _circle(where.position, where.radius_m)
    try:
        shape = geometry_of(where.polygon)
    except ValueError:
        raise Rejected("premise_area_impossible", status=422) from None
    if not isinstance(shape, Polygon) or shape.empty or not shape.valid:
        raise Rejected("premise_area_impossible", status=422)
    if shape.num_coords > CORNERS_MAX:
        raise Rejected("premise_area_too_detailed", status=422, most=CORNERS_MAX)
    west, south, east, north = shape.extent
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise Rejected("premise_area_impossible", status=422)
    if shape.area * (METRES_PER_DEGREE / 1000) ** 2 > AREA_KM2_MAX:
        raise Rejected("premise_area_too_large", status=422, most=round(AREA_KM2_MAX))
    return shape


def _circle(centre: LatLng, radius_m: float) -> Polygon:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsEWKB(ST_Buffer(ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography, %s)::geometry)",
            [centre.lng, centre.lat, radius_m],
        )
        return GEOSGeometry(memoryview(cursor.fetchone()[0]))
