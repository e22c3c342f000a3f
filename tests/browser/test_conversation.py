"""Writing with a citizen in a real browser: WhatsApp with pin and photo, who can only write, what did not arrive."""

from __future__ import annotations

import itertools
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ROOT, TWILIO, Service
from tests.browser.test_console import AXE, GRAVE, leave_nobody_waiting
from tests.calls import media_samples as samples
from tests.calls import media_server

pytestmark = pytest.mark.browser
numbers = itertools.count(1)
STOP_S_MAX = 20
FETCHED_MS = 60_000


@pytest.fixture(scope="module")
def worker(running_service: Service) -> Iterator[None]:
    """The job worker: sends what is written, fetches what comes."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "jobs"],
        cwd=ROOT,
        env=running_service.env,
        stdin=subprocess.DEVNULL,
    )
    yield
    process.send_signal(signal.SIGTERM)
    process.wait(STOP_S_MAX)


@pytest.fixture(scope="module")
def store() -> Iterator[media_server.Store]:
    with media_server.running() as running:
        yield running


@pytest.fixture
def console(page: Page, service: Service, worker: None) -> Page:
    leave_nobody_waiting(service)
    service.sign_in(page, "dispatcher1")
    expect(page.locator("html")).to_have_attribute("data-link", "live")
    expect(page.locator("#units .u").first).to_be_visible()
    return page


class Citizen:
    """Somebody with WhatsApp whose number nobody else uses."""

    def __init__(self, service: Service) -> None:
        last = f"{next(numbers):04d}"
        self.service, self.number, self.shown = service, f"+628127015{last}", f"0812 7015 {last}"

    def writes(self, text: str = "", **more: str) -> None:
        self.service._webhook(
            "/twilio/messages/incoming",
            {
                "MessageSid": f"SM{uuid.uuid4().hex}",
                "AccountSid": TWILIO["TWILIO_ACCOUNT_SID"],
                "From": f"whatsapp:{self.number}",
                "To": "whatsapp:+62112",
                "Body": text,
                "ProfileName": "Budi",
                "NumMedia": "0",
                **more,
            },
        )

    def call(self) -> dict[str, Any]:
        """The newest conversation of this number on the board."""
        rows = [one for one in self.service.board()["calls"] if one["caller"] == self.number]
        return rows[-1]

    def answered(self) -> str:
        call_id = str(self.call()["id"])
        self.service.command(self.service.person("dispatcher1"), "call.answer", call_id=call_id)
        return call_id


def row_of(console: Page, citizen: Citizen) -> Locator:
    return console.locator("#calls .call").filter(has_text=citizen.shown)


def opened(console: Page, citizen: Citizen) -> Locator:
    # Where it stays: a row that moves from the waiting ones to these under the pointer is not clicked.
    connected = console.get_by_role("group", name="Tersambung")
    connected.locator(".call").filter(has_text=citizen.shown).click()
    thread = console.locator("#case .thread")
    expect(console.locator("#case h2")).to_contain_text(citizen.shown)
    return thread


def test_whatsapp_with_a_photo_a_voice_note_a_pin_and_an_answer(
    console: Page, service: Service, store: media_server.Store
) -> None:
    citizen = Citizen(service)
    citizen.writes("tolong, rumah terbakar")
    citizen.answered()
    thread = opened(console, citizen)

    photo = store.keeps("/photo", samples.jpeg())
    citizen.writes("lihat", NumMedia="1", MediaUrl0=photo, MediaContentType0="image/jpeg")
    voice = store.keeps("/voice", samples.voice(), "audio/ogg")
    citizen.writes(NumMedia="1", MediaUrl0=voice, MediaContentType0="audio/ogg")
    paper = store.keeps("/paper", b"%PDF-1.7", "application/pdf")
    citizen.writes(NumMedia="1", MediaUrl0=paper, MediaContentType0="application/pdf")
    citizen.writes(Latitude="0.9186", Longitude="104.4665", Label="Rumah Budi")

    image = thread.locator(".thumb img")
    # It has come, re-coded, and small; on a busy machine that waits, calls go first.
    expect(image).to_have_js_property("naturalWidth", 320, timeout=FETCHED_MS)
    expect(thread.locator("audio")).to_have_count(1, timeout=FETCHED_MS)
    refused = thread.locator(".notshown").filter(has_text="tidak ditampilkan")
    expect(refused).to_contain_text("application/pdf", timeout=FETCHED_MS)
    expect(thread.locator(".pin:visible")).to_contain_text("Rumah Budi")
    expect(console.locator("#case .evidence")).to_contain_text("Rumah Budi")

    thread.locator(".thumb").click()
    large = console.locator("dialog.large img")
    expect(large).to_have_js_property("naturalWidth", 1200)
    console.keyboard.press("Escape")
    expect(console.locator("dialog.large")).to_have_count(0)
    expect(thread.locator(".thumb")).to_be_focused()

    console.locator("#case-reply").fill("Kami datang")
    console.keyboard.press("Enter")
    ours = thread.locator(".msg.ours")
    expect(ours).to_contain_text("Kami datang")
    expect(ours.locator(".state")).to_have_text("sampai")
    expect(console.locator("#case-reply")).to_have_value("")


def test_who_can_only_write_is_served_with_the_keyboard_alone(
    console: Page, service: Service
) -> None:
    citizen = Citizen(service)
    citizen.writes("saya tuli. ada pencuri di rumah")
    expect(row_of(console, citizen)).to_be_visible()

    console.keyboard.press("F1")
    expect(console.locator("#case h2")).to_contain_text(citizen.shown)
    thread = console.locator("#case .thread")
    expect(thread).to_contain_text("saya tuli")

    console.keyboard.press("Alt+t")
    expect(console.locator("#case-reply")).to_be_focused()
    console.keyboard.type("Di mana Anda?")
    console.keyboard.press("Shift+Enter")
    console.keyboard.type("Jangan bersuara.")
    console.keyboard.press("Enter")
    expect(thread.locator(".msg.ours .said")).to_have_text("Di mana Anda?\nJangan bersuara.")

    console.keyboard.press("Alt+w")
    ask = console.locator("#case .composer .line2")
    expect(ask).to_contain_text("belum dijawab")
    citizen.writes(Latitude="0.9186", Longitude="104.4665", Label="Rumah")
    expect(ask).to_contain_text("Lokasi diterima")

    console.keyboard.press("Alt+q")
    expect(console.locator(".quicklist")).to_be_focused()
    console.keyboard.press("1")
    expect(console.locator("#case-reply")).to_be_focused()
    expect(console.locator("#case-reply")).to_have_value("Bantuan sedang menuju lokasi Anda.")
    console.keyboard.press("Enter")
    expect(thread.locator(".msg.ours")).to_have_count(3)

    console.keyboard.press("Alt+j")
    console.keyboard.type("kejah")
    console.keyboard.press("Enter")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#case .steps")).to_be_visible()
    expect(console.locator("#incidents tbody tr.sel")).to_have_count(1)
    citizen.writes("mereka di lantai bawah")
    expect(console.locator("#case .thread")).to_contain_text("mereka di lantai bawah")
    console.keyboard.press("Alt+t")
    console.keyboard.type("Polisi dua menit lagi.")
    console.keyboard.press("Enter")
    expect(console.locator("#case .thread .msg.ours")).to_have_count(4)


def test_a_message_in_another_conversation_is_marked_until_it_is_read(
    console: Page, service: Service
) -> None:
    one, other = Citizen(service), Citizen(service)
    for citizen in (one, other):
        citizen.writes("halo")
        citizen.answered()
    opened(console, one)

    other.writes("api makin besar")

    tag = row_of(console, other).locator(".tag")
    expect(tag).to_contain_text("2 baru")  # its first words were not read here either
    thread = opened(console, other)
    expect(thread.locator(".fresh:visible")).to_have_count(1)
    expect(tag).to_be_hidden()


def test_half_written_words_stay_with_whom_they_are_for(console: Page, service: Service) -> None:
    one, other = Citizen(service), Citizen(service)
    for citizen in (one, other):
        citizen.writes("halo")
        citizen.answered()
    opened(console, one)
    console.locator("#case-reply").fill("untuk yang pertama")

    opened(console, other)
    expect(console.locator("#case-reply")).to_have_value("")
    opened(console, one)
    expect(console.locator("#case-reply")).to_have_value("untuk yang pertama")


def test_of_two_who_write_about_one_incident_the_answer_goes_to_whom_it_was_begun_for(
    console: Page, service: Service
) -> None:
    one, other = Citizen(service), Citizen(service)
    dispatcher = service.person("dispatcher1")
    one.writes("api di pasar")
    opened_as = service.command(
        dispatcher, "incident.open", type="fire", priority=1, call_id=one.answered()
    )
    other.writes("saya juga lihat")
    service.command(
        dispatcher,
        "incident.attach_call",
        incident_id=opened_as["incident_id"],
        call_id=other.answered(),
    )
    row = console.locator("#incidents tbody tr").filter(has_text=opened_as["number"][-4:])
    expect(row).to_contain_text("2 baru")
    row.click()
    expect(row).not_to_contain_text("baru")
    console.locator("#case .composer .to").select_option(label=one.shown)
    console.locator("#case-reply").press_sequentially("Keluar")
    other.writes("asapnya hitam")
    expect(console.locator("#case .thread")).to_contain_text("asapnya hitam")
    console.keyboard.type(" sekarang")
    console.keyboard.press("Enter")

    thread = console.locator("#case .thread")
    expect(thread.locator(".msg.ours")).to_contain_text("Keluar sekarang")
    assert one.call()["messages"][-1]["text"] == "Keluar sekarang"


def sql(service: Service, statement: str, *values: Any) -> None:
    address = service.env["DATABASE_URL"].replace("postgis://", "postgresql://")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement, values)


def test_when_the_window_has_closed_approved_words_are_offered(
    console: Page, service: Service
) -> None:
    citizen = Citizen(service)
    citizen.writes("kemarin")
    call_id = citizen.answered()
    sql(
        service,
        "UPDATE calls_call SET last_inbound_at = now() - interval '25 hours' WHERE id = %s",
        call_id,
    )
    sql(
        service,
        "INSERT INTO calls_messagetemplate"
        ' (id, name, language, content_sid, text, asks_location, is_active, "order")'
        " VALUES (%s, 'Menuju', 'id', %s, 'Unit {{1}} menuju Anda.', false, true, 1)",
        uuid.uuid4(),
        "HX" + uuid.uuid4().hex,
    )
    console.reload()
    thread = opened(console, citizen)

    expect(console.locator("#case .closed")).to_contain_text("24 jam")
    expect(console.locator("#case-reply")).to_be_hidden()
    console.locator("#case .holes input").fill("AMB-1")
    expect(console.locator("#case .preview")).to_have_text("Unit AMB-1 menuju Anda.")
    console.keyboard.press("Enter")
    expect(thread.locator(".msg.ours")).to_contain_text("Unit AMB-1 menuju Anda.")

    citizen.writes("saya di sini")
    expect(console.locator("#case-reply")).to_be_visible()


def test_a_message_that_did_not_arrive_is_told_and_one_key_rings(
    console: Page, service: Service
) -> None:
    citizen = Citizen(service)
    citizen.writes("tolong")
    citizen.answered()
    thread = opened(console, citizen)
    console.locator("#case-reply").fill("Kami datang")
    console.keyboard.press("Enter")
    expect(thread.locator(".msg.ours .state")).to_have_text("sampai")
    sid = f"SM{uuid.UUID(citizen.call()['messages'][-1]['id']).hex}"
    service._webhook(
        "/twilio/messages/status",
        {"MessageSid": sid, "MessageStatus": "undelivered", "ErrorCode": "63049"},
    )

    state = thread.locator(".msg.ours .state")
    expect(state).to_contain_text("TIDAK SAMPAI: ditahan oleh jaringan")
    alarm = console.locator("#alarms .alarm").filter(has_text=citizen.shown)
    expect(alarm).to_contain_text("ditahan oleh jaringan")

    console.locator("#case h2").click()
    console.keyboard.press("b")
    expect(console.locator("#case .hd")).to_contain_text("sedang ditelepon balik")
    expect(alarm).to_have_class(re.compile("ack"))


def test_a_long_conversation_is_read_back_to_its_beginning(
    console: Page, service: Service
) -> None:
    citizen = Citizen(service)
    for number in range(45):
        citizen.writes(f"pesan nomor {number}.")
    citizen.answered()
    thread = opened(console, citizen)
    expect(thread.locator(".msg")).to_have_count(20)
    expect(thread.locator(".msg").last).to_be_in_viewport()

    older = console.locator("#case .older")
    older.click()

    expect(thread.locator(".msg")).to_have_count(45)
    expect(thread.locator(".msg").first).to_contain_text("pesan nomor 0.")
    expect(older).to_be_hidden()


def test_ten_thousand_letters_are_folded_and_can_be_read(console: Page, service: Service) -> None:
    citizen = Citizen(service)
    citizen.writes("مرحبا " + "asap tebal " * 900 + "akhir")
    citizen.answered()
    thread = opened(console, citizen)
    said = thread.locator(".said")
    folded = said.bounding_box()
    assert folded is not None
    assert folded["height"] < 250

    thread.get_by_role("button", name="Tampilkan semua").click()

    whole = said.bounding_box()
    assert whole is not None
    assert whole["height"] > 1_000
    expect(said).to_contain_text("akhir")


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
def test_axe_finds_nothing_grave_in_a_conversation(
    console: Page, service: Service, store: media_server.Store, size: tuple[int, int]
) -> None:
    console.set_viewport_size({"width": size[0], "height": size[1]})
    citizen = Citizen(service)
    photo = store.keeps("/photo", samples.jpeg())
    citizen.writes("lihat", NumMedia="1", MediaUrl0=photo, MediaContentType0="image/jpeg")
    citizen.answered()
    thread = opened(console, citizen)
    expect(thread.locator(".thumb img")).to_have_count(1)
    console.keyboard.press("Alt+q")

    console.evaluate(AXE.read_text())
    found = console.evaluate("async () => (await axe.run(document)).violations")

    assert [one["id"] for one in found if one["impact"] in GRAVE] == []
