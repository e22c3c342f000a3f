"""The supervisor's page, the JSON and the table for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from dispatch.analytics.selectors import PeriodError, period_of, verdict
from dispatch.analytics.standards import TOTAL
from dispatch.analytics.templatetags import report_figures
from tests import factories
from tests.factories import PLACE

pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(cy) -> Client:
    client = Client()
    client.force_login(cy.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def handled(ada, crew, engine) -> str:
    """One incident taken to its end by the product's own commands."""
    note = "<script>alert(1)</script>"
    opened = ada.done("incident.open", type="fire", priority=1, location=PLACE, address=note)
    sent = ada.done("unit.assign", incident_id=opened["incident_id"], unit_id=str(engine))
    crew.done("assignment.acknowledge", assignment_id=sent["assignment_id"])
    for status in ("en_route", "on_scene", "clear"):
        crew.done("assignment.advance", assignment_id=sent["assignment_id"], status=status)
    ada.done("incident.close", incident_id=opened["incident_id"], disposition="handled")
    return opened["number"]


def test_the_page_says_what_was_written_to_citizens_and_what_arrived(supervisor, ada):
    call_id = factories.text("tolong")
    for words in ("Kami datang", "Tetap di sana"):
        ada.done("call.reply", call_id=call_id, text=words)

    page = supervisor.get("/supervisor/").content.decode()

    row = re.search(r'<th scope="row">WhatsApp</th>(.*?)</tr>', page, re.S)
    assert re.findall(r'class="num">\s*(\d+)', row[1]) == ["2", "2", "0", "0"]


def test_the_page_names_the_incident_and_shows_what_a_caller_wrote_inert(
    supervisor: Client, handled: str
) -> None:
    page = supervisor.get("/supervisor/").content.decode()

    assert handled in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


def test_the_page_of_a_period_in_which_nothing_happened_says_so(supervisor: Client) -> None:
    page = supervisor.get("/supervisor/?from=2020-01-01&to=2020-01-02&interval=travel")

    assert page.status_code == 200
    assert "belum ada insiden" in page.content.decode()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_speaks_both_languages(supervisor: Client, cy, language: str) -> None:
    cy.user.language = language
    cy.user.save(update_fields=["language"])
    supervisor.cookies["django_language"] = language

    page = supervisor.get("/supervisor/?choice=month").content.decode()

    assert {"id": "Waktu respons", "en": "Response times"}[language] in page


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-11-02&to=2026-11-01",
        "from=2026-11-01T00:00:00&to=2026-11-02",
        "from=1900-01-01&to=2026-01-01",
        "from=9999-12-31&to=9999-12-31",
        "priority=5",
        "priority=one",
        "from=%00",
    ],
)
def test_an_impossible_question_is_refused_with_a_sentence(
    supervisor: Client, cy, query: str
) -> None:
    answer = supervisor.get(f"/api/v1/report?{query}")

    assert answer.status_code == 422
    assert json.loads(answer.content)["detail"]
    assert supervisor.get(f"/supervisor/?{query}").status_code == 422
    assert supervisor.get(f"/supervisor/report.csv?{query}").status_code == 422


