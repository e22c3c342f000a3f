from django.urls import path

from units import ingest, views

urlpatterns = [
    path("api/v1/positions", ingest.positions, name="api-positions"),
    path("api/v1/response-areas", views.response_areas, name="api-response-areas"),
    path(
        "api/v1/response-areas/findings",
        views.response_area_findings,
        name="api-response-area-findings",
    ),
]
