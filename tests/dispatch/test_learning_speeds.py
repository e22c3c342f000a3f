"""`learn_speeds` over assignments and positions in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from dispatch.models import Assignment, Incident
from dispatch.services.learning import learn_speeds
from maps import services
from maps.models import ArrivalSpread, RoadEdge, SpeedProfile
from maps.routing import loading
from maps.routing.learning import ARRIVALS_MIN

pytestmark = pytest.mark.django_db
SPEED_MS = 8.0


@pytest.fixture
def drives(ambulance):
    """As many drives as needed along the longest main road, all at the same hour, 1.3 times as long as expected."""
    services.seed_city()
    road = max(RoadEdge.objects.filter(road_class="r1", mode="road"), key=lambda one: one.length_m)
    now = timezone.now()
    incident = Incident.objects.create(number="T-1", opened_at=now)
    rows = []
    for number in range(ARRIVALS_MIN):
        begun = now - timedelta(days=7 * (1 + number % 8), minutes=number)
        took_s = road.length_m / SPEED_MS
        Assignment.objects.create(
            incident=incident,
            unit_id=ambulance,
            status="clear",
            assigned_at=begun,
            en_route_at=begun,
            on_scene_at=begun + timedelta(seconds=took_s),
            eta_s=round(took_s / 1.3),
            eta_by="road",
            eta_distance_m=round(road.length_m),
        )
        for step in range(int(took_s // 5) + 1):
            spot = road.line.interpolate_normalized(min(1.0, step * 5 * SPEED_MS / road.length_m))
            rows.append((ambulance, spot.y, spot.x, begun + timedelta(seconds=step * 5)))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO units_positionsample (unit_id, verdict, lat, lng, at, received_at)"
            " VALUES (%s, 'show', %s, %s, %s, now())",
            rows,
        )
    return road


def test_speeds_and_spreads_are_learnt_and_used_with_the_next_question(drives):
    found = learn_speeds(now=timezone.now())
    assert found.drives == ARRIVALS_MIN
    cells = SpeedProfile.objects.filter(group="ambulance", road_class="r1")
    expected = SPEED_MS / ((drives.speed_kph or 48) / 3.6)
    assert sum(cell.samples for cell in cells) >= 20
    assert all(cell.ratio == pytest.approx(expected, rel=0.05) for cell in cells)
    spread = ArrivalSpread.objects.get()
    assert spread.median == pytest.approx(1.3, rel=0.02)
    assert loading.current().speeds.spread[spread.by, spread.band_m] == spread.p90
    assert loading.current().speeds.learnt


def test_too_little_leaves_what_was_known(drives):
    learn_speeds(now=timezone.now())
    before = list(SpeedProfile.objects.values())
    Assignment.objects.all().delete()
    call_command("learn_speeds")
    assert list(SpeedProfile.objects.values()) == before
