"""What writes map data. The demo city is written once; rows that are there stay as people have edited them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from django.contrib.gis.geos import GEOSGeometry, LineString, MultiLineString, Point
from django.db import connection, transaction
from django.utils.text import slugify

from maps.demo import areas, facts, network, outline
from maps.geo import LatLng, path_length_m
from maps.geocoding.normalise import normalise, squash
from maps.models import (
    Access,
    Certainty,
    District,
    Origin,
    Place,
    PlaceKind,
    PlaceName,
    RoadClass,
    RoadEdge,
    RoadNode,
    Surface,
    TravelMode,
)

logger = logging.getLogger(__name__)

VILLAGE_RADIUS_M_MIN = 400
STREET_RADIUS_M_MIN = 150
JUNCTION_RADIUS_M = 150
UNDRAWN_STREET_RADIUS_M = 900
HAND_DRAWN = "hand-made for the demonstration"
SHORE_M_MAX = 600
METRES_PER_DEGREE = 111_195.0


def seed_city() -> None:
    """Writes the demo city's districts, places, outlines and roads where they are missing. Safe to run again."""
    with transaction.atomic():
        _seed_surfaces()
        _seed_districts()
        _seed_network()
        names = _seed_places()
        set_names(names)
        place_in_districts()
        _reckon_plans()
    logger.info(
        "map.city_seeded",
        extra={"places": Place.objects.count(), "roads": RoadEdge.objects.count()},
    )


def _reckon_plans() -> None:
    """Of tables that have just been filled the planner knows nothing; the search would take a hundred times as long."""
    with connection.cursor() as cursor:
        for table in (
            "maps_place",
            "maps_placename",
            "maps_nameword",
            "maps_roadedge",
            "maps_district",
        ):
            cursor.execute(f"ANALYZE {table}")


def set_names(names: Mapping[str, Iterable[str]]) -> None:
    """Adds ways to say the places with these keys; a way that is known already stays."""
    ids = dict(Place.objects.filter(key__in=names).values_list("key", "pk"))
    rows: dict[tuple[str, str], PlaceName] = {}
    for key, written in names.items():
        for text in written:
            normal = normalise(text)
            if normal:
                rows.setdefault(
                    (ids[key], normal),
                    PlaceName(
                        place_id=ids[key], written=text, normal=normal, squashed=squash(normal)
                    ),
                )
    PlaceName.objects.bulk_create(rows.values(), ignore_conflicts=True)


