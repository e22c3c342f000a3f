"""What a page's script must know before it has read anything else."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

import calls.seats
import maps.selectors
from realtime.protocol import CONTROL_ROLES, stamp


def boot(request: HttpRequest) -> dict[str, Any]:
    person: Any = request.user
    return {
        "viewer": {
            "id": str(person.pk),
            "username": person.username,
            "name": person.get_full_name() or person.username,
            "role": person.role,
            "unit_id": str(person.unit_id) if person.unit_id else None,
        },
        "sessionEndsAt": stamp(request.session.get_expiry_date()),
        "city": city(),
        "basemapUrl": settings.BASEMAP_URL,
        "language": get_language(),
        "seat": calls.seats.wire(person.pk) if person.role in CONTROL_ROLES else None,
    }


def city() -> dict[str, Any]:
    lat, lng = settings.LEAFLET_CONFIG["DEFAULT_CENTER"]
    return {
        "name": settings.CITY_NAME,
        "lat": lat,
        "lng": lng,
        "zoom": settings.LEAFLET_CONFIG["DEFAULT_ZOOM"],
        "timeZone": settings.TIME_ZONE,
        "isDemo": maps.selectors.is_demo(),
    }
