"""One import from the files to the report: read, build, lay beside the map, compare, write."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from maps.importing import boundaries, network, osm, overpass, retiring, staging, streets, writing
from maps.importing.osm import BrokenFile
from maps.importing.report import ImportRefused, Report
from maps.importing.rows import Box, Content
from maps.models import District, ImportRun
from realtime.eventlog import change
from realtime.protocol import Actor

# Two imports at once would each call the other's rows vanished.
LOCK = 0x51A6A_0112
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command was asked for."""

    files: Sequence[Path]
    overpass: Box | None = None
    districts_level: int | None = None
    replace_demo: bool = False
    retire_much: bool = False
    dry_run: bool = False
    by: str = ""


def run(
    wish: Wish, *, step: Step = lambda _name: None, read: osm.Said = lambda _count: None
) -> Report:
    """Raises ImportRefused, and then nothing has changed."""
    report = Report(is_dry_run=wish.dry_run)
    begun_at = timezone.now()
    with _alone(), tempfile.TemporaryDirectory(prefix="siaga-import-") as folder:
        with _timed(report, "read"):
            content = _read(wish, report, Path(folder), step, read)
        step("network")
        with _timed(report, "network"):
            roads = network.build(content)
            for street in streets.streets(content):
                content.places[street.key] = street
        report.components = {**network.components(roads), "piers_joined": roads.piers_joined}
        step("compare")
        try:
            _stage_and_write(wish, report, content, roads, begun_at, step)
        except DatabaseError as error:
            raise ImportRefused("database", str(error).strip().rstrip(".")) from error
    return report


def _stage_and_write(
    wish: Wish, report: Report, content: Content, roads: network.Network, begun_at: Any, step: Step
) -> None:
    begun = time.monotonic()
    with staging.stage(content, roads):
        staging.classify(
            replace_demo=wish.replace_demo,
            taken=lambda code: content.problems.add("kelurahan_twice", code),
        )
        retiring.find_gone(replace_demo=wish.replace_demo)
        writing.count(report)
        report.problems = content.problems.listed()
        report.took_s["compare"] = time.monotonic() - begun
        if wish.dry_run:
            return
        much = None if wish.retire_much else retiring.retires_too_much()
        if much is not None:
            raise ImportRefused("retires_much", str(much))
        step("write")
        with _timed(report, "write"):
            writing.write(report, last=lambda: _keep(wish, report, begun_at))
        step("analyse")
        if hospitals := writing.hospitals_touched():
            _tell(hospitals, wish.by)
        if report.changes:
            with _timed(report, "analyse"):
                writing.analyse()


def _tell(hospitals: Sequence[str], by: str) -> None:
    """Open boards show hospitals. An event of its own, after the map is written: no other event waits for an import."""
    with change(by=Actor(id="system:import", name=by or "import"), now=timezone.now()) as log:
        log.record("reference.changed", facts={"what": "place"}, hospitals=hospitals)


def _keep(wish: Wish, report: Report, begun_at: Any) -> None:
    ImportRun.objects.create(
        files=report.files,
        begun_at=begun_at,
        ended_at=timezone.now(),
        by=wish.by,
        counts=report.counts,
        problems=report.problems_as_json(),
    )


# --- reading --------------------------------------------------------------------------------------


def _read(wish: Wish, report: Report, folder: Path, step: Step, read: osm.Said) -> Content:
    content, subdistricts = Content(), dict[str, str]()
    level = wish.districts_level
    levels = () if level is None else (level - 1, level)
    files: list[tuple[Path, Box | None]] = [(path, None) for path in wish.files]
    if wish.overpass is not None:
        step("fetch")
        fetched = folder / "overpass.osm"
        overpass.fetch(wish.overpass, fetched)
        files.append((fetched, wish.overpass))
    found: list[osm.Boundary] = []
    for path, box in files:
        step(path.name)
        report.files.append(_described(path))
        name = path.name.lower()
        try:
            if name.endswith(osm.SUFFIXES):
                found += osm.read(path, content, levels=levels, box=box, say=read)
            elif name.endswith(boundaries.SUFFIXES):
                boundaries.read(path, content, subdistricts)
            else:
                raise ImportRefused("unknown_format", path.name)
        except BrokenFile as error:
            raise ImportRefused("broken", f"{path.name}: {str(error).rstrip('.')}") from error
    if level is not None:
        boundaries.from_osm(found, content, level=level)
    boundaries.with_names(content, {**_known_subdistricts(), **subdistricts})
    return content


def _described(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}
    except OSError as error:
        raise ImportRefused("unreadable", f"{path}: {error.strerror}") from None


def _known_subdistricts() -> dict[str, str]:
    return dict(District.objects.values_list("subdistrict_code", "subdistrict"))


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ImportRefused("running", "")
    try:
        yield
    finally:
        if not (connection.in_atomic_block and connection.needs_rollback):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


@contextmanager
def _timed(report: Report, name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    report.took_s[name] = time.monotonic() - begun
