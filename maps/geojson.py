"""GeoJSON as a format of the admin's files: what a map program draws comes in, what stands here can be drawn there.

A position is the columns lat and lng; a line or an area is the column named by the class, as WKT.
"""

from __future__ import annotations

import json
import math
from typing import Any

import shapely
import tablib
from django.contrib.gis.geos import GEOSGeometry
from django.utils.translation import gettext as _
from import_export.formats.base_formats import Format

FEATURES_MAX = 20_000


class NotReadable(ValueError):  # noqa: N818 - what the file is
    """The sentence says what is wrong with the file, and where."""


class GeoJson(Format):
    """Areas in the column `area`."""

    shape_column = "area"

    def __init__(self, encoding: str | None = None) -> None:
        self.encoding = encoding or "utf-8"

    def get_title(self) -> str:
        return "geojson"

    def is_binary(self) -> bool:
        return False

    def get_read_mode(self) -> str:
        return "r"

    def get_extension(self) -> str:
        return "geojson"

    def get_content_type(self) -> str:
        return "application/geo+json"

    def can_import(self) -> bool:
        return True

    def can_export(self) -> bool:
        return True

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        rows = [self._row(feature, at) for at, feature in enumerate(_features(text), 1)]
        headers = list(dict.fromkeys(name for row in rows for name in row))
        dataset = tablib.Dataset(headers=headers)
        for row in rows:
            dataset.append([row.get(name, "") for name in headers])
        return dataset

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        features = [self._feature(row) for row in dataset.dict]
        collection = {"type": "FeatureCollection", "features": features}
        return json.dumps(collection, ensure_ascii=False, indent=1)

    def _row(self, feature: Any, at: int) -> dict[str, Any]:
        sentence = _("Feature %(number)d: %(what)s")
        if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
            raise _refused(sentence, at, _("it is no feature with properties."))
        row = {
            name: "" if value is None else value
            for name, value in (feature.get("properties") or {}).items()
        }
        geometry = feature.get("geometry")
        if geometry is None:
            return row
        try:
            shape = shapely.from_geojson(json.dumps(geometry))
        except shapely.errors.GEOSException:
            raise _refused(sentence, at, _("its geometry cannot be read.")) from None
        if shape.is_empty:
            raise _refused(sentence, at, _("its geometry is empty."))
        west, south, east, north = shape.bounds
        inside = all(map(math.isfinite, shape.bounds)) and -180 <= west <= east <= 180
        if not (inside and -90 <= south <= north <= 90):
            raise _refused(
                sentence, at, _("its coordinates are no degrees. Save it as WGS 84 (EPSG:4326).")
            )
        return row | self._columns(shape)

    def _columns(self, shape: shapely.Geometry) -> dict[str, Any]:
        if shape.geom_type == "Point":
            return {"lat": shape.y, "lng": shape.x}
        whole = shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape
        return {self.shape_column: shapely.to_wkt(whole, rounding_precision=-1)}

    def _feature(self, row: dict[str, Any]) -> dict[str, Any]:
        shape, lat, lng = row.pop(self.shape_column, ""), row.get("lat", ""), row.get("lng", "")
        geometry = None
        if shape:
            whole = shapely.from_wkb(bytes(GEOSGeometry(str(shape)).wkb))
            geometry = json.loads(shapely.to_geojson(whole))
        elif lat != "" and lng != "":
            geometry = {"type": "Point", "coordinates": [float(lng), float(lat)]}
            del row["lat"], row["lng"]
        return {"type": "Feature", "properties": row, "geometry": geometry}


class GeoJsonOfPlaces(GeoJson):
    """A place that is drawn as a line or an area lies in its middle, unless the file says where."""

    shape_column = "shape"

    def _columns(self, shape: shapely.Geometry) -> dict[str, Any]:
        columns = super()._columns(shape)
        if self.shape_column in columns:
            middle = shape.representative_point()
            columns |= {"lat": middle.y, "lng": middle.x}
        return columns

    def _row(self, feature: Any, at: int) -> dict[str, Any]:
        row = super()._row(feature, at)
        said = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        if said.get("lat") not in {None, ""} and said.get("lng") not in {None, ""}:
            row |= {"lat": said["lat"], "lng": said["lng"]}
        return row


def _features(text: str) -> list[Any]:
    try:
        content = json.loads(text)
    except ValueError:
        raise NotReadable(_("This is no JSON, or not all of it.")) from None
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise NotReadable(_("This is no GeoJSON with a collection of features."))
    if len(features) > FEATURES_MAX:
        sentence = _(
            "More than %(most)d features. Import so large a file with manage.py import_map."
        )
        raise NotReadable(sentence % {"most": FEATURES_MAX})
    return features


def _refused(sentence: str, number: int, what: str) -> NotReadable:
    return NotReadable(sentence % {"number": number, "what": what})
