"""What a search in words answers with: a position, how sure, and why, in codes that geocoding/wording.py says in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from maps.geo import LatLng


class Quality(StrEnum):
    """How the words and the place fit."""

    WRITTEN = "written"  # a position stands in the text
    EXACT = "exact"  # the name, as it is said
    CORRECTED = "corrected"  # a misspelled name
    PART = "part"  # some words of the name
    INTERPOLATED = "interpolated"  # between two known house numbers
    NEAREST = "nearest"  # the nearest known house number
    COMPUTED = "computed"  # where two streets meet, or half way between two places
    OUTSIDE = "outside"  # another service has found it


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    position: LatLng
    radius_m: float
    source: str  # "text": written in the text; "address": a name of the gazetteer
    confidence: float
    label: str | None
    place_id: str | None
    kind: str | None = None
    district: str | None = None
    weight: float = 1.0  # for the order only: how far it narrows the search
    quality: Quality = Quality.EXACT
    reasons: tuple[Reason, ...] = ()
    subdistrict: str | None = None
    house_number: str = ""
    detail: str = (
        ""  # what the crew needs and the map does not know: "RT 03 RW 05", "blok C no. 4"
    )
    is_demo_position: bool = False

    def because(self, code: str, **values: Any) -> Candidate:
        return replace(self, reasons=(*self.reasons, Reason(code, values)))

    def surer(self, factor: float) -> Candidate:
        return replace(self, confidence=round(min(0.95, self.confidence * factor), 2))
