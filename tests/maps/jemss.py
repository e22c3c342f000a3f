"""Road graphs of the JEMSS project as networks: nodes.csv and arcs.csv, several tables in one file."""

from __future__ import annotations

import csv
import heapq
import io
import zipfile
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from maps.geo import LatLng, distance_m
from maps.routing.graph import Edge
from tests import shared_data

SMALL = "jemss/test/data/network/small"
SMALL_NAMES = (
    "end loop",
    "grid 3 by 3",
    "grid 9 by 9",
    "loop closed directed",
    "loop closed undirected",
    "one way road",
    "only rNodes",
    "roundabout",
    "sp not on rArc only",
    "sp on rArc only",
    "sp simple choice 1",
    "three nodes two arcs",
    "two nodes one arc",
    "two shared rArcs",
)
DAY_S = 86_400.0


@dataclass(frozen=True)
class Graph:
    """Nodes with positions, and arcs (from, to, seconds)."""

    nodes: list[LatLng]
    arcs: list[tuple[int, int, float]]

    def edges(self, *, oneway: bool) -> list[Edge]:
        return [
            Edge(
                source,
                target,
                "road",
                seconds,
                max(0.1, distance_m(self.nodes[source], self.nodes[target])),
                oneway,
                np.array([[at.lng, at.lat] for at in (self.nodes[source], self.nodes[target])]),
            )
            for source, target, seconds in self.arcs
        ]

    def seconds_to(self, target: int, *, oneway: bool) -> dict[int, float]:
        """The reference: Dijkstra with a heap, against the arcs."""
        into = defaultdict(list)
        for a, b, seconds in self.arcs:
            into[b].append((a, seconds))
            if not oneway:
                into[a].append((b, seconds))
        best, pending = {}, [(0.0, target)]
        while pending:
            so_far, node = heapq.heappop(pending)
            if node in best:
                continue
            best[node] = so_far
            for other, seconds in into[node]:
                if other not in best:
                    heapq.heappush(pending, (so_far + seconds, other))
        return best


def small(name: str, *, place, seconds: float) -> tuple[Graph, bool]:
    """One of the tiny networks, and whether its arcs are directed. `place(x, y)` puts it on the map."""
    nodes = _tables(shared_data.path(f"{SMALL}/{name}/nodes.csv").read_text())["nodes"]
    tables = _tables(shared_data.path(f"{SMALL}/{name}/arcs.csv").read_text())
    graph = Graph(
        [place(float(row["x"]), float(row["y"])) for row in nodes],
        [
            (int(row["fromNode"]) - 1, int(row["toNode"]) - 1, float(row["mode_1"]) * seconds)
            for row in tables["arcs"]
        ],
    )
    return graph, tables["miscData"][0]["arcForm"] == "directed"


def manhattan() -> Graph:
    """Every arc is directed."""
    with zipfile.ZipFile(
        shared_data.path("jemss/manhattan/models/1/travel/roads/roads.zip")
    ) as roads:
        nodes = _tables(roads.read("nodes.csv").decode())["nodes"]
        arcs = _tables(roads.read("arcs.csv").decode())["arcs"]
    return Graph(
        [LatLng(float(row["y"]), float(row["x"])) for row in nodes],
        [
            (
                int(float(row["fromNode"])) - 1,
                int(float(row["toNode"])) - 1,
                float(row["mode_1"]) * DAY_S,
            )
            for row in arcs
        ],
    )


def _tables(text: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    rows = csv.reader(io.StringIO(text))
    name, titles = "", None
    for row in rows:
        if not any(row):
            name, titles = "", None
        elif not name:
            name = row[0]
        elif titles is None:
            titles = row
            found[name] = []
        else:
            found[name].append(dict(zip(titles, row, strict=False)))
    return found
