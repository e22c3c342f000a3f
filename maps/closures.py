"""Close roads and open them again. Who, when and why stand in the log and in the row; rows are never deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.utils import timezone

from maps.domain import (
    CLOSURE_AREA_KM2_MAX,
    CLOSURE_LENGTH_KM_MAX,
    CLOSURE_STRIP_M,
    CLOSURE_VERTICES_MAX,
    CLOSURES_OPEN_MAX,
)
from maps.drawn_shapes import geometry_of
from maps.models import Closure, ClosureKind
from realtime import jobs
from realtime.eventlog import Change, Done, change
from realtime.protocol import Actor, Rejected, stamp
from realtime.registry import Context

LIFT = "maps.lift_closure"
EARLY = timedelta(seconds=0.5)  # the clocks of two machines may differ so much


@dataclass(frozen=True, slots=True)
class Drawing:
    kind: str
    geometry: Mapping[str, Any]
    reason: str
    valid_to: datetime | None
    speed_share: float | None


def draw_closure(ctx: Context, drawing: Drawing) -> Done:
    """From now on units are sent around it, on every screen and in every process."""
    drawn = _checked(drawing, now=ctx.now)
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        if Closure.objects.filter(lifted_at=None).count() >= CLOSURES_OPEN_MAX:
            raise Rejected("closures_too_many", count=CLOSURES_OPEN_MAX)
        closure = Closure.objects.create(
            kind=drawing.kind,
            reason=drawing.reason,
            geometry=drawn,
            area=_area(drawn),
            speed_share=drawing.speed_share,
            valid_from=ctx.now,
            valid_to=drawing.valid_to,
            drawn_at=ctx.now,
            drawn_by=ctx.actor.id,
            drawn_by_name=ctx.actor.name,
        )
        if drawing.valid_to is not None:
            _defer(closure.pk, at=drawing.valid_to)
        _record(log, "closure.drawn", closure, reason=closure.reason)
        log.result = {"closure_id": str(closure.pk)}
    return log.done


def lift_closure(ctx: Context, *, closure_id: Any, reason: str) -> Done:
    """The roads are open again."""
    with change(by=ctx.actor, now=ctx.now, context=ctx) as log:
        closure = Closure.objects.select_for_update().filter(pk=closure_id).first()
        if closure is None:
            raise Rejected("closure_unknown", status=404)
        if closure.lifted_at is not None:
            raise Rejected("closure_lifted", by=closure.lifted_by_name)
        _lift(log, closure, reason=reason)
        log.result = {"closure_id": str(closure.pk)}
    return log.done


def lift_when_over(*, closure_id: Any) -> None:
    """What the timer of its end does. A second time, early or late it does no harm."""
    with change(by=Actor.system("closures"), now=timezone.now()) as log:
        closure = Closure.objects.select_for_update().filter(pk=closure_id, lifted_at=None).first()
        if closure is None or closure.valid_to is None:
            return
        if closure.valid_to > log.now + EARLY:  # the wall clock has jumped
            _defer(closure.pk, at=closure.valid_to)
            return
        _lift(log, closure, reason="")


def wires(ids: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """The open closures in wire form."""
    found = Closure.objects.filter(lifted_at=None).order_by("id")
    if ids is not None:
        found = found.filter(pk__in=list(ids))
    return [
        {
            "id": str(row.pk),
            "kind": row.kind,
            "reason": row.reason,
            "geometry": json.loads(row.geometry.geojson),
            "speed_share": row.speed_share,
            "valid_from": stamp(row.valid_from),
            "valid_to": stamp(row.valid_to),
            "by": row.drawn_by_name,
            "at": stamp(row.drawn_at),
        }
        for row in found
    ]


def _lift(log: Change, closure: Closure, *, reason: str) -> None:
    closure.lifted_at = log.now
    closure.lifted_by, closure.lifted_by_name = log.by.id, log.by.name
    closure.lift_reason = reason
    closure.save()
    _record(log, "closure.lifted", closure, reason=reason or None)


def _record(log: Change, name: str, closure: Closure, *, reason: str | None) -> None:
    facts = {"closure_id": str(closure.pk), "kind": closure.kind, "reason": reason}
    log.record(name, closures=[closure.pk], facts=facts)


def _defer(closure_id: Any, *, at: datetime) -> None:
    jobs.defer(LIFT, queue=jobs.TIMERS_QUEUE, at=at, closure_id=str(closure_id))


# --- what may be drawn -------------------------------------------------------------------------


def _checked(drawing: Drawing, *, now: datetime) -> GEOSGeometry:
    if (drawing.kind == ClosureKind.SLOW) != (drawing.speed_share is not None):
        raise Rejected("closure_share", status=422)
    if drawing.valid_to is not None and drawing.valid_to <= now:
        raise Rejected("closure_over", status=422)
    if _vertices(drawing.geometry.get("coordinates")) > CLOSURE_VERTICES_MAX:
        raise Rejected("closure_too_fine", status=422, count=CLOSURE_VERTICES_MAX)
    try:
        drawn = geometry_of(drawing.geometry)
    except ValueError:
        raise Rejected("closure_no_shape", status=422) from None
    if drawn.geom_type not in ("Polygon", "LineString") or drawn.empty or drawn.hasz:
        raise Rejected("closure_no_shape", status=422)
    west, south, east, north = drawn.extent
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Rejected("closure_no_shape", status=422)
    if drawn.geom_type == "Polygon" and not drawn.valid:
        raise Rejected("closure_crosses_itself", status=422)
    area_km2, length_km = _size(drawn)
    if area_km2 > CLOSURE_AREA_KM2_MAX or length_km > CLOSURE_LENGTH_KM_MAX:
        raise Rejected(
            "closure_too_large",
            status=422,
            area_km2=CLOSURE_AREA_KM2_MAX,
            length_km=CLOSURE_LENGTH_KM_MAX,
        )
    if not area_km2 and not length_km:
        raise Rejected("closure_no_shape", status=422)
    return drawn


def _vertices(coordinates: Any) -> int:
    """How many positions there are in nested lists, which may be anything that a program sends."""
    pending, count = [coordinates], 0
    while pending and count <= CLOSURE_VERTICES_MAX:
        one = pending.pop()
        if not isinstance(one, list):
            continue
        if one and not isinstance(one[0], list):
            count += 1
        else:
            pending.extend(one)
    return count


def _size(drawn: GEOSGeometry) -> tuple[float, float]:
    """Square kilometres, and kilometres of a line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Area(g.shape::geography) / 1e6,"
            " CASE WHEN GeometryType(g.shape) = 'LINESTRING' THEN ST_Length(g.shape::geography) / 1e3 ELSE 0 END"
            " FROM (SELECT ST_GeomFromEWKB(%s) AS shape) AS g",
            [bytes(drawn.ewkb)],
        )
        area_km2, length_km = cursor.fetchone()
    return float(area_km2), float(length_km)


def _area(drawn: GEOSGeometry) -> GEOSGeometry:
    """What lies in it: of a line a strip on both sides, so that a line across a road closes the road, too."""
    if drawn.geom_type == "Polygon":
        return drawn
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_AsEWKB(ST_Buffer(ST_GeomFromEWKB(%s)::geography, %s)::geometry)",
            [bytes(drawn.ewkb), CLOSURE_STRIP_M],
        )
        return GEOSGeometry(memoryview(bytes(cursor.fetchone()[0])))
