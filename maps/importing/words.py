"""What an import says to people: why it refused, what was wrong with a file, how each kind of row is called."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from maps.importing.report import ImportRefused
from maps.models import District, PlaceKind, RoadEdge, RoadNode, TurnRestriction

REFUSALS = {
    "broken": _("A file is broken or not whole: %(what)s."),
    "unreadable": _("A file cannot be read: %(what)s."),
    "unknown_format": _(
        "%(what)s is of no known format. Known are .osm.pbf, .osm, .osm.gz, .geojson, .geojson.gz, .shp and .zip."
    ),
    "not_in_degrees": _(
        "The borders in %(what)s are not in degrees. Save the file with the coordinate system EPSG:4326 (WGS 84)."
    ),
    "box_unreadable": _(
        "“%(what)s” is no box. Write four numbers in degrees: west,south,east,north, such as 104.3,0.8,104.7,1.1."
    ),
    "box_too_large": _("The box %(what)s is too large for an Overpass server. Import a file."),
    "overpass_unreachable": _(
        "The Overpass server cannot be reached (%(what)s). Without internet, import a file."
    ),
    "overpass_refused": _(
        "The Overpass server did not answer in full (%(what)s). Try a smaller box, or later."
    ),
    "overpass_too_much": _("%(what)s sends too much or too slowly. Try a smaller box."),
    "running": _("Another import is running. Wait until it has ended."),
    "retires_much": _(
        "%(what)s imported rows would be removed, more than half of what stands there. Look at the report with --dry-run; if it is right, add --retire-much."
    ),
    "database": _("The database refused it: %(what)s."),
}
PROBLEMS = {
    "address_too_long": _("addresses or telephone numbers that are too long, cut"),
    "area_not_closed": _("areas whose border is not whole in the file"),
    "barrier_at_junction": _("barriers at a junction, not used: which road is closed?"),
    "border_crosses_itself": _("borders that cross themselves, mended"),
    "border_of_another_level": _("borders of a regency or a province, not used"),
    "border_said_twice": _("kelurahan that stand twice in the files; the last one counts"),
    "border_without_area": _("borders without an area, not used"),
    "border_without_code_or_name": _("borders without a code or a name, not used"),
    "borders_leave_a_gap": _("gaps between borders: no kelurahan has what lies there"),
    "borders_overlap": _("borders that overlap: two kelurahan claim what lies there"),
    "house_number_without_street": _("house numbers without a street, not used"),
    "kecamatan_without_name": _(
        "kelurahan whose kecamatan is not named; import the borders of the kecamatan along with them"
    ),
    "kelurahan_twice": _("kelurahan that stand with another code already, not used"),
    "name_too_long": _("names that are too long, cut or not used"),
    "pier_without_road": _("crossings whose end no road is near"),
    "too_many_names": _("places with too many names; the first are used"),
    "turn_for_some_only": _("turn restrictions for some vehicles only, not used"),
    "turn_incomplete": _("turn restrictions whose roads are not clear, not used"),
    "turn_over_a_way": _("turn restrictions over a road between, not used"),
    "turn_said_twice": _("turn restrictions that are said twice"),
    "turn_without_kind": _("turn restrictions that do not say what they forbid"),
    "way_with_missing_nodes": _("roads that leave the extract, used as far as they are in it"),
    "way_without_length": _("roads without a length, not used"),
}
_ROWS = {
    "district": District,
    "roadedge": RoadEdge,
    "roadnode": RoadNode,
    "turnrestriction": TurnRestriction,
}


def refusal_words(refused: ImportRefused) -> str:
    return str(REFUSALS[refused.code] % {"what": refused.what})


def problem_words(code: str) -> str:
    return str(PROBLEMS[code])


def kind_label(kind: str) -> Any:
    if kind in _ROWS:
        return _ROWS[kind]._meta.verbose_name_plural  # noqa: SLF001 - Django's public door to a model
    return PlaceKind(kind).label
