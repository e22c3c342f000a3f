"""A first draft of an agency's response areas: each place belongs to the station that is nearest as the crow flies.

It is a draft, marked approximate, for people to move the borders of: rivers and roads decide who is there first.
"""

from __future__ import annotations

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from shapely.geometry import MultiPoint, Point

import maps.selectors
from realtime.protocol import Rejected
from units.models import Agency, ResponseArea, Station

RANKS_MAX = 3

Shape = shapely.Geometry


def draft(agency: str, *, ranks: int = 2) -> int:
    """Writes areas for an agency that has none; answers how many. Raises Rejected where it has some already."""
    assert 1 <= ranks <= RANKS_MAX
    owner = Agency.objects.get(code=agency)
    if owner.response_areas.exists():
        raise Rejected("areas_exist", agency=agency)
    stations = list(owner.stations.filter(point__isnull=False).order_by("pk"))
    city = maps.selectors.city_area()
    if city is None or not stations:
        return 0
    whole = shapely.from_wkb(bytes(city.wkb))
    rows = []
    for rank, shapes in enumerate(_cascade(stations, whole, ranks), start=1):
        for station, shape in shapes.items():
            area = _areal(shape)
            if area is not None:
                rows.append(
                    ResponseArea(
                        agency=owner,
                        name=station.name,
                        rank=rank,
                        station=station,
                        area=area,
                        is_approximate=True,
                    )
                )
    ResponseArea.objects.bulk_create(rows)
    return len(rows)


def _cascade(stations: list[Station], whole: Shape, ranks: int) -> list[dict[Station, Shape]]:
    """For each rank the part of the city in which a station comes at that place of the order."""
    parts: list[tuple[tuple[Station, ...], Shape]] = [((), whole)]
    found: list[dict[Station, Shape]] = []
    for _ in range(min(ranks, len(stations))):
        following: list[tuple[tuple[Station, ...], Shape]] = []
        for before, shape in parts:
            left = [one for one in stations if one not in before]
            for station, cell in _cells(left, whole).items():
                piece = shape.intersection(cell)
                if not piece.is_empty:
                    following.append(((*before, station), piece))
        parts = following
        rank: dict[Station, list[Shape]] = {}
        for order, piece in parts:
            rank.setdefault(order[-1], []).append(piece)
        found.append({station: shapely.union_all(pieces) for station, pieces in rank.items()})
    return found


def _cells(stations: list[Station], whole: Shape) -> dict[Station, Shape]:
    """The nearest station of each place; of two on one spot the first has it."""
    spots: dict[tuple[float, float], Station] = {}
    for one in stations:
        spots.setdefault((one.point.x, one.point.y), one)
    if len(spots) == 1:
        return {next(iter(spots.values())): whole}
    cells = shapely.voronoi_polygons(MultiPoint(list(spots)), extend_to=whole.buffer(1.0))
    return {
        next(one for at, one in spots.items() if cell.covers(Point(at))): cell
        for cell in cells.geoms
    }


def _areal(shape: Shape) -> MultiPolygon | None:
    polygons = [
        part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area
    ]
    if not polygons:
        return None
    return GEOSGeometry(shapely.MultiPolygon(polygons).wkb.hex(), srid=4326)
