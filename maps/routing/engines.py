"""Who answers: the own network, refined by Valhalla where the city runs one."""

from __future__ import annotations

import functools
import heapq
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from django.conf import settings
from django.utils import timezone

from maps.domain import Group, group_of
from maps.geo import LatLng
from maps.routing import coverage, loading
from maps.routing.network import Network
from maps.routing.routes import Route, route_in
from maps.routing.travel import Source, Travel, travel_in
from maps.routing.valhalla import SOURCES_MAX, Unanswered, Valhalla, rings_of

logger = logging.getLogger(__name__)

OWN = "own_network"  # the note of an answer that Valhalla should have given


@functools.cache
def _engine_at(url: str) -> Valhalla:
    return Valhalla(url)


def valhalla() -> Valhalla | None:
    return _engine_at(settings.VALHALLA_URL) if settings.VALHALLA_URL else None


def travel_to(target: LatLng, sources: Mapping[str, Source]) -> dict[str, Travel]:
    """Travel time of every source to the target; without a way a source is left out. See travel.travel_in."""
    network, now = loading.current(), timezone.now()
    asked = {key: Source(*source) for key, source in sources.items()}
    own = travel_in(network, target, asked, now=now)
    return refined(valhalla(), network, target, asked, own, now=now)


def refined(
    engine: Valhalla | None,
    network: Network,
    target: LatLng,
    sources: Mapping[str, Source],
    own: dict[str, Travel],
    *,
    now: datetime,
) -> dict[str, Travel]:
    """The nearest ones on wheels by Valhalla; by the own network, and marked so, when it does not answer."""
    if engine is None:
        return own
    on_wheels = [
        key
        for key in own
        if sources[key].by == "road" and not _stands_inside(network, sources[key], now)
    ]
    nearest = heapq.nsmallest(SOURCES_MAX, on_wheels, key=lambda key: (own[key].eta_s, key))
    asked = {key: sources[key] for key in nearest}
    found: dict[str, Travel | None] = {}
    try:
        for members in _by_group(asked).values():
            source = next(iter(members.values()))
            rings = _rings(network, source, target, now)
            found |= engine.travels(network, target, members, rings)
    except Unanswered as error:
        logger.warning("map.valhalla_unanswered", extra={"error": str(error)})
        return {
            key: replace(travel, notes=(*travel.notes, OWN)) if key in asked else travel
            for key, travel in own.items()
        }
    answers = {**own, **found}
    return {key: travel for key, travel in answers.items() if travel is not None}


def kept_out_by_closures(target: LatLng, sources: Mapping[str, Source]) -> frozenset[str]:
    """Those of sources without a way that would have one if nothing were closed."""
    network = loading.current()
    if not sources or not network.closures:
        return frozenset()
    open_roads = network.without_closures()
    return frozenset(travel_in(open_roads, target, sources, now=timezone.now()))


def route(start: LatLng, target: LatLng, by: str, *, kind: str = "") -> Route | None:
    """The fastest way, for drawing, for telling and for driving along; None where there is no way."""
    return route_by(valhalla(), loading.current(), Source(start, by, kind), target, timezone.now())


def route_by(
    engine: Valhalla | None, network: Network, source: Source, target: LatLng, now: datetime
) -> Route | None:
    own_note: tuple[str, ...] = ()
    if engine is not None and source.by == "road":
        try:
            if _stands_inside(network, source, now):
                raise Unanswered("the unit stands in what is closed")
            rings = _rings(network, source, target, now)
            return engine.route(network, source, target, rings)
        except Unanswered as error:
            logger.warning("map.valhalla_unanswered", extra={"error": str(error)})
            own_note = (OWN,)
    found = route_in(network, source.position, target, source.by, kind=source.kind, now=now)
    return replace(found, notes=(*found.notes, *own_note)) if found else None


def isochrones_from(
    sources: Sequence[Source], minutes: Sequence[int], *, now: datetime
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection; of many sources together the own network knows the area best."""
    return isochrones_by(valhalla(), loading.current(), sources, minutes, now)


def isochrones_by(
    engine: Valhalla | None,
    network: Network,
    sources: Sequence[Source],
    minutes: Sequence[int],
    now: datetime,
) -> dict[str, Any]:
    if engine is not None and len(sources) == 1 and sources[0].by == "road":
        try:
            rings = _rings(network, sources[0], sources[0].position, now)
            return coverage.as_geojson(engine.areas(sources[0], minutes, rings))
        except Unanswered as error:
            logger.warning("map.valhalla_unanswered", extra={"error": str(error)})
    return coverage.isochrones_in(network, sources, minutes, now=now)


def _by_group(sources: Mapping[str, Source]) -> dict[Group, dict[str, Source]]:
    found: dict[Group, dict[str, Source]] = {}
    for key, source in sources.items():
        found.setdefault(group_of(source.kind, source.by), {})[key] = source
    return found


def _rings(
    network: Network, source: Source, target: LatLng, now: datetime
) -> list[list[list[float]]]:
    group = group_of(source.kind, source.by)
    return rings_of(
        [(one.kind, one.area) for one in network.holding(now) if one.area is not None],
        group,
        target,
    )


def _stands_inside(network: Network, source: Source, now: datetime) -> bool:
    """Whoever stands in what is closed may leave it, which only the own network knows."""
    at = source.position
    return any(
        one.area is not None and shapely.intersects_xy(one.area, at.lng, at.lat)
        for one in network.holding(now)
    )
