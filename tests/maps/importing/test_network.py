"""Ways become a network of nodes and edges."""

from __future__ import annotations

import pytest

from maps.importing import network, streets
from tests.maps.importing.extracts import Extract


def built(extract, folder):
    content = extract.content(folder)
    return network.build(content), content


def ends(found):
    return {(edge.key, edge.source, edge.target) for edge in found.edges}


def problems(content):
    return {problem.code for problem in content.problems.listed()}


def test_roads_are_cut_where_they_meet_and_nowhere_else(tmp_path):
    cross = Extract().line(1, 2, 3).node(4, 104.11, 0.6)
    cross.way(7, [1, 2, 3], highway="primary").way(8, [2, 4], highway="residential")
    found, _ = built(cross, tmp_path)
    assert ends(found) == {
        ("osm-w7-0", "osm-n1", "osm-n2"),
        ("osm-w7-1", "osm-n2", "osm-n3"),
        ("osm-w8-0", "osm-n2", "osm-n4"),
    }


def test_a_road_against_its_line_is_turned_round(tmp_path):
    found, _ = built(Extract().line(1, 2).way(7, [1, 2], highway="primary", oneway="-1"), tmp_path)
    assert ends(found) == {("osm-w7-0", "osm-n2", "osm-n1")}
    assert found.edges[0].points[0] == pytest.approx((104.11, 0.5))


def test_a_road_that_leads_back_to_itself_is_cut_in_two(tmp_path):
    ring = Extract().line(1, 2, 3).way(7, [1, 2, 3, 1], highway="residential")
    found, _ = built(ring, tmp_path)
    assert ends(found) == {("osm-w7-0", "osm-n1", "osm-n2"), ("osm-w7-1", "osm-n2", "osm-n1")}


def test_two_roads_between_the_same_crossings_stay_two(tmp_path):
    pair = Extract().line(1, 2).node(3, 104.105, 0.51)
    pair.way(7, [1, 2], highway="primary").way(8, [1, 3, 2], highway="residential")
    found, _ = built(pair, tmp_path)
    assert {edge.key for edge in found.edges} == {"osm-w7-0", "osm-w8-0"}


@pytest.mark.parametrize("nodes", [[1], [1, 1], [8, 9]])
def test_a_way_without_length_is_counted_and_left_out(nodes, tmp_path):
    found, content = built(Extract().line(1).way(7, nodes, highway="primary"), tmp_path)
    assert found.edges == []
    assert "way_without_length" in problems(content)


def test_a_road_that_leaves_the_extract_is_driven_where_it_is_in_it(tmp_path):
    found, content = built(
        Extract().line(1, 2, 4, 5).way(7, [1, 2, 3, 4, 5], highway="primary"), tmp_path
    )
    assert ends(found) == {("osm-w7-0", "osm-n1", "osm-n2"), ("osm-w7-1", "osm-n4", "osm-n5")}
    assert problems(content) == {"way_with_missing_nodes"}


def test_behind_a_bollard_two_metres_are_narrow_and_the_rest_stays_open(tmp_path):
    road = (
        Extract().node(1, 104.1, 0.5).node(2, 104.11, 0.5, barrier="bollard").node(3, 104.12, 0.5)
    )
    found, _ = built(road.way(7, [1, 2, 3], highway="residential"), tmp_path)
    assert [(edge.source, edge.target, edge.access) for edge in found.edges] == [
        ("osm-n1", "osm-n2", "open"),
        ("osm-n2", "osm-n2-behind", "narrow"),
        ("osm-n2-behind", "osm-n3", "open"),
    ]


@pytest.mark.parametrize(
    ("ways", "closed"), [(([1, 2], [2, 3]), 1), (([1, 2], [2, 3], [2, 4]), 0)]
)
def test_a_gate_closes_where_two_roads_meet_but_not_where_three_do(ways, closed, tmp_path):
    road = Extract().line(1, 5, 3).node(2, 104.11, 0.51, barrier="gate").node(4, 104.11, 0.52)
    for number, nodes in enumerate(ways, start=7):
        road.way(number, nodes, highway="residential")
    found, content = built(road, tmp_path)
    assert sum(edge.access == "emergency" for edge in found.edges) == closed
    assert ("barrier_at_junction" in problems(content)) == (not closed)


