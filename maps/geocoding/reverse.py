"""A position as somewhere a crew can drive to: the street, how far from which junction, what is beside it, whose area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from maps.geo import METRES_PER_DEGREE, LatLng, heading_deg
from maps.geocoding.streets import NAMED_JUNCTION_M, Road, nearest_road
from maps.geocoding.wording import direction, joined

ON_ROAD_M = 80.0  # nearer than this one stands on the street
JUNCTION_M_MAX = 2_000.0
AT_JUNCTION_M = 25.0
HOUSE_M_MAX = 25.0
LANDMARK_M_MAX = 120.0
LANDMARK_AREA_M_MAX = 600.0  # a wider place is an area, not something one sees
SHORE_M_MAX = 30_000.0
ROUNDED_M = 10

# What people look out for. Addresses, hydrants and whole areas are none.
LANDMARKS = (
    "fire_station", "police", "hospital", "clinic", "government", "rescue", "pier", "airport", "school", "worship",
    "market", "landmark", "bridge", "fuel", "building", "housing", "km_marker",
)  # fmt: skip
# On the water one sails by these.
SEAMARKS = ("pier", "island", "bridge", "landmark")


@dataclass(frozen=True, slots=True)
class Near:
    """Something beside the position."""

    id: str | None
    name: str
    kind: str
    position: LatLng
    distance_m: float


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of a position; None where nothing is."""

    position: LatLng
    road: Road | None
    junction: Near | None
    house_number: str
    landmark: Near | None
    is_on_water: bool
    district: str | None
    subdistrict: str | None
    postcode: str | None

    @property
    def is_known(self) -> bool:
        return bool(self.road or self.landmark or self.is_on_water or self.district)

    @property
    def text(self) -> str:
        """In the reader's language: "Jl. Merdeka, 40 m from Simpang Teuku Umar, Kel. Tanjungpinang Kota"."""
        area = f"Kel. {self.district}" if self.district else ""
        if self.is_on_water:
            return joined([_("at sea"), _seaward(self), area])
        street = ""
        if self.road is not None:
            street = (
                f"{self.road.name} No. {self.house_number}"
                if self.house_number
                else self.road.name
            )
            if self.road.distance_m > ON_ROAD_M:
                street = _("%(metres)s m from %(name)s") % _away(self.road.distance_m, street)
        beside = "" if self.landmark is None else _("near %(name)s") % {"name": self.landmark.name}
        known = [street, "" if self.house_number else _from_junction(self), beside]
        return (
            joined([*known, area])
            if any(known)
            else joined([f"{self.position.lat:.5f}", f"{self.position.lng:.5f}", area])
        )


def reverse(position: LatLng) -> Address:
    district, subdistrict, postcode, inside = _area(position)
    road = nearest_road(position)
    on_water = not inside and _is_on_water(position)
    return Address(
        position=position,
        road=None if on_water else road,
        junction=None if on_water or road is None else _junction(road, position),
        house_number="" if on_water or road is None else _house(road, position),
        landmark=_nearest(position, SEAMARKS, SHORE_M_MAX) if on_water else _nearest(position, LANDMARKS, LANDMARK_M_MAX),
        is_on_water=on_water,
        district=district,
        subdistrict=subdistrict,
        postcode=postcode,
    )  # fmt: skip


def _from_junction(address: Address) -> str:
    if address.junction is None:
        return ""
    if address.junction.distance_m <= AT_JUNCTION_M:
        return _("at %(name)s") % {"name": address.junction.name}
    return _("%(metres)s m from %(name)s") % _away(
        address.junction.distance_m, address.junction.name
    )


def _seaward(address: Address) -> str:
    if address.landmark is None:
        return ""
    values = _away(address.landmark.distance_m, address.landmark.name)
    values["direction"] = direction(heading_deg(address.landmark.position, address.position))
    return _("%(metres)s m %(direction)s of %(name)s") % values


def _away(distance_m: float, name: str) -> dict[str, Any]:
    return {"metres": max(ROUNDED_M, round(distance_m / ROUNDED_M) * ROUNDED_M), "name": name}


