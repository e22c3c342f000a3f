"""No silent cap: every bound in the code is on deploy/LIMITS.md with its value and what happens past it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, models

from tests.contracts import limits
from tests.contracts.limits import Bound

# Tables of libraries that count in 32 bits, and why two billion rows cannot come there.
NARROW = {
    "auth_group": "groups are made by hand; the product makes none",
    "auth_group_permissions": "as auth_group",
    "auth_permission": "four for each kind of row in the code",
    "django_content_type": "one for each kind of row in the code",
    "django_admin_log": "one for each change by hand in the admin pages: two billion need a century of sixty a second",
    "axes_accessattempt": "one for each account and address that mistyped; the cool-off limits them to 8 in five minutes",
    "axes_accessattemptexpiration": "as axes_accessattempt",
    "axes_accessfailurelog": "as axes_accessattempt",
    "axes_accesslog": "one for each sign-in: at one a second two billion take 68 years",
    "geometry_columns": "a view of PostGIS, without rows of its own",
    "spatial_ref_sys": "the coordinate systems of PostGIS; nothing is added",
    "realtime_loghead": "one row, its number is always 1; the counter in it has 64 bits",
    "realtime_timerclock": "one row, its number is always 1",
    "dispatch_incidentcounter": "one row for each year",
}


def row(bound: Bound) -> str:
    return f"### `{bound.path}`: | `{bound.name}` | `{bound.value}` | … |"


def test_every_bound_in_the_code_is_on_the_page_with_its_value_and_nothing_else_is():
    code, page = limits.in_code() | limits.in_server_files(), set(limits.on_page())

    assert len(code) > 250, "the bounds were not found"
    assert [row(bound) for bound in sorted(code - page)] == [], "not on deploy/LIMITS.md"
    assert [row(bound) for bound in sorted(page - code)] == [], "gone, or with another value"


def test_every_row_says_in_words_what_happens_past_it():
    assert [row(bound) for bound, past in limits.on_page().items() if len(past) < 4] == []


def test_every_column_that_holds_so_many_letters_is_on_the_page():
    assert limits.columns_on_page() == limits.columns_of_models()


def test_no_bare_number_cuts_something_off():
    found = [line for path in limits.python_files() for line in limits.without_a_name(path)]
    scripts = limits.script_files()
    found += [line for path in scripts for line in limits.without_a_name_in_script(path)]
    assert scripts
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "rows[:300]",
        "rows[-50:][:20]",
        "queue(maxsize=100)",
        "ask(timeout=5)",
        "ThreadPoolExecutor(6)",
        "def search(q, *, limit=10): pass",
        "sql = 'SELECT 1 LIMIT 60'",
    ],
)
def test_a_bare_bound_is_noticed(text, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ROOT", tmp_path)
    path = tmp_path / "some.py"
    path.write_text(text)
    assert list(limits.without_a_name(path)) != []


@pytest.mark.parametrize(
    "text",
    ["rows[:LIMIT_MAX]", "code[:2]", "rows[1:]", "sql = 'LIMIT 1'", "ask(timeout=ANSWER_S)"],
)
def test_a_named_bound_and_the_parts_of_a_form_are_not(text, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ROOT", tmp_path)
    path = tmp_path / "some.py"
    path.write_text(text)
    assert list(limits.without_a_name(path)) == []


def test_two_bounds_on_one_line_are_both_seen(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ROOT", tmp_path)
    path = tmp_path / "some.py"
    path.write_text("WAIT_S_MIN, WAIT_S_MAX = 5, 3_600")

    assert set(limits.in_python(path)) == {
        Bound("some.py", "WAIT_S_MIN", "5"),
        Bound("some.py", "WAIT_S_MAX", "3_600"),
    }


# --- numbers that only grow ------------------------------------------------------------------------


def test_every_row_of_ours_has_a_uuid_a_word_or_64_bits_for_its_key():
    wide = (models.UUIDField, models.BigIntegerField, models.BigAutoField, models.CharField)
    narrow = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if not isinstance(_key(model), wide)
    ]
    assert sorted(set(narrow) - set(NARROW)) == []


@pytest.mark.django_db
def test_every_sequence_of_the_database_has_64_bits_or_a_reason():
    """Also of tables without a model: the job queue's, the partitions' of the position history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.relname, t.relname, a.atttypid::regtype::text, q.data_type::text"
            " FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i')"
            " JOIN pg_class t ON t.oid = d.refobjid"
            " JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid"
            " JOIN pg_sequences q ON q.sequencename = s.relname AND q.schemaname = 'public'"
            " WHERE s.relkind = 'S'"
        )
        found = cursor.fetchall()
    assert {"procrastinate_jobs", "calls_webhookrecord"} <= {table for _s, table, _c, _q in found}
    narrow = {table for _s, table, column, kind in found if (column, kind) != ("bigint", "bigint")}
    assert sorted(narrow - set(NARROW)) == []


@pytest.mark.django_db
def test_a_column_that_points_at_a_row_is_as_wide_as_the_key_it_points_at():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.conrelid::regclass::text, c.confrelid::regclass::text"
            " FROM pg_constraint c"
            " JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = c.conkey[1]"
            " JOIN pg_attribute k ON k.attrelid = c.confrelid AND k.attnum = c.confkey[1]"
            " WHERE c.contype = 'f' AND f.atttypid <> k.atttypid"
        )
        assert cursor.fetchall() == []


def _key(model: type[models.Model]) -> models.Field:
    key = model._meta.pk
    while isinstance(key, models.ForeignKey | models.OneToOneField):
        key = key.target_field
    return key
