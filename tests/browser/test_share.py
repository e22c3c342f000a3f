"""The share page on a telephone beside a console: what the citizen does there, the dispatcher sees here."""

from __future__ import annotations

import io
import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import EXPECT_MS, ROOT, Service

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PAGE_BYTES_MAX = 40_000
HERE = {"latitude": 0.9186, "longitude": 104.4665, "accuracy": 14}
numbers = itertools.count(1)

Phone = Callable[..., Page]


@pytest.fixture
def call(service: Service) -> dict[str, Any]:
    """A caller on the line with dispatcher1, and a link for the telephone."""
    number = f"+62812709{next(numbers):05d}"
    service.rings(number)
    found = next(one for one in service.board()["calls"] if one["caller"] == number)
    service.command(service.person("dispatcher1"), "call.answer", call_id=found["id"])
    return found


@pytest.fixture
def link(service: Service, call: dict[str, Any]) -> dict[str, Any]:
    dispatcher = service.person("dispatcher1")
    return service.command(dispatcher, "call.share_location", call_id=call["id"])


@pytest.fixture
def phone(browser: Browser, errors: list[str]) -> Iterator[Phone]:
    opened: list[BrowserContext] = []

    def open_(address: str, **changes: Any) -> Page:
        context = browser.new_context(
            **{
                "viewport": {"width": 320, "height": 640},
                "locale": "id-ID",
                "geolocation": HERE,
                "permissions": ["geolocation"],
                "is_mobile": True,
                "has_touch": True,
                **changes,
            }
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(EXPECT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        return page

    yield open_
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def desk(page: Page, service: Service, call: dict[str, Any]) -> Page:
    """The console of dispatcher1 with the call in the middle."""
    service.sign_in(page, "dispatcher1")
    page.locator(f"#call-{call['id']}").click()
    expect(page.locator("#case h2")).to_be_visible()
    return page


def shared(service: Service, call: dict[str, Any]) -> list[dict[str, Any]]:
    row = next(one for one in service.board()["calls"] if one["id"] == call["id"])
    return [one for one in row["locations"] if one["source"] == "share_link"]


def test_one_key_asks_for_the_position_and_the_evidence_moves_with_the_telephone(
    desk: Page, service: Service, call: dict[str, Any], phone: Phone
) -> None:
    desk.keyboard.press("Alt+i")
    part = desk.locator("#case .sharing")
    expect(part).to_contain_text("belum dibuka")
    code = part.locator(".aloud b").inner_text()
    assert re.fullmatch(r"\d{3} \d{3} \d{4}", code)

    telephone = phone(f"{service.url}/l/")
    telephone.fill("#code", code)
    telephone.keyboard.press("Enter")
    telephone.click("#go")
    expect(telephone.locator("#within")).to_have_text("± 14 m")
    expect(telephone.locator(".box.ok")).to_contain_text("Petugas melihat lokasi Anda")
    expect(part).to_contain_text("berbagi lokasi: ± 14 m")
    evidence = desk.locator("#case .evidence .ev")
    expect(evidence).to_have_count(1)
    assert shared(service, call)[0]["lat"] == HERE["latitude"]

    telephone.context.set_geolocation({**HERE, "latitude": 0.9276, "accuracy": 9})
    expect(part).to_contain_text("berbagi lokasi: ± 9 m")
    expect(evidence).to_have_count(1)
    assert [one["lat"] for one in shared(service, call)] == [0.9276]
    expect(desk.locator("#map path.trail, .map path.trail").first).to_be_attached()

    telephone.click("#stop")
    expect(telephone.locator("body")).to_have_class("stopped")
    expect(part).to_contain_text("penelepon berhenti berbagi")


def test_without_a_network_positions_are_kept_and_sent_when_it_is_back(
    service: Service, call: dict[str, Any], link: dict[str, Any], phone: Phone
) -> None:
    telephone = phone(link["url"])
    telephone.click("#go")
    expect(telephone.locator("body")).to_have_class("sent")

    telephone.context.set_offline(True)
    telephone.context.set_geolocation({**HERE, "latitude": 0.9300})
    expect(telephone.locator("body")).to_have_class("wait")
    assert [one["lat"] for one in shared(service, call)] == [HERE["latitude"]]
    telephone.context.set_offline(False)

    expect(telephone.locator("body")).to_have_class("sent")
    assert [one["lat"] for one in shared(service, call)] == [0.9300]


def test_what_was_not_sent_survives_a_page_that_was_closed(
    service: Service, call: dict[str, Any], link: dict[str, Any], phone: Phone
) -> None:
    telephone = phone(link["url"])
    telephone.context.route(f"{link['url']}", lambda route: route.abort())
    telephone.click("#go")
    expect(telephone.locator("body")).to_have_class("wait")
    assert shared(service, call) == []
    telephone.context.unroute(f"{link['url']}")
    telephone.context.clear_permissions()

    telephone.reload()

    with telephone.expect_response(lambda answer: answer.request.method == "POST"):
        pass
    assert [one["lat"] for one in shared(service, call)] == [HERE["latitude"]]


def test_who_says_no_is_told_how_to_allow_it_and_may_write_and_send_a_photo(
    desk: Page, service: Service, call: dict[str, Any], link: dict[str, Any], phone: Phone
) -> None:
    telephone = phone(link["url"], permissions=[])
    telephone.click("#go")
    expect(telephone.locator("body")).to_have_class("deny")
    expect(telephone.locator("[data-w=denied_android]")).to_be_visible()

    telephone.fill("#place", "belakang klenteng, pagar biru")
    telephone.keyboard.press("Enter")
    expect(telephone.locator("#place-state")).to_contain_text("sudah sampai")
    expect(desk.locator("#case .thread").last).to_contain_text("belakang klenteng, pagar biru")

    large = io.BytesIO()
    Image.effect_noise((2400, 1800), 50).convert("RGB").save(large, "JPEG")
    photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": large.getvalue()}
    with telephone.expect_request(re.compile("/picture")) as asked:
        telephone.set_input_files("#photo", photo)
    expect(telephone.locator("#photo-state")).to_contain_text("sudah sampai")
    body = asked.value.post_data_buffer
    assert body is None or len(body) < len(large.getvalue()) / 2, "made small before it is sent"
    shown = desk.locator("#case .pictures img")
    expect(shown).to_have_count(1)
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") == 1280


def test_the_caller_sees_help_come(
    service: Service, call: dict[str, Any], link: dict[str, Any], phone: Phone
) -> None:
    dispatcher = service.person("dispatcher1")
    opened = service.command(
        dispatcher,
        "incident.open",
        type="fire",
        priority=2,
        location={"lat": 0.9186, "lng": 104.4665},
        call_id=call["id"],
    )
    unit = next(
        one
        for one in service.board()["units"]
        if one["status"] == "available" and one["callsign"].startswith("DAMKAR")
    )
    crew = service.crew_of(unit["callsign"])
    telephone = phone(link["url"])
    help_state = telephone.locator("#help-state")
    telephone.click("#go")
    expect(help_state).to_have_text("Laporan Anda sudah diterima 112")

    act = {
        "assignment_id": service.command(
            dispatcher, "unit.assign", incident_id=opened["incident_id"], unit_id=unit["id"]
        )["assignment_id"]
    }
    for n, (command, more, words) in enumerate(
        (
            ("assignment.acknowledge", {}, "Regu penolong sudah ditugaskan"),
            ("assignment.advance", {"status": "en_route"}, "Pertolongan sedang menuju"),
            ("assignment.advance", {"status": "on_scene"}, "Pertolongan sudah tiba"),
        ),
        1,
    ):
        service.command(crew, command, **act, **more)
        telephone.context.set_geolocation({**HERE, "latitude": 0.9186 + n / 1000})
        expect(help_state).to_contain_text(words)
        if more == {"status": "en_route"}:
            expect(telephone.locator("#help-eta")).to_contain_text(re.compile(r"\d+ menit"))
    assert unit["callsign"] not in telephone.content()
    service.command(crew, "assignment.advance", **act, status="clear")


def test_the_page_is_one_small_answer_without_grave_faults_for_who_cannot_see_it(
    link: dict[str, Any], phone: Phone
) -> None:
    telephone = phone(link["url"], locale="en-GB", bypass_csp=True)
    seen = telephone.evaluate(
        "() => ({more: performance.getEntriesByType('resource').map(one => one.name),"
        " bytes: performance.getEntriesByType('navigation')[0].encodedBodySize})"
    )
    assert seen["more"] == []
    assert 0 < seen["bytes"] <= PAGE_BYTES_MAX
    expect(telephone.locator("#go")).to_have_text("Send my position")
    assert telephone.evaluate("document.documentElement.scrollWidth") <= 320

    telephone.click("#language")
    expect(telephone.locator("#go")).to_have_text("Kirim lokasi saya")
    telephone.add_script_tag(path=AXE)
    found = telephone.evaluate("axe.run()")
    grave = [one["id"] for one in found["violations"] if one["impact"] in {"serious", "critical"}]
    assert grave == []


def test_what_was_said_is_read_searched_and_its_place_taken(
    desk: Page, service: Service, call: dict[str, Any]
) -> None:
    def said(sequence: int, track: str, text: str) -> None:
        service._webhook(
            f"/twilio/voice/transcription/{call['id']}",
            {
                "TranscriptionSid": f"GT{uuid.UUID(call['id']).hex}",
                "TranscriptionEvent": "transcription-content",
                "SequenceId": str(sequence),
                "Track": track,
                "LanguageCode": "id-ID",
                "TranscriptionData": f'{{"transcript": "{text}"}}',
            },
        )

    said(2, "inbound_track", "kebakaran di belakang RSUD")
    said(3, "outbound_track", "tetap tenang")
    part = desk.locator("#case .spoken")
    expect(part.locator("li")).to_have_count(2)
    expect(part.locator("li").first).to_contain_text("kebakaran di belakang RSUD")
    expect(desk.locator("#case .evidence .ev")).to_have_count(0)

    part.get_by_role("searchbox").fill("tenang")
    expect(part.locator("li")).to_have_count(1)
    part.get_by_role("searchbox").fill("")
    part.get_by_role("button", name=re.compile("RSUD")).first.click()
    expect(desk.locator("#case .evidence .ev.sel")).to_have_count(1)