def _area(position: LatLng) -> tuple[str | None, str | None, str | None, bool]:
    """Kelurahan, kecamatan and postcode, by the area or by the nearest one on the shore; and whether it is inside."""
    row = _one(
        "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point)"
        " SELECT d.name, d.subdistrict, (SELECT k.postcode FROM maps_place AS k WHERE k.district_id = d.id"
        "   AND k.kind = 'kelurahan' AND k.postcode <> '' LIMIT 1), ST_Covers(d.area, p.point)"
        " FROM maps_district AS d, p WHERE ST_DWithin(d.area, p.point, %(degrees)s)"
        " ORDER BY ST_Covers(d.area, p.point) DESC, d.area <-> p.point LIMIT 1",
        position,
        degrees=3_000.0 / METRES_PER_DEGREE,
    )
    return row if row else (None, None, None, False)


def _is_on_water(position: LatLng) -> bool:
    """Outside of every outline of land; without outlines nothing can be said."""
    row = _one(
        "SELECT EXISTS (SELECT 1 FROM maps_surface WHERE kind = 'land') AND NOT EXISTS (SELECT 1 FROM maps_surface"
        " WHERE kind = 'land' AND ST_Covers(area, ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326)))",
        position,
    )
    return bool(row and row[0])


def _junction(road: Road, position: LatLng) -> Near | None:
    """The nearest junction of this street with one of another name; by its own name when people have given it one."""
    row = _one(
        "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point), met AS ("
        "  SELECT n.point, o.name FROM p, maps_roadedge AS e"
        "    JOIN maps_roadnode AS n ON n.id IN (e.source_id, e.target_id)"
        "    JOIN maps_roadedge AS o ON (o.source_id = n.id OR o.target_id = n.id) AND o.name <> '' AND o.mode = 'road'"
        "      AND maps_street_key(o.name) <> maps_street_key(e.name)"
        "  WHERE e.name <> '' AND maps_street_key(e.name) = maps_street_key(%(street)s)"
        "    AND ST_DWithin(e.line, p.point, %(degrees)s)"
        "  ORDER BY n.point <-> p.point LIMIT 1"
        ") SELECT known.id::text, known.name, met.name, ST_Y(met.point), ST_X(met.point),"
        "   ST_Distance(met.point::geography, p.point::geography) FROM p, met LEFT JOIN LATERAL ("
        "     SELECT j.id, j.name FROM maps_place AS j WHERE j.kind = 'junction'"
        "       AND ST_DWithin(j.point, met.point, %(near)s) ORDER BY j.point <-> met.point LIMIT 1"
        "   ) AS known ON true",
        position,
        street=road.name,
        degrees=JUNCTION_M_MAX / METRES_PER_DEGREE,
        near=NAMED_JUNCTION_M / METRES_PER_DEGREE,
    )
    if row is None or row[5] > JUNCTION_M_MAX:
        return None
    name = row[1] or _("the junction with %(street)s") % {"street": row[2]}
    return Near(row[0], name, "junction", LatLng(row[3], row[4]), row[5])


def _house(road: Road, position: LatLng) -> str:
    row = _one(
        "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point)"
        " SELECT h.house_number FROM maps_place AS h, p WHERE h.house_number <> ''"
        " AND maps_street_key(h.street) = maps_street_key(%(street)s) AND ST_DWithin(h.point, p.point, %(degrees)s)"
        " ORDER BY h.point <-> p.point LIMIT 1",
        position,
        street=road.name,
        degrees=HOUSE_M_MAX / METRES_PER_DEGREE,
    )
    return row[0] if row else ""


def _nearest(position: LatLng, kinds: tuple[str, ...], within_m: float) -> Near | None:
    """The nearest place of these kinds; how far it is counts from its edge, for an island from its shore."""
    row = _one(
        "WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lng)s, %(lat)s), 4326) AS point)"
        " SELECT l.id::text, l.name, l.kind, ST_Y(l.point), ST_X(l.point),"
        "   ST_Distance(COALESCE(l.shape, l.point)::geography, p.point::geography)"
        " FROM maps_place AS l, p WHERE l.kind = ANY(%(kinds)s) AND ST_DWithin(l.point, p.point, %(degrees)s)"
        "   AND l.radius_m <= %(widest)s ORDER BY l.point <-> p.point LIMIT 1",
        position,
        kinds=list(kinds),
        degrees=within_m / METRES_PER_DEGREE,
        widest=SHORE_M_MAX if "island" in kinds else LANDMARK_AREA_M_MAX,
    )
    return Near(row[0], row[1], row[2], LatLng(row[3], row[4]), row[5]) if row else None


def _one(sql: str, position: LatLng, **values: Any) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"lat": position.lat, "lng": position.lng, **values})
        return cursor.fetchone()
