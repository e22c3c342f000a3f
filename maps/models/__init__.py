"""The tables of this package; only maps/ imports them."""

from maps.models.areas import District, Surface
from maps.models.origin import Origin
from maps.models.places import RADIUS_M_MAX, Certainty, NameWord, Place, PlaceKind, PlaceName
from maps.models.roads import (
    Access,
    RoadClass,
    RoadEdge,
    RoadNode,
    RoadSurface,
    TravelMode,
    TurnRestriction,
)
from maps.models.versions import MapVersion

__all__ = (
    "RADIUS_M_MAX",
    "Access",
    "Certainty",
    "District",
    "MapVersion",
    "NameWord",
    "Origin",
    "Place",
    "PlaceKind",
    "PlaceName",
    "RoadClass",
    "RoadEdge",
    "RoadNode",
    "RoadSurface",
    "Surface",
    "TravelMode",
    "TurnRestriction",
)
