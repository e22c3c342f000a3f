"""Geocoders of others (Nominatim, Photon), where an administrator has set one up. Off by default.

They are asked in addition, never instead: the own search has answered before. One that is slow, broken or gone costs the
time limit and an empty answer; nothing here raises.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
from django.conf import settings

from maps.geo import LatLng, position_or_none
from maps.geocoding.candidates import Candidate, Quality

logger = logging.getLogger(__name__)

ANSWER_BYTES_MAX = 512 * 1024
RESULTS_MAX = 10
LABEL_CHARACTERS_MAX = 160
CONFIDENCE = 0.5
RADIUS_M = 150.0  # neither service says how far it may be wrong
AROUND_DEGREES = 0.5


class OutsideGeocoder(Protocol):
    """The port: how one is asked, and what its answer means."""

    name: str

    def request(self, query: str, near: LatLng, limit: int) -> tuple[str, dict[str, str]]: ...

    def read(self, answer: Any) -> list[tuple[LatLng, str, str]]: ...


class Nominatim:
    name = "Nominatim"

    def request(self, query: str, near: LatLng, limit: int) -> tuple[str, dict[str, str]]:
        box = (
            near.lng - AROUND_DEGREES,
            near.lat + AROUND_DEGREES,
            near.lng + AROUND_DEGREES,
            near.lat - AROUND_DEGREES,
        )
        return "/search", {
            "q": query,
            "format": "jsonv2",
            "limit": str(limit),
            "viewbox": ",".join(f"{edge:.5f}" for edge in box),
            "bounded": "1",
        }

    def read(self, answer: Any) -> list[tuple[LatLng, str, str]]:
        found = []
        for row in answer if isinstance(answer, list) else []:
            position = (
                position_or_none(row.get("lat"), row.get("lon"))
                if isinstance(row, Mapping)
                else None
            )
            if position is not None:
                found.append(
                    (position, str(row.get("display_name", "")), str(row.get("type", "")))
                )
        return found


class Photon:
    name = "Photon"

    def request(self, query: str, near: LatLng, limit: int) -> tuple[str, dict[str, str]]:
        return "/api", {
            "q": query,
            "limit": str(limit),
            "lat": f"{near.lat:.5f}",
            "lon": f"{near.lng:.5f}",
        }

    def read(self, answer: Any) -> list[tuple[LatLng, str, str]]:
        found = []
        features = answer.get("features") if isinstance(answer, Mapping) else None
        for feature in features if isinstance(features, list) else []:
            read = _photon_feature(feature)
            if read is not None:
                found.append(read)
        return found


def _photon_feature(feature: Any) -> tuple[LatLng, str, str] | None:
    try:
        lng, lat = feature["geometry"]["coordinates"][:2]
        told = feature.get("properties") or {}
        parts = [told.get(key) for key in ("name", "street", "housenumber", "district", "city")]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    position = position_or_none(lat, lng)
    label = ", ".join(str(part) for part in parts if part)
    return (position, label, str(told.get("osm_value", ""))) if position else None


SERVICES: dict[str, OutsideGeocoder] = {"nominatim": Nominatim(), "photon": Photon()}


def find_outside(query: str, *, near: LatLng, limit: int) -> list[Candidate]:
    """What the service that is set up finds; empty when there is none, or none in time."""
    service = SERVICES.get(settings.OUTSIDE_GEOCODER)
    if service is None or not query.strip():
        return []
    path, parameters = service.request(query, near, min(limit, RESULTS_MAX))
    try:
        answer = _asked(settings.OUTSIDE_GEOCODER_URL.rstrip("/") + path, parameters)
        found = service.read(answer)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError, RecursionError) as error:
        logger.warning(
            "outside_geocoder_failed",
            extra={"service": service.name, "error": type(error).__name__},
        )
        return []
    return [
        Candidate(
            position, RADIUS_M, "address", CONFIDENCE, label[:LABEL_CHARACTERS_MAX], None, kind or None,
            quality=Quality.OUTSIDE,
        ).because("outside", source=service.name)
        for position, label, kind in found[: min(limit, RESULTS_MAX)]
    ]  # fmt: skip


def _asked(url: str, parameters: dict[str, str]) -> Any:
    """The whole answer within the time limit, however slowly its bytes come."""
    limit_s = settings.OUTSIDE_GEOCODER_TIMEOUT_S
    headers = {"User-Agent": "siaga-112", "Accept-Language": settings.LANGUAGE_CODE}
    with (
        httpx.Client(timeout=limit_s, headers=headers, follow_redirects=False) as client,
        client.stream("GET", url, params=parameters) as response,
    ):
        response.raise_for_status()
        body = bytearray()
        started_s = time.monotonic()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > ANSWER_BYTES_MAX:
                raise ValueError("the answer is too long")
            if time.monotonic() - started_s > limit_s:
                raise httpx.ReadTimeout("the answer comes too slowly")
    return httpx.Response(200, content=bytes(body)).json()
