"""manage.py seed: a whole demo city, or an empty centre; never twice, never half."""

import json
import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

import maps.selectors
import units.selectors
from dispatch.accounts.models import User
from dispatch.accounts.viewers import viewer_of_token
from dispatch.engine.recommend import needs_for
from dispatch.models import IncidentType
from dispatch.services import seeding
from maps.geo import LatLng
from realtime import eventlog

ISLAND = LatLng(0.9275, 104.4205)


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "credentials.json"


def seed(path, city="demo"):
    out = StringIO()
    call_command("seed", city=city, credentials=path, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo(db, path):
    seed(path)
    return json.loads(path.read_text())["users"]


def test_the_demo_city_has_the_units_the_field_has(demo):
    wires = units.selectors.wires()

    assert len(wires) >= 27
    assert len({wire["kind"] for wire in wires}) >= 8
    assert {wire["agency"] for wire in wires} == {
        "DAMKAR",
        "PSC119",
        "POLRESTA",
        "BPBD",
        "SATPOLPP",
        "BASARNAS",
    }
    assert all(wire["home"] for wire in wires)
    assert any(
        wire["travels_by"] == "boat" and "ems_bls" in wire["capabilities"] for wire in wires
    )


def test_no_unit_has_a_position_before_it_reports_one(demo):
    assert [wire["position"] for wire in units.selectors.wires() if wire["position"]] == []


def test_a_station_whose_place_nobody_published_says_so(demo):
    flags = {row["approximate"] for row in units.selectors.station_rows()}

    assert flags == {True, False}


def test_every_sign_in_of_the_file_works(demo):
    for one in demo:
        viewer = viewer_of_token(one["token"])
        assert (viewer.username, viewer.role) == (one["username"], one["role"])
        assert Client().login(username=one["username"], password=one["password"])


def test_there_is_a_crew_for_every_unit_named_after_it(demo):
    crews = {one["unit"]: one["username"] for one in demo if one["role"] == "crew"}

    assert set(crews) == {wire["callsign"] for wire in units.selectors.wires()}
    assert crews["DAMKAR-1"] == "crew.damkar-1"
    assert {"dispatcher1", "dispatcher2", "dispatcher3", "supervisor1", "admin1"} <= {
        one["username"] for one in demo
    }


def test_the_incident_types_need_only_what_some_unit_can_do(demo):
    able = set().union(*(set(wire["capabilities"]) for wire in units.selectors.wires()))
    types = {kind.key: kind for kind in IncidentType.objects.all()}

    assert set(types) >= {
        "fire",
        "medical",
        "police",
        "rescue",
        "flood",
        "traffic_accident",
        "fallen_tree",
    }
    for kind in types.values():
        kind.full_clean()
        for priority in (1, 2, 3, 4, None):
            assert {need.capability for need in needs_for(kind.needs, priority)} <= able
    assert all(kind.name_id and kind.name_en for kind in types.values())


def test_the_map_of_the_city_is_there(demo):
    assert maps.selectors.district_at(ISLAND).name == "Penyengat"
    assert maps.selectors.is_demo()


def test_screens_that_are_open_hear_of_the_units(demo):
    events = eventlog.events_after(0)

    assert [event.name for event in events] == ["reference.changed"]
    assert len(events[0].data["set"]["units"]) == len(units.selectors.wires())


def test_the_file_is_its_owners_alone_and_what_else_it_held_stays(db, path):
    path.parent.mkdir()
    path.write_text(json.dumps({"base_url": "http://127.0.0.1:8000", "users": []}))

    said = seed(path)

    content = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert content["base_url"] == "http://127.0.0.1:8000"
    assert not any(one["password"] in said or one["token"] in said for one in content["users"])


def test_a_second_run_says_so_and_changes_nothing(demo, path):
    before = path.read_text(), User.objects.count()

    said = seed(path)

    assert "not empty" in said
    assert (path.read_text(), User.objects.count()) == before


def test_an_empty_centre_has_types_and_one_administrator_and_no_city(db, path):
    seed(path, city="empty")

    assert [one["username"] for one in json.loads(path.read_text())["users"]] == ["admin1"]
    assert IncidentType.objects.exists()
    assert units.selectors.wires() == []
    assert units.selectors.agency_rows() == []
    assert maps.selectors.district_at(ISLAND) is None


@pytest.mark.parametrize("content", ["{", "[]"])
def test_a_file_that_cannot_be_read_stops_before_anything_is_written(db, path, content):
    path.parent.mkdir()
    path.write_text(content)

    with pytest.raises(CommandError):
        seed(path)

    assert User.objects.count() == 0
    assert path.read_text() == content


def test_passwords_are_long_can_be_typed_and_are_never_equal():
    words = {seeding.new_password() for _turn in range(200)}

    assert len(words) == 200
    assert all(len(word) == 19 and word.isascii() and word == word.lower() for word in words)


def test_a_machine_that_hashes_passwords_slowly_is_waited_for(db, path, monkeypatch):
    """The server ends a change in which nothing was asked for a while; this one may think for longer."""
    limits = []

    def look(*_args, **_kwargs):
        with connection.cursor() as cursor:
            cursor.execute("SHOW idle_in_transaction_session_timeout")
            limits.append(cursor.fetchone()[0])
        return []

    monkeypatch.setattr(seeding, "_seed_people", look)
    seed(path, city="empty")

    assert limits == ["0"]
