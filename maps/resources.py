"""Columns of the files in which the map is imported and exported. Geometry is WKT with its SRID, positions are lat, lng."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, Widget

from maps.geo import position_or_none
from maps.geocoding.normalise import normalise
from maps.models import District, Origin, Place, PremiseNote, RoadEdge, RoadNode, TurnRestriction
from maps.services import set_names

SRID = 4326
NAME_SEPARATOR = ";"


class WktWidget(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> GEOSGeometry | None:
        if not value:
            return None
        try:
            geometry = GEOSGeometry(str(value))
        except (ValueError, GEOSException, GDALException):
            raise ValueError(
                _("This is no geometry in WKT, such as POINT(104.4665 0.9186).")
            ) from None
        if geometry.srid not in {None, SRID}:
            raise ValueError(_("The geometry must be in degrees (SRID 4326)."))
        geometry.srid = SRID
        return geometry

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return value.ewkt if value else ""


class MapResource(ModelResource):
    """What a person brings in is theirs: an import of a whole city leaves it alone. Rows that say nothing new stay."""

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        instance.origin = Origin.HAND


class PositionResource(MapResource):
    """Rows with one position, written as two columns."""

    lat = Field(column_name="lat")
    lng = Field(column_name="lng")

    def dehydrate_lat(self, row: Any) -> Any:
        return row.point.y

    def dehydrate_lng(self, row: Any) -> Any:
        return row.point.x

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        position = position_or_none(_number(row.get("lat")), _number(row.get("lng")))
        if position is None:
            raise ValidationError(
                {
                    "point": _(
                        "lat and lng must be a position in degrees, like 0.9186 and 104.4665."
                    )
                }
            )
        instance.point = Point(position.lng, position.lat, srid=SRID)
        super().import_instance(instance, row, **kwargs)

    def skip_row(self, instance: Any, original: Any, row: Any, *args: Any, **kwargs: Any) -> bool:
        return original.point == instance.point and super().skip_row(
            instance, original, row, *args, **kwargs
        )


class DistrictResource(MapResource):
    area = Field("area", "area", WktWidget())
    centre = Field("centre", "centre", WktWidget())
    origin = Field("origin", "origin", readonly=True)

    class Meta:
        model = District
        import_id_fields = ("code",)
        fields = (
            "code",
            "name",
            "subdistrict_code",
            "subdistrict",
            "is_approximate",
            "origin",
            "centre",
            "area",
        )
        clean_model_instances = True
        skip_unchanged = True

    def import_instance(self, instance: District, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        if instance.area is not None and instance.centre is None:
            instance.centre = instance.area.point_on_surface


class PlaceResource(PositionResource):
    district = Field("district", "district", ForeignKeyWidget(District, "code"))
    shape = Field("shape", "shape", WktWidget())
    names = Field(column_name="names")
    origin = Field("origin", "origin", readonly=True)

    class Meta:
        model = Place
        import_id_fields = ("key",)
        fields = (
            "key", "name", "kind", "lat", "lng", "radius_m", "certainty", "is_demo_position", "district", "address",
            "street", "house_number", "postcode", "phone", "source", "origin", "names", "shape",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True

    def skip_row(
        self, instance: Place, original: Place, row: Any, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().skip_row(instance, original, row, *args, **kwargs):
            return False
        known = set(original.names.values_list("normal", flat=True)) if original.pk else set()
        said = {normalise(name) for name in str(row.get("names") or "").split(NAME_SEPARATOR)}
        return said - {""} <= known

    def dehydrate_names(self, place: Place) -> str:
        return f"{NAME_SEPARATOR} ".join(name.written for name in place.names.all())

    def after_save_instance(self, instance: Place, row: Any, **kwargs: Any) -> None:
        others = [text.strip() for text in str(row.get("names") or "").split(NAME_SEPARATOR)]
        set_names({instance.key: [instance.name, *filter(None, others)]})


class PremiseNoteResource(ModelResource):
    """Each row is a new note; what stands there already is withdrawn by its page."""

    area = Field("area", "area", WktWidget())

    class Meta:
        model = PremiseNote
        import_id_fields = ("id",)
        fields = ("id", "kind", "severity", "text", "owner", "valid_from", "valid_to", "area")
        clean_model_instances = True

    def before_save_instance(self, instance: PremiseNote, row: Any, **kwargs: Any) -> None:
        person = kwargs.get("user")
        instance.noted_by = (person.get_full_name() or person.username) if person else ""
        instance.noted_at = timezone.now()


class RoadNodeResource(PositionResource):
    origin = Field("origin", "origin", readonly=True)

    class Meta:
        model = RoadNode
        import_id_fields = ("key",)
        fields = ("key", "name", "lat", "lng", "is_demo_position", "origin")
        clean_model_instances = True
        skip_unchanged = True


class TurnRestrictionResource(MapResource):
    from_edge = Field("from_edge", "from_edge", ForeignKeyWidget(RoadEdge, "key"))
    via = Field("via", "via", ForeignKeyWidget(RoadNode, "key"))
    to_edge = Field("to_edge", "to_edge", ForeignKeyWidget(RoadEdge, "key"))
    origin = Field("origin", "origin", readonly=True)

    class Meta:
        model = TurnRestriction
        import_id_fields = ("key",)
        fields = ("key", "from_edge", "via", "to_edge", "kind", "binds_emergency", "origin")
        clean_model_instances = True
        skip_unchanged = True


class RoadEdgeResource(MapResource):
    source = Field("source", "source", ForeignKeyWidget(RoadNode, "key"))
    target = Field("target", "target", ForeignKeyWidget(RoadNode, "key"))
    line = Field("line", "line", WktWidget())
    origin = Field("origin", "origin", readonly=True)

    class Meta:
        model = RoadEdge
        import_id_fields = ("key",)
        fields = (
            "key", "source", "target", "mode", "road_class", "name", "length_m", "speed_kph", "oneway", "surface",
            "access", "is_bridge", "duration_s", "origin", "line",
        )  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True


def _number(text: Any) -> float | None:
    try:
        return float(str(text).replace(",", "."))
    except ValueError:
        return None
