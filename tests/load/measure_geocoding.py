"""Real texts with real positions against a gazetteer made of other real addresses: how many are found, and how near.

No row ever finds itself: the places come from the other rows. Rows of one position stay together, in one of ten parts,
and each part is searched with a gazetteer made of the nine others. Everything is rolled back. With --apart whatever has
the position of a searched text is left out of the other files, too: fires and fire posts were put on the map by one
geocoder, many in the middle of their kelurahan.

By hand, with a migrated database: .venv/bin/python -m tests.load.measure_geocoding [--texts FOLDER] [--misses FILE]
With --texts the texts come from the files of that folder and the places from those of --shared.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import statistics
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from maps.geo import METRES_PER_DEGREE, LatLng, distance_m, position_or_none  # noqa: E402
from maps.geocoding.candidates import Candidate  # noqa: E402
from maps.geocoding.normalise import normalise, squash  # noqa: E402
from maps.geocoding.text import locate_text  # noqa: E402

PARTS = 10
WITHIN_M = (100, 500, 2_000)
STREET_APART_M = 2_500.0  # further apart are two streets of one name
RADIUS_M = {
    "kelurahan": 800,
    "kecamatan": 3_000,
    "street": 250,
    "address": 25,
    "landmark": 80,
    "neighbourhood": 250,
}
RADIUS_M_MAX = 5_000
JAKARTA, SOLO = LatLng(-6.2, 106.84), LatLng(-7.566, 110.822)


@dataclass(frozen=True, slots=True)
class Address:
    """One real address with its position: what the gazetteer is made of."""

    position: LatLng
    street: str = ""
    house: str = ""
    kelurahan: str = ""
    kecamatan: str = ""
    rw: str = ""
    landmark: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    truth: LatLng
    kelurahan: str = ""


@dataclass
class Outcome:
    found: list[float] = field(default_factory=list)
    texts: int = 0
    right_kelurahan: int = 0
    with_kelurahan: int = 0
    inside_radius: int = 0
    misses: list[tuple[str, str, str]] = field(default_factory=list)


# --- reading the files ---------------------------------------------------------------------------

_STREET = re.compile(
    r"\b((?:Jl|Jln|Jalan)\.?\s*[^,(/]+?)(?=\s*(?:,|\(|/|\bNo\b|\bRT\b|\bRT\.|\bRW\b|\bKel\b|\bKec\b|\bGg\b|\bGang\b|\bBlok\b|$))",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\bNo\.?\s*(\d{1,4}\s?[A-Za-z]?)\b", re.IGNORECASE)
_KELURAHAN = re.compile(r"\bKel\.?\s*([A-Za-z .'/]+?)(?=\s*(?:,|\bKec\b|$))", re.IGNORECASE)
_KECAMATAN = re.compile(r"\bKec[.,]?\s*([A-Za-z .']+?)(?=\s*(?:,|$))", re.IGNORECASE)
_RW = re.compile(r"\bRW\.?\s*0*(\d{1,3})", re.IGNORECASE)


def address_of(text: str, position: LatLng, **known: str) -> Address:
    street, house = _STREET.search(text), _NUMBER.search(text)
    kelurahan, kecamatan, rw = _KELURAHAN.search(text), _KECAMATAN.search(text), _RW.search(text)
    return Address(
        position,
        street=street[1].strip(" .") if street else "",
        house=house[1].replace(" ", "") if house else "",
        kelurahan=known.get("kelurahan", "").strip()
        or (kelurahan[1].strip(" .") if kelurahan else ""),
        kecamatan=known.get("kecamatan", "").strip()
        or (kecamatan[1].strip(" .") if kecamatan else ""),
        rw=rw[1] if rw else "",
        landmark=known.get("landmark", "").strip(),
    )


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _at(row: dict[str, str], lat: str, lng: str) -> LatLng | None:
    try:
        return position_or_none(float(row[lat]), float(row[lng]))
    except (ValueError, KeyError):
        return None


def fires(folder: Path) -> list[tuple[Text, Address]]:
    found = []
    for row in rows(folder / "incidents/jakarta_fires_2017h1.csv"):
        position = _at(row, "latitude", "longitude")
        if position:
            address = address_of(row["lokasi_kejadian"], position)
            found.append((Text(row["lokasi_kejadian"], position, address.kelurahan), address))
    return found


def accidents(folder: Path) -> list[tuple[Text, Address]]:
    found = []
    for row in rows(folder / "incidents/solo_accidents_2021_2022.csv"):
        position = _at(row, "lat", "lng")
        if position:
            parts = [part.strip() for part in row["lokasi"].split(",")]
            before = [at for at, part in enumerate(parts) if part.startswith("Kec")]
            kelurahan = parts[before[0] - 1] if before and before[0] > 0 else ""
            head = parts[0] if before and before[0] > 1 and not _STREET.match(parts[0]) else ""
            known = {"kelurahan": "" if _STREET.match(kelurahan) else kelurahan, "landmark": head}
            address = address_of(row["lokasi"], position, **known)
            found.append((Text(row["lokasi"], position, address.kelurahan), address))
    return found


def reports(folder: Path) -> list[Text]:
    found = []
    for row in rows(folder / "texts/petabencana_jakarta_flood_reports_2017-02.csv"):
        position = _at(row, "lat", "lon")
        text = " ".join(part for part in (row["title"].strip(), row["text"].strip()) if part)
        if position and text:
            found.append(Text(text, position))
    return found


def jakarta_places(folder: Path) -> list[Address]:
    found = []
    for row in rows(folder / "geo/jakarta_hydrants_2014.csv"):
        position = _at(row, "latitude", "longitude")
        if position:
            found.append(
                address_of(
                    row["alamat"], position, kelurahan=row["kelurahan"], kecamatan=row["kecamatan"]
                )
            )
    for row in rows(folder / "geo/jakarta_fire_posts_2014.csv"):
        position = _at(row, "latitude", "longitude")
        if position:
            name = "" if row["nama_bangunan"].startswith("Belum") else row["nama_bangunan"]
            found.append(
                address_of(
                    row["alamat"],
                    position,
                    kelurahan=row["kelurahan"],
                    kecamatan=row["kecamatan"],
                    landmark=name,
                )
            )
    return found


# --- the gazetteer -------------------------------------------------------------------------------


def fill(addresses: Sequence[Address]) -> None:  # noqa: C901 - a step for each kind of place
    """Streets, house numbers, kelurahan and RW as the addresses tell them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM maps_place; DELETE FROM maps_district")
    districts: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        if address.kelurahan:
            districts[squash(normalise(address.kelurahan))].append(address)
    written: list[tuple[str, str, str, LatLng, int, str, str, str, tuple[str, ...]]] = []

    def add(kind: str, name: str, at: LatLng, radius_m: float, district: str, *, street: str = "", house: str = "", names: tuple[str, ...] = ()) -> None:  # fmt: skip
        radius = round(min(RADIUS_M_MAX, max(RADIUS_M[kind], radius_m)))
        written.append(
            (f"m-{len(written)}", kind, name, at, radius, district, street, house, names)
        )

    for key, members in districts.items():
        _district(key, members)
        at, reach_m = middle([member.position for member in members])
        name = members[0].kelurahan.title()
        add("kelurahan", name, at, reach_m, key, names=(f"Kelurahan {name}",))
    for members in grouped(addresses, lambda one: squash(normalise(one.kecamatan))).values():
        at, reach_m = middle([member.position for member in members])
        add(
            "kecamatan",
            f"Kecamatan {members[0].kecamatan.title()}",
            at,
            reach_m,
            "",
            names=(members[0].kecamatan,),
        )
    for members in grouped(addresses, lambda one: squash(normalise(one.street))).values():
        for cluster in clusters(members):
            at, reach_m = middle([member.position for member in cluster])
            add("street", cluster[0].street, at, reach_m, _district_key(cluster[0]))
    for address in addresses:
        if address.street and address.house:
            name = f"{address.street} No. {address.house}"
            add(
                "address",
                name,
                address.position,
                25,
                _district_key(address),
                street=address.street,
                house=address.house,
            )
        if len(address.landmark) > 3:
            add("landmark", address.landmark[:160], address.position, 80, _district_key(address))
    by_rw = grouped(
        addresses,
        lambda one: f"rw{one.rw}{_district_key(one)}" if one.rw and one.kelurahan else "",
    )
    for members in by_rw.values():
        at, reach_m = middle([member.position for member in members])
        add(
            "neighbourhood",
            f"RW {members[0].rw} {members[0].kelurahan.title()}",
            at,
            reach_m,
            _district_key(members[0]),
        )
    _insert(written)