def test_a_crossing_takes_its_time_and_is_joined_to_the_road_at_its_pier(tmp_path):
    sea = Extract().line(1, 2).node(3, 104.1105, 0.5).node(4, 104.2, 0.5)
    sea.way(7, [1, 2], highway="primary")
    sea.way(8, [3, 4], route="ferry", name="Penyengat", duration="00:15")
    found, content = built(sea, tmp_path)
    ferry = next(edge for edge in found.edges if edge.road.mode == "boat")
    assert (ferry.duration_s, ferry.road.road_class) == (900, "ferry")
    joint = next(edge for edge in found.edges if edge.key == "osm-n3-pier")
    assert (joint.target, joint.access) == ("osm-n2", "foot")
    assert problems(content) == {"pier_without_road"}  # the other end
    assert network.components(found)["largest"] == [4]


def test_the_ways_of_a_ferry_route_are_crossings(tmp_path):
    sea = Extract().line(1, 2).way(8, [1, 2])
    sea.relation(9, [("way", 8, "")], type="route", route="ferry", name="Batam", duration="1:00")
    found, _ = built(sea, tmp_path)
    assert [(edge.road.mode, edge.road.name, edge.duration_s) for edge in found.edges] == [
        ("boat", "Batam", 3600)
    ]


def turning(**tags):
    cross = Extract().line(1, 2, 3).node(4, 104.11, 0.6)
    for number, nodes in ((7, [1, 2]), (8, [2, 3]), (9, [2, 4])):
        cross.way(number, nodes, highway="residential")
    members = [("way", 7, "from"), ("node", 2, "via"), ("way", 9, "to")]
    return cross.relation(5, members, type="restriction", **tags)


@pytest.mark.parametrize(
    ("tags", "kind", "binds"),
    [
        ({"restriction": "no_left_turn"}, "no", True),
        ({"restriction": "only_straight_on"}, "only", True),
        ({"restriction": "no_left_turn", "except": "psv;emergency"}, "no", False),
    ],
)
def test_a_turn_that_is_forbidden_or_alone_allowed(tags, kind, binds, tmp_path):
    found, _ = built(turning(**tags), tmp_path)
    (turn,) = found.turns
    assert (turn.key, turn.from_edge, turn.via, turn.to_edge) == (
        "osm-r5", "osm-w7-0", "osm-n2", "osm-w9-0",
    )  # fmt: skip
    assert (turn.kind, turn.binds_emergency) == (kind, binds)


@pytest.mark.parametrize(
    ("members", "tags", "code"),
    [
        ([("way", 7, "from"), ("way", 8, "via"), ("way", 9, "to")], {"restriction": "no_u_turn"}, "turn_over_a_way"),
        ([("way", 7, "from"), ("way", 9, "to")], {"restriction": "no_u_turn"}, "turn_incomplete"),
        ([("way", 7, "from"), ("node", 3, "via"), ("way", 9, "to")], {"restriction": "no_u_turn"}, "turn_incomplete"),
        ([("way", 7, "from"), ("node", 2, "via"), ("way", 9, "to")], {"restriction:hgv": "no_u_turn"}, "turn_for_some_only"),
        ([("way", 7, "from"), ("node", 2, "via"), ("way", 9, "to")], {}, "turn_without_kind"),
    ],
)  # fmt: skip
def test_a_turn_that_cannot_be_used_is_counted(members, tags, code, tmp_path):
    cross = Extract().line(1, 2, 3).node(4, 104.11, 0.6)
    for number, nodes in ((7, [1, 2]), (8, [2, 3]), (9, [2, 4])):
        cross.way(number, nodes, highway="residential")
    cross.relation(5, members, type="restriction", **tags)
    found, content = built(cross, tmp_path)
    assert found.turns == []
    assert problems(content) == {code}


def test_a_street_is_all_roads_of_one_name_that_lie_together(tmp_path):
    city = Extract().line(1, 2, 3).line(4, 5, lat=0.9)
    city.way(7, [1, 2], highway="primary", name="Jl. Merdeka", alt_name="Jl. Lama")
    city.way(8, [2, 3], highway="primary", name="Jl. Merdeka")
    city.way(9, [4, 5], highway="primary", name="Jl. Merdeka")
    found = {street.key: street for street in streets.streets(city.content(tmp_path))}
    assert set(found) == {"osm-street-w7", "osm-street-w9"}
    assert len(found["osm-street-w7"].shape.geoms) == 2
    assert found["osm-street-w7"].names == ("Jl. Merdeka", "Jl. Lama")
    assert found["osm-street-w7"].radius_m > 1_000
