"""Travel times beside a plain Dijkstra: the tiny networks of JEMSS, its Manhattan, the roads of Tanjungpinang."""

from __future__ import annotations

import csv
import gzip
import io
import random

import pytest
from django.contrib.gis.geos import LineString, Point
from django.db import connection

from maps.geo import LatLng
from maps.models import RoadEdge, RoadNode
from maps.routing import loading
from maps.routing.network import build
from maps.routing.routes import route_in
from maps.routing.travel import travel_in
from tests import shared_data
from tests.maps import jemss
from tests.maps.networks import ORIGIN, at

EXACT = 0.001  # a thousandth


@pytest.mark.parametrize("name", jemss.SMALL_NAMES)
def test_every_pair_of_a_tiny_network_takes_as_long_as_dijkstra_says(name):
    graph, directed = jemss.small(name, place=at, seconds=400.0)
    network = build(graph.edges(oneway=directed), len(graph.nodes), origin=ORIGIN)
    sources = {str(node): (place, "road") for node, place in enumerate(graph.nodes)}
    for target, place in enumerate(graph.nodes):
        found = travel_in(network, place, sources)
        wanted = graph.seconds_to(target, oneway=directed)
        assert set(found) == {str(node) for node in wanted}
        for node, seconds in wanted.items():
            assert found[str(node)].eta_s == pytest.approx(seconds, rel=EXACT, abs=0.6)


def test_a_oneway_street_of_the_tiny_networks_is_not_driven_against():
    graph, directed = jemss.small("loop closed directed", place=at, seconds=400.0)
    assert directed
    network = build(graph.edges(oneway=True), len(graph.nodes), origin=ORIGIN)
    source, target, seconds = graph.arcs[0]
    there = travel_in(network, graph.nodes[target], {"u": (graph.nodes[source], "road")})["u"]
    back = travel_in(network, graph.nodes[source], {"u": (graph.nodes[target], "road")})["u"]
    assert there.eta_s == pytest.approx(seconds, rel=EXACT, abs=0.6)
    assert back.eta_s > there.eta_s


def test_manhattan_takes_as_long_as_dijkstra_says():
    graph = jemss.manhattan()
    network = build(graph.edges(oneway=True), len(graph.nodes), origin=graph.nodes[0])
    chance = random.Random(112)
    compared = 0
    for target in chance.sample(range(len(graph.nodes)), 6):
        chosen = chance.sample(range(len(graph.nodes)), 200)
        sources = {str(node): (graph.nodes[node], "road") for node in chosen}
        found = travel_in(network, graph.nodes[target], sources)
        wanted = graph.seconds_to(target, oneway=True)
        for node in chosen:
            if node in wanted and wanted[node] > 0:
                assert found[str(node)].eta_s == pytest.approx(wanted[node], rel=EXACT, abs=0.6)
                compared += 1
            elif node not in wanted:
                assert str(node) not in found
        node = next(one for one in chosen if one in wanted)
        way = route_in(network, graph.nodes[node], graph.nodes[target], "road")
        assert way.eta_s == pytest.approx(wanted[node], rel=EXACT, abs=1.5)
    assert compared > 1000


@pytest.mark.django_db
def test_the_roads_of_tanjungpinang_in_the_database_take_as_long_as_dijkstra_says():
    with (
        connection.cursor() as cursor
    ):  # the reference reckons for longer than a client may be silent
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    nodes = {row["id"]: LatLng(float(row["lat"]), float(row["lng"])) for row in _rows("nodes")}
    pairs = [row for row in _rows("edges") if row["from_id"] != row["to_id"]]
    RoadNode.objects.bulk_create(
        RoadNode(key=f"n{key}", point=Point(at.lng, at.lat, srid=4326))
        for key, at in nodes.items()
    )
    ids = dict(RoadNode.objects.values_list("key", "pk"))
    RoadEdge.objects.bulk_create(
        RoadEdge(
            key=f"e{number}",
            source_id=ids[f"n{row['from_id']}"],
            target_id=ids[f"n{row['to_id']}"],
            mode="road",
            road_class="r2",
            length_m=max(0.1, float(row["km"]) * 1000),
            line=LineString(
                [(nodes[row[end]].lng, nodes[row[end]].lat) for end in ("from_id", "to_id")],
                srid=4326,
            ),
        )
        for number, row in enumerate(pairs)
    )
    network = loading.current()
    assert network.roads.count == len(pairs)
    keys = list(nodes)
    place = {key: position for position, key in enumerate(keys)}
    graph = jemss.Graph(
        list(nodes.values()),
        [
            (
                place[row["from_id"]],
                place[row["to_id"]],
                max(0.1, float(row["km"]) * 1000) / 10,
            )
            for row in pairs
        ],
    )
    chance = random.Random(112)
    compared = 0
    for target in chance.sample(range(len(keys)), 4):
        chosen = chance.sample(range(len(keys)), 100)
        sources = {str(node): (graph.nodes[node], "road") for node in chosen}
        found = travel_in(network, graph.nodes[target], sources)
        wanted = graph.seconds_to(target, oneway=False)
        for node in chosen:
            if node in wanted and str(node) in found:
                assert found[str(node)].eta_s == pytest.approx(wanted[node], rel=EXACT, abs=1.1)
                compared += 1
    assert compared > 300


def _rows(what: str) -> list[dict[str, str]]:
    packed = shared_data.path(f"geo/tanjungpinang_road_{what}.csv.gz").read_bytes()
    return list(csv.DictReader(io.StringIO(gzip.decompress(packed).decode())))
