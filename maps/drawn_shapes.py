"""Shapes that programs and people send in GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry

SRID = 4326


def geometry_of(drawing: Mapping[str, Any]) -> GEOSGeometry:
    """The geometry of a GeoJSON object, in degrees. Raises ValueError where it is none.

    Not by GDAL: it prints what it does not like instead of saying so.
    """
    try:
        shape = shapely.from_geojson(json.dumps(drawing))
    except (shapely.errors.ShapelyError, TypeError, ValueError, RecursionError):
        raise ValueError("no geometry in GeoJSON") from None
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=SRID)
