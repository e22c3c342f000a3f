"""locate_text and the search over the demo city and over 100 000 more places; everything is rolled back.

By hand, with a migrated database: .venv/bin/python -m tests.load.bench_gazetteer [--places 100000]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from maps import services  # noqa: E402
from maps.geocoding import places  # noqa: E402
from maps.geocoding.text import locate_text  # noqa: E402

TEXTS = (
    "kebakaran di dkt simpang pamedan blkg sdn 3",
    "tolong pak di jl merdeka",
    "ada kecelakaan motor sama mobil di jalan rh fisabilillah dekat kantor sar korban dua orang tolong cepat",
    "di smpang pamdan ada tabrakan",
    "kebakaran di perumahan bumi indh",
    "tabrakan jl gatot subroto simpang jl kuantan",
    "TANJUNJGPINANG TIMUR",
    "tolong kirim ambulans saya jatuh",
)
QUERIES = ("pamed", "rsup", "jl gat", "hotl ck", "batu 9", "masjid al istiqomah")
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
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
KINDS = (
    "jalan",
    "gang",
    "perumahan",
    "toko",
    "masjid",
    "warung",
    "simpang",
    "sd",
    "bengkel",
    "kampung",
)

FILL = """
WITH new AS (
  INSERT INTO maps_place (id, key, name, kind, point, radius_m, certainty, is_demo_position, address, phone, source)
  SELECT gen_random_uuid(), 'bench-' || n, name, 'landmark',
    ST_SetSRID(ST_MakePoint(104.4 + random() * 0.15, 0.85 + random() * 0.13), 4326), 100, 'approximate', true, '', '', ''
  FROM unnest(%s::text[]) WITH ORDINALITY AS t(name, n) RETURNING id, name
)
INSERT INTO maps_placename (place_id, written, normal, squashed) SELECT id, name, name, replace(name, ' ', '') FROM new
"""


def measured(call: Callable[[str], object], inputs: tuple[str, ...], rounds: int) -> str:
    spent = []
    for _ in range(rounds):
        for text in inputs:
            begin = time.perf_counter()
            call(text)
            spent.append((time.perf_counter() - begin) * 1000)
    cut = statistics.quantiles(spent, n=100)
    return f"p50 {cut[49]:6.1f} ms, p95 {cut[94]:6.1f} ms, p99 {cut[98]:6.1f} ms (n={len(spent)})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--places", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    chance = random.Random(112)
    with transaction.atomic():
        services.seed_city()
        for title in ("demo city", f"with {options.places} more places"):
            if title != "demo city":
                names = [
                    f"{chance.choice(KINDS)} {''.join(chance.choices(SYLLABLES, k=chance.randint(2, 4)))}"
                    f" {''.join(chance.choices(SYLLABLES, k=chance.randint(1, 3)))}"
                    for _ in range(options.places)
                ]
                with connection.cursor() as cursor:
                    cursor.execute(FILL, [names])
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE maps_place; ANALYZE maps_placename")
            for text in TEXTS:
                locate_text(text)
            print(f"{title}: locate_text {measured(locate_text, TEXTS, options.rounds)}")
            print(f"{title}: search      {measured(places.search, QUERIES, options.rounds)}")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