def _district_key(address: Address) -> str:
    return squash(normalise(address.kelurahan))


def grouped(
    addresses: Iterable[Address], key: Callable[[Address], str]
) -> dict[str, list[Address]]:
    found: dict[str, list[Address]] = defaultdict(list)
    for address in addresses:
        if key(address):
            found[key(address)].append(address)
    return found


def clusters(members: Sequence[Address]) -> list[list[Address]]:
    found: list[list[Address]] = []
    for member in members:
        near = next(
            (
                one
                for one in found
                if any(
                    distance_m(member.position, other.position) <= STREET_APART_M for other in one
                )
            ),
            None,
        )
        if near is None:
            found.append([member])
        else:
            near.append(member)
    return found


def middle(positions: Sequence[LatLng]) -> tuple[LatLng, float]:
    """The position that is nearest to all others, and how far they lie around it."""
    best = min(positions, key=lambda one: sum(distance_m(one, other) for other in positions))
    return best, max(distance_m(best, other) for other in positions)


def _district(key: str, members: Sequence[Address]) -> None:
    points = ", ".join(f"{one.position.lng} {one.position.lat}" for one in members)
    name, subdistrict = (
        members[0].kelurahan.title()[:80],
        (members[0].kecamatan.title() or "-")[:80],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO maps_district (code, name, subdistrict_code, subdistrict, area, centre, is_approximate)"
            " SELECT %s, %s, %s, %s, ST_Multi(ST_Buffer(ST_ConvexHull(g), %s)), ST_Centroid(g), true"
            " FROM (SELECT ST_GeomFromText(%s, 4326) AS g) AS t",
            [key[:20] + format(zlib.crc32(key.encode()) % 997, "03d"), name, key[:16] + format(zlib.crc32(key.encode()) % 997, "03d"), subdistrict,
             300 / METRES_PER_DEGREE, f"MULTIPOINT({points})"] if len(key) <= 17 else
            [format(zlib.crc32(key.encode()), "08x"), name, format(zlib.crc32(key.encode()), "08x"), subdistrict,
             300 / METRES_PER_DEGREE, f"MULTIPOINT({points})"],
        )  # fmt: skip


