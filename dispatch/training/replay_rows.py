"""Real incidents as published, in the form in which citizens would have reported them. Pure but for reading the file."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from maps.geo import LatLng

AUTO = "auto"
GZIP_MAGIC = b"\x1f\x8b"
CELL_CHARS_MAX = 1_000_000
SAN_FRANCISCO = ZoneInfo("America/Los_Angeles")
_POINT = re.compile(r"^\(\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*\)$")


class Unreadable(Exception):  # noqa: N818 - said to a person, in a sentence
    """The file cannot be replayed; the message says why."""


class BadRow(Exception):  # noqa: N818 - counted, not raised further
    """One row cannot be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Report:
    """One citizen's report: by voice with a position from the telephone, or written with a pin."""

    line: int
    at: datetime
    channel: str
    position: LatLng
    text: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """`bad` are (line, sentence); `repeated` rows told of an incident that was known already."""

    format: str
    reports: list[Report]
    bad: list[tuple[int, str]] = field(default_factory=list)
    repeated: int = 0


Row = Mapping[str, str]


def read_reports(path: Path, *, format_: str = AUTO) -> Reading:
    """All reports of a .csv or .csv.gz, oldest first."""
    try:
        with _open(path) as lines:
            return _read(csv.DictReader(lines), format_)
    except OSError as error:
        sentence = f"{path} cannot be read: {error.strerror or error}."
        raise Unreadable(sentence) from None
    except (UnicodeDecodeError, EOFError, csv.Error) as error:
        sentence = f"{path} is not a readable CSV file: {error}."
        raise Unreadable(sentence) from None


def _open(path: Path):  # noqa: ANN202 - TextIO, by two functions with different types
    with path.open("rb") as beginning:
        packed = beginning.read(2) == GZIP_MAGIC
    opener = gzip.open if packed else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


def _read(rows: csv.DictReader[str], format_: str) -> Reading:
    csv.field_size_limit(CELL_CHARS_MAX)
    columns = set(rows.fieldnames or ())
    reader = _reader_for(columns, format_)
    reading = Reading(reader.name, [])
    seen: set[str] = set()
    for row in _rows(rows, reading):
        key = reader.key(row)
        if key and key in seen:
            reading = replace(reading, repeated=reading.repeated + 1)
            continue
        try:
            reading.reports.append(reader.report(row, rows.line_num))
        except BadRow as error:
            reading.bad.append((rows.line_num, str(error)))
            continue
        seen.add(key)
    reading.reports.sort(key=lambda report: report.at)
    return reading


def _rows(rows: csv.DictReader[str], reading: Reading) -> Iterator[Row]:
    for row in rows:
        if None in row or None in row.values():
            reading.bad.append((rows.line_num, "it has another number of columns than the head"))
        else:
            yield row


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    columns: frozenset[str]
    key: Callable[[Row], str]  # rows with the same key tell of the same incident; empty: never
    report: Callable[[Row, int], Report]


def _sffd(row: Row, line: int) -> Report:
    try:
        # The publisher writes San Francisco's clock; in the hour repeated in autumn the first is taken.
        local = datetime.strptime(row["Received DtTm"], "%m/%d/%Y %I:%M:%S %p")  # noqa: DTZ007
    except ValueError:
        raise BadRow("its time “Received DtTm” cannot be read") from None
    match = _POINT.match(row["Location"].strip())
    if match is None:
        raise BadRow("its “Location” is not (latitude, longitude)")
    at = local.replace(tzinfo=SAN_FRANCISCO).astimezone(UTC)
    return Report(line, at, "voice", _position(match.group(1), match.group(2)))


def _petabencana(row: Row, line: int) -> Report:
    try:
        at = datetime.fromisoformat(row["created_at"].replace("Z", "+00:00"))
    except ValueError:
        raise BadRow("its time “created_at” cannot be read") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    text = row["text"].strip() or row["title"].strip()
    return Report(line, at, "whatsapp", _position(row["lat"], row["lon"]), text)


def _position(lat: str, lng: str) -> LatLng:
    try:
        return LatLng(float(lat), float(lng))
    except ValueError:
        raise BadRow("its position is not possible") from None


READERS = {
    "sffd": Reader(
        "sffd",
        frozenset({"Incident Number", "Received DtTm", "Location"}),
        lambda row: row["Incident Number"].strip(),
        _sffd,
    ),
    "petabencana": Reader(
        "petabencana",
        frozenset({"created_at", "lat", "lon", "title", "text"}),
        lambda _row: "",
        _petabencana,
    ),
}


def _reader_for(columns: set[str], format_: str) -> Reader:
    if not columns:
        raise Unreadable("The file is empty.")
    if format_ == AUTO:
        fitting = [reader for reader in READERS.values() if reader.columns <= columns]
        if fitting:
            return fitting[0]
        known = ", ".join(sorted(READERS))
        sentence = f"The columns are of no known format. Known: {known}."
        raise Unreadable(sentence)
    reader = READERS[format_]
    missing = sorted(reader.columns - columns)
    if missing:
        sentence = f"The format {format_} needs the column(s) {', '.join(missing)}."
        raise Unreadable(sentence)
    return reader
