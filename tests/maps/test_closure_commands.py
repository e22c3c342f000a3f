"""Drawing and lifting closures: what is refused, who is told, when travel times change, and the end by the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dispatch.services.recommendation import recommendation_for
from maps import services
from maps.closures import lift_when_over
from maps.demo.stations import STATIONS
from maps.domain import CLOSURE_VERTICES_MAX, CLOSURES_OPEN_MAX
from maps.geo import LatLng
from maps.models import Closure, RoadEdge
from maps.routing.engines import travel_to
from realtime import eventlog, registry
from tests import factories

pytestmark = pytest.mark.django_db
HERE = STATIONS["damkar-mako"].position
THERE = STATIONS["rsud-raja-ahmad-tabib"].position


def square(at: LatLng, side: float = 0.004) -> dict:
    west, south, east, north = (
        round(one, 6) for one in (at.lng - side, at.lat - side, at.lng + side, at.lat + side)
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def draw(person, **changes):
    body = {"kind": "closed", "geometry": square(HERE), "reason": "pohon tumbang"}
    return person.done("closure.draw", **{**body, **changes})["closure_id"]


def refused(person, **changes):
    body = {"kind": "closed", "geometry": square(HERE), "reason": "pohon tumbang"}
    return person.refused("closure.draw", **{**body, **changes})


def eta(target=THERE, by="road"):
    found = travel_to(target, {"u": (HERE, by)})
    return found["u"].eta_s if "u" in found else None


def test_a_drawn_closure_stands_on_every_board_with_who_and_why(ada, cy, crew):
    closure_id = draw(ada, valid_to=(timezone.now() + timedelta(hours=2)).isoformat())
    for person in (ada, cy, crew):
        row = registry.snapshot(person.viewer)["closures"][0]
        assert row["id"] == closure_id
        assert (row["kind"], row["reason"], row["by"]) == ("closed", "pohon tumbang", "Ada")
        assert row["geometry"] == square(HERE)
        assert row["valid_to"]
        assert row["speed_share"] is None
    event = eventlog.events_after(0)[-1]
    assert (event.name, event.by_name) == ("closure.drawn", "Ada")
    assert crew.viewer.topic in event.topics


def test_the_next_question_goes_around_and_after_lifting_as_before(ada, bo):
    services.seed_city()
    before = eta()
    middle = LatLng((HERE.lat + THERE.lat) / 2, (HERE.lng + THERE.lng) / 2)
    closure_id = draw(ada, geometry=square(middle, 0.02))
    around = eta()
    assert around is None or around > before
    bo.done("closure.lift", closure_id=closure_id, reason="jalan bersih")
    assert eta() == before
    assert registry.snapshot(ada.viewer)["closures"] == []
    row = Closure.objects.get(pk=closure_id)
    assert (row.lifted_by_name, row.lift_reason) == ("Bo", "jalan bersih")
    assert bo.refused("closure.lift", closure_id=closure_id) == "closure_lifted"


def test_a_line_across_a_road_closes_it_and_a_line_beside_it_does_not(ada):
    services.seed_city()
    road = max(RoadEdge.objects.filter(mode="road", road_class="r1"), key=lambda one: one.length_m)
    middle = road.line.interpolate_normalized(0.5)
    start, end = LatLng(*reversed(road.line.coords[0])), LatLng(*reversed(road.line.coords[-1]))
    open_s = travel_to(end, {"u": (start, "road")})["u"].eta_s
    across = [[middle.x - 0.0005, middle.y - 0.0005], [middle.x + 0.0005, middle.y + 0.0005]]
    closure_id = draw(ada, geometry={"type": "LineString", "coordinates": across})
    found = travel_to(end, {"u": (start, "road")})
    assert "u" not in found or found["u"].eta_s > open_s
    ada.done("closure.lift", closure_id=closure_id)
    beside = [[x + 0.0006, y + 0.0006] for x, y in across]
    away = [beside[1], [beside[1][0] + 0.0003, beside[1][1] + 0.0003]]
    draw(ada, geometry={"type": "LineString", "coordinates": away})
    assert travel_to(end, {"u": (start, "road")})["u"].eta_s == open_s


def test_its_end_lifts_it_by_itself_once(ada):
    closure_id = draw(ada, valid_to=(timezone.now() + timedelta(hours=1)).isoformat())
    lift_when_over(closure_id=closure_id)
    assert Closure.objects.get(pk=closure_id).lifted_at is None, "not yet"
    Closure.objects.filter(pk=closure_id).update(valid_to=timezone.now())
    lift_when_over(closure_id=closure_id)
    lift_when_over(closure_id=closure_id)
    lifted = [event for event in eventlog.events_after(0) if event.name == "closure.lifted"]
    assert [event.by for event in lifted] == ["system:closures"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "slow"}, "closure_share"),
        ({"speed_share": 0.5}, "closure_share"),
        ({"valid_to": "2020-01-01T00:00:00Z"}, "closure_over"),
        ({"geometry": {"type": "Point", "coordinates": [104.4, 0.9]}}, "closure_no_shape"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "closure_no_shape"),
        ({"geometry": {"type": "Polygon", "coordinates": "x"}}, "closure_no_shape"),
        ({"geometry": {}}, "closure_no_shape"),
        (
            {"geometry": {"type": "LineString", "coordinates": [[104.4, 0.9], [104.4, 0.9]]}},
            "closure_no_shape",
        ),
        (
            {"geometry": {"type": "LineString", "coordinates": [[504.4, 0.9], [104.4, 95]]}},
            "closure_no_shape",
        ),
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [
                        [[104.4, 0.9], [104.41, 0.91], [104.41, 0.9], [104.4, 0.91], [104.4, 0.9]]
                    ],
                }
            },
            "closure_crosses_itself",
        ),
        ({"geometry": square(HERE, 0.2)}, "closure_too_large"),
        (
            {"geometry": {"type": "LineString", "coordinates": [[104.0, 0.9], [104.9, 0.9]]}},
            "closure_too_large",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_and_changes_nothing(ada, changes, code):
    assert refused(ada, **changes) == code
    assert not Closure.objects.exists()


def test_more_points_than_allowed_are_refused_and_the_most_allowed_is_drawn(ada):
    def zigzag(count):
        points = [[104.45 + at * 1e-5, 0.92 + (at % 2) * 1e-5] for at in range(count)]
        return {"type": "LineString", "coordinates": points}

    assert refused(ada, geometry=zigzag(CLOSURE_VERTICES_MAX + 1)) == "closure_too_fine"
    draw(ada, geometry=zigzag(CLOSURE_VERTICES_MAX))


def test_past_the_most_open_closures_one_must_be_lifted_first(ada):
    first = draw(ada)
    row = Closure.objects.get(pk=first)
    for _ in range(CLOSURES_OPEN_MAX - 1):
        row.pk = None
        row.pk = Closure._meta.pk.get_default()
        row._state.adding = True
        row.save()
    assert refused(ada) == "closures_too_many"
    ada.done("closure.lift", closure_id=first)
    draw(ada)


def test_the_recommendation_says_that_all_ways_are_closed(ada, engine):
    services.seed_city()
    incident = ada.done(
        "incident.open", type="fire", priority=1, location=factories.PLACE, note="api"
    )["incident_id"]
    before = recommendation_for(incident)["units"][0]
    assert before["eta_s"] < before["eta_p90_s"]
    draw(ada, kind="flooded", geometry=square(LatLng(0.9186, 104.4665), 0.005))
    found = recommendation_for(incident)
    assert [row["reasons"] for row in found["left_out"]] == [["all_ways_closed"]]
    assert not found["units"]
