"""The layers of the console's map: switched with the keyboard, remembered, drawn from the board, honest when unread."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Service
from tests.browser.test_console import console, pytestmark

__all__ = ("console", "pytestmark")

SQUARE = [[104.450, 0.915], [104.454, 0.915], [104.454, 0.919], [104.450, 0.919], [104.450, 0.915]]


def test_layers_are_switched_with_the_keyboard_remembered_and_drawn(
    console: Page, service: Service
) -> None:
    closures, chips = (
        console.locator("#map path.closure.flooded"),
        console.locator("#map .mk.hospital"),
    )
    expect(chips.first).to_be_attached()
    expect(closures).to_have_count(0)
    dispatcher = service.person("dispatcher1")
    shape = {"type": "Polygon", "coordinates": [SQUARE]}
    drawn = service.command(
        dispatcher, "closure.draw", kind="flooded", geometry=shape, reason="Pasang laut"
    )
    expect(closures).to_have_count(1)
    closures.hover(force=True)
    expect(console.locator(".map-tip")).to_contain_text("Pasang laut")

    button = console.get_by_role("button", name="Lapisan")
    button.focus()
    console.keyboard.press("Enter")
    expect(console.locator("#layer-units")).to_be_focused()
    console.locator("#layer-closures").focus()
    console.keyboard.press("Space")
    expect(closures).to_have_count(0)
    console.locator("#layer-coverage").focus()
    console.keyboard.press("Space")
    expect(console.locator("#map path.coverage").first).to_be_attached()
    console.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(console.locator("#map-layers")).to_be_hidden()

    console.reload()
    expect(console.locator("#map path.coverage").first).to_be_attached()
    expect(closures).to_have_count(0)
    service.command(dispatcher, "closure.lift", closure_id=drawn["closure_id"])


def test_a_layer_that_cannot_be_read_says_so(console: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="{}")

    console.route("**/api/v1/response-areas**", refuse)
    button = console.locator(".layers-open")
    button.click()
    console.locator("#layer-areas").check()
    expect(console.locator(".layer", has=console.locator("#layer-areas"))).to_contain_text(
        "tidak dapat dibaca"
    )
    expect(button.locator(".tag.warn")).to_be_visible()
    expect(console.locator(".layers [role=status]")).to_contain_text("Wilayah tugas")