def _insert(
    written: Sequence[tuple[str, str, str, LatLng, int, str, str, str, tuple[str, ...]]],
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM maps_district")
        districts = {squash(normalise(name)): pk for pk, name in cursor.fetchall()}
        for key, kind, name, at, radius, district, street, house, names in written:
            cursor.execute(
                "INSERT INTO maps_place (id, key, name, kind, point, radius_m, district_id, certainty, is_demo_position,"
                " address, street, house_number, postcode, phone, origin, source) VALUES (gen_random_uuid(), %s, %s, %s,"
                " ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, %s, 'near', false, '', %s, %s, '', '', 'import', '')"
                " RETURNING id",
                [
                    key,
                    name[:160],
                    kind,
                    at.lng,
                    at.lat,
                    radius,
                    districts.get(district),
                    street[:120],
                    house,
                ],
            )
            place = cursor.fetchone()[0]
            for said in {name, *names}:
                normal = normalise(said)[:160].strip()
                if normal:
                    cursor.execute(
                        "INSERT INTO maps_placename (place_id, written, normal, squashed) VALUES (%s, %s, %s, %s)"
                        " ON CONFLICT DO NOTHING",
                        [place, said[:160], normal, squash(normal)],
                    )


# --- measuring -----------------------------------------------------------------------------------


def part_of(text: Text) -> int:
    """Rows of one position, or of one address, are never on both sides."""
    return zlib.crc32(f"{text.truth.lat:.3f},{text.truth.lng:.3f}".encode()) % PARTS


def measure(
    texts: Sequence[Text],
    places: Callable[[int, Sequence[Text]], list[Address]],
    near: LatLng,
    *,
    apart: bool,
) -> Outcome:
    outcome = Outcome()
    for part in range(PARTS):
        asked = [text for text in texts if part_of(text) == part]
        if not asked:
            continue
        with transaction.atomic():
            known = places(part, asked)
            fill(_apart(known, asked) if apart else known)
            for text in asked:
                _judge(outcome, text, locate_text(text.text, near=near))
            transaction.set_rollback(True)
    return outcome


def _apart(addresses: Sequence[Address], asked: Sequence[Text]) -> list[Address]:
    taken = {(round(text.truth.lat, 5), round(text.truth.lng, 5)) for text in asked}
    return [
        one
        for one in addresses
        if (round(one.position.lat, 5), round(one.position.lng, 5)) not in taken
    ]


def _judge(outcome: Outcome, text: Text, found: Sequence[Candidate]) -> None:
    outcome.texts += 1
    best = found[0] if found else None
    if best is None:
        outcome.misses.append(("-", "nothing found", text.text))
        return
    away_m = distance_m(best.position, text.truth)
    outcome.found.append(away_m)
    outcome.inside_radius += away_m <= best.radius_m
    right = squash(normalise(best.district or "")) == squash(normalise(text.kelurahan))
    if text.kelurahan:
        outcome.with_kelurahan += 1
        outcome.right_kelurahan += right
    if away_m > WITHIN_M[1]:
        outcome.misses.append((f"{away_m:.0f}", f"{best.kind}: {best.label}", text.text))


def told(title: str, outcome: Outcome) -> str:
    found = outcome.found
    shares = "  ".join(
        f"{sum(away <= limit for away in found):3d} = {_percent(sum(away <= limit for away in found), outcome.texts)} within {limit} m"
        for limit in WITHIN_M
    )
    kelurahan = (
        f"  right kelurahan {outcome.right_kelurahan} of {outcome.with_kelurahan}"
        f" = {_percent(outcome.right_kelurahan, outcome.with_kelurahan)}"
        if outcome.with_kelurahan
        else ""
    )
    half = f"  median {statistics.median(found):.0f} m" if found else ""
    return (
        f"{title}: {outcome.texts} texts, {len(found)} with an answer = {_percent(len(found), outcome.texts)}\n"
        f"  {shares}{half}{kelurahan}  inside its own radius {_percent(outcome.inside_radius, len(found))} of the answers"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--shared", type=Path, default=Path(__file__).resolve().parents[3] / "shared/data"
    )
    parser.add_argument(
        "--texts", type=Path, help="a folder of the same form, whose texts are searched"
    )
    parser.add_argument("--misses", type=Path, default=Path("geocoding-misses.tsv"))
    parser.add_argument("--apart", action="store_true")
    options = parser.parse_args()
    texts_from = options.texts or options.shared
    known_fires, known_accidents = fires(options.shared), accidents(options.shared)
    other_jakarta = jakarta_places(options.shared)

    def others(
        pairs: Sequence[tuple[Text, Address]],
    ) -> Callable[[int, Sequence[Text]], list[Address]]:
        def choose(part: int, asked: Sequence[Text]) -> list[Address]:
            if options.texts is None:
                return [address for text, address in pairs if part_of(text) != part]
            said = {one.text for one in asked}
            return [address for text, address in pairs if text.text not in said]

        return choose

    fires_of, accidents_of = others(known_fires), others(known_accidents)
    runs: list[tuple[str, list[Text], Callable[[int, Sequence[Text]], list[Address]], LatLng]] = [
        ("Jakarta, fires", [text for text, _ in fires(texts_from)],
         lambda part, asked: [*other_jakarta, *fires_of(part, asked)], JAKARTA),
        ("Solo, accidents", [text for text, _ in accidents(texts_from)], accidents_of, SOLO),
        ("Jakarta, flood reports", reports(texts_from),
         lambda part, asked: [*other_jakarta, *(address for _, address in known_fires)], JAKARTA),
    ]  # fmt: skip
    with options.misses.open("w", encoding="utf-8") as file:
        for title, texts, places, near in runs:
            outcome = measure(texts, places, near, apart=options.apart)
            print(told(title, outcome))
            for away, found, text in outcome.misses:
                file.write("\t".join((title, away, found, " ".join(text.split()))) + "\n")
    print(f"misses (nothing, or more than {WITHIN_M[1]} m): {options.misses}", file=sys.stderr)


if __name__ == "__main__":
    main()
