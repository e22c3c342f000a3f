"""Where a caller may be before a word is said: where the number was before, and what the number itself says.

Hints support what the call itself tells, and never stand for it (see calls.estimate).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, transaction

from calls import known_numbers, metrics
from calls.domain import LocationSource, storable
from calls.services import Evidence
from maps.geo import distance_m
from maps.geocoding import places
from maps.geocoding.normalise import normalise, squash
from maps.selectors import city_circle

logger = logging.getLogger(__name__)

HISTORY_REMEMBERED = timedelta(days=366)
HISTORY_PLACES_MAX = 2
HISTORY_APART_M_MIN = 150.0  # nearer ones are one place
HISTORY_RADIUS_M_MIN = 100.0
# Most people call from where they live or work, and move house every few years.
HISTORY_CONFIDENCE = 0.5
HISTORY_HALF_LIFE = timedelta(days=120)
NUMBER_CONFIDENCE = 0.5
_AREAS = frozenset({"kelurahan", "kecamatan", "island", "neighbourhood", "postcode"})


def of_number(
    number: str, *, city: str, postcode: str, is_known: bool, now: datetime
) -> list[Evidence]:
    """`is_known`: the number has called before. A help: when it fails, the call still arrives."""
    if not (is_known or city or postcode or _is_local(number)):
        return []
    try:
        with transaction.atomic():
            found = list(_of_history(number, now=now)) if is_known and number else []
            return [*found, *_of_network(number, city=city, postcode=postcode, now=now)]
    except DatabaseError as error:
        logger.error("hints_failed", extra={"error": type(error).__name__})
        metrics.LOCATE_ERRORS.inc()
        return []


def _of_history(number: str, *, now: datetime) -> Iterator[Evidence]:
    kept: list[Evidence] = []
    for earlier in known_numbers.earlier_places(number, since=now - HISTORY_REMEMBERED, until=now):
        if any(distance_m(earlier.position, one.position) < HISTORY_APART_M_MIN for one in kept):
            continue
        age = max(timedelta(0), now - earlier.at)
        evidence = Evidence(
            position=earlier.position,
            source=LocationSource.HISTORY,
            at=earlier.at,
            radius_m=max(HISTORY_RADIUS_M_MIN, earlier.radius_m or 0.0),
            confidence=round(HISTORY_CONFIDENCE * 0.5 ** (age / HISTORY_HALF_LIFE), 3),
            label=earlier.label,
        )
        kept.append(evidence)
        yield evidence
        if len(kept) == HISTORY_PLACES_MAX:
            return


def _of_network(number: str, *, city: str, postcode: str, now: datetime) -> list[Evidence]:
    """The provider's words for the number's town, where they name a place of this city; else a local fixed line."""
    for written, kinds in ((postcode, {"postcode"}), (city, _AREAS)):
        wanted = squash(normalise(storable(written)))
        hits = (
            [one for one in places.named([wanted]).get(wanted, []) if one.kind in kinds]
            if wanted
            else []
        )
        if len(hits) == 1:
            (hit,) = hits
            return [
                Evidence(
                    position=hit.position,
                    source=LocationSource.NETWORK,
                    at=now,
                    radius_m=float(hit.radius_m),
                    confidence=NUMBER_CONFIDENCE,
                    label=hit.name,
                    place_id=hit.id,
                )
            ]
    is_city = squash(normalise(storable(city))) == squash(normalise(settings.CITY_NAME))
    circle = city_circle() if is_city or _is_local(number) else None
    if circle is None:
        return []
    return [
        Evidence(
            position=circle[0],
            source=LocationSource.NETWORK,
            at=now,
            radius_m=circle[1],
            confidence=NUMBER_CONFIDENCE,
            label=settings.CITY_NAME,
        )
    ]


def _is_local(number: str) -> bool:
    return bool(number) and number.startswith(tuple(settings.CITY_AREA_CODES))
