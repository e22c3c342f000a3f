"""Borders of kelurahan from GeoJSON or a Shapefile, with codes of Kemendagri or BPS, or from OpenStreetMap's own."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from maps.importing import topology
from maps.importing.osm import Boundary, BrokenFile
from maps.importing.report import ImportRefused
from maps.importing.rows import Content, DistrictRow, PlaceRow
from maps.importing.shapes import multipolygon, reach_m

SUFFIXES = (".geojson", ".geojson.gz", ".json", ".json.gz", ".shp", ".shp.zip", ".zip")
UNPACKED_BYTES_MAX = 512 * 1024 * 1024
NAME_CHARS_MAX, CODE_CHARS_MAX = 80, 20
RADIUS_M_MIN = 400
DEGREES = frozenset({"EPSG:4326", "OGC:CRS84", "CRS84"})
# In the spellings of Kemendagri, BPS, HDX and the Geospatial Agency; the first that is there counts.
CODE = (
    "kode",
    "village_code",
    "kode_kel",
    "kode_desa",
    "kdepum",
    "adm4_pcode",
    "desa_code",
    "code",
)
NAME = ("nama", "village", "wadmkd", "namobj", "kelurahan", "desa", "adm4_en", "nama_kel", "name")
SUBDISTRICT = ("kecamatan", "district", "wadmkc", "adm3_en", "nama_kec", "subdistrict")
SUBDISTRICT_CODE = ("district_code", "kode_kec", "kdcpum", "adm3_pcode", "subdistrict_code")
# How many digits the codes of a kecamatan and of a kelurahan have, with and without points.
_KECAMATAN_DIGITS, _KEMENDAGRI_DIGITS = frozenset({6, 7}), 10


def read(path: Path, content: Content, subdistricts: dict[str, str]) -> None:
    """Adds the file's kelurahan to `content`, and the names of its kecamatan to `subdistricts`, by code."""
    columns, shapes = _layer(path)
    for at, shape in enumerate(shapes):
        row = {name: values[at] for name, values in columns.items()}
        code, name = _text(row, CODE), _text(row, NAME)
        where = f"{path.name}:{at + 1}"
        digits = sum(sign.isdigit() for sign in code)
        if not code or not name:
            content.problems.add("border_without_code_or_name", where)
        elif len(code) > CODE_CHARS_MAX or len(name) > NAME_CHARS_MAX:
            content.problems.add("name_too_long", where)
        elif digits in _KECAMATAN_DIGITS and not _text(row, SUBDISTRICT):
            subdistricts[code] = name
        elif digits < min(_KECAMATAN_DIGITS):
            content.problems.add("border_of_another_level", where)
        else:
            _add(content, row, code, name, shape, where)


def _add(
    content: Content, row: Mapping[str, Any], code: str, name: str, shape: Any, where: str
) -> None:
    area = None if shape is None else multipolygon(shape)
    if area is None:
        content.problems.add("border_without_area", where)
        return
    if not shape.is_valid:
        content.problems.add("border_crosses_itself", where)
    subdistrict_code = _text(row, SUBDISTRICT_CODE) or _above(code)
    subdistrict = _text(row, SUBDISTRICT)[:NAME_CHARS_MAX]
    if code in content.districts:
        content.problems.add("border_said_twice", where)
    content.districts[code] = DistrictRow(code, name, subdistrict_code, subdistrict, area)


def _above(code: str) -> str:
    """21.72.01.1001 lies in 21.72.01; id2172020003 in id2172020."""
    return code.rpartition(".")[0] or code[:-3]


