"""A console that is behind or cut says so in every panel, goes on without holes, and keeps the board for paper."""

from __future__ import annotations

import re
import signal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import EXPECT_MS, Service
from tests.browser.test_console import a_number, leave_nobody_waiting

pytestmark = pytest.mark.browser
PANELS = ("calls", "alarms", "incidents", "units", "case", "map", "rec")
AGE_OF = """(id) => {
  const panel = document.getElementById(id);
  const head = getComputedStyle(panel.querySelector("header, .hd"), "::after").content;
  const { borderStyle, backgroundImage } = getComputedStyle(panel);
  return { head, borderStyle, hatched: backgroundImage.includes("repeating") };
}"""
KEPT = """async () => {
  const found = await caches.match("/console/pack.json", { cacheName: "siaga-pack" });
  const text = found ? await found.text() : "";
  const shell = (await caches.keys()).some((name) => name.startsWith("siaga-pack-shell"));
  return shell && navigator.serviceWorker.controller ? text : "";
}"""


def until_kept(page: Page, words: str) -> None:
    """The pack with these words lies in the browser. Not by wait_for_function: it takes a promise for a yes."""
    within = f"""async (words) => {{
      for (const end = Date.now() + {EXPECT_MS}; Date.now() < end; ) {{
        if ((await ({KEPT})()).includes(words)) return true;
        await new Promise((again) => setTimeout(again, 50));
      }}
      return false;
    }}"""
    assert page.evaluate(within, words), f"no pack with {words} is kept"


@pytest.fixture
def console(page: Page, service: Service) -> Page:
    leave_nobody_waiting(service)
    service.sign_in(page, "dispatcher1")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    expect(page.locator("#units .u").first).to_be_visible()
    return page


@pytest.fixture(autouse=True)
def running_again(service: Service):
    yield
    if service.process is not None:
        service.process.send_signal(signal.SIGCONT)
    else:
        service.start()


def assert_every_panel_is_old(console: Page) -> None:
    for panel in PANELS:
        seen = console.evaluate(AGE_OF, panel)
        assert seen["hatched"], (panel, seen)
        assert seen["borderStyle"] == "dashed", (panel, seen)
        assert re.search(r"\d\d:\d\d", seen["head"]), (panel, seen)


def assert_shapes_drawn_anew_are_seen(console: Page) -> None:
    """Rows that a cut console draws still tell a free unit from a busy one."""
    console.locator("#incidents tbody tr").last.click()
    shapes = console.locator("#units .u use").all()
    assert shapes
    for shape in shapes:
        again = shape.evaluate(
            "it => { const anew = it.cloneNode(); it.replaceWith(anew); return anew.getBBox().width }"
        )
        assert again > 0


def an_incident(service: Service, **fields) -> dict:
    dispatcher = service.person("dispatcher1")
    return service.command(dispatcher, "incident.open", type="fire", priority=1, **fields)


def test_a_silent_service_makes_every_panel_old_and_the_bar_cannot_be_closed(
    console: Page, service: Service
) -> None:
    an_incident(service, address="Jalan Merdeka 1")
    console.locator("#incidents tbody tr").first.click()
    service.process.send_signal(signal.SIGSTOP)
    expect(console.locator("html")).to_have_attribute("data-link", "behind")
    expect(console.locator(".cutbar")).to_contain_text("TERTINGGAL")
    assert_every_panel_is_old(console)
    expect(console.locator("html")).to_have_attribute("data-link", "cut")
    bar = console.locator(".cutbar")
    expect(bar).to_contain_text("TERPUTUS")
    assert_shapes_drawn_anew_are_seen(console)
    expect(bar.get_by_role("button")).to_have_count(0)
    console.keyboard.press("Escape")
    expect(bar).to_be_visible()
    assert_every_panel_is_old(console)

    service.process.send_signal(signal.SIGCONT)
    expect(console.locator("html")).to_have_attribute("data-link", "live")
    expect(bar).to_be_hidden()


