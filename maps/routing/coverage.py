"""Where units come to in so many minutes, from one place or from all at once; kept for the screens that ask again."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from maps.domain import group_of
from maps.geo import LatLng
from maps.routing import isochrones
from maps.routing.network import Network
from maps.routing.search import Starts
from maps.routing.snapping import Snaps
from maps.routing.travel import Question, Source, off_line_s

AREAS_KEPT_MAX = 64
ROUND_DIGITS = 4  # of degrees, 11 m: nobody sees a smaller move in an area
ROUND_S = 15


def isochrones_in(
    network: Network, sources: Sequence[Source], minutes: Sequence[int], *, now: datetime
) -> dict[str, Any]:
    """A GeoJSON FeatureCollection, one Feature for each number of minutes, the largest first, so that it lies below."""
    asked = tuple(sorted(set(minutes), reverse=True))
    question = Question(network, None, now)
    rounded = tuple(sorted({_rounded(source) for source in sources}))
    closed = frozenset(one.id for one in question.holding)
    key = (network.roads.version, network.speeds.version, closed, question.slot, rounded, asked)
    with _kept.lock:
        if (known := _kept.areas.get(key)) is not None:
            _kept.areas.move_to_end(key)
            return known
    sources = [Source(LatLng(*row[0]), *row[1:]) for row in rounded]
    answer = as_geojson(_areas(network, question, sources, asked))
    with _kept.lock:
        _kept.areas[key] = answer
        while len(_kept.areas) > AREAS_KEPT_MAX:
            _kept.areas.popitem(last=False)
    return answer


def as_geojson(areas: Sequence[tuple[int, shapely.Geometry]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"minutes": value},
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
            for value, shape in areas
        ],
    }


def _rounded(source: Source) -> tuple[Any, ...]:
    at = source.position
    return (
        (round(at.lat, ROUND_DIGITS), round(at.lng, ROUND_DIGITS)),
        source.by,
        source.kind,
        round(source.ready_s / ROUND_S) * ROUND_S,
    )


def _areas(
    network: Network, question: Question, sources: Sequence[Source], asked: Sequence[int]
) -> list[tuple[int, shapely.Geometry]]:
    if network.is_empty:
        return [(value, shapely.MultiPolygon()) for value in asked]
    alike: dict[object, list[Source]] = {}
    for source in sources:
        if source.by != "air" and question.knows(source.by):
            alike.setdefault(group_of(source.kind, source.by), []).append(source)
    reached = [
        one
        for group, members in alike.items()
        for one in _reach(network, question, group, members, asked)
    ]
    return [
        (
            value,
            shapely.union_all(
                [isochrones.area(network.roads, one, within_s=value * 60.0) for one in reached]
            ),
        )
        for value in asked
    ]


def _reach(
    network: Network, question: Question, group: Any, members: list[Source], asked: Sequence[int]
) -> list[isochrones.Reach]:
    terms = network.terms(group, question.slot)
    searches = question.searches(terms)
    found = []
    for begun in searches.begin([source.position for source in members]):
        if not begun.rows:
            continue
        snaps: Snaps = begun.snaps
        afloat = network.roads.is_boat[snaps.edge]
        lead_s = np.array(
            [
                members[row].ready_s + off_line_s(off_m, is_boat=bool(is_boat))
                for row, off_m, is_boat in zip(
                    begun.rows, snaps.off_m.tolist(), afloat.tolist(), strict=True
                )
            ]
        )
        found.append(
            isochrones.reach(
                network.roads,
                searches.ways,
                Starts(begun.use, snaps.edge, snaps.share),
                lead_s,
                limit_s=max(asked) * 60.0,
                scale=terms.scale,
            )
        )
    return found


class _Kept:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.areas: OrderedDict[tuple[Any, ...], dict[str, Any]] = OrderedDict()


_kept = _Kept()
