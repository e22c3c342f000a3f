"""Response areas for the map, and what is wrong with them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from realtime.protocol import CONTROL_ROLES
from realtime.views import api
from units import coverage

CONTROL = frozenset(CONTROL_ROLES)


@api("GET", roles=CONTROL)
def response_areas(request: HttpRequest) -> HttpResponse:
    """Where agencies answer, as GeoJSON; agency=CODE for one of them."""
    return JsonResponse(coverage.areas(request.GET.get("agency") or None))


@api("GET", roles=CONTROL)
def response_area_findings(request: HttpRequest) -> HttpResponse:
    """Where an agency that has areas answers with none of them, or with two of one rank."""
    found = coverage.check(request.GET.get("agency") or None)
    return JsonResponse(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "geometry": one.shape,
                    "properties": {
                        "kind": one.kind,
                        "agency": one.agency,
                        "areas": list(one.areas),
                        "km2": round(one.km2, 3),
                    },
                }
                for one in found
            ],
        }
    )