def _layer(path: Path) -> tuple[dict[str, Any], Sequence[Any]]:
    try:
        source: Any = path
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                source = packed.read(UNPACKED_BYTES_MAX + 1)
            if len(source) > UNPACKED_BYTES_MAX:
                raise BrokenFile("too large when it is unpacked")
        meta, _ids, geometry, values = pyogrio.raw.read(source)
        shapes = shapely.from_wkb(geometry)
    except (
        DataSourceError, DataLayerError, FieldError, GeometryError, OSError, EOFError, ValueError, shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        raise BrokenFile(str(error)) from error
    if meta["crs"] not in {None, *DEGREES} or not _in_degrees(shapes):
        raise ImportRefused("not_in_degrees", path.name)
    return {str(name).lower(): values[at] for at, name in enumerate(meta["fields"])}, shapes


def _in_degrees(shapes: Any) -> bool:
    boxes = shapely.bounds(shapes)
    west, south, east, north = boxes.T if len(boxes) else ([], [], [], [])
    inside = [
        not (a < -180 or b < -90 or c > 180 or d > 90)
        for a, b, c, d in zip(west, south, east, north, strict=True)
    ]
    return all(inside)


def _text(row: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        value = row.get(name)
        if value is not None and value == value and str(value).strip():
            text = str(value).strip()
            return text[:-2] if isinstance(value, float) and text.endswith(".0") else text
    return ""


# --- boundaries of OpenStreetMap ------------------------------------------------------------------


def from_osm(boundaries: Sequence[Boundary], content: Content, *, level: int) -> None:
    above = [one for one in boundaries if one.level == level - 1]
    for one in boundaries:
        name = one.tags.get("name", "").strip()[:NAME_CHARS_MAX]
        if one.level != level or not name:
            continue
        middle = one.area.representative_point()
        around = next((other for other in above if other.area.covers(middle)), None)
        code = _osm_code(one)
        around_code = _osm_code(around) if around else code
        around_name = around.tags.get("name", "")[:NAME_CHARS_MAX] if around else name
        content.districts[code] = DistrictRow(code, name, around_code, around_name, one.area)


def _osm_code(one: Boundary) -> str:
    for key in ("ref:kemendagri", "kemendagri:code", "ref:ID:kemendagri", "ref:bps", "ref"):
        if text := one.tags.get(key, "").strip():
            return text[:CODE_CHARS_MAX]
    return f"osm-r{one.id}"


# --- named as places, too -------------------------------------------------------------------------


def with_names(content: Content, subdistricts: Mapping[str, str]) -> None:
    """Gives every kelurahan the name of its kecamatan, and both a place by which they are found."""
    topology.check(content)
    by_subdistrict: dict[str, list[DistrictRow]] = {}
    for code, row in list(content.districts.items()):
        name = row.subdistrict or subdistricts.get(row.subdistrict_code, "")
        if not name:
            content.problems.add("kecamatan_without_name", code)
            name = row.subdistrict_code
        whole = DistrictRow(row.code, row.name, row.subdistrict_code, name, row.area)
        content.districts[code] = whole
        by_subdistrict.setdefault(row.subdistrict_code, []).append(whole)
        _place(
            content,
            f"kelurahan-{_slug(code)}",
            "kelurahan",
            row.name,
            f"Kelurahan {row.name}",
            row.area,
        )
    for code, rows in by_subdistrict.items():
        area = multipolygon(shapely.union_all([row.area for row in rows]))
        name = rows[0].subdistrict
        if area is not None:
            _place(
                content, f"kecamatan-{_slug(code)}", "kecamatan", f"Kecamatan {name}", name, area
            )


def _place(
    content: Content, key: str, kind: str, name: str, other: str, area: shapely.MultiPolygon
) -> None:
    middle = area.representative_point()
    point = (middle.x, middle.y)
    radius_m = max(RADIUS_M_MIN, reach_m(point, shapely.get_coordinates(area).tolist()))
    content.places[key] = PlaceRow(
        key, kind, name, (name, other), point, radius_m, certainty="kelurahan", source="boundaries"
    )


def _slug(code: str) -> str:
    return "".join(sign if sign.isalnum() else "-" for sign in code.lower())
