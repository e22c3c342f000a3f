"""Districts, places and the road network in the admin; geometry is edited on the city's own map."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from maps import premises, resources
from maps.admin_pages import GEOJSON_TOO, RecordAdmin, ReferenceAdmin
from maps.geo import LatLng, distance_m, path_length_m
from maps.geocoding.normalise import normalise, squash
from maps.geojson import GeoJsonOfPlaces
from maps.models import (
    ArrivalSpread,
    Closure,
    District,
    ImportRun,
    KindFactor,
    Origin,
    Place,
    PlaceName,
    PremiseNote,
    RoadEdge,
    RoadNode,
    SpeedProfile,
    Surface,
    TurnRestriction,
)
from maps.services import place_in_districts, set_names
from realtime.registry import react_to

END_TO_NODE_M_MAX = 60.0


class MapRowAdmin(ReferenceAdmin):
    """A row that a person has saved is theirs: no import of a city writes over it."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "origin")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.origin = Origin.HAND
        super().save_model(request, obj, form, change)


class DistrictForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        area, centre = cleaned.get("area"), cleaned.get("centre")
        if area is not None and not area.valid:
            raise ValidationError(
                {"area": _("The border crosses itself. Draw it without crossings.")}
            )
        if area is not None and centre is not None and not area.covers(centre):
            raise ValidationError(
                {"centre": _("The centre lies outside of the area. Move it inside.")}
            )
        return cleaned


@admin.register(District)
class DistrictAdmin(MapRowAdmin):
    form = DistrictForm
    resource_classes = [resources.DistrictResource]
    formats = GEOJSON_TOO
    list_display = ("name", "subdistrict", "code", "places_count", "is_approximate", "origin")
    list_filter = ("subdistrict", "is_approximate", "origin")
    search_fields = ("name", "subdistrict", "code")

    def get_queryset(self, request: HttpRequest) -> QuerySet[District]:
        return super().get_queryset(request).annotate(places_count=Count("places"))

    @admin.display(description=_("places"), ordering="places_count")
    def places_count(self, district: Any) -> int:
        return district.places_count


class PlaceNameForm(ModelForm):
    class Meta:
        model = PlaceName
        fields = ("written",)

    def clean_written(self) -> str:
        written = str(self.cleaned_data["written"]).strip()
        normal = normalise(written)
        if not normal:
            raise ValidationError(_("A name needs at least one letter or digit."))
        self.instance.normal, self.instance.squashed = normal, squash(normal)
        return written


class PlaceNameFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        said = Counter(
            normalise(form.cleaned_data["written"])
            for form in self.forms
            if form.cleaned_data.get("written") and not form.cleaned_data.get("DELETE")
        )
        twice = [normal for normal, count in said.items() if count > 1]
        if twice:
            sentence = _("Two of the names are searched as “%(name)s”. Keep one of them.")
            raise ValidationError(sentence, params={"name": twice[0]})


class PlaceNameInline(TabularInline):
    model = PlaceName
    form = PlaceNameForm
    formset = PlaceNameFormSet
    readonly_fields = ("normal",)
    extra = 1


@admin.register(Place)
class PlaceAdmin(MapRowAdmin):
    resource_classes = [resources.PlaceResource]
    inlines = (PlaceNameInline,)
    formats = [*ReferenceAdmin.formats, GeoJsonOfPlaces]
    list_display = (
        "name",
        "kind",
        "district",
        "radius_m",
        "certainty",
        "is_demo_position",
        "origin",
    )
    list_filter = (
        "kind", "certainty", "origin", "is_demo_position", "district__subdistrict", "district",
    )  # fmt: skip
    list_select_related = ("district",)
    search_fields = ("name", "names__written", "names__normal", "address")
    autocomplete_fields = ("district",)
    prepopulated_fields = {"key": ("name",)}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        place: Place = form.instance
        set_names({place.key: [place.name]})  # a place is always found by its own name
        place_in_districts()


@admin.register(RoadNode)
class RoadNodeAdmin(MapRowAdmin):
    resource_classes = [resources.RoadNodeResource]
    list_display = ("key", "name", "is_demo_position", "origin")
    list_filter = ("origin", "is_demo_position")
    search_fields = ("key", "name")


