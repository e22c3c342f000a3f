"""The dispatcher at the map: a place found, its menu by keys, a road closed and opened again, the window of its own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def console(page: Page, service: Service) -> Page:
    service.sign_in(page, "dispatcher1")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    return page


def menu_at_the_middle(page: Page) -> None:
    page.locator("[data-map]").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()


def test_a_place_is_found_by_keys_and_an_incident_opened_at_the_middle_of_the_map(
    console: Page, service: Service
) -> None:
    before = len(service.board()["incidents"])
    console.keyboard.press("Alt+f")
    console.keyboard.type("rsud raja")
    expect(console.locator(".map-found [role=option]").first).to_contain_text(
        "RSUD Raja Ahmad Tabib"
    )
    console.keyboard.press("Enter")
    expect(console.locator(".leaflet-popup")).to_contain_text("RSUD Raja Ahmad Tabib")

    menu_at_the_middle(console)
    expect(console.get_by_role("menuitem").first).to_be_focused()
    console.keyboard.press("Enter")
    expect(console.locator("#case h2")).to_contain_text("Jenis tidak diketahui")
    incidents = service.board()["incidents"]
    assert len(incidents) == before + 1
    newest = max(incidents, key=lambda one: one["opened_at"])
    assert newest["location"]["lat"] == pytest.approx(0.9222, abs=0.003)


def test_an_area_is_drawn_closed_and_opened_again(console: Page, service: Service) -> None:
    menu_at_the_middle(console)
    console.get_by_role("menuitem", name="Tutup wilayah dari sini").click()
    box = console.locator("[data-map]").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for dx, dy in ((40, 0), (40, 40), (90, 90)):
        console.mouse.click(middle[0] + dx, middle[1] + dy, delay=10)
    console.locator("[data-map]").press("Backspace")
    console.locator("[data-map]").press("Enter")
    form = console.locator(".map-form")
    form.get_by_label("Mengapa").fill("Banjir setinggi lutut")
    form.get_by_label("Bagaimana").select_option("flooded")
    form.get_by_role("button", name="Tutup jalan").click()
    expect(form).to_have_count(0)
    (closure,) = service.board()["closures"]
    assert (closure["kind"], closure["reason"]) == ("flooded", "Banjir setinggi lutut")
    assert len(closure["geometry"]["coordinates"][0]) == 4, (
        "Backspace has taken the last point away"
    )
    service.command(service.person("dispatcher1"), "closure.lift", closure_id=closure["id"])
    assert service.board()["closures"] == []


def test_the_map_in_its_own_window_follows_the_console(console: Page, service: Service) -> None:
    incident = service.command(
        service.person("dispatcher1"),
        "incident.open",
        type="fire",
        location={"lat": 0.95, "lng": 104.47},
    )
    with console.context.expect_page() as opened:
        console.locator("[data-pop-out]").click()
    window = opened.value
    expect(window.locator("html")).to_have_attribute("data-link", "live")
    expect(window.locator("[data-panel=print] li")).not_to_have_count(0)
    number = f"#{incident['number'][-4:]}"
    expect(window.locator("[data-panel=print]")).to_contain_text(number)
    console.locator("#incidents tbody tr").filter(has_text=incident["number"][-4:]).click()
    expect(window.locator(".mk.inc.selected")).to_have_count(1)
