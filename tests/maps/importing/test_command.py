"""manage.py import_map: what it prints, what it writes down, how it ends; and that nobody waits for it."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from maps.importing import run, words, writing
from maps.importing.report import PROBLEMS_OF_A_KIND_MAX, ImportRefused, Problems
from maps.models import Place, PlaceKind
from realtime import eventlog
from tests.maps.importing.extracts import Extract


@pytest.fixture(autouse=True)
def _same_niceness(monkeypatch):
    monkeypatch.setattr("os.nice", lambda _by: 0)


def said(*arguments, **options):
    out, error = StringIO(), StringIO()
    call_command("import_map", *arguments, stdout=out, stderr=error, language="en", **options)
    return out.getvalue()


def hospital(folder):
    return Extract().node(1, 104.5, 0.5, amenity="hospital", name="RSUD").node(
        2, 104.5, 0.5, addr__housenumber="12"
    ).file(folder)  # fmt: skip


@pytest.mark.django_db
def test_the_report_says_what_has_changed_and_what_was_wrong(tmp_path):
    printed = said(str(hospital(tmp_path)), report=tmp_path / "report.json")
    assert "What has changed" in printed
    assert "house numbers without a street, not used: n2" in printed
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["counts"]["hospital"]["added"] == 1
    assert report["problems"] == [
        {"code": "house_number_without_street", "count": 1, "examples": ["n2"], "beyond": 0}
    ]


@pytest.mark.django_db
def test_a_trial_says_that_it_was_one(tmp_path):
    printed = said(str(hospital(tmp_path)), dry_run=True)
    assert "What would change" in printed
    assert "Nothing was changed." in printed
    assert not Place.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_broken_file_ends_with_a_sentence_and_with_one(tmp_path, language):
    (tmp_path / "cut.osm").write_text("<osm><node")
    with pytest.raises(CommandError) as refused:
        call_command("import_map", str(tmp_path / "cut.osm"), language=language, stderr=StringIO())
    assert refused.value.returncode == 1
    assert "cut.osm" in str(refused.value)
    assert ("Nothing was changed." in str(refused.value)) == (language == "en")


@pytest.mark.django_db
def test_a_report_that_cannot_be_written_is_said_before_the_work(tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        said(str(hospital(tmp_path)), report=tmp_path / "nowhere" / "report.json")
    assert not Place.objects.exists()


@pytest.mark.django_db
def test_who_stops_it_is_told_that_nothing_was_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "count", raising(KeyboardInterrupt))
    with pytest.raises(CommandError, match="Nothing was changed") as stopped:
        said(str(hospital(tmp_path)))
    assert stopped.value.returncode == 130
    assert not Place.objects.exists()


def raising(error):
    def raises(*_arguments):
        raise error

    return raises


def test_without_a_file_it_says_what_it_needs():
    with pytest.raises(CommandError, match="--overpass"):
        said()


@pytest.mark.django_db
def test_open_boards_hear_of_hospitals(tmp_path):
    said(str(hospital(tmp_path)), by="budi")
    (event,) = [event for event in eventlog.events_after(0) if event.name == "reference.changed"]
    assert event.by_name == "budi"


def test_problems_are_counted_beyond_those_that_are_named():
    problems = Problems()
    for number in range(PROBLEMS_OF_A_KIND_MAX + 5):
        problems.add("name_too_long", f"n{number}")
    (problem,) = problems.listed()
    assert (len(problem.examples), problem.beyond) == (PROBLEMS_OF_A_KIND_MAX, 5)


@pytest.mark.parametrize("kind", [kind.value for kind in PlaceKind])
def test_every_kind_has_a_word(kind):
    assert str(words.kind_label(kind))


@pytest.mark.django_db(transaction=True)
def test_readers_and_editors_do_not_wait_while_an_import_writes(tmp_path, monkeypatch):
    """In the middle of the one transaction another connection reads the old map and edits a place of it."""
    Extract().node(1, 104.5, 0.5, amenity="hospital", name="RSUD").imported(tmp_path)
    Place.objects.create(
        key="by-hand", name="Rumah", kind="landmark", point=Place.objects.get().point, radius_m=50, certainty="exact"
    )  # fmt: skip
    seen = []
    keep = run._keep

    def in_the_middle(*arguments):
        other = connections.create_connection("default")
        try:
            with other.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute("SELECT name FROM maps_place WHERE key = 'osm-n1'")
                seen.append(cursor.fetchone()[0])
                cursor.execute("UPDATE maps_place SET phone = '112' WHERE key = 'by-hand'")
        finally:
            other.close()
        keep(*arguments)

    monkeypatch.setattr(run, "_keep", in_the_middle)
    Extract().node(1, 104.5, 0.5, amenity="hospital", name="RS Baru").imported(tmp_path)
    assert seen == ["RSUD"]
    assert Place.objects.get(key="osm-n1").name == "RS Baru"
    assert Place.objects.get(key="by-hand").phone == "112"


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_are_one_too_many(tmp_path):
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [run.LOCK])
        with pytest.raises(ImportRefused) as refused:
            Extract().node(1, 104.5, 0.5, amenity="police").imported(tmp_path)
    finally:
        other.close()
    assert refused.value.code == "running"


@pytest.mark.django_db(transaction=True)
def test_an_import_leaves_no_tables_of_its_own_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "write", None)  # falls over
    with pytest.raises(TypeError):
        Extract().node(1, 104.5, 0.5, amenity="police").imported(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relname LIKE 'import\\_%' AND relpersistence = 't'"
        )
        assert cursor.fetchone()[0] == 0
