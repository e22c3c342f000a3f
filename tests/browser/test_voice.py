"""A call as dispatchers work it, in real browsers with the job worker and the emulator: hold, third party, listening,
and a browser that dies in the middle of it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, expect

from tests.browser.conftest import ROOT, Service
from tests.browser.test_console import a_number, leave_nobody_waiting

pytestmark = pytest.mark.browser
RETURNED_WITHIN_S = 10


@pytest.fixture(scope="module", autouse=True)
def worker(running_service: Service) -> Iterator[None]:
    """What goes out and what waits for an instant is done by it."""
    command = [sys.executable, "manage.py", "jobs"]
    process = subprocess.Popen(command, cwd=ROOT, env=running_service.env)
    yield
    process.send_signal(signal.SIGTERM)
    process.wait()


@pytest.fixture
def console(page: Page, service: Service) -> Page:
    leave_nobody_waiting(service)
    return at_the_desk(page, service, "dispatcher1")


def at_the_desk(page: Page, service: Service, who: str) -> Page:
    service.sign_in(page, who)
    page.goto(f"{service.url}/console/")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    return page


def desk(page: Page) -> Locator:
    return page.locator("[data-panel=line]")


def people(page: Page) -> Locator:
    return desk(page).locator(".people li")


def answered(console: Page, service: Service) -> tuple[str, str]:
    caller, shown = a_number()
    sid = service.rings(caller)
    expect(console.locator("[data-panel=strip] .who")).to_have_text(shown)
    console.keyboard.press("F1")
    expect(people(console)).to_have_text(
        [re.compile("^Pelapor.*bicara"), re.compile("^Anda.*bicara")]
    )
    return sid, caller


def test_the_line_stands_in_its_place_and_says_how_one_is_rung(console: Page) -> None:
    expect(desk(console)).to_contain_text("Saluran Anda kosong")
    expect(desk(console).locator(".seat")).to_have_text("Peramban: siap")
    console.keyboard.press("Alt+y")
    console.get_by_label("Di telepon meja").check()
    console.get_by_label("Nomor telepon meja").fill("0771 20002")
    console.keyboard.press("Enter")
    expect(desk(console).locator(".seat")).to_contain_text("Telepon meja")
    console.reload()
    expect(desk(console).locator(".seat")).to_contain_text("Telepon meja")
    console.keyboard.press("Alt+y")
    console.get_by_label("Di peramban ini").check()
    console.keyboard.press("Enter")
    expect(desk(console).locator(".seat")).to_have_text("Peramban: siap")


def test_a_caller_is_held_a_hospital_is_asked_and_takes_over(
    console: Page, service: Service
) -> None:
    sid, caller = answered(console, service)
    focused = console.evaluate("document.activeElement.id")
    console.keyboard.press("Alt+h")
    expect(people(console).first).to_contain_text("ditahan")
    console.keyboard.press("Alt+h")
    expect(people(console).first).to_contain_text("bicara")
    console.keyboard.press("Alt+m")
    expect(people(console).nth(1)).to_contain_text("bisu")
    console.keyboard.press("Alt+m")
    assert console.evaluate("document.activeElement.id") == focused, "a key took the focus away"

    console.keyboard.press("Alt+p")
    console.keyboard.type("rsud raja")
    console.keyboard.press("Enter")
    expect(people(console)).to_have_count(3)
    expect(people(console).nth(2)).to_contain_text("RSUD Raja Ahmad Tabib")
    expect(people(console).nth(2)).to_contain_text("bicara")
    expect(people(console).first).to_contain_text("ditahan")
    console.keyboard.press("Alt+r")
    expect(people(console).first).to_contain_text("bicara")

    console.keyboard.press("Alt+p")
    console.keyboard.type("juru bahasa isyarat")
    console.keyboard.press("Control+Enter")
    expect(people(console).filter(has_text="Juru bahasa isyarat")).to_contain_text("bicara")
    console.keyboard.press("Alt+o")
    expect(desk(console)).to_contain_text("Saluran Anda kosong")
    expect(console.locator("#calls .call").filter(has_text="diserahkan")).to_be_visible()
    service.hangs_up(sid, caller)


def test_a_supervisor_listens_and_the_dispatcher_is_not_disturbed(
    console: Page, service: Service, browser: Browser
) -> None:
    sid, caller = answered(console, service)
    focused = console.evaluate("document.activeElement.id")
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    other = at_the_desk(context.new_page(), service, "supervisor1")
    call = next(one for one in service.board()["calls"] if one["caller"] == caller)
    other.locator(f"#call-{call['id']}").click()
    other.get_by_role("button", name="Dengarkan").click()
    expect(people(other).last).to_contain_text("mendengarkan")
    expect(people(console).last).to_contain_text("mendengarkan")
    assert console.evaluate("document.activeElement.id") == focused
    desk(other).get_by_role("button", name="Bisikkan").click()
    expect(people(console).last).to_contain_text("berbisik")
    desk(other).get_by_role("button", name="Keluar").click()
    expect(people(console)).to_have_count(2)
    context.close()
    service.hangs_up(sid, caller)


def test_a_browser_that_dies_brings_its_caller_to_the_front_within_ten_seconds(
    console: Page, service: Service, browser: Browser
) -> None:
    waits_longer, _ = a_number()
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    doomed = at_the_desk(context.new_page(), service, "dispatcher2")
    sid, caller = answered(doomed, service)
    service.rings(waits_longer)
    expect(console.locator("[data-panel=strip] .who")).to_be_visible()

    begun_s = time.monotonic()
    with pytest.raises(Error):
        doomed.goto("chrome://crash")
    front = console.locator("#calls [data-list] .call").first
    expect(front).to_contain_text("putus", timeout=1000 * RETURNED_WITHIN_S)
    assert time.monotonic() - begun_s < RETURNED_WITHIN_S
    expect(console.locator("[data-panel=strip] .back")).to_contain_text("kembali")

    console.keyboard.press("F1")
    expect(people(console)).to_have_text(
        [re.compile("^Pelapor.*bicara"), re.compile("^Anda.*bicara")]
    )
    call = next(one for one in service.board()["calls"] if one["caller"] == caller)
    assert call["status"] == "answered"
    service.hangs_up(sid, caller)
    context.close()
