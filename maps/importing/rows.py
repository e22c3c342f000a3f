"""What the readers hand to the writer: rows of the map by their keys, without numbers of any database."""

from __future__ import annotations

from dataclasses import dataclass, field

import shapely

from maps.importing.place_tags import Address
from maps.importing.report import Problems
from maps.importing.road_tags import Road

LngLat = tuple[float, float]
Box = tuple[float, float, float, float]  # west, south, east, north


@dataclass(frozen=True, slots=True)
class WayOfRoad:
    """A way that is driven, as it stands in the file: its nodes with their positions."""

    id: int
    refs: tuple[int, ...]
    points: tuple[LngLat, ...]
    road: Road
    run: int = 0  # of a way that leaves the extract and comes back: which piece


@dataclass(frozen=True, slots=True)
class Turn:
    id: int
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]
    kind: str
    binds_emergency: bool


@dataclass(frozen=True, slots=True)
class NodeRow:
    key: str
    point: LngLat
    name: str = ""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    key: str
    way: int
    source: str
    target: str
    points: tuple[LngLat, ...]
    road: Road
    access: str
    duration_s: int | None


@dataclass(frozen=True, slots=True)
class TurnRow:
    key: str
    from_edge: str
    via: str
    to_edge: str
    kind: str
    binds_emergency: bool


@dataclass(frozen=True, slots=True)
class PlaceRow:
    key: str
    kind: str
    name: str
    names: tuple[str, ...]
    point: LngLat
    radius_m: int
    shape: shapely.Geometry | None = None
    address: Address = field(default_factory=Address)
    phone: str = ""
    certainty: str = "exact"
    source: str = "OpenStreetMap"


@dataclass(frozen=True, slots=True)
class DistrictRow:
    code: str
    name: str
    subdistrict_code: str
    subdistrict: str
    area: shapely.MultiPolygon


@dataclass
class Content:
    """Everything that the files of one import hold. `boxes` say where what is not in them is gone."""

    problems: Problems = field(default_factory=Problems)
    roads: dict[tuple[int, int], WayOfRoad] = field(default_factory=dict)
    barriers: dict[int, str] = field(default_factory=dict)
    turns: dict[int, Turn] = field(default_factory=dict)
    places: dict[str, PlaceRow] = field(default_factory=dict)
    districts: dict[str, DistrictRow] = field(default_factory=dict)
    node_names: dict[int, str] = field(default_factory=dict)
    house_numbers: dict[int, Address] = field(default_factory=dict)  # of nodes
    street_names: dict[int, tuple[str, ...]] = field(default_factory=dict)  # way -> all its names
    boxes: list[Box] = field(default_factory=list)

    @property
    def ways(self) -> list[WayOfRoad]:
        """Two files that lie side by side both have the ways over their edge: they count once."""
        return list(self.roads.values())
