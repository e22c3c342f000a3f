"""The crew's tablet in a real browser: an assignment from its appearance to clear, offline, and the call for help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import EXPECT_MS, ROOT, Service

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PLACE = {"lat": 0.9292, "lng": 104.4412, "radius_m": 12}
POSITION = {"latitude": 0.914, "longitude": 104.4497, "accuracy": 6}
CUT_MS = 20_000  # a silent line counts as cut after twelve seconds
CALLSIGN = "DAMKAR-5"
TARGET_PX_MIN = 64


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800},
        reduced_motion="reduce",
        geolocation=POSITION,
        permissions=["geolocation"],
    )
    yield context
    context.close()


@pytest.fixture
def tablet(context: BrowserContext, service: Service) -> Iterator[Page]:
    errors: list[str] = []
    page = context.new_page()
    page.set_default_timeout(EXPECT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    service.sign_in(page, service.crew_of(CALLSIGN)["username"])
    expect(page.locator("[data-slot=callsign]")).to_have_text(CALLSIGN)
    yield page
    assert errors == []


@pytest.fixture
def assigned(tablet: Page, service: Service) -> Iterator[dict[str, Any]]:
    """An incident that the dispatcher has just given to this crew; closed again at the end."""
    dispatcher = service.person("dispatcher1")
    unit = the_unit(service)
    incident = service.command(
        dispatcher,
        "incident.open",
        type="fire",
        priority=1,
        location=PLACE,
        address="Pelantar II No. 27",
        note="Api besar, <b>ada anak</b> di dalam",
    )
    sent = service.command(
        dispatcher, "unit.assign", incident_id=incident["incident_id"], unit_id=unit["id"]
    )
    yield {**incident, **sent}
    if any(row["id"] == sent["assignment_id"] for row in service.board()["assignments"]):
        service.command(
            dispatcher,
            "assignment.cancel",
            assignment_id=sent["assignment_id"],
            reason="test is over",
        )
    service.command(
        dispatcher, "incident.close", incident_id=incident["incident_id"], disposition="handled"
    )


def the_unit(service: Service) -> dict[str, Any]:
    return next(unit for unit in service.board()["units"] if unit["callsign"] == CALLSIGN)


def assignment_of(service: Service) -> dict[str, Any] | None:
    unit = the_unit(service)
    rows = service.board()["assignments"]
    return next((row for row in rows if row["unit_id"] == unit["id"]), None)


def press(page: Page, step: str) -> None:
    page.locator(f"[data-slot=next][data-step={step}]:enabled").click()


def everything_is_sent(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("data-unsent", "0")


def test_a_crew_takes_an_assignment_from_its_appearance_to_clear(
    tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    expect(tablet.locator("[data-panel=assignment]")).to_be_visible()
    expect(tablet.locator("[data-slot=address]")).to_have_text("Pelantar II No. 27")
    expect(tablet.locator("[data-slot=note]")).to_have_text("Api besar, <b>ada anak</b> di dalam")
    expect(tablet.locator("[data-slot=place]")).to_contain_text("± 12 m")
    expect(tablet.locator("[data-slot=map] .mk.inc")).to_be_visible()
    expect(tablet.locator("[data-slot=map] .mk.unit")).to_contain_text(CALLSIGN)

    press(tablet, "acknowledged")
    press(tablet, "en_route")
    press(tablet, "on_scene")
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(3)
    everything_is_sent(tablet)
    row = assignment_of(service)
    press(tablet, "clear")

    expect(tablet.locator("[data-panel=standby]")).to_be_visible()
    everything_is_sent(tablet)
    assert row is not None
    assert row["status"] == "on_scene"
    assert row["notified_at"] <= row["acknowledged_at"] <= row["en_route_at"] <= row["on_scene_at"]
    expect(tablet.locator("[data-slot=big-status]")).to_have_text("Siap")


def test_the_tablet_tells_the_centre_that_it_shows_the_assignment_before_anybody_touches_it(
    tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    expect(tablet.locator("[data-panel=assignment]")).to_be_visible()
    everything_is_sent(tablet)

    row = assignment_of(service)
    assert row is not None
    assert (row["status"], row["acknowledged_at"]) == ("notified", None)


def test_presses_without_a_network_wait_on_the_tablet_and_are_sent_in_order_afterwards(
    context: BrowserContext, tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(1)
    context.set_offline(True)
    expect(tablet.locator("[data-panel=cut]")).to_be_visible(timeout=CUT_MS)

    press(tablet, "en_route")
    press(tablet, "on_scene")

    expect(tablet.locator("[data-slot=steps] .wait")).to_have_count(2)
    expect(tablet.locator("[data-slot=cut-queue]")).to_have_text("2 antre")
    expect(tablet.locator("[data-slot=next-more]")).to_contain_text("disimpan di tablet")
    badge = tablet.locator("[data-slot=priority] use")
    assert badge.get_attribute("href") == "#p1"  # the shape is in the page, not in a file
    before = assignment_of(service)
    assert before is not None
    assert before["status"] == "acknowledged"

    context.set_offline(False)
    expect(tablet.locator("[data-panel=cut]")).to_be_hidden(timeout=CUT_MS)
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(3)
    row = assignment_of(service)
    assert row is not None
    assert row["status"] == "on_scene"
    assert row["en_route_at"] < row["on_scene_at"]


def test_what_the_centre_has_meanwhile_made_impossible_is_refused_with_an_explanation(
    context: BrowserContext, tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(1)
    context.set_offline(True)
    expect(tablet.locator("[data-panel=cut]")).to_be_visible(timeout=CUT_MS)
    press(tablet, "en_route")
    service.command(
        service.person("dispatcher1"),
        "assignment.cancel",
        assignment_id=assigned["assignment_id"],
        reason="another unit is nearer",
    )

    context.set_offline(False)

    expect(tablet.locator("[data-panel=refusal]")).to_be_visible(timeout=CUT_MS)
    expect(tablet.locator("[data-slot=refusal]")).to_contain_text("Pusat tidak menerimanya")
    expect(tablet.locator("[data-panel=standby]")).to_be_visible()


def test_a_crew_on_its_way_is_told_that_the_centre_has_called_it_off_and_why(
    tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    press(tablet, "en_route")
    everything_is_sent(tablet)

    service.command(
        service.person("dispatcher1"),
        "assignment.cancel",
        assignment_id=assigned["assignment_id"],
        reason="unit lain lebih dekat",
    )

    notice = tablet.locator("[data-panel=called-off]")
    expect(notice).to_contain_text("Pusat membatalkan tugas #")
    expect(notice).to_contain_text("unit lain lebih dekat")
    notice.get_by_role("button", name="Paham").click()
    expect(notice).to_be_hidden()
    expect(tablet.locator("[data-panel=standby]")).to_be_visible()


def test_a_crew_that_ends_its_own_assignment_is_not_told_so(
    tablet: Page, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    press(tablet, "en_route")
    press(tablet, "on_scene")
    press(tablet, "clear")

    expect(tablet.locator("[data-panel=standby]")).to_be_visible()
    everything_is_sent(tablet)
    expect(tablet.locator("[data-panel=called-off]")).to_be_hidden()


def test_a_finger_anywhere_switches_the_sound_on_and_until_then_the_screen_says_that_it_is_off(
    browser: Browser, service: Service
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(EXPECT_MS)
    service.sign_in(page, service.crew_of(CALLSIGN)["username"])
    reloaded = context.new_page()  # nobody has touched this one, as after a restart of the tablet
    reloaded.set_default_timeout(EXPECT_MS)
    reloaded.goto(f"{service.url}/tablet/")
    sound = reloaded.locator("[data-slot=device] dd").nth(1)
    expect(sound).to_have_text("mati sampai disentuh")

    reloaded.locator("[data-slot=big-clock]").tap()

    expect(sound).to_have_text("hidup")
    context.close()


def test_a_silent_tablet_says_so_beside_an_assignment(
    browser: Browser, service: Service, assigned: dict[str, Any]
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, has_touch=True)
    service.sign_in(context.new_page(), service.crew_of(CALLSIGN)["username"])
    page = context.new_page()
    page.set_default_timeout(EXPECT_MS)
    page.goto(f"{service.url}/tablet/")
    expect(page.locator("[data-panel=assignment]")).to_be_visible()
    expect(page.locator("[data-panel=silent]")).to_contain_text("Bunyi mati")

    page.locator("[data-slot=address]").tap()

    expect(page.locator("[data-panel=silent]")).to_be_hidden()
    context.close()


def test_a_tablet_that_is_turned_still_shows_the_place_and_the_unit(
    tablet: Page, assigned: dict[str, Any]
) -> None:
    place = tablet.locator("[data-slot=map] .mk.inc .prio")
    expect(place).to_be_visible()

    tablet.set_viewport_size({"width": 390, "height": 844})

    for mark in (place, tablet.locator("[data-slot=map] .mk.unit .chip")):
        expect(mark).to_be_in_viewport(ratio=1)
    tablet.wait_for_function(
        """() => {
          const map = document.querySelector("[data-slot=map]").getBoundingClientRect();
          return [...document.querySelectorAll("[data-slot=map] .mk > *")].every((mark) => {
            const box = mark.getBoundingClientRect();
            return box.top >= map.top && box.bottom <= map.bottom;
          });
        }"""
    )


def test_a_phone_shows_the_whole_clock_and_the_arrival_time_beside_the_way(
    tablet: Page, assigned: dict[str, Any]
) -> None:
    tablet.set_viewport_size({"width": 390, "height": 844})
    press(tablet, "acknowledged")
    expect(tablet.locator("[data-slot=eta]")).to_be_visible()

    clock = tablet.locator("[data-slot=clock]").bounding_box()
    eta = tablet.locator("[data-slot=eta]").bounding_box()
    way = tablet.locator("[data-slot=nav]").bounding_box()
    assert clock is not None
    assert eta is not None
    assert way is not None
    assert clock["x"] + clock["width"] <= 390
    assert eta["x"] + eta["width"] <= way["x"]


def test_a_change_of_the_incident_stands_there_until_the_crew_has_read_it(
    tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(1)
    service.command(
        service.person("dispatcher1"),
        "incident.update",
        incident_id=assigned["incident_id"],
        note="Tabung gas di dapur",
    )

    expect(tablet.locator("[data-slot=changed]")).to_contain_text("catatan")
    tablet.locator("[data-act=change-read]").click()

    expect(tablet.locator("[data-slot=changed]")).to_be_hidden()
    expect(tablet.locator("[data-slot=note]")).to_have_text("Tabung gas di dapur")


def test_a_refusal_with_a_reason_alarms_the_centre(
    tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    tablet.locator("[data-slot=alt]").click()
    tablet.get_by_role("button", name="Tolak, dengan alasan").click()
    tablet.get_by_role("button", name="Kendaraan rusak").click()

    expect(tablet.locator("[data-panel=standby]")).to_be_visible()
    everything_is_sent(tablet)
    alarms = [row for row in service.board()["alarms"] if row["kind"] == "assignment_refused"]
    assert [alarm["facts"]["reason"] for alarm in alarms] == ["Kendaraan rusak"]
    clear(service, alarms)


def test_a_unit_goes_out_of_service_with_a_reason_and_comes_back(
    tablet: Page, service: Service
) -> None:
    tablet.locator("[data-slot=big-clock]").click()  # any touch lets the browser sound
    press(tablet, "choose")
    tablet.get_by_role("button", name="Rusak", exact=True).click()
    tablet.get_by_role("button", name="Mengisi bahan bakar").click()
    expect(tablet.locator("[data-slot=big-status]")).to_have_text("Rusak")
    expect(tablet.locator("[data-slot=big-more]")).to_contain_text("Mengisi bahan bakar")

    press(tablet, "choose")
    tablet.get_by_role("button", name="Siap", exact=True).click()

    expect(tablet.locator("[data-slot=big-status]")).to_have_text("Siap")
    everything_is_sent(tablet)
    assert the_unit(service)["status"] == "available"


def test_mayday_needs_a_hold_of_two_seconds_and_shows_who_has_answered(
    tablet: Page, service: Service
) -> None:
    button = tablet.locator("[data-slot=mayday]")
    button.click()
    expect(tablet.locator("[data-panel=mayday]")).to_be_hidden()
    assert service.board()["alarms"] == []

    box = button.bounding_box()
    assert box is not None
    tablet.mouse.move(box["x"] + 20, box["y"] + 20)
    tablet.mouse.down()
    expect(tablet.locator("[data-panel=mayday]")).to_be_visible()
    tablet.mouse.up()

    expect(tablet.locator("[data-slot=mayday-steps]")).to_contain_text("diterima")
    alarms = service.board()["alarms"]
    assert [(alarm["kind"], alarm["severity"]) for alarm in alarms] == [("mayday", "mayday")]
    service.command(service.person("dispatcher1"), "alarm.acknowledge", alarm_id=alarms[0]["id"])
    name = re.compile(service.board()["alarms"][0]["acknowledged_by"]["name"])
    expect(tablet.locator("[data-slot=mayday-steps]")).to_contain_text(name)
    clear(service, alarms)


def test_a_call_for_help_without_a_network_is_shown_at_once_and_sent_before_the_steps_that_wait(
    context: BrowserContext, tablet: Page, service: Service, assigned: dict[str, Any]
) -> None:
    press(tablet, "acknowledged")
    expect(tablet.locator("[data-slot=steps] .done")).to_have_count(1)
    context.set_offline(True)
    expect(tablet.locator("[data-panel=cut]")).to_be_visible(timeout=CUT_MS)
    press(tablet, "en_route")

    box = tablet.locator("[data-slot=mayday]").bounding_box()
    assert box is not None
    tablet.mouse.move(box["x"] + 20, box["y"] + 20)
    tablet.mouse.down()
    steps = tablet.locator("[data-slot=mayday-steps]")
    expect(steps).to_contain_text("tidak ada jaringan")
    tablet.mouse.up()
    context.set_offline(False)

    expect(steps).to_contain_text("diterima", timeout=CUT_MS)
    everything_is_sent(tablet)
    row = assignment_of(service)
    assert row is not None
    assert row["status"] == "en_route"
    alarms = service.board()["alarms"]
    assert [alarm["kind"] for alarm in alarms] == ["mayday"]
    clear(service, alarms)


def clear(service: Service, alarms: list[dict[str, Any]]) -> None:
    dispatcher = service.person("dispatcher1")
    for alarm in alarms:
        service.command(dispatcher, "alarm.acknowledge", alarm_id=alarm["id"])
        service.command(dispatcher, "alarm.clear", alarm_id=alarm["id"])


def test_the_tablet_reports_its_own_position(
    context: BrowserContext, tablet: Page, service: Service
) -> None:
    expect(tablet.locator("[data-slot=gps]")).to_contain_text("± 6 m")

    expect(tablet.locator("[data-slot=net]")).to_contain_text("Tersambung")
    context.set_geolocation({**POSITION, "latitude": 0.9151})
    tablet.evaluate(
        """async () => {
          for (;;) {
            const board = await (await fetch("/api/v1/board")).json();
            const unit = board.state.units.find((one) => one.id === board.viewer.unit_id);
            if (unit.position?.accuracy_m === 6) return;
            await new Promise((resolve) => setTimeout(resolve, 200));
          }
        }"""
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (390, 844)])
def test_every_button_is_big_enough_for_a_glove_and_nothing_lies_outside_the_screen(
    tablet: Page, assigned: dict[str, Any], width: int, height: int
) -> None:
    tablet.set_viewport_size({"width": width, "height": height})
    expect(tablet.locator("[data-panel=assignment]")).to_be_visible()

    for button in tablet.locator("button:visible, a.btn2:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TARGET_PX_MIN, button.inner_text()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


@pytest.mark.parametrize("theme", ["night", "day", "sun"])
def test_the_tablet_has_no_grave_fault_for_people_who_use_aids(
    tablet: Page, assigned: dict[str, Any], theme: str
) -> None:
    tablet.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    expect(tablet.locator("[data-panel=assignment]")).to_be_visible()
    tablet.evaluate(AXE.read_text())

    found = tablet.evaluate("() => axe.run({resultTypes: ['violations']})")

    grave = [one for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave] == []
