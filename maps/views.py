"""Tiles of the own map and the search for places, for signed-in people and programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from maps import premises, selectors, tiles
from maps.geo import LatLng, find_positions
from maps.geocoding import places
from maps.geocoding.places import PlaceHit
from realtime.views import api, refusal

QUERY_CHARACTERS_MAX = 200
NEAR_CHARACTERS_MAX = 100
LIMIT_DEFAULT = 10
TILE_AGE_S_MAX = 300  # an edit of the map is on every screen after that, at the latest


@api("GET")
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    if not tiles.exists(z, x, y):
        return refusal(404, "no_such_tile", _("There is no such tile."))
    numbers = ".".join(str(number) for _layer, number in sorted(selectors.versions().items()))
    etag = quote_etag(f"{tiles.FORMAT}-{numbers}-{z}-{x}-{y}")
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(
            tiles.render(z, x, y), content_type="application/vnd.mapbox-vector-tile"
        )
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={TILE_AGE_S_MAX}"
    return response


@api("GET")
def search(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    if not query:
        return refusal(422, "invalid", _("q is the name of a place and must not be empty."))
    if len(query) > QUERY_CHARACTERS_MAX:
        return refusal(
            422, "invalid", _("q must not be longer than %d characters.") % QUERY_CHARACTERS_MAX
        )
    near = _near(request.GET.get("near", ""))
    if near is None and request.GET.get("near"):
        return refusal(422, "invalid", _("near must be a position such as 0.9186,104.4665."))
    limit = request.GET.get("limit", str(LIMIT_DEFAULT))
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:4]) <= places.LIMIT_MAX:
        return refusal(422, "invalid", _("limit must be between 1 and %d.") % places.LIMIT_MAX)
    found = [
        _written(item.position, item.radius_m) for item in find_positions(query, near=near)
    ] + [_wire(hit) for hit in places.search(query, near=near, limit=int(limit))]
    return JsonResponse({"places": found[: int(limit)]})


@api("GET")
def premises_in_view(request: HttpRequest) -> HttpResponse:
    """Notes on places that hold now, as GeoJSON. bbox=west,south,east,north."""
    box = _box(request.GET.get("bbox", ""))
    if box is None:
        return refusal(
            422, "invalid", _("bbox must be west,south,east,north in degrees, west before east.")
        )
    west, south, east, north = box
    return JsonResponse(
        premises.in_view(west=west, south=south, east=east, north=north, now=timezone.now())
    )


def _box(text: str) -> tuple[float, float, float, float] | None:
    try:
        west, south, east, north = (float(part) for part in text[:NEAR_CHARACTERS_MAX].split(","))
        LatLng(south, west), LatLng(north, east)
    except ValueError:
        return None
    return (west, south, east, north) if west < east and south < north else None


def _near(text: str) -> LatLng | None:
    lat, _comma, lng = text[:NEAR_CHARACTERS_MAX].partition(",")
    try:
        return LatLng(float(lat), float(lng))
    except ValueError:
        return None


def _wire(hit: PlaceHit) -> dict[str, object]:
    return {
        "id": hit.id,
        "name": hit.name,
        "kind": hit.kind,
        "lat": hit.position.lat,
        "lng": hit.position.lng,
        "radius_m": hit.radius_m,
        "district": hit.district,
        "score": hit.score,
        "context": hit.context,
        "is_demo_position": hit.is_demo_position,
    }


def _written(position: LatLng, radius_m: float) -> dict[str, object]:
    """A position typed into the search is found as itself."""
    district = selectors.district_at(position)
    return {
        "id": None,
        "name": f"{position.lat:.5f}, {position.lng:.5f}",
        "kind": "position",
        "lat": position.lat,
        "lng": position.lng,
        "radius_m": radius_m,
        "district": district.name if district else None,
        "score": 1.0,
        "context": f"Kel. {district.name}, Kec. {district.kecamatan}" if district else "",
        "is_demo_position": False,
    }
