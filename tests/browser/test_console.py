"""The console in a real browser against a real service: from a ringing call to a cleared unit."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, Service

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
numbers = itertools.count(1)


def a_number() -> tuple[str, str]:
    """A caller nobody else uses: as the network sends it, and as the console shows it."""
    last = f"{next(numbers):04d}"
    return f"+628127011{last}", f"0812 7011 {last}"


@pytest.fixture
def console(page: Page, service: Service) -> Page:
    """The console of dispatcher1 with nobody waiting."""
    leave_nobody_waiting(service)
    service.sign_in(page, "dispatcher1")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    expect(page.locator("#units .u").first).to_be_visible()
    return page


def leave_nobody_waiting(service: Service) -> None:
    dispatcher = service.person("dispatcher1")
    for call in service.board()["calls"]:
        if call["status"] in {"ringing", "queued"}:
            service.command(dispatcher, "call.answer", call_id=call["id"])
        if not call["incident_id"]:
            service.command(dispatcher, "call.dispose", call_id=call["id"], disposition="test")


def leave_unassigned(service: Service, units: set[str]) -> None:
    """Take these units off whatever an earlier test has given them."""
    dispatcher = service.person("dispatcher1")
    for one in service.board()["assignments"]:
        if one["unit_id"] in units:
            cancelled = {"assignment_id": one["id"], "reason": "uji"}
            service.command(dispatcher, "assignment.cancel", **cancelled)


def incident_row(page: Page, number: str) -> Locator:
    return page.locator("#incidents tbody tr").filter(has_text=number[-4:])


def the_incident(service: Service, caller: str) -> dict[str, Any]:
    board = service.board()
    call = next(one for one in board["calls"] if one["caller"] == caller)
    return next(one for one in board["incidents"] if one["id"] == call["incident_id"])


def test_a_signed_call_is_answered_becomes_an_incident_and_its_unit_is_seen_to_the_end(
    console: Page, service: Service
) -> None:
    caller, shown = a_number()
    service.rings(caller)
    strip = console.locator("[data-panel=strip]")
    expect(strip.locator(".who")).to_have_text(shown)
    expect(console.locator("#calls")).to_contain_text(shown)

    strip.get_by_role("button", name=re.compile("F1$")).first.click()
    case = console.locator("#case")
    expect(case.locator("h2")).to_contain_text(shown)
    expect(console.locator("#case-type")).to_be_focused()

    console.keyboard.type("keba")
    console.keyboard.press("Enter")
    expect(console.locator("#case-type")).to_have_value("Kebakaran")
    console.locator("#case-address").fill("RSUD")
    evidence = case.locator(".evidence [role=option]").first
    expect(evidence).to_contain_text("RSUD")
    evidence.click()
    expect(case.locator(".evidence .ev.sel")).to_have_count(1)
    case.get_by_role("button", name=re.compile("Ctrl Enter")).click()
    expect(case.locator("h2")).to_contain_text("Kebakaran")

    incident = the_incident(service, caller)
    assert incident["type"] == "fire"
    assert incident["location"] is not None
    expect(incident_row(console, incident["number"])).to_have_class(re.compile("sel"))
    recommended = console.locator("#rec .rc:not(.no)")
    expect(recommended.first).to_contain_text(re.compile(r"\d+(–\d+)? (mnt|min)"))
    count = recommended.count()
    console.locator("#rec [data-send]").click()
    expect(case.locator(".as")).to_have_count(count)

    board = service.board()
    units = {unit["id"]: unit for unit in board["units"]}
    assignment = next(one for one in board["assignments"] if one["incident_id"] == incident["id"])
    callsign = units[assignment["unit_id"]]["callsign"]
    crew = service.crew_of(callsign)
    row = case.locator(".as").filter(has_text=callsign)
    unit_row = console.locator(f"#unit-{assignment['unit_id']}")
    act = {"assignment_id": assignment["id"]}
    service.command(crew, "assignment.acknowledge", **act)
    expect(unit_row).to_contain_text("Diterima")
    for status, word in (("en_route", "Menuju"), ("on_scene", "Di lokasi")):
        service.command(crew, "assignment.advance", status=status, **act)
        expect(unit_row).to_contain_text(word)
        expect(row).to_contain_text(word)
    expect(case.locator(".steps")).not_to_contain_text("belum")
    service.command(crew, "assignment.advance", status="clear", **act)
    expect(row).to_have_count(0)
    expect(unit_row).to_contain_text("Siap")
    expect(case.locator(".tl")).to_contain_text(f"{callsign}: Selesai")


def test_the_whole_way_with_the_keyboard_alone(console: Page, service: Service) -> None:
    caller, shown = a_number()
    service.rings(caller)
    keys = console.keyboard
    expect(console.locator("[data-panel=strip] .who")).to_have_text(shown)
    keys.press("F1")
    expect(console.locator("#case-type")).to_be_focused()
    keys.type("gawat")
    keys.press("Enter")
    keys.press("Alt+Digit2")
    keys.press("Alt+KeyA")
    keys.type("Pelantar")
    evidence = console.locator("#case .evidence [role=option]")
    expect(evidence.first).to_be_visible()
    keys.press("Alt+KeyL")
    keys.press("1")
    expect(console.locator("#case .ev.sel")).to_have_count(1)
    keys.press("Control+Enter")
    expect(console.locator("#case h2")).to_contain_text("Gawat medis")
    incident = the_incident(service, caller)
    assert incident["priority"] == 2

    expect(console.locator("#rec .rc:not(.no)").first).to_be_visible()
    keys.press("F6")
    keys.press("Enter")
    expect(console.locator("#case .as").first).to_be_visible()
    board = service.board()
    assignment = next(one for one in board["assignments"] if one["incident_id"] == incident["id"])
    callsign = next(
        unit["callsign"] for unit in board["units"] if unit["id"] == assignment["unit_id"]
    )
    number = incident["number"].split("-")[1].lstrip("0")
    preview = console.locator("[data-preview]")
    row = console.locator("#case .as").filter(has_text=callsign)
    for word, seen in (("terima", "Diterima"), ("tiba", "Di lokasi"), ("selesai", None)):
        keys.press("F10")
        keys.type(f"{callsign.lower()} {word}")
        expect(preview).to_contain_text("Akan:")
        keys.press("Enter")
        if seen:
            expect(row).to_contain_text(seen)
        else:
            expect(row).to_have_count(0)
        expect(console.locator("[data-input]")).to_have_value("")
    keys.type(f"tutup #{number} ditangani")
    keys.press("Enter")
    expect(incident_row(console, incident["number"])).to_have_count(0)


def test_what_is_half_typed_stays_with_its_own_call(console: Page, service: Service) -> None:
    first, first_shown = a_number()
    service.rings(first)
    strip = console.locator("[data-panel=strip] .who")
    expect(strip).to_have_text(first_shown)
    console.keyboard.press("F1")
    expect(console.locator("#case-type")).to_be_focused()
    console.keyboard.type("keba")
    second, second_shown = a_number()
    service.rings(second)
    expect(strip).to_have_text(second_shown)
    console.keyboard.press("F1")
    expect(console.locator("#case h2")).to_contain_text(second_shown)
    expect(console.locator("#case-type")).to_have_value("")
    console.keyboard.press("Alt+KeyN")
    console.keyboard.type("anak jatuh dari pohon")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#case h2")).to_contain_text("Jenis tidak diketahui")
    assert the_incident(service, second)["note"] == "anak jatuh dari pohon"

    console.locator("#calls .call").filter(has_text=first_shown).click()
    expect(console.locator("#case-type")).to_have_value("Kebakaran")


def test_a_prank_is_ended_with_f9_and_a_digit_from_where_the_answer_left_the_focus(
    console: Page, service: Service
) -> None:
    caller, shown = a_number()
    service.rings(caller)
    expect(console.locator("[data-panel=strip] .who")).to_have_text(shown)
    console.keyboard.press("F1")
    expect(console.locator("#case-type")).to_be_focused()
    console.keyboard.press("F9")
    expect(console.locator("[data-preview]")).to_contain_text(f"{shown}: 1 Hantu · 2 Iseng")
    console.keyboard.press("2")
    judged = (
        console.get_by_role("group", name="Baru dinilai").locator(".call").filter(has_text=shown)
    )
    expect(judged).to_contain_text("Iseng")
    expect(console.locator("#calls .call").filter(has_text=shown)).to_have_count(1)
    expect(console.locator("#case h2")).to_be_hidden()
    judged.click()
    console.keyboard.press("F9")
    console.keyboard.press("3")
    expect(judged).to_contain_text("Informasi")


def test_a_number_that_only_pranks_waits_behind_a_newer_caller_until_one_click_frees_it(
    console: Page, service: Service
) -> None:
    child, shown = a_number()
    dispatcher = service.person("dispatcher1")
    for _ in range(3):
        service.rings(child)
        call = the_call(service, child)
        service.command(dispatcher, "call.answer", call_id=call["id"])
        service.command(dispatcher, "call.dispose", call_id=call["id"], disposition="prank")
    service.rings(child)
    waiting = console.locator("#calls .call").filter(has_text=shown)
    expect(waiting).to_contain_text("dibatasi")
    expect(waiting).to_contain_text("3× iseng")
    other, other_shown = a_number()
    service.rings(other)
    who = console.locator("[data-panel=strip] .who")
    expect(who).to_have_text(other_shown)  # it came later and is answered first

    waiting.click()
    expect(console.locator("#case .past")).to_have_text(
        "Nomor ini: 3 panggilan iseng dalam 7 hari"
    )
    console.get_by_role("button", name="Cabut pembatasan").click()
    expect(waiting).not_to_contain_text("dibatasi")


def test_who_hung_up_twice_is_one_line_and_is_called_back_with_two_keys(
    console: Page, service: Service
) -> None:
    caller, shown = a_number()
    for _ in range(2):
        service.hangs_up(service.rings(caller), caller)
    over = console.get_by_role("group", name="Berakhir, belum dinilai")
    line = over.locator(".call").filter(has_text=shown)
    expect(line).to_have_count(1)
    expect(line).to_contain_text("×2")

    line.dblclick()
    expect(console.get_by_role("button", name="Telepon balik")).to_be_visible()
    console.keyboard.press("Alt+KeyB")

    expect(line).to_have_count(0)
    in_hand = console.get_by_role("group", name="Tersambung").locator(".call")
    expect(in_hand.filter(has_text=shown)).to_contain_text("sedang ditelepon balik")


def the_call(service: Service, caller: str) -> dict[str, Any]:
    return next(one for one in service.board()["calls"] if one["caller"] == caller)


def test_an_incident_opened_from_the_command_line_keeps_what_the_call_has_told(
    console: Page, service: Service
) -> None:
    caller, shown = a_number()
    service.rings(caller)
    expect(console.locator("[data-panel=strip] .who")).to_have_text(shown)
    console.keyboard.press("F1")
    expect(console.locator("#case-type")).to_be_focused()
    console.keyboard.press("Alt+KeyA")
    console.keyboard.type("RSUD")
    console.locator("#case .evidence [role=option]").first.click()
    expect(console.locator("#case .ev.sel")).to_have_count(1)
    console.keyboard.press("F10")
    console.keyboard.type("baru banjir")
    console.keyboard.press("Enter")
    expect(console.locator("#case h2")).to_contain_text("Banjir")
    incident = the_incident(service, caller)
    assert incident["address"] == "RSUD"
    assert incident["location"] is not None


def test_a_refusal_is_said_in_words_and_what_was_typed_stays(
    console: Page, service: Service
) -> None:
    dispatcher = service.person("dispatcher2")
    opened = service.command(dispatcher, "incident.open", type="other", priority=3, location=None)
    unit = next(one for one in service.board()["units"] if one["callsign"] == "POL-13")
    number = opened["number"].split("-")[1].lstrip("0")
    ids = {"incident_id": opened["incident_id"], "unit_id": unit["id"]}
    expect(incident_row(console, opened["number"])).to_have_count(1)
    assigned = service.command(dispatcher, "unit.assign", **ids)
    expect(console.locator(f"#unit-{unit['id']}")).to_contain_text("Ditugaskan")
    console.keyboard.press("F10")
    console.keyboard.type(f"tutup #{number} ditangani")
    console.keyboard.press("Enter")
    expect(console.locator("[data-preview]")).to_contain_text("1 unit masih bertugas")
    expect(console.locator("[data-input]")).to_have_value(f"tutup #{number} ditangani")
    service.command(
        dispatcher,
        "assignment.cancel",
        assignment_id=assigned["assignment_id"],
        reason="uji",
    )
    console.keyboard.press("Enter")
    expect(incident_row(console, opened["number"])).to_have_count(0)


def test_new_incidents_wait_while_the_pointer_is_on_the_list(
    console: Page, service: Service
) -> None:
    dispatcher = service.person("dispatcher2")

    def opened(priority: int) -> str:
        result = service.command(
            dispatcher, "incident.open", type="other", priority=priority, location=None
        )
        return result["number"]

    first = opened(3)
    expect(incident_row(console, first)).to_have_count(1)
    console.locator("#incidents").hover()
    second = opened(1)
    expect(console.locator("#incidents [data-new]")).to_be_visible()
    expect(incident_row(console, second)).to_have_count(0)
    console.keyboard.press("n")
    expect(incident_row(console, second)).to_have_count(1)
    expect(console.locator("#incidents [data-new]")).to_be_hidden()


def test_the_help_lies_over_the_map(console: Page) -> None:
    middle = console.locator("#map .map").bounding_box()
    assert middle is not None
    console.keyboard.press("?")
    expect(console.locator("[data-panel=help]")).to_be_visible()
    on_top = (
        """([x, y]) => document.elementFromPoint(x, y).closest("[data-panel]").dataset.panel"""
    )
    at = [middle["x"] + middle["width"] / 2, middle["y"] + middle["height"] / 2]
    assert console.evaluate(on_top, at) == "help"


def test_a_citizens_words_are_shown_inert(console: Page, service: Service) -> None:
    caller, shown = a_number()
    words = "<img src=x onerror=alert(1)> tolong \u202eapi"
    service.writes(caller, words)
    row = console.locator("#calls .call").filter(has_text=shown)
    row.click()
    expect(row).to_have_class(re.compile("pick"))
    expect(console.locator("#case .said")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(console.locator("#case img")).to_have_count(0)


def test_the_cut_bar_comes_when_the_service_stops_and_goes_when_it_is_back(
    console: Page, service: Service
) -> None:
    bar = console.locator("[data-panel=cutbar]")
    expect(bar).to_be_hidden()
    service.stop()
    try:
        expect(bar).to_contain_text("TERPUTUS")
        expect(console.locator("html")).to_have_attribute("data-link", "cut")
        console.keyboard.press("F10")
        console.keyboard.type("baru banjir")
        console.keyboard.press("Enter")
        expect(console.locator("[data-preview]")).to_contain_text("Terputus")
        expect(console.locator("[data-input]")).to_have_value("baru banjir")
    finally:
        service.start()
    expect(bar).to_be_hidden()
    expect(console.locator("html")).to_have_attribute("data-link", "live")
    caller, shown = a_number()
    service.rings(caller)
    expect(console.locator("#calls")).to_contain_text(shown)


# What is read as a number: clock and duration, a caller's number, an incident's number; and the callsigns.
CUT_NUMBERS = r"""() => {
  const number = /^(\+?\d+:)?\d\d:\d\d( \?)?$|^\d{4} \d{4}( \d+)?$|^\d{4}$/;
  const seen = (element) => element.checkVisibility();
  const leaves = [...document.querySelectorAll("main *")].filter(
    (one) => !one.children.length && seen(one)
      && (number.test(one.textContent.trim()) || one.matches(".cs, .us b")));
  const cut = (leaf) => {
    const range = document.createRange();
    range.selectNodeContents(leaf);
    const text = range.getBoundingClientRect();
    for (let box = leaf; !box.matches(".panel"); box = box.parentElement) {
      const edge = box.getBoundingClientRect();
      if (getComputedStyle(box).overflowX !== "visible"
        && (text.right > edge.right + 1 || text.left < edge.left - 1)) return true;
    }
    return false;
  };
  return leaves.filter(cut).map((one) => one.textContent);
}"""


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (960, 540)])
def test_no_number_and_no_callsign_is_cut(
    page: Page, service: Service, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    leave_nobody_waiting(service)
    dispatcher = service.person("dispatcher2")
    caller, shown = a_number()
    service.rings(caller)
    call = next(one for one in service.board()["calls"] if one["caller"] == caller)
    service.command(dispatcher, "call.answer", call_id=call["id"])
    place = {"lat": 0.9185, "lng": 104.4548, "label": "Jl. Pramuka, Tanjung Ayun Sakti"}
    service.command(dispatcher, "call.locate", call_id=call["id"], location=place)
    opened = service.command(
        dispatcher, "incident.open", type="fire", priority=1, location=place, call_id=call["id"]
    )
    units = {one["callsign"]: one["id"] for one in service.board()["units"]}
    names = ("DAMKAR-3", "POL-M2")
    leave_unassigned(service, {units[name] for name in names})
    sent = [
        service.command(
            dispatcher,
            "unit.assign",
            incident_id=opened["incident_id"],
            unit_id=units[name],
        )["assignment_id"]
        for name in names
    ]
    service.rings(a_number()[0])
    service.sign_in(page, "dispatcher1")
    incident_row(page, opened["number"]).click()
    expect(page.locator("#case .as")).to_have_count(len(names))
    expect(page.locator("#case .ev .who").first).to_be_visible()
    expect(page.locator("#case .caller")).to_contain_text(shown)
    expect(page.locator("#rec .rc").first).to_be_visible()
    cut = page.evaluate(CUT_NUMBERS)
    for assignment in sent:
        service.command(dispatcher, "assignment.cancel", assignment_id=assignment, reason="uji")
    assert cut == []


def grave_findings(page: Page) -> list[str]:
    if not AXE.exists():
        pytest.skip("node_modules is not installed")
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document)).violations")
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["night", "day"])
def test_axe_finds_nothing_grave_on_the_console(page: Page, service: Service, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": service.url}])
    leave_nobody_waiting(service)
    caller, shown = a_number()
    service.rings(caller)
    service.writes(a_number()[0], "asap hitam dekat pelantar 2")
    service.command(
        service.person("dispatcher2"), "incident.open", type="fire", priority=1, location=None
    )
    service.sign_in(page, "dispatcher1")
    expect(page.locator("#calls")).to_contain_text(shown)
    page.keyboard.press("F3")
    expect(page.locator("#case h2")).to_be_visible()
    expect(page.locator("#rec .rc, #rec .none").first).to_be_visible()
    assert grave_findings(page) == []


@pytest.mark.parametrize("theme", ["night", "day"])
def test_axe_finds_nothing_grave_on_the_sign_in_page(
    page: Page, service: Service, theme: str
) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": service.url}])
    page.goto(f"{service.url}/accounts/login/")
    expect(page.locator("#id_username")).to_be_focused()
    assert grave_findings(page) == []
