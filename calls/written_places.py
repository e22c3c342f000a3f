"""Places named in a citizen's text, as evidence. The search is a help: when it fails, the message still arrives."""

from __future__ import annotations

import logging
from datetime import datetime

from calls import metrics
from calls.domain import LocationSource, storable
from calls.services import Evidence
from maps.geocoding.text import locate_text

logger = logging.getLogger(__name__)

LOCATIONS_FROM_TEXT_MAX = 3


def places_in(text: str, *, now: datetime) -> list[Evidence]:
    try:
        candidates = locate_text(storable(text))
    except Exception as error:
        logger.error("places_in_text_failed", extra={"error": type(error).__name__})
        metrics.LOCATE_ERRORS.inc()
        return []
    return [
        Evidence(
            position=one.position,
            source=LocationSource(one.source),
            at=now,
            radius_m=one.radius_m,
            confidence=one.confidence,
            label=one.label or "",
            place_id=one.place_id or "",
        )
        for one in candidates[:LOCATIONS_FROM_TEXT_MAX]
    ]