def place_in_districts() -> None:
    """Gives every place without one the kelurahan whose area holds it, or the nearest one on the shore."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE maps_place AS p SET district_id = d.id FROM maps_district AS d"
            " WHERE p.district_id IS NULL AND p.kind <> 'kecamatan' AND ST_Covers(d.area, p.point)"
        )
        cursor.execute(  # piers stand in the water before their kelurahan
            "UPDATE maps_place AS p SET district_id = (SELECT d.id FROM maps_district AS d"
            " WHERE ST_DWithin(d.area::geography, p.point::geography, %s) ORDER BY d.area <-> p.point LIMIT 1)"
            " WHERE p.district_id IS NULL AND p.kind <> 'kecamatan'",
            [SHORE_M_MAX],
        )


def _seed_surfaces() -> None:
    Surface.objects.bulk_create(
        (
            Surface(
                key=slugify(name),
                kind=Surface.Kind.LAND,
                name=name,
                area=GEOSGeometry(shape.wkb.hex(), srid=4326),
            )
            for name, shape in areas.land().items()
        ),
        ignore_conflicts=True,
    )


def _seed_districts() -> None:
    shapes = areas.kelurahan_areas()
    District.objects.bulk_create(
        (
            District(
                code=item.code,
                name=item.name,
                subdistrict_code=item.code[:8],
                subdistrict=outline.KECAMATAN[item.code[:8]],
                area=GEOSGeometry(shapes[item.code].wkb.hex(), srid=4326),
                centre=_point(LatLng(*item.centre)),
                is_approximate=True,
                origin=Origin.DEMO,
            )
            for item in (*outline.KELURAHAN, outline.PENYENGAT)
        ),
        ignore_conflicts=True,
    )


def _seed_network() -> None:
    RoadNode.objects.bulk_create(
        (
            RoadNode(
                key=key,
                name=name,
                point=_point(LatLng(lat, lng)),
                is_demo_position=True,
                origin=Origin.DEMO,
            )
            for key, (lat, lng, name) in network.NODES.items()
        ),
        ignore_conflicts=True,
    )
    ids = dict(RoadNode.objects.values_list("key", "pk"))
    RoadEdge.objects.bulk_create(
        (
            RoadEdge(
                key=f"{item.source}--{item.target}--{item.road_class}",
                source_id=ids[item.source],
                target_id=ids[item.target],
                mode=TravelMode.BOAT if item.road_class == RoadClass.FERRY else TravelMode.ROAD,
                road_class=item.road_class,
                name=item.name,
                length_m=path_length_m([LatLng(lat, lng) for lng, lat in _line(item).coords]),
                speed_kph=item.speed_kph,
                access=Access.FOOT if item.road_class == RoadClass.FERRY else Access.OPEN,
                line=_line(item),
                origin=Origin.DEMO,
            )
            for item in network.segments()
        ),
        ignore_conflicts=True,
    )


def _seed_places() -> dict[str, tuple[str, ...]]:
    """Writes the rows and answers with the ways to say each place that this run has written or found."""
    rows: dict[str, tuple[Place, tuple[str, ...]]] = {}
    for place, names in (*_listed(), *_districts(), *_subdistricts(), *_streets(), *_junctions()):
        rows[place.key] = (place, (place.name, *names))
    for place, _names in rows.values():
        place.origin = Origin.DEMO
    known = set(Place.objects.filter(key__in=rows).values_list("key", flat=True))
    Place.objects.bulk_create(place for key, (place, _) in rows.items() if key not in known)
    return {key: names for key, (_, names) in rows.items() if key not in known}


Row = tuple[Place, tuple[str, ...]]


def _listed() -> Iterable[Row]:
    for item in facts.PLACES:
        yield (
            Place(
                key=item.key,
                name=item.name,
                kind=item.kind,
                point=_point(item.position),
                radius_m=item.radius_m,
                certainty=item.certainty,
                is_demo_position=item.is_demo_position,
                address=item.address,
                phone=item.phone,
                source=HAND_DRAWN if item.is_demo_position else "published position",
            ),
            item.aliases,
        )


def _districts() -> Iterable[Row]:
    for district in District.objects.filter(code__in=facts.KELURAHAN_ALIASES):
        names = (f"Kelurahan {district.name}", *facts.KELURAHAN_ALIASES[district.code])
        place = _area_place(
            f"kelurahan-{district.code}".replace(".", "-"), district.name, PlaceKind.VILLAGE
        )
        place.point, place.district = district.centre, district
        place.postcode = facts.KELURAHAN_POSTCODES.get(district.code, "")
        place.radius_m = max(VILLAGE_RADIUS_M_MIN, _reach_m(district.area, district.centre))
        yield place, names


def _subdistricts() -> Iterable[Row]:
    for code, name in outline.KECAMATAN.items():
        parts = list(District.objects.filter(subdistrict_code=code))
        if not parts:
            continue
        place = _area_place(
            f"kecamatan-{code}".replace(".", "-"), f"Kecamatan {name}", PlaceKind.SUBDISTRICT
        )
        place.point = _middle(parts)
        place.radius_m = max(_reach_m(part.area, place.point) for part in parts)
        yield place, (name,)


def _area_place(key: str, name: str, kind: str) -> Place:
    return Place(
        key=key,
        name=name,
        kind=kind,
        certainty=Certainty.VILLAGE,
        is_demo_position=False,
        source=HAND_DRAWN,
    )


def _streets() -> Iterable[Row]:
    lines: dict[str, list[LineString]] = {}
    for item in network.segments():
        if item.name.startswith("Jl.") and item.road_class != RoadClass.FERRY:
            lines.setdefault(item.name, []).append(_line(item))
    for name, parts in lines.items():
        shape = MultiLineString(parts, srid=4326)
        longest = max(parts, key=lambda part: part.length)
        middle = longest.interpolate_normalized(0.5)
        middle.srid = 4326
        place = _street_place(name, middle, max(STREET_RADIUS_M_MIN, _reach_m(shape, middle)))
        place.shape = shape
        yield place, facts.STREET_ALIASES.get(name, ())
    for name, code in facts.UNDRAWN_STREETS:
        district = District.objects.get(code=code)
        place = _street_place(name, district.centre, UNDRAWN_STREET_RADIUS_M)
        place.certainty, place.district = Certainty.VILLAGE, district
        yield place, facts.STREET_ALIASES.get(name, ())


def _street_place(name: str, point: Point, radius_m: int) -> Place:
    return Place(
        key=f"street-{slugify(name)}",
        name=name,
        kind=PlaceKind.STREET,
        point=point,
        radius_m=radius_m,
        certainty=Certainty.APPROXIMATE,
        is_demo_position=True,
        source=HAND_DRAWN,
    )


def _junctions() -> Iterable[Row]:
    for key, (lat, lng, name) in network.NODES.items():
        if not name.startswith(("Simpang", "Bundaran", "Pegadaian")):
            continue
        yield (
            Place(
                key=f"junction-{key}",
                name=name,
                kind=PlaceKind.JUNCTION,
                point=_point(LatLng(lat, lng)),
                radius_m=JUNCTION_RADIUS_M,
                certainty=Certainty.APPROXIMATE,
                is_demo_position=True,
                source=HAND_DRAWN,
            ),
            facts.JUNCTION_ALIASES.get(key, ()),
        )


def _middle(parts: list[District]) -> Point:
    return Point(
        sum(part.centre.x for part in parts) / len(parts),
        sum(part.centre.y for part in parts) / len(parts),
        srid=4326,
    )


def _reach_m(shape: GEOSGeometry, point: Point) -> int:
    """How far the shape reaches from the point; degrees are good enough for a radius this near to the equator."""
    west, south, east, north = shape.extent
    reach = (
        max(abs(west - point.x), abs(east - point.x)) ** 2
        + max(abs(south - point.y), abs(north - point.y)) ** 2
    )
    return round(reach**0.5 * METRES_PER_DEGREE)


def _line(item: network.Segment) -> LineString:
    return LineString(
        areas.rounded([(lng, lat) for lat, lng in item.points], closed=False), srid=4326
    )


def _point(position: LatLng) -> Point:
    return Point(position.lng, position.lat, srid=4326)
