"""Travel time on a generated city of 50 000 junctions, beside the bare Dijkstra of scipy on the same graph, in one run.

By hand: .venv/bin/python -m tests.load.bench_routing [--side 224] [--rounds 30]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import time

import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dispatch.settings")

import django

django.setup()

from scipy.sparse.csgraph import dijkstra  # noqa: E402

from maps.geo import METRES_PER_DEGREE, LatLng  # noqa: E402
from maps.routing.graph import Edge, Graph, build  # noqa: E402
from maps.routing.travel import TRAVEL_S_MAX, travel_in  # noqa: E402

ORIGIN = LatLng(0.9, 104.4)
BLOCK_M = 100.0


def city(side: int, chance: random.Random) -> Graph:
    step = BLOCK_M / METRES_PER_DEGREE
    spots = [
        (
            ORIGIN.lng + (x + chance.uniform(-0.2, 0.2)) * step,
            ORIGIN.lat + (y + chance.uniform(-0.2, 0.2)) * step,
        )
        for y in range(side)
        for x in range(side)
    ]
    edges = []
    for y in range(side):
        for x in range(side):
            for nx, ny in ((x + 1, y), (x, y + 1)):
                if nx < side and ny < side and chance.random() > 0.25:
                    a, b = y * side + x, ny * side + nx
                    kph = chance.choice([20.0, 30.0, 50.0])
                    line = np.array([spots[a], spots[b]])
                    metres = float(np.hypot(*(line[1] - line[0]))) * METRES_PER_DEGREE
                    edges.append(
                        Edge(
                            a, b, "road", metres / (kph / 3.6), metres, chance.random() < 0.1, line
                        )
                    )
    return build(edges, side * side, origin=ORIGIN)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=224)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    chance = random.Random(112)
    begin = time.perf_counter()
    graph = city(options.side, chance)
    print(
        f"{options.side**2} nodes, {len(graph.road.edges)} roads, made and built in {time.perf_counter() - begin:.1f} s"
    )
    reach = options.side * BLOCK_M / METRES_PER_DEGREE

    def anywhere() -> LatLng:
        return LatLng(ORIGIN.lat + chance.random() * reach, ORIGIN.lng + chance.random() * reach)

    for units in (30, 100, 1000):
        sources = {str(n): (anywhere(), "road") for n in range(units)}
        bare, own = [], []
        for _ in range(options.rounds):
            node = chance.randrange(options.side**2)
            matrix = graph.road.with_target([(node, 1.0)])
            begin = time.perf_counter()
            dijkstra(matrix, indices=graph.road.node_count, limit=TRAVEL_S_MAX)
            bare.append(time.perf_counter() - begin)
            target = anywhere()
            begin = time.perf_counter()
            travel_in(graph, target, sources)
            own.append(time.perf_counter() - begin)
        middle, floor = statistics.median(own) * 1000, statistics.median(bare) * 1000
        print(
            f"{units:5d} units: travel_to median {middle:6.1f} ms, max {max(own) * 1000:6.1f} ms; "
            f"bare scipy dijkstra median {floor:6.1f} ms; ratio {middle / floor:.2f}"
        )


if __name__ == "__main__":
    main()
