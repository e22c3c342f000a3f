"""Agencies, stations, capabilities and units in the admin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from maps.admin_pages import GEOJSON_TOO, ReferenceAdmin
from units import resources
from units.models import STATUS_NAMES, Agency, Capability, ResponseArea, Station, Unit


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin):
    resource_classes = [resources.AgencyResource]
    list_display = ("code", "name", "phone", "units_count", "order")
    list_editable = ("order",)
    search_fields = ("code", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agency]:
        return super().get_queryset(request).annotate(units_count=Count("units"))

    @admin.display(description=_("units"), ordering="units_count")
    def units_count(self, agency: Any) -> int:
        return agency.units_count

    def touched(self, objects: Iterable[Any]) -> Mapping[str, Iterable[Any]]:
        return {"units": _units_of(agency__in=list(objects))}


@admin.register(Station)
class StationAdmin(ReferenceAdmin):
    resource_classes = [resources.StationResource]
    formats = GEOJSON_TOO
    list_display = ("name", "agency", "address", "is_approximate", "has_place")
    list_filter = ("agency", "is_approximate")
    list_select_related = ("agency",)
    search_fields = ("name", "address")
    autocomplete_fields = ("agency",)

    @admin.display(description=_("on the map"), boolean=True)
    def has_place(self, station: Station) -> bool:
        return station.point is not None

    def touched(self, objects: Iterable[Any]) -> Mapping[str, Iterable[Any]]:
        return {"units": _units_of(station__in=list(objects))}


@admin.register(ResponseArea)
class ResponseAreaAdmin(ReferenceAdmin):
    resource_classes = [resources.ResponseAreaResource]
    formats = GEOJSON_TOO
    list_display = ("name", "agency", "rank", "station", "is_approximate")
    list_filter = ("agency", "rank", "is_approximate")
    list_select_related = ("agency", "station")
    search_fields = ("name", "station__name")
    autocomplete_fields = ("agency", "station")


@admin.register(Capability)
class CapabilityAdmin(ReferenceAdmin):
    resource_classes = [resources.CapabilityResource]
    list_display = ("key", "name_id", "name_en")
    search_fields = ("key", "name_id", "name_en")


class UnitForm(ModelForm):
    def clean_callsign(self) -> str:
        return str(self.cleaned_data["callsign"]).strip().upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        station, agency = cleaned.get("station"), cleaned.get("agency")
        if station and agency and station.agency_id != agency.pk:
            sentence = _(
                "%(station)s belongs to %(other)s. Choose a station of %(agency)s, or leave it empty."
            )
            names = {"station": station, "other": station.agency, "agency": agency}
            raise ValidationError({"station": sentence % names})
        kind, travels_by = cleaned.get("kind"), cleaned.get("travels_by")
        if kind in {"boat", "ambulance_boat"} and travels_by == "road":
            raise ValidationError({"travels_by": _("A boat travels by boat. Choose “by boat”.")})
        return cleaned


class StatusFilter(admin.SimpleListFilter):
    """By the word that people know; the column holds the word of the machine."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(status), name) for status, name in STATUS_NAMES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Unit]) -> QuerySet[Unit]:
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Unit)
class UnitAdmin(ReferenceAdmin):
    form = UnitForm
    resource_classes = [resources.UnitResource]
    list_display = (
        "callsign",
        "agency_code",
        "kind",
        "station",
        "status_name",
        "travels_by",
        "phone",
        "is_active",
    )
    list_filter = ("agency", "kind", "travels_by", StatusFilter, "is_active", "capabilities")
    list_select_related = ("agency", "station")
    search_fields = ("callsign", "station__name", "phone")
    autocomplete_fields = ("agency", "station")
    readonly_fields = ("status_name", "status_at", "status_reason", "position_at")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "callsign",
                    "agency",
                    "kind",
                    "travels_by",
                    "station",
                    "capabilities",
                    "phone",
                    "ready_s",
                    "is_active",
                )
            },
        ),
        (_("Now"), {"fields": readonly_fields}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A dozen boxes to tick, not two lists to move things between."""
        kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.help_text = ""
        return field

    @admin.display(description=_("agency"), ordering="agency__order")
    def agency_code(self, unit: Unit) -> str:
        return unit.agency.code

    @admin.display(description=_("status"), ordering="status")
    def status_name(self, unit: Unit) -> str:
        return str(STATUS_NAMES[unit.status])

    def save_model(self, request: HttpRequest, obj: Unit, form: Any, change: bool) -> None:  # noqa: FBT001
        if obj.status_at is None:
            obj.status_at = timezone.now()
        super().save_model(request, obj, form, change)

    def touched(self, objects: Iterable[Any]) -> Mapping[str, Iterable[Any]]:
        return {"units": [unit.pk for unit in objects]}


def _units_of(**where: Any) -> list[Any]:
    return list(Unit.objects.filter(**where).values_list("pk", flat=True))