def test_a_period_that_cannot_be_added_up_in_time_is_refused_and_does_not_hold_the_database(
    supervisor: Client, handled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "SELECT pg_sleep(20), 'voice' AS channel, '' AS disposition, 1 AS n"
    monkeypatch.setattr("dispatch.analytics.queries.CALLS", slow)
    monkeypatch.setattr("dispatch.analytics.selectors.STATEMENT_MAX_MS", 50)

    answer = supervisor.get("/api/v1/report?from=2020-01-01&to=2026-11-24")

    assert answer.status_code == 422
    assert "pendek" in json.loads(answer.content)["detail"]


@pytest.mark.parametrize("agency", ["NOBODY", "%00", "'; DROP TABLE calls_call; --", "😀"])
def test_an_unknown_agency_has_no_figures(supervisor: Client, handled: str, agency: str) -> None:
    answer = supervisor.get("/api/v1/report", {"agency": agency.replace("%00", "DAMKARX")})

    assert json.loads(answer.content)["intervals"] == []


def test_the_filters_choose_one_agency_and_one_priority(supervisor: Client, handled: str) -> None:
    def rows(query: str) -> list[dict]:
        return json.loads(supervisor.get(f"/api/v1/report?{query}").content)["intervals"]

    assert {row["agency"] for row in rows("agency=DAMKAR&priority=1")} == {"DAMKAR"}
    assert rows("agency=DAMKAR&priority=2") == []
    assert rows("agency=PSC119") == []


def test_the_table_for_spreadsheets_has_a_row_for_each_figure(
    supervisor: Client, handled: str
) -> None:
    answer = supervisor.get("/supervisor/report.csv")

    text = answer.content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert {row["Selang waktu"] for row in rows} >= {"Turnout", "Jalan"}
    assert {row["Instansi"] for row in rows} == {"DAMKAR"}


def test_the_table_opens_in_a_spreadsheet_of_the_readers_language(
    supervisor: Client, cy, handled: str
) -> None:
    def figures(delimiter: str, interval: str, mean: str) -> list[str]:
        text = supervisor.get("/supervisor/report.csv").content.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
        return [row[mean] for row in rows if row[interval] in {"Travel", "Jalan"}]

    indonesian = figures(";", "Selang waktu", "rata-rata (dtk)")
    cy.user.language = "en"
    cy.user.save(update_fields=["language"])
    supervisor.cookies["django_language"] = "en"
    english = figures(",", "Interval", "mean (s)")

    assert [re.fullmatch(r"\d+,\d{3}", one) is not None for one in indonesian] == [True]
    assert [one.replace(",", ".") for one in indonesian] == english


def test_the_chart_is_of_the_chosen_interval(supervisor: Client, handled: str) -> None:
    def series(interval: str) -> dict:
        return json.loads(supervisor.get(f"/api/v1/report?interval={interval}").content)

    page = supervisor.get("/supervisor/?interval=turnout").content.decode()

    assert "Turnout per minggu" in page
    assert (
        "DAMKAR" in page.partition("P50 sampai P90 menurut instansi")[2].partition("</table>")[0]
    )
    assert (series("turnout")["interval"], series("turnout")["series"][0]["n"]) == ("turnout", 1)
    assert series("answer")["series"] == []  # nobody had called


@pytest.mark.parametrize(
    ("ending", "words"), [("running", "masih berjalan"), ("called_off", "dibatalkan")]
)
def test_a_step_that_is_not_due_is_not_called_missing(
    supervisor: Client, ada, engine, ending: str, words: str
) -> None:
    opened = ada.done("incident.open", type="fire", priority=1, location=PLACE)
    sent = ada.done("unit.assign", incident_id=opened["incident_id"], unit_id=str(engine))
    if ending == "called_off":
        ada.done("assignment.cancel", assignment_id=sent["assignment_id"], reason="batal")

    page = supervisor.get("/supervisor/").content.decode()

    row = page.partition(opened["number"])[2].partition("</tr>")[0]
    assert words in row
    assert "hilang" not in row
    assert 'class="travel"' not in row
    assert "lost" not in row


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_inert(start: str) -> None:
    from dispatch.analytics.views import _cell

    assert _cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert _cell(-3.5) == "-3,500"  # a number, not a formula
    assert _cell(None) == ""


def test_days_are_those_of_the_city_and_the_last_one_is_part_of_the_period() -> None:
    period = period_of("2026-11-01", "2026-11-01")

    assert period.start == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert period.end - period.start == timedelta(days=1)


def test_instants_with_their_zone_are_taken_as_they_are() -> None:
    period = period_of("2026-11-01T00:00:00+00:00", "2026-11-01T06:00:00Z")

    assert period.end - period.start == timedelta(hours=6)


def test_an_instant_without_zone_is_not_guessed() -> None:
    with pytest.raises(PeriodError, match="period_unreadable"):
        period_of("2026-11-01T00:00:00", "2026-11-02")


@pytest.mark.parametrize(
    ("agency", "row", "expected"),
    [
        ("DAMKAR", {"n": 9, "mean_s": 1.0, "within_share": 1.0}, "few"),
        ("DAMKAR", {"n": 10, "mean_s": 900.0, "within_share": 0.1}, "met"),
        ("DAMKAR", {"n": 10, "mean_s": 900.1, "within_share": 1.0}, "missed"),
        ("POLRESTA", {"n": 10, "mean_s": 1.0, "within_share": 0.9}, "met"),
        ("POLRESTA", {"n": 10, "mean_s": 1.0, "within_share": 0.89}, "missed"),
        ("PSC119", {"n": 500, "mean_s": 1.0, "within_share": None}, "draft"),
        ("SATPOLPP", {"n": 500, "mean_s": 1.0, "within_share": None}, "none"),
    ],
)
def test_each_agency_is_judged_by_its_own_standard_or_not_at_all(
    agency: str, row: dict, expected: str
) -> None:
    assert verdict(row, TOTAL.get(agency)) == expected


def test_figures_are_written_as_people_read_them() -> None:
    assert report_figures.duration(None) == "–"
    assert report_figures.duration(65.4) == "01:05"
    assert report_figures.duration(3_725) == "1:02:05"
    assert report_figures.duration(-5) == "−00:05"
    assert report_figures.percent(None) == "–"


def test_lost_pieces_of_a_chain_take_what_the_known_ones_leave_of_the_total() -> None:
    case = {
        "answer_s": 10.0,
        "processing_s": 40.0,
        "turnout_s": None,
        "travel_s": None,
        "total_s": 250.0,
        "state": "done",
    }

    pieces = report_figures.bars(case, 500.0)

    assert [piece["name"] for piece in pieces] == ["answer", "processing", "lost", "lost"]
    assert [piece["width"] for piece in pieces] == ["2.00", "8.00", "20.00", "20.00"]
    assert report_figures.longest([case]) == 250.0


def test_the_heat_of_a_cell_follows_its_share_of_the_busiest_hour() -> None:
    rows = report_figures.heat([[0, 1, 10]])

    assert [cell["share"] for cell in rows[0]["cells"]] == [0, 12, 92]
    assert [cell["turned"] for cell in rows[0]["cells"]] == [False, False, True]
    assert rows[0]["sum"] == 11
    assert report_figures.heat([[0, 0]])[0]["cells"][0]["share"] == 0