class RoadEdgeForm(ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        source, target, line = (cleaned.get(name) for name in ("source", "target", "line"))
        if not (source and target and line):
            return cleaned
        points = [LatLng(lat, lng) for lng, lat in line.coords]
        for node, end in ((source, points[0]), (target, points[-1])):
            metres = distance_m(LatLng(node.point.y, node.point.x), end)
            if metres > END_TO_NODE_M_MAX:
                sentence = _(
                    "The line ends %(metres)d m from the node “%(node)s”. Draw it up to the node."
                )
                raise ValidationError({"line": sentence % {"metres": metres, "node": node}})
        self.instance.length_m = path_length_m(points)
        return cleaned


@admin.register(RoadEdge)
class RoadEdgeAdmin(MapRowAdmin):
    form = RoadEdgeForm
    resource_classes = [resources.RoadEdgeResource]
    list_display = (
        "label", "mode", "road_class", "length", "speed_kph", "oneway", "access", "surface", "origin",
    )  # fmt: skip
    list_filter = ("mode", "road_class", "oneway", "access", "surface", "is_bridge", "origin")
    list_select_related = ("source", "target")
    search_fields = ("name", "key", "source__name", "target__name")
    autocomplete_fields = ("source", "target")
    readonly_fields = ("length",)
    exclude = ("length_m",)

    @admin.display(description=_("road"), ordering="name")
    def label(self, edge: RoadEdge) -> str:
        return edge.name or f"{edge.source} – {edge.target}"

    @admin.display(description=_("length"), ordering="length_m")
    def length(self, edge: RoadEdge) -> str:
        return f"{edge.length_m:.0f} m" if edge.length_m else "–"


@admin.register(TurnRestriction)
class TurnRestrictionAdmin(MapRowAdmin):
    resource_classes = [resources.TurnRestrictionResource]
    list_display = ("key", "kind", "from_edge", "via", "to_edge", "binds_emergency", "origin")
    list_filter = ("kind", "binds_emergency", "origin")
    list_select_related = ("from_edge", "via", "to_edge")
    search_fields = ("key", "from_edge__name", "to_edge__name", "via__name")
    autocomplete_fields = ("from_edge", "via", "to_edge")


@admin.register(Surface)
class SurfaceAdmin(ReferenceAdmin):
    list_display = ("name", "kind", "is_approximate")
    list_filter = ("kind", "is_approximate")
    search_fields = ("name", "key")


@admin.register(PremiseNote)
class PremiseNoteAdmin(ReferenceAdmin):
    """Written here or at the console. What stands there is never changed: it is withdrawn, and written anew."""

    resource_classes = [resources.PremiseNoteResource]
    list_display = ("text", "kind", "severity", "owner", "valid_to", "noted_by", "withdrawn_at")
    list_filter = ("kind", "severity", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("text", "owner")
    autocomplete_fields = ("place",)
    fields = ("kind", "severity", "text", "owner", "place", "area", "valid_from", "valid_to")
    actions = ("withdraw",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"valid_from": timezone.now(), **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: PremiseNote, form: Any, change: bool) -> None:  # noqa: FBT001
        log = request.reference_change  # type: ignore[attr-defined]
        obj.noted_by, obj.noted_at = log.by.name, log.now
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Withdraw the chosen notes"), permissions=["add"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[PremiseNote]) -> None:
        log = request.reference_change  # type: ignore[attr-defined]
        for one in queryset:
            premises.withdraw(log, premise_id=one.pk, reason="")
        self._record(request, list(queryset))

    def _record(self, request: HttpRequest, objects: list[Any], *args: Any) -> None:
        super()._record(request, objects, *args)
        log = request.reference_change  # type: ignore[attr-defined]
        react_to("premises.edited", log, premise_ids=[one.pk for one in objects])


@admin.register(KindFactor)
class KindFactorAdmin(ReferenceAdmin):
    list_display = ("group", "factor", "reason")


@admin.register(Closure)
class ClosureAdmin(RecordAdmin):
    list_display = ("reason", "kind", "drawn_by_name", "drawn_at", "valid_to", "lifted_at")
    list_filter = ("kind",)
    search_fields = ("reason", "drawn_by_name")


@admin.register(SpeedProfile)
class SpeedProfileAdmin(RecordAdmin):
    list_display = (
        "group",
        "road_class",
        "is_weekend",
        "band",
        "ratio",
        "spread",
        "samples",
        "learnt_at",
    )
    list_filter = ("group", "road_class", "is_weekend")


@admin.register(ArrivalSpread)
class ArrivalSpreadAdmin(RecordAdmin):
    list_display = ("by", "band_m", "median", "p90", "samples", "learnt_at")


@admin.register(ImportRun)
class ImportRunAdmin(RecordAdmin):
    """What was imported; read, never changed. manage.py import_map writes it."""

    list_display = ("label", "begun_at", "took", "by", "changes")
    date_hierarchy = "begun_at"

    @admin.display(description=_("files"))
    def label(self, run: ImportRun) -> str:
        return str(run)

    @admin.display(description=_("duration"))
    def took(self, run: ImportRun) -> str:
        return f"{(run.ended_at - run.begun_at).total_seconds():.1f} s"

    @admin.display(description=_("changes"))
    def changes(self, run: ImportRun) -> int:
        outcomes = ("added", "changed", "retired")
        return sum(counts[name] for counts in run.counts.values() for name in outcomes)
