"""The supervisor's page in a real browser: figures, chart, live tiles, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Service

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CALLSIGN = "DAMKAR-4"
CASES = 11  # one more than what a figure needs to be judged


@pytest.fixture(scope="module")
def handled(running_service: Service) -> list[str]:
    """Incidents of today, each taken from assignment to clear by the crew's own commands."""
    service = running_service
    dispatcher = service.person("dispatcher2")
    crew = service.crew_of(CALLSIGN)
    unit = next(one for one in service.board()["units"] if one["callsign"] == CALLSIGN)
    numbers = []
    for _ in range(CASES):
        opened = service.command(dispatcher, "incident.open", type="fire", priority=2)
        sent = service.command(
            dispatcher, "unit.assign", incident_id=opened["incident_id"], unit_id=unit["id"]
        )
        step: dict[str, Any] = {"assignment_id": sent["assignment_id"]}
        service.command(crew, "assignment.acknowledge", **step)
        for status in ("en_route", "on_scene", "clear"):
            service.command(crew, "assignment.advance", status=status, **step)
        service.command(
            dispatcher,
            "incident.close",
            incident_id=opened["incident_id"],
            disposition="handled",
        )
        numbers.append(opened["number"])
    return numbers


@pytest.fixture
def supervisor(page: Page, service: Service, handled: list[str]) -> Page:
    service.sign_in(page, "supervisor1")
    return page


def test_the_figures_of_today_stand_beside_their_standard_and_their_incidents(
    supervisor: Page, service: Service, handled: list[str]
) -> None:
    supervisor.goto(f"{service.url}/supervisor/?choice=today&agency=DAMKAR&interval=turnout")

    row = supervisor.get_by_role("row").filter(has_text="P2").filter(has_text="NFPA 1710")
    expect(row).to_contain_text("tercapai")
    expect(row.locator("td").first).to_have_text(str(CASES))
    for number in handled:
        expect(supervisor.get_by_role("rowheader", name=number)).to_be_attached()


def test_a_chosen_row_filters_the_page_and_keeps_the_period(
    supervisor: Page, service: Service
) -> None:
    supervisor.goto(f"{service.url}/supervisor/?choice=today&interval=travel")

    supervisor.get_by_role("rowheader", name="P2").get_by_role("link").first.click()

    expect(supervisor.locator("select[name=agency]")).to_have_value("DAMKAR")
    expect(supervisor.locator("select[name=priority]")).to_have_value("2")
    expect(supervisor.locator(".std .on")).to_contain_text("Jalan")


def test_the_page_changes_its_language_and_its_colours_and_keeps_the_question(
    supervisor: Page, service: Service
) -> None:
    supervisor.goto(f"{service.url}/supervisor/?choice=today&interval=turnout")

    supervisor.get_by_role("button", name="English").click()
    expect(supervisor.get_by_role("heading", name="Turnout by")).to_be_visible()
    supervisor.get_by_role("button", name="Day", exact=True).click()

    expect(supervisor.locator("html")).to_have_attribute("data-theme", "day")
    expect(supervisor.locator(".std .on")).to_contain_text("Turnout")
    supervisor.get_by_role("button", name="Bahasa Indonesia").click()
    expect(supervisor.locator("html")).to_have_attribute("lang", "id")


def test_the_chart_draws_the_interval_of_each_agency_even_when_days_have_too_few_cases(
    supervisor: Page, service: Service
) -> None:
    supervisor.goto(f"{service.url}/supervisor/?choice=today&interval=travel")

    row = supervisor.locator(".ranges tr").filter(has_text="DAMKAR P2")
    expect(row).to_contain_text(f"n {CASES}")
    expect(row.locator(".range")).to_be_visible()
    expect(row.locator(".limit")).to_be_visible()


def test_the_tiles_follow_a_call_that_comes_in(supervisor: Page, service: Service) -> None:
    expect(supervisor.locator("[data-slot=oldest]")).not_to_be_empty()
    before = int(supervisor.locator("[data-slot=waiting]").inner_text())

    service.rings("+6281270119999")

    expect(supervisor.locator("[data-slot=waiting]")).to_have_text(str(before + 1))
    expect(supervisor.locator("[data-slot=oldest]")).to_contain_text("terlama")


def test_without_scripts_every_figure_is_there(browser: Browser, service: Service) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    service.sign_in(page, "supervisor1")

    page.goto(f"{service.url}/supervisor/?choice=today&agency=DAMKAR&interval=turnout")

    row = page.get_by_role("row").filter(has_text="NFPA 1710").first
    expect(row).to_be_visible()
    expect(page.locator("[data-act=print]")).to_be_hidden()
    context.close()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 800)])
def test_nothing_makes_the_page_wider_than_the_screen(
    supervisor: Page, width: int, height: int
) -> None:
    supervisor.set_viewport_size({"width": width, "height": height})
    supervisor.goto(supervisor.url.split("?")[0] + "?choice=month")

    assert supervisor.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("theme", ["night", "day"])
def test_the_page_has_no_grave_fault_for_people_who_use_aids(supervisor: Page, theme: str) -> None:
    supervisor.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    supervisor.evaluate(AXE.read_text())

    found = supervisor.evaluate("() => axe.run({resultTypes: ['violations']})")

    grave = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave] == []
