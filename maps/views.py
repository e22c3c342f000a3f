"""Tiles of the own map and the search for places, for signed-in people and programs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import quote_etag
from django.utils.translation import gettext as _

from maps import premises, selectors, tiles
from maps.geo import LatLng
from maps.geocoding import wording
from maps.geocoding.finding import Finding, find, notes
from maps.geocoding.outside import find_outside
from maps.geocoding.places import city_centre
from maps.geocoding.reverse import reverse as address_at
from maps.geocoding.search import LIMIT_MAX
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
    if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit[:4]) <= LIMIT_MAX:
        return refusal(422, "invalid", _("limit must be between 1 and %d.") % LIMIT_MAX)
    if request.GET.get("outside") == "1":  # asked apart, so that the own answer never waits for it
        others = find_outside(query, near=near or city_centre(), limit=int(limit))
        return JsonResponse(
            {"places": [_wire(Finding(one, one.confidence)) for one in others], "notes": []}
        )
    found = find(query, near=near, limit=int(limit))
    return JsonResponse(
        {"places": [_wire(one) for one in found], "notes": wording.wire(notes(query))}
    )


@api("GET")
def reverse(request: HttpRequest) -> HttpResponse:
    position = _near(request.GET.get("at", ""))
    if position is None:
        return refusal(422, "invalid", _("at must be a position such as 0.9186,104.4665."))
    found = address_at(position)
    place = found.landmark
    return JsonResponse(
        {
            "text": found.text,
            "street": found.road.name if found.road else None,
            "house_number": found.house_number or None,
            "junction": found.junction.name if found.junction else None,
            "distance_m": round(found.junction.distance_m) if found.junction else None,
            "district": found.district,
            "subdistrict": found.subdistrict,
            "postcode": found.postcode,
            "is_on_water": found.is_on_water,
            "place": place
            and {
                "id": place.id,
                "name": place.name,
                "kind": place.kind,
                "distance_m": round(place.distance_m),
            },
        }
    )


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


def _wire(found: Finding) -> dict[str, object]:
    one, hit = found.candidate, found.hit
    typed = one.label is None  # a position is found as itself
    at = address_at(one.position) if typed else None
    context = wording.joined(
        [f"Kel. {at.district}" if at.district else "", f"Kec. {at.subdistrict}" if at.subdistrict else ""]
    ) if at else (hit.context if hit else "")  # fmt: skip
    return {
        "id": one.place_id,
        "name": f"{one.position.lat:.5f}, {one.position.lng:.5f}" if typed else one.label,
        "kind": "position" if typed else one.kind,
        "lat": one.position.lat,
        "lng": one.position.lng,
        "radius_m": one.radius_m,
        "district": at.district if at else one.district,
        "score": found.score,
        "context": context,
        "is_demo_position": one.is_demo_position,
        "quality": one.quality,
        "reasons": wording.wire(one.reasons),
        "house_number": one.house_number or None,
        "address": at.text if at else _address(found),
    }


def _address(found: Finding) -> str | None:
    hit = found.hit
    if hit is None:
        return found.candidate.label
    street = (
        f"{hit.street} No. {hit.house_number}" if hit.street and hit.house_number else hit.street
    )
    return wording.joined([hit.address or street, hit.context]) or None
