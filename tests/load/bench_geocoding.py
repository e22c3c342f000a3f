"""The search for places over a million names, beside a bare look-up by prefix in the same B-tree, in turn in one go.

By hand: .venv/bin/python -m tests.load.bench_geocoding [--names 1000000] [--rounds 200] [--explain]

The names are made of the words of real addresses with the frequencies that they have there (streets and alleys of
Jakarta, places of Indonesia), so that few words are very common and many are rare, and of as many made-up words of shops.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import random
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.load.bench_database import measured_service

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")
SHARED = Path(__file__).resolve().parents[3] / "shared/data"
TYPES = {
    "Jalan": 50, "Gang": 14, "Perumahan": 6, "Toko": 6, "Warung": 4, "Masjid": 5, "SD Negeri": 3, "Kampung": 3,
    "Simpang": 2, "Bengkel": 2, "Apotek": 1, "Hotel": 1, "Gereja": 1, "Pasar": 1, "Lorong": 1,
}  # fmt: skip
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bu",
    "da",
    "di",
    "du",
    "ga",
    "gi",
    "ka",
    "ke",
    "ki",
    "ku",
    "la",
    "li",
    "lu",
    "ma",
    "mi",
    "mu",
    "na",
    "ni",
    "nu",
    "pa",
    "pi",
    "ra",
    "ri",
    "ru",
    "sa",
    "si",
    "su",
    "ta",
    "ti",
    "tu",
    "ya",
    "wa",
    "jang",
    "ran",
    "san",
    "tan",
    "man",
    "lan",
    "ring",
    "sung",
    "ding",
]
FILL = """
WITH new AS (
  INSERT INTO maps_place (id, key, name, kind, point, radius_m, certainty, is_demo_position, address, street,
    house_number, postcode, phone, origin, source)
  SELECT gen_random_uuid(), 'bench-' || n, name, 'landmark',
    ST_SetSRID(ST_MakePoint(104.2 + random() * 0.6, 0.7 + random() * 0.5), 4326), 100, 'near', false, '', '', '', '', '',
    'import', '' FROM unnest(%s::text[], %s::int[]) AS t(name, n) RETURNING id, name
)
INSERT INTO maps_placename (place_id, written, normal, squashed)
SELECT new.id, new.name, t.normal, replace(t.normal, ' ', '') FROM new
JOIN (SELECT DISTINCT ON (name) name, normal FROM unnest(%s::text[], %s::text[]) AS u(name, normal)) AS t ON t.name = new.name
"""
MESSAGES = (
    "kebakaran di dkt simpang pamedan blkg sdn 3",
    "tolong pak di jl merdeka no 12 rt 03 rw 05 ada kebakaran besar",
    "ada kecelakaan motor sama mobil di jalan rh fisabilillah dekat kantor sar korban dua orang tolong cepat",
    "di smpang pamdan ada tabrakan",
    "kebakaran di perumahan bumi indh",
    "tabrakan jl gatot subroto simpang jl kuantan",
    "banjir di depan kelurahan sei jang arah ke dompak sudah setinggi lutut",
    "tolong kirim ambulans saya jatuh",
)


def real_words() -> Counter[str]:
    words: Counter[str] = Counter()
    for name, column in (("geo/jakarta_hydrants_2014.csv", "alamat"), ("incidents/jakarta_fires_2017h1.csv", "lokasi_kejadian"),
                         ("geo/kepri_islands.csv", "name"), ("geo/kepri_villages.csv", "name"),
                         ("incidents/solo_accidents_2021_2022.csv", "lokasi")):  # fmt: skip
        with (SHARED / name).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                words.update(re.findall(r"[a-z]{2,}|\d{1,2}", row[column].lower()))
    with gzip.open(
        SHARED / "geo/geonames_indonesia_cities1000.csv.gz", "rt", encoding="utf-8"
    ) as file:
        for row in csv.DictReader(file):
            words.update(re.findall(r"[a-z]{2,}", row["name"].lower()))
    for word in (
        "jl",
        "jalan",
        "rt",
        "rw",
        "kel",
        "kec",
        "no",
        "gg",
        "pulau",
        "kota",
        "jawa",
        "indonesia",
        "surakarta",
    ):
        words.pop(word, None)
    return words


def names(count: int, chance: random.Random) -> list[str]:
    real = real_words()
    words, shares = list(real), list(real.values())
    types, weights = list(TYPES), list(TYPES.values())
    made = ["".join(chance.choices(SYLLABLES, k=chance.randint(3, 5))) for _ in range(100_000)]
    found = []
    for kind in chance.choices(types, weights, k=count):
        said = chance.choices(words, shares, k=chance.choice((1, 1, 2, 2, 2, 3)))
        if chance.random() < 0.25:
            said.append(chance.choice(made))
        if chance.random() < 0.3:
            said.append(str(chance.randint(1, 40)))
        found.append(" ".join((kind, *said)).title()[:150])
    return found


def measured(
    title: str, call: Callable[[str], object], inputs: Sequence[str], floor: float | None = None
) -> float:
    spent = []
    for text in inputs:
        begin = time.perf_counter()
        call(text)
        spent.append((time.perf_counter() - begin) * 1000)
    cut = statistics.quantiles(spent, n=100)
    ratio = f"   p95 = {cut[94] / floor:5.1f} x prefix look-up" if floor else ""
    print(
        f"{title:<34} p50 {cut[49]:7.2f}  p95 {cut[94]:7.2f}  p99 {cut[98]:7.2f} ms  n={len(spent)}{ratio}",
        flush=True,
    )
    return cut[94]


def misspelled(text: str, chance: random.Random) -> str:
    at = chance.randrange(1, max(2, len(text) - 1))
    kind = chance.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + chance.choice("aeiounrst") + text[at + 1 :]
    return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--names", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with measured_service(city="demo") as service:
        os.environ.update(service.environment)
        _run(options)


def _run(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.db import connection

    from maps.geo import LatLng
    from maps.geocoding import places, search
    from maps.geocoding.finding import find
    from maps.geocoding.normalise import normalise
    from maps.geocoding.reverse import reverse
    from maps.geocoding.text import locate_text

    chance = random.Random(112)
    written = names(options.names, chance)
    begin = time.perf_counter()
    for at in range(0, len(written), 20_000):
        part = written[at : at + 20_000]
        normal = [normalise(name) for name in part]
        with connection.cursor() as cursor:
            cursor.execute(FILL, [part, list(range(at, at + len(part))), part, normal])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE maps_place, maps_placename, maps_nameword, maps_roadedge")
        cursor.execute("SELECT count(*) FROM maps_placename")
        count = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM maps_nameword")
        print(
            f"{count} names of {cursor.fetchone()[0]} words, written in {time.perf_counter() - begin:.0f} s"
        )

    centre = LatLng(0.918, 104.466)
    sample = chance.sample(written, options.rounds)
    prefixes = [name[: chance.randint(3, len(name))] for name in sample]

    def look_up(text: str) -> None:
        beginning = normalise(text).replace(" ", "")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT place_id FROM maps_placename WHERE squashed ~>=~ %s AND squashed ~<~ %s"
                " ORDER BY squashed USING ~<~ LIMIT 10",
                [beginning, beginning + "~"],
            )
            cursor.fetchall()

    typed = [name.split(" ", 1)[1][: chance.randint(3, 12)] for name in sample if " " in name]
    many = [" ".join(name.split()[::-1]) for name in sample]
    typos = [misspelled(name, chance) for name in sample]
    spots = [
        f"{0.88 + chance.random() * 0.08},{104.42 + chance.random() * 0.1}"
        for _ in range(options.rounds)
    ]
    texts = [
        *MESSAGES * (options.rounds // len(MESSAGES)),
        *(f"tolong ada kebakaran di {name} pak" for name in sample),
    ]
    for text in (*prefixes[:20], *typos[:20]):
        find(text, near=centre, limit=10)
    floor = measured("prefix look-up (ceiling)", look_up, prefixes)
    measured(
        "search: a beginning is typed",
        lambda text: search.search(text, near=centre),
        prefixes,
        floor,
    )
    measured(
        "search: a word of it is typed",
        lambda text: search.search(text, near=centre),
        typed,
        floor,
    )
    measured(
        "search: all words, reversed", lambda text: search.search(text, near=centre), many, floor
    )
    measured("search: misspelled", lambda text: search.search(text, near=centre), typos, floor)
    measured(
        "the search box (find), beginnings",
        lambda text: find(text, near=centre, limit=10),
        prefixes,
        floor,
    )
    measured(
        "the search box (find), misspelled",
        lambda text: find(text, near=centre, limit=10),
        typos,
        floor,
    )
    measured("whole messages", lambda text: locate_text(text, near=centre), texts, floor)
    measured(
        "reverse", lambda text: reverse(LatLng(*map(float, text.split(",")))).text, spots, floor
    )
    right = sum(
        any(hit.name == name for hit in search.search(typo, near=None, limit=10))
        for name, typo in zip(sample, typos, strict=True)
    )
    print(f"misspelled names among the first ten: {right} of {len(sample)}")
    if options.explain:
        _explain(places)


def _explain(places: object) -> None:
    from django.db import connection

    for sql, values in (
        (places._NAMED, {"wanted": ["jalanmerdeka", "merdeka"], "lat": 0.918, "lng": 104.466}),  # type: ignore[attr-defined]
        (places._BEGINNING, {"beginnings": ["jalanmer"]}),  # type: ignore[attr-defined]
        (places._WORDS, {"queries": ["jalan & mer:*"], "most": 300}),  # type: ignore[attr-defined]
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", values)
            print("\n".join(row[0] for row in cursor.fetchall()), "\n")


if __name__ == "__main__":
    main()
