"""What every page of reference data in the admin shares: look, import and export, the map, and word to the open boards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import get_format
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import CSV, JSON
from leaflet.admin import LeafletAdminWidget, LeafletGeoAdminMixin
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ImportForm, SelectableFieldsExportForm

from maps.geojson import GeoJson, NotReadable
from realtime.eventlog import Change, change
from realtime.protocol import Actor


class CityMapWidget(LeafletAdminWidget):
    """Draws on the city's own map, so that it works without internet."""

    @property
    def media(self) -> Media:
        return super().media + Media(
            css={"screen": ["maps/admin_map.css"]},
            js=[
                "npm/protomaps-leaflet/protomaps-leaflet.js",
                Script("maps/admin_map.js", type="module"),
            ],
        )


class SpreadsheetCsv(CSV):
    """Written so that a spreadsheet of the reader's language shows columns; read with either separator."""

    def get_title(self) -> str:
        return "csv"

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Any:
        text = in_stream.decode(self.encoding) if isinstance(in_stream, bytes) else in_stream
        titles = text.partition("\n")[0]
        kwargs.setdefault("delimiter", ";" if titles.count(";") > titles.count(",") else ",")
        return super().create_dataset(text, **kwargs)

    def export_data(self, dataset: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("delimiter", ";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
        return super().export_data(dataset, **kwargs)


class ExportForm(SelectableFieldsExportForm):
    """Names the columns as the forms do, with the word that stands in the file."""

    def _get_field_label(self, resource: Any, field_name: str) -> str:
        column = resource.fields[field_name].column_name or field_name
        try:
            field = resource._meta.model._meta.get_field(field_name)  # noqa: SLF001 - its public door
        except FieldDoesNotExist:
            return str(column)
        if (
            not field.concrete
        ):  # rows that point here, such as a place's other names: they have no name of their own
            return str(column)
        name = str(field.verbose_name)
        return f"{name[:1].upper()}{name[1:]} ({column})"


class AdminPage(LeafletGeoAdminMixin, ImportExportModelAdmin, ModelAdmin):
    """A page of the admin: list with search, filters, import and export; geometry on the city's map."""

    widget = CityMapWidget
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = [SpreadsheetCsv, JSON]
    list_fullwidth = True
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = False
    show_full_result_count = False

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        if isinstance(e, NotReadable):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)


GEOJSON_TOO = [*AdminPage.formats, GeoJson]


class ReferenceAdmin(AdminPage):
    """Data that open boards show: each saved form is one change of the event log, like every other write."""

    def touched(self, objects: Iterable[Model]) -> Mapping[str, Iterable[Any]]:
        """The entities of the board that these rows are part of, by kind."""
        return {}

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call = super().changeform_view
        return _in_change(request, lambda: call(request, *args, **kwargs))

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call = super().delete_view
        return _in_change(request, lambda: call(request, *args, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call = super().changelist_view
        return _in_change(request, lambda: call(request, *args, **kwargs))

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        call = super().process_import
        return _in_change(request, lambda: call(request, **kwargs))

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        self._record(request, [obj])

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        touched = self.touched([obj])
        super().delete_model(request, obj)
        self._record(request, [obj], touched)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        objects = list(queryset)
        touched = self.touched(objects)
        super().delete_queryset(request, queryset)
        self._record(request, objects, touched)

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        keys = [row.object_id for row in result.rows if row.object_id is not None]
        self._record(request, list(self.get_queryset(request).filter(pk__in=keys)))
        return super().process_result(result, request)

    def _record(
        self,
        request: HttpRequest,
        objects: list[Any],
        touched: Mapping[str, Iterable[Any]] | None = None,
    ) -> None:
        log: Change = request.reference_change  # type: ignore[attr-defined]
        entities = self.touched(objects) if touched is None else touched
        log.record(
            "reference.changed",
            facts={"what": self.opts.model_name},
            **{kind: list(ids) for kind, ids in entities.items()},
        )


class RecordAdmin(LeafletGeoAdminMixin, ModelAdmin):
    """What the service itself has written: looked at, never made or changed here."""

    widget = CityMapWidget
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


def _in_change(request: HttpRequest, call: Callable[[], HttpResponse]) -> HttpResponse:
    if request.method != "POST":
        return call()
    person: Any = request.user
    actor = Actor(id=str(person.pk), name=person.get_full_name() or person.username)
    with change(by=actor, now=timezone.now()) as log:
        request.reference_change = log  # type: ignore[attr-defined]
        return call()
