"""Columns of the files in which agencies, stations, capabilities and units are imported and exported."""

from __future__ import annotations

from typing import Any

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, ManyToManyWidget

from maps.geo import position_or_none
from maps.resources import WktWidget
from units.models import Agency, Capability, ResponseArea, Station, Unit


class ByName(ForeignKeyWidget):
    """A row of another table by its code or name; an unknown one is named in the refusal."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except self.model.DoesNotExist:
            sentence = _("There is no %(table)s “%(value)s”. Add it first, or correct the file.")
            table = self.model._meta.verbose_name  # noqa: SLF001 - Django's public door to a model
            raise ValueError(sentence % {"table": table, "value": value}) from None


class StationOfAgency(ByName):
    """Two agencies may have stations of the same name, so the row's agency decides."""

    def get_queryset(self, value: Any, row: Any, *args: Any, **kwargs: Any) -> Any:
        return super().get_queryset(value, row).filter(agency__code=row.get("agency"))


class AgencyResource(ModelResource):
    class Meta:
        model = Agency
        import_id_fields = ("code",)
        fields = ("code", "name", "phone", "order")
        clean_model_instances = True
        skip_unchanged = True


class ResponseAreaResource(ModelResource):
    agency = Field("agency", "agency", ByName(Agency, "code"))
    station = Field("station", "station", StationOfAgency(Station, "name"))
    area = Field("area", "area", WktWidget())

    class Meta:
        model = ResponseArea
        import_id_fields = ("agency", "rank", "name")
        fields = ("agency", "rank", "name", "station", "is_approximate", "area")
        clean_model_instances = True


class CapabilityResource(ModelResource):
    class Meta:
        model = Capability
        import_id_fields = ("key",)
        fields = ("key", "name_id", "name_en")
        clean_model_instances = True
        skip_unchanged = True


class StationResource(ModelResource):
    agency = Field("agency", "agency", ByName(Agency, "code"))
    lat = Field(column_name="lat", readonly=True)
    lng = Field(column_name="lng", readonly=True)

    class Meta:
        model = Station
        import_id_fields = ("agency", "name")
        fields = ("agency", "name", "lat", "lng", "is_approximate", "address")
        clean_model_instances = True

    def dehydrate_lat(self, station: Station) -> Any:
        return station.point.y if station.point else ""

    def dehydrate_lng(self, station: Station) -> Any:
        return station.point.x if station.point else ""

    def import_instance(self, instance: Station, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        if "lat" not in row or "lng" not in row:
            return
        lat, lng = str(row["lat"]).strip(), str(row["lng"]).strip()
        if not lat and not lng:
            instance.point = None
            return
        position = position_or_none(_number(lat), _number(lng))
        if position is None:
            raise ValidationError(
                {"lat": _("lat and lng must be a position in degrees, like 0.9186 and 104.4665.")}
            )
        instance.point = Point(position.lng, position.lat, srid=4326)


class UnitResource(ModelResource):
    agency = Field("agency", "agency", ByName(Agency, "code"))
    station = Field("station", "station", StationOfAgency(Station, "name"))
    capabilities = Field(
        "capabilities", "capabilities", ManyToManyWidget(Capability, separator=" ", field="key")
    )

    class Meta:
        model = Unit
        import_id_fields = ("callsign",)
        fields = (
            "callsign",
            "agency",
            "kind",
            "station",
            "capabilities",
            "travels_by",
            "phone",
            "ready_s",
            "is_active",
        )
        clean_model_instances = True

    def before_save_instance(self, instance: Unit, row: Any, **kwargs: Any) -> None:
        if instance.status_at is None:
            instance.status_at = timezone.now()


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
