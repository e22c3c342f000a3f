"""The tables of this package; only maps/ imports them."""

from maps.models.areas import District, Surface
from maps.models.hospitals import BEDS_MAX, HospitalCapacity, HospitalState
from maps.models.imports import ImportRun
from maps.models.origin import Origin
from maps.models.places import RADIUS_M_MAX, Certainty, NameWord, Place, PlaceKind, PlaceName
from maps.models.premises import (
    PREMISE_TEXT_CHARS_MAX,
    PremiseKind,
    PremiseNote,
    PremiseSeverity,
)
from maps.models.roads import (
    Access,
    RoadClass,
    RoadEdge,
    RoadNode,
    RoadSurface,
    TravelMode,
    TurnRestriction,
)
from maps.models.travel import (
    GROUP_NAMES,
    REASON_CHARS_MAX,
    ArrivalSpread,
    Closure,
    ClosureKind,
    KindFactor,
    SpeedProfile,
)
from maps.models.versions import MapVersion

__all__ = (
    "BEDS_MAX",
    "GROUP_NAMES",
    "PREMISE_TEXT_CHARS_MAX",
    "RADIUS_M_MAX",
    "REASON_CHARS_MAX",
    "Access",
    "ArrivalSpread",
    "Certainty",
    "Closure",
    "ClosureKind",
    "District",
    "HospitalCapacity",
    "HospitalState",
    "ImportRun",
    "KindFactor",
    "MapVersion",
    "NameWord",
    "Origin",
    "Place",
    "PlaceKind",
    "PlaceName",
    "PremiseKind",
    "PremiseNote",
    "PremiseSeverity",
    "RoadClass",
    "RoadEdge",
    "RoadNode",
    "RoadSurface",
    "SpeedProfile",
    "Surface",
    "TravelMode",
    "TurnRestriction",
)
