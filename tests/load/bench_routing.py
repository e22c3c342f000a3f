"""Travel time and the whole recommendation on 50 000 junctions, beside the bare Dijkstra of scipy on the same graph.

By hand, with a migrated database: .venv/bin/python -m tests.load.bench_routing [--side 224] [--rounds 30] [--manhattan]
Everything that is written is rolled back.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time
import uuid
from collections.abc import Callable

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import django

django.setup()

from django.contrib.gis.geos import Point, Polygon  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from scipy.sparse import csr_array  # noqa: E402
from scipy.sparse.csgraph import dijkstra  # noqa: E402

from dispatch.models import Incident  # noqa: E402
from dispatch.services.recommendation import recommendation_for  # noqa: E402
from maps.domain import Group  # noqa: E402
from maps.geo import METRES_PER_DEGREE, LatLng  # noqa: E402
from maps.models import Closure  # noqa: E402
from maps.routing import loading  # noqa: E402
from maps.routing.engines import isochrones_from  # noqa: E402
from maps.routing.network import Network, build  # noqa: E402
from maps.routing.routes import route_in  # noqa: E402
from maps.routing.search import TRAVEL_S_MAX  # noqa: E402
from maps.routing.travel import Source, travel_in  # noqa: E402
from tests import factories  # noqa: E402
from tests.maps import jemss  # noqa: E402
from units.models import Agency, Capability, Unit  # noqa: E402

ORIGIN = LatLng(0.9, 104.4)
BLOCK_M = 100.0
STEP = BLOCK_M / METRES_PER_DEGREE


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--units", type=int, default=1000)
    parser.add_argument("--manhattan", action="store_true")
    options = parser.parse_args()
    chance = random.Random(112)
    if options.manhattan:
        graph = jemss.manhattan()
        network, _ = timed(
            "built from Manhattan",
            lambda: build(graph.edges(oneway=True), len(graph.nodes), origin=graph.nodes[0]),
        )
        places = [chance.choice(graph.nodes) for _ in range(4 * options.units)]
        compare(network, places, options.rounds, chance)
        return
    with transaction.atomic():
        with connection.cursor() as cursor:  # it reckons for longer than a request may keep still
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        write_city(options.side, chance)
        network, _ = timed("loaded from PostGIS", loading.current)
        timed("topology and lines", lambda: network.ways(network.terms(Group.AMBULANCE, None), ()))
        print(f"{network.roads.node_count} nodes, {network.roads.count} roads")
        reach = options.side * STEP
        places = [
            LatLng(ORIGIN.lat + chance.random() * reach, ORIGIN.lng + chance.random() * reach)
            for _ in range(4 * options.units)
        ]
        floor_ms = compare(network, places, options.rounds, chance)
        recommend(places, options, floor_ms)
        close(network, places, reach)
        transaction.set_rollback(True)


def timed(what: str, call: Callable) -> tuple:
    begin = time.perf_counter()
    made = call()
    took_s = time.perf_counter() - begin
    print(f"{what}: {took_s * 1000:.0f} ms")
    return made, took_s


def percentiles(seconds: list[float]) -> tuple[float, float]:
    ordered = sorted(one * 1000 for one in seconds)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.95)]


def bare(network: Network) -> Callable[[int], object]:
    """One reversed Dijkstra over the very arcs, and nothing else."""
    ways = network.ways(network.terms(Group.AMBULANCE, None), ())
    topology = ways.topology
    matrix = csr_array(
        (ways.weights, topology.tail, topology.indptr.astype(np.int32)),
        shape=(topology.node_count, topology.node_count),
    )
    return lambda node: dijkstra(matrix, indices=node, limit=TRAVEL_S_MAX)


def compare(network: Network, places: list[LatLng], rounds: int, chance: random.Random) -> float:
    ask = bare(network)
    floors: list[float] = []
    for units in (30, 100, 1000):
        sources = {str(n): Source(places[n], "road", "ambulance") for n in range(units)}
        floor, own, ways = [], [], []
        for _ in range(rounds):
            node, target = chance.randrange(network.roads.node_count), chance.choice(places)
            begin = time.perf_counter()
            ask(node)
            floor.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            travel_in(network, target, sources)
            own.append(time.perf_counter() - begin)
            begin = time.perf_counter()
            route_in(network, places[1], target, "road")
            ways.append(time.perf_counter() - begin)
        (middle, most), (bare_ms, _) = percentiles(own), percentiles(floor)
        floors.append(bare_ms)
        print(
            f"{units:5d} units: travel_in p50 {middle:6.1f} p95 {most:6.1f} ms; "
            f"bare scipy dijkstra p50 {bare_ms:6.1f} ms; ratio {middle / bare_ms:.2f}; "
            f"one route p50 {percentiles(ways)[0]:.1f} ms"
        )
    return floors[-1]


def write_city(side: int, chance: random.Random) -> None:
    """A grid with a quarter of its streets missing, two speeds, and one street in ten one way."""
    spots = [
        (
            ORIGIN.lng + (x + chance.uniform(-0.2, 0.2)) * STEP,
            ORIGIN.lat + (y + chance.uniform(-0.2, 0.2)) * STEP,
        )
        for y in range(side)
        for x in range(side)
    ]
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE maps_roadnode CASCADE")
        with cursor.copy(
            "COPY maps_roadnode (id, key, name, point, is_demo_position, origin) FROM STDIN"
        ) as copy:
            for number, (lng, lat) in enumerate(spots):
                point = f"SRID=4326;POINT({lng} {lat})"
                copy.write_row((number + 1, f"n{number}", "", point, False, "import"))
        with cursor.copy(
            "COPY maps_roadedge (key, source_id, target_id, mode, road_class, name, length_m, oneway,"
            " surface, access, is_bridge, origin, line) FROM STDIN"
        ) as copy:
            for y in range(side):
                for x in range(side):
                    for nx, ny in ((x + 1, y), (x, y + 1)):
                        if nx < side and ny < side and chance.random() > 0.25:
                            a, b = y * side + x, ny * side + nx
                            copy.write_row(edge_row(a, b, spots, chance))
        cursor.execute("ANALYZE maps_roadedge")


def edge_row(a: int, b: int, spots: list, chance: random.Random) -> tuple:
    metres = float(np.hypot(*(np.array(spots[a]) - np.array(spots[b])))) * METRES_PER_DEGREE
    line = f"SRID=4326;LINESTRING({spots[a][0]} {spots[a][1]},{spots[b][0]} {spots[b][1]})"
    kind = chance.choice(["r1", "r2", "r3"])
    return (
        f"e{a}-{b}", a + 1, b + 1, "road", kind, f"Jl. {a % 97}", metres,
        chance.random() < 0.1, "paved", "open", False, "import", line,
    )  # fmt: skip


def recommend(places: list[LatLng], options: argparse.Namespace, floor_ms: float) -> None:
    """`recommendation_for` as the API calls it: incident, units, travel times, matching, words."""
    factories.make_types()
    Unit.objects.update(is_active=False)
    agency, _ = Agency.objects.get_or_create(code="BENCH", defaults={"name": "Bench"})
    capabilities = list(Capability.objects.all())
    kinds = ("engine", "ambulance", "patrol", "pickup", "tanker")
    now = timezone.now()
    rows = [
        Unit(
            callsign=f"B-{n}",
            agency=agency,
            kind=kinds[n % len(kinds)],
            status="available",
            status_at=now,
            position=Point(places[n].lng, places[n].lat, srid=4326),
            position_at=now,
        )
        for n in range(options.units)
    ]
    Unit.objects.bulk_create(rows)
    Unit.capabilities.through.objects.bulk_create(
        Unit.capabilities.through(
            unit_id=row.pk, capability_id=capabilities[(n + k) % len(capabilities)].pk
        )
        for n, row in enumerate(rows)
        for k in range(2)
    )
    own = []
    for at in places[options.units :][: options.rounds]:
        incident = Incident.objects.create(
            number=f"BENCH-{uuid.uuid4().hex[:8]}",
            type_id="fire",
            priority=1,
            location=Point(at.lng, at.lat, srid=4326),
            opened_at=now,
        )
        begin = time.perf_counter()
        recommendation_for(incident.pk)
        own.append(time.perf_counter() - begin)
    middle, most = percentiles(own)
    print(
        f"recommendation, {options.units} units, end to end: p50 {middle:.1f} p95 {most:.1f} ms; "
        f"ratio to one bare dijkstra {middle / floor_ms:.2f}"
    )


def close(network: Network, places: list[LatLng], reach: float) -> None:
    """A closure is drawn in the middle of the city: how long until the next answer goes around it."""
    west = ORIGIN.lng + reach * 0.4
    south = ORIGIN.lat + reach * 0.4
    area = Polygon.from_bbox((west, south, west + reach * 0.2, south + reach * 0.2))
    area.srid = 4326
    now = timezone.now()
    Closure.objects.create(
        kind="closed", reason="bench", geometry=area, area=area, valid_from=now, drawn_at=now
    )
    closed, _ = timed("closure over a 25th of the city, laid over the roads", loading.current)
    print(f"{sum(len(one.edge) for one in closed.closures)} roads closed")
    sources = {str(n): Source(places[n], "road", "ambulance") for n in range(1000)}
    timed("first question after it", lambda: travel_in(closed, places[-1], sources, now=now))
    timed("second question", lambda: travel_in(closed, places[-1], sources, now=now))
    source = Source(places[0], "road", "ambulance")
    timed("isochrones of 5 and 10 minutes", lambda: isochrones_from([source], [5, 10], now=now))
    timed("the same again", lambda: isochrones_from([source], [5, 10], now=now))
    every = list(sources.values())[:50]
    timed("coverage of 50 units in 8 minutes", lambda: isochrones_from(every, [8], now=now))


if __name__ == "__main__":
    main()
