from django.urls import path

from units import ingest

urlpatterns = [path("api/v1/positions", ingest.positions, name="api-positions")]
