"""The telephones in a real browser: a citizen calls from the page, a dispatcher answers on the console."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import EXPECT_MS, ROOT, START_S_MAX, Service, free_port
from tests.browser.test_console import AXE, GRAVE, leave_nobody_waiting
from tests.failure.harness.stack import wait_for

pytestmark = pytest.mark.browser
SITI, BUDI = "+6281364000001", "+6281364000002"
STOP_S = 20
REPORTED_S = 15


@dataclass(frozen=True)
class Child:
    process: subprocess.Popen[bytes]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(STOP_S)


@pytest.fixture(scope="module")
def phones_url(running_service: Service) -> Iterator[str]:
    """The real command, and a job worker that asks it in the provider's place."""
    url = f"http://127.0.0.1:{free_port()}"
    env = {**running_service.env, "TWILIO_API_BASE_URL": url, "TWILIO_NUMBER": "+62771112"}
    with ExitStack() as running:
        for words in (["phone", "serve"], ["jobs"]):
            command = [sys.executable, "manage.py", *words]
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL)
            running.enter_context(closing(Child(process)))
        wait_for(lambda: answers(f"{url}/phone/"), START_S_MAX, what="the telephones are there")
        yield url


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def phones(browser: Browser, phones_url: str, errors: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(EXPECT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
    page.goto(f"{phones_url}/phone/?lang=en")
    yield page
    context.close()


@pytest.fixture
def console(page: Page, service: Service) -> Page:
    leave_nobody_waiting(service)
    service.sign_in(page, "dispatcher1")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    return page


def calls_of(service: Service, number: str) -> list[dict[str, Any]]:
    return [one for one in service.board()["calls"] if one["caller"] == number]


def phone_of(phones: Page, number: str) -> Locator:
    return phones.locator(f"article.phone[data-number='{number}']")


def test_a_citizen_calls_a_dispatcher_answers_both_talk_and_the_citizen_is_called_back(
    phones: Page, console: Page, service: Service
) -> None:
    siti = phone_of(phones, SITI)
    siti.get_by_role("button", name="Call 112").click()
    expect(siti.locator(".heard")).to_contain_text("satu satu dua")
    strip = console.locator("[data-panel=strip]")
    expect(strip.locator(".who")).to_have_text("0813 6400 0001")

    strip.get_by_role("button", name=re.compile("F1$")).first.click()

    expect(siti.locator(".state")).to_have_text("Talking with the centre")
    siti.get_by_placeholder("Say something on the line…").fill("rumah saya terbakar")
    siti.get_by_role("button", name="Say", exact=True).click()
    expect(siti.locator(".heard .mine")).to_have_text("rumah saya terbakar")
    siti.get_by_role("button", name="Hang up").click()
    expect(siti.locator(".state")).to_have_text("Call ended")

    # The provider's report of the end is on its way while the telephone says so already.
    wait_for(
        lambda: [one["status"] for one in calls_of(service, SITI)] == ["ended"],
        REPORTED_S,
        what="the end is on the board",
    )
    [call] = calls_of(service, SITI)
    assert call["left_by_caller"]
    service.command(service.person("dispatcher1"), "call.call_back", call_id=call["id"])
    expect(siti.locator(".state")).to_have_text("+62771112 is calling")
    siti.get_by_role("button", name="Answer").click()
    expect(siti.locator(".state")).to_have_text("Talking with the centre")
    siti.get_by_role("button", name="Hang up").click()
    expect(siti.locator(".state")).to_have_text("Call ended")


def test_a_citizen_writes_sends_a_pin_and_reads_the_answer_whose_link_can_be_clicked(
    phones: Page, console: Page, service: Service
) -> None:
    budi = phone_of(phones, BUDI)
    budi.get_by_placeholder("Write a message…").fill("ada asap dari ruko")
    budi.get_by_placeholder("Write a message…").press("Enter")
    expect(budi.locator(".thread .mine")).to_contain_text("ada asap dari ruko")
    budi.get_by_role("button", name="Pin", exact=True).click()
    budi.locator("svg.city").click(position={"x": 100, "y": 100})
    budi.get_by_role("button", name="Send position by WhatsApp").click()
    expect(budi.locator(".thread .pin")).to_have_count(1)

    wait_for(
        lambda: any(one["locations"] for one in calls_of(service, BUDI)),
        REPORTED_S,
        what="the position is on the board",
    )
    [call] = calls_of(service, BUDI)
    assert call["channel"] == "whatsapp"
    shown = budi.locator(".thread .pin").inner_text().split(", ")
    pin = next(one for one in call["locations"] if one["source"] == "whatsapp")
    assert [f"{pin['lat']:.6f}", f"{pin['lng']:.6f}"] == shown
    ada = service.person("dispatcher1")
    service.command(ada, "call.answer", call_id=call["id"])
    text = "Lihat https://112.example.go.id/l/abc sekarang <b>"
    service.command(ada, "call.reply", call_id=call["id"], text=text)

    expect(budi.locator(".thread .theirs span").first).to_have_text(
        "Lihat 112.example.go.id/l/abc sekarang <b>"
    )
    link = budi.locator(".thread .theirs a")
    expect(link).to_have_attribute("href", "https://112.example.go.id/l/abc")


def test_the_page_has_no_grave_fault_for_those_who_do_not_see_it(phones: Page) -> None:
    expect(phones.locator("article.phone")).to_have_count(3)
    phones.evaluate(AXE.read_text())
    found = phones.evaluate("async () => (await axe.run()).violations")
    assert [(one["id"], len(one["nodes"])) for one in found if one["impact"] in GRAVE] == []


def test_another_telephone_is_added_and_put_away_and_a_wrong_number_is_refused(
    phones: Page,
) -> None:
    form = phones.locator("form.more")
    form.get_by_label("Number").fill("nomor")
    form.get_by_role("button", name="Add").click()
    expect(form.locator(".said")).to_have_text("Write the number like +6281234567890.")
    form.get_by_label("Number").fill("+62 813-6400-0099")
    form.get_by_role("button", name="Add").click()
    added = phone_of(phones, "+6281364000099")
    expect(added).to_be_visible()
    added.get_by_role("button", name="Put this telephone away").click()
    expect(added).to_have_count(0)


def test_it_is_there_in_both_languages(phones: Page) -> None:
    expect(phones.locator("h1")).to_contain_text("Telephones of citizens")
    phones.get_by_role("link", name="Indonesia").click()
    expect(phones.locator("h1")).to_contain_text("Telepon warga")
    expect(phones.get_by_role("button", name="Telepon 112").first).to_be_visible()


def test_a_small_screen_shows_a_whole_telephone_first(phones: Page) -> None:
    phones.set_viewport_size({"width": 390, "height": 844})
    phones.reload()
    expect(phones.locator("form.more")).to_be_attached()
    expect(phones.locator("article.phone")).to_have_count(3)
    box = phone_of(phones, SITI).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    expect(phone_of(phones, SITI).get_by_role("button", name="Call 112")).to_be_in_viewport()