def test_after_a_killed_worker_the_console_goes_on_without_hole_and_typed_words_stay(
    console: Page, service: Service
) -> None:
    before = an_incident(service, note="sebelum")
    console.locator("#incidents tbody tr").filter(has_text=before["number"][-4:]).click()
    typed = console.locator("[data-panel=dock] [data-input]")
    typed.fill("catat belum dikirim")
    service.stop()
    expect(console.locator("html")).to_have_attribute("data-link", "cut")
    service.start()
    during = [an_incident(service, note=f"selama putus {number}") for number in range(3)]
    expect(console.locator("html")).to_have_attribute("data-link", "live")
    after = an_incident(service, note="sesudah")

    reveal = console.locator("#incidents [data-new]")
    rows = console.locator("#incidents tbody tr")
    expect(reveal.or_(rows.filter(has_text=after["number"][-4:])).first).to_be_visible()
    if reveal.is_visible():
        reveal.click()
    for incident in (before, *during, after):
        expect(rows.filter(has_text=incident["number"][-4:])).to_have_count(1)
    expect(typed).to_have_value("catat belum dikirim")


def test_the_manual_pack_is_there_with_every_server_dead_and_gone_after_signing_out(
    console: Page, service: Service
) -> None:
    caller, shown = a_number()
    service.rings(caller)
    waiting, waiting_shown = a_number()
    call = next(one for one in service.board()["calls"] if one["caller"] == caller)
    dispatcher = service.person("dispatcher1")
    service.command(dispatcher, "call.answer", call_id=call["id"])
    incident = an_incident(
        service, call_id=call["id"], address="Jalan Pemuda 7", note="dua orang di dalam"
    )
    unit = next(one for one in service.board()["units"] if one["status"] == "available")
    service.command(
        dispatcher, "unit.assign", incident_id=incident["incident_id"], unit_id=unit["id"]
    )
    service.rings(waiting)
    expect(console.locator("#calls")).to_contain_text(waiting_shown)
    console.reload()
    expect(console.locator("html")).to_have_attribute("data-link", "live")
    until_kept(console, incident["number"])

    service.stop()
    console.reload()
    pack = console.locator("[data-sections]")
    expect(pack).to_contain_text(incident["number"])
    for words in (
        shown.replace(" ", "\u00a0"),
        "Jalan Pemuda 7",
        "dua orang di dalam",
        unit["callsign"],
        waiting_shown.replace(" ", "\u00a0"),
        "Daftar telepon",
    ):
        expect(pack).to_contain_text(words)
    expect(console.locator("[data-age]")).to_have_text(re.compile(r"0:0\d:\d\d"))
    expect(console.locator("[data-state]")).to_contain_text("tidak menjawab")
    size = console.locator("[data-age]").evaluate(
        "it => parseFloat(getComputedStyle(it).fontSize)"
    )
    assert size >= 40

    service.start()
    expect(console.locator("[data-state]")).to_contain_text("menjawab lagi")
    console.locator("[data-retry]").click()
    expect(console.locator("html")).to_have_attribute("data-link", "live")
    console.locator("form[data-sign-out] button").click()
    console.wait_for_url("**/accounts/login/**")
    assert console.evaluate("async () => caches.has('siaga-pack')") is False


def test_the_key_of_the_cut_bar_opens_the_pack(console: Page, service: Service) -> None:
    until_kept(console, '"sections"')
    service.stop()
    expect(console.locator(".cutbar .pack")).to_contain_text("Ctrl P")
    with console.expect_popup() as opened:
        console.keyboard.press("Control+KeyP")
    expect(opened.value.locator("h1").nth(1)).to_contain_text("Paket darurat")


def test_a_session_that_ends_in_the_shift_is_renewed_over_the_board_without_losing_a_word(
    page: Page, service: Service
) -> None:
    service.stop()
    service.env["SESSION_HOURS"] = "0.006"  # 22 s
    service.start()
    try:
        service.sign_in(page, "dispatcher1")
        expect(page.locator("html")).to_have_attribute("data-link", "live")
        typed = page.locator("[data-panel=dock] [data-input]")
        typed.fill("catat belum dikirim")
        again = page.locator("[data-panel=again]")
        expect(again).to_contain_text("berakhir dalam", timeout=30_000)
        expect(again).to_contain_text("sudah berakhir", timeout=30_000)
        expect(page.locator("html")).to_have_attribute("data-link", "cut", timeout=30_000)
        again.locator("[name=password]").fill("salah")
        page.keyboard.press("Enter")
        expect(again).to_contain_text("Kata sandi salah")
        again.locator("[name=password]").fill(service.person("dispatcher1")["password"])
        page.keyboard.press("Enter")
        expect(page.locator("html")).to_have_attribute("data-link", "live")
        expect(typed).to_have_value("catat belum dikirim")
        assert "/console/" in page.url
    finally:
        del service.env["SESSION_HOURS"]
        service.stop()
        service.start()
