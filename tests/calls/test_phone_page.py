"""The page of telephones as programs ask it: who may, what is refused, what is pushed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from calls.telephony.emulator import page as pages
from calls.telephony.emulator import phones as phones_module
from calls.telephony.emulator.photo import sample_photo
from tests.calls.scripted_centre import Centre, serving
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

NUMBER = "+6281277000001"
INCOMING, MESSAGES = "/twilio/voice/incoming", "/twilio/messages/incoming"


@pytest.fixture
def centre() -> Iterator[Centre]:
    with serving() as one:
        one.says(INCOMING, '<Say language="id-ID">halo</Say><Enqueue waitUrl="/wait">q</Enqueue>')
        one.says("/wait", "<Pause length='2'/>")
        yield one


@pytest.fixture
def provider(background: Background, centre: Centre) -> Iterator[Provider]:
    made = Provider(background, public_base_url=centre.url, calls_per_s=100.0)
    with closing(made) as running:
        yield running


@pytest.fixture
def http(provider: Provider) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=provider.url, trust_env=False) as client:
        yield client


def act(http: httpx.Client, what: str, phone: str = "", **body: Any) -> dict[str, Any]:
    path = f"/phone/api/{what}{f'/{phone}' if phone else ''}"
    return http.post(path, json=body).json()


@pytest.fixture
def phone(http: httpx.Client) -> str:
    return str(act(http, "add", number=NUMBER, name="Siti")["id"])


def state(http: httpx.Client) -> dict[str, Any]:
    return http.get("/phone/api/state").json()["phones"][0]


# --- who may ask ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"Host": "localhost:1234"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "evil.example@127.0.0.1.x"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
    ],
)
def test_no_page_of_another_address_may_ring_here(http, headers, status) -> None:
    assert http.get("/phone/api/state", headers=headers).status_code == status
    answer = http.post("/phone/api/add", json={"number": ""}, headers=headers)
    assert answer.status_code == status


def test_a_form_of_a_page_is_no_act(http) -> None:
    answer = http.post("/phone/api/add", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "json_expected")


def test_the_provider_itself_asks_for_the_accounts_password(http) -> None:
    assert http.get(f"/2010-04-01/Accounts/{'AC' + '1' * 32}/Calls.json").status_code == 401


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("shout", {}, "act_unknown"),
        ("ring", {"loud": True}, "invalid"),
        ("press", {"keys": "1"}, "no_call"),
        ("press", {"keys": "x"}, "invalid"),
        ("press", {"keys": ""}, "invalid"),
        ("say", {"words": "halo"}, "no_call"),
        ("answer", {}, "nothing_rings"),
        ("decline", {}, "nothing_rings"),
        ("write", {"text": "x", "channel": "fax"}, "invalid"),
        ("write", {"text": "x" * 10_001}, "invalid"),
        ("pin", {"lat": 91, "lng": 0}, "invalid"),
        ("pin", {"lat": "NaN", "lng": 0}, "invalid"),
        ("photo", {"data": "not base64!"}, "photo_unreadable"),
        ("photo", {"content_type": "text/html"}, "invalid"),
        ("aml", {"lat": 1, "lng": 1, "radius_m": 0}, "invalid"),
        ("wait", {"until": "hears", "within_s": 1e9}, "invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_word(http, phone, name, body, code) -> None:
    answer = act(http, name, phone, **body)

    assert (answer["ok"], answer["code"]) == (False, code)


def test_a_telephone_that_is_not_there(http) -> None:
    assert act(http, "ring", "PHnowhere")["code"] == "phone_unknown"


def test_one_telephone_has_one_call(http, phone, centre) -> None:
    assert act(http, "ring", phone)["ok"]
    assert act(http, "ring", phone)["code"] == "in_a_call"


def test_a_telephone_without_a_number_rings_anonymously_and_cannot_write(http, centre) -> None:
    hidden = act(http, "add")["id"]

    assert act(http, "write", hidden, text="halo")["code"] == "no_number"
    act(http, "ring", hidden)
    centre.wait(lambda: centre.at(INCOMING), "it rings")
    assert centre.at(INCOMING)[0]["From"] == "anonymous"


def test_there_are_only_so_many_telephones(http, monkeypatch) -> None:
    monkeypatch.setattr(phones_module, "PHONES_MAX", 1)
    first = act(http, "add", number=NUMBER)

    assert act(http, "add", number=NUMBER) == first  # the same again is the same
    assert act(http, "add", number="+6281277000002")["code"] == "too_many_phones"


def test_too_much_is_refused(http, phone, monkeypatch) -> None:
    monkeypatch.setattr(pages, "ACT_BYTES_MAX", 100)

    assert act(http, "say", phone, words="x" * 200)["code"] == "too_large"


# --- what happens --------------------------------------------------------------------------------


def test_a_call_is_seen_from_its_ring_to_its_end(http, phone, centre) -> None:
    act(http, "ring", phone)
    assert act(http, "wait", phone, until="queued")["found"]
    assert state(http)["call"]["state"] == "waiting"
    act(http, "hang_up", phone)

    call = state(http)["call"]
    assert (call["state"], call["captions"][0]["text"]) == ("over", "halo")
    assert call["captions"][0]["language"] == "id-ID"


def test_a_call_of_the_centre_rings_here_until_somebody_decides(
    http, phone, provider, centre
) -> None:
    auth = (provider.account, provider.token)
    for decision, status in (("decline", "busy"), ("answer", "completed")):
        made = http.post(
            f"/2010-04-01/Accounts/{provider.account}/Calls.json",
            data={"To": NUMBER, "From": "+62112", "Twiml": "<Response><Say>hai</Say></Response>"},
            auth=auth,
        ).json()
        assert act(http, "wait", phone, until="rung")["found"]
        assert state(http)["call"]["state"] == "rung"
        act(http, decision, phone)
        assert act(http, "wait", phone, until="over")["found"]
        assert provider.legs[made["sid"]].status == status


def test_a_wait_that_is_not_fulfilled_says_so_and_what_there_is(http, phone) -> None:
    answer = act(http, "wait", phone, until="rung", within_s=0.05)

    assert (answer["found"], answer["call"]) == (False, None)


def test_words_a_photo_a_pin_and_aml_arrive_as_the_provider_would_hand_them_in(
    http, phone, centre
) -> None:
    act(http, "write", phone, text="halo", channel="sms")
    act(http, "photo", phone, text="lihat")
    act(http, "pin", phone, lat=0.93, lng=104.44, label="Pelantar")
    act(http, "aml", phone, lat=0.93, lng=104.44, radius_m=12)

    sms, photo, pin, aml = centre.at(MESSAGES)
    assert (sms["From"], sms["Body"]) == (NUMBER, "halo")
    assert (photo["From"], photo["ProfileName"], photo["MediaContentType0"]) == (
        f"whatsapp:{NUMBER}", "Siti", "image/png",
    )  # fmt: skip
    assert (pin["Latitude"], pin["Longitude"], pin["Label"]) == (
        "0.930000",
        "104.440000",
        "Pelantar",
    )
    assert aml["Body"].startswith('A"ML=1;lt=+00.93000;lg=+104.44000;rd=12;')
    assert [one["mine"] for one in state(http)["messages"]] == [True] * 4


def test_what_the_service_refuses_is_shown_as_refused(http, phone, centre) -> None:
    centre.statuses[MESSAGES] = 503

    assert act(http, "write", phone, text="halo")["accepted"] is False
    assert state(http)["messages"][0]["status"] == "failed"


def test_the_sample_photo_is_a_picture() -> None:
    import struct

    photo = sample_photo()
    assert photo.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", photo[16:24]) == (400, 360)


# --- what is pushed ------------------------------------------------------------------------------


def test_what_changes_is_pushed_and_what_does_not_is_not(http, phone, provider) -> None:
    with http.stream("GET", "/phone/events") as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data: "))
        first = json.loads(next(lines).removeprefix("data: "))
        assert first["phones"][0]["call"] is None
        provider.writes("+6281277999999", "somebody else's")
        act(http, "ring", phone)
        second = json.loads(next(lines).removeprefix("data: "))

    assert second["phones"][0]["call"]["state"] in {"ringing", "machine"}


def test_there_are_only_so_many_open_pages(http, monkeypatch) -> None:
    monkeypatch.setattr(pages, "STREAMS_MAX", 0)

    assert http.get("/phone/events").status_code == 503
