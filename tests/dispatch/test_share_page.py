"""The share link from the click to the position on the board: what the page may send, what it is told, when it ends."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from PIL import Image

from calls import share, sharing
from calls.shared_pictures import PICTURES_MAX
from dispatch.views import share as views
from realtime import eventlog, registry
from realtime.storage import Disk
from tests import factories

pytestmark = pytest.mark.django_db

PAGE_BYTES_MAX = 40_000  # the promise to old telephones on bad networks
HERE = {"lat": 0.9186, "lng": 104.4665, "accuracy": 12, "age_ms": 0}


@pytest.fixture(autouse=True)
def alone(settings, tmp_path):
    settings.HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    for rates in (views._requests, views._guesses):
        rates.forget()
    views._known.clear()


@pytest.fixture
def call_id(ada):
    call_id = factories.ring()
    ada.done("call.answer", call_id=call_id)
    return call_id


@pytest.fixture
def link(ada, call_id):
    return ada.done("call.share_location", call_id=call_id)


def post(code, body, way="", **headers):
    return Client(raise_request_exception=False).post(
        f"/l/{code}{way}", json.dumps(body), content_type="application/json", headers=headers
    )


def shares(code, *points, device="phone", page="page"):
    rows = [{"n": n, **HERE, **point} for n, point in enumerate(points or ({},), 1)]
    return post(code, {"device": device, "page": page, "points": rows})


def on_board(person, call_id):
    return next(row for row in registry.snapshot(person.viewer)["calls"] if row["id"] == call_id)


def events(name):
    return [event for event in eventlog.events_after(0) if event.name == name]


def later(**delta):
    """Everything of the page happens so much later."""
    moment = timezone.now() + timedelta(**delta)
    return patch("dispatch.views.share.timezone.now", return_value=moment)


def jpeg(size=(60, 40), **save):
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, "JPEG", **save)
    return out.getvalue()


def sends_picture(code, data, key="k1", content_type="image/jpeg"):
    return Client(raise_request_exception=False).post(
        f"/l/{code}/picture?key={key}", data, content_type=content_type
    )


# --- one click ---------------------------------------------------------------------------------


def test_one_click_sends_the_caller_a_link_of_one_sms(ada, call_id, link):
    row = on_board(ada, call_id)

    assert link["sent_by"] == "sms"
    message = row["messages"][-1]
    assert message["direction"] == "out"
    assert link["url"] in message["text"]
    assert len(message["text"]) <= 160
    assert message["text"].isascii()
    assert row["share"]["code"] == link["code"]
    assert re.fullmatch(r"\d{3} \d{3} \d{4}", link["spoken"])


def test_a_second_click_is_the_same_link_and_not_a_second_message(ada, call_id, link):
    again = ada.done("call.share_location", call_id=call_id)

    assert again["code"] == link["code"]
    assert len(on_board(ada, call_id)["messages"]) == 1


def test_a_caller_on_whatsapp_gets_it_there(ada):
    call_id = factories.text("tolong")
    ada.done("call.answer", call_id=call_id)

    assert ada.done("call.share_location", call_id=call_id)["sent_by"] == "whatsapp"


@pytest.mark.parametrize("caller", ["anonymous", "+62771123456"], ids=["no number", "a landline"])
def test_who_cannot_be_written_to_is_read_the_code(ada, caller):
    call_id = factories.ring("CA9", caller)
    ada.done("call.answer", call_id=call_id)

    made = ada.done("call.share_location", call_id=call_id)

    assert made["sent_by"] is None
    assert made["spoken"].replace(" ", "") == made["code"]
    assert on_board(ada, call_id)["messages"] == []


def test_a_call_that_was_over_long_ago_gets_no_link(ada, call_id):
    ada.done("call.hang_up", call_id=call_id)

    late = timezone.now() + sharing.AFTER_END_LASTS + timedelta(seconds=1)
    answer = ada.does("call.share_location", call_id=call_id, now=late)

    assert answer.body["code"] == "call_over"


# --- the page ----------------------------------------------------------------------------------


def test_the_page_is_small_and_asks_nobody_else(link):
    answer = Client().get(f"/l/{link['code']}")
    page = answer.content.decode()

    assert answer.status_code == 200
    assert len(answer.content) <= PAGE_BYTES_MAX, len(answer.content)
    assert not re.search(r"(src|href)=\"(?!tel:|data:,)", page)
    assert "url(" not in page
    assert "set-cookie" not in {name.lower() for name in answer.headers}
    assert not answer.cookies


def test_only_the_scripts_of_the_page_itself_run(link):
    answer = Client().get(f"/l/{link['code']}")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]

    assert "default-src 'none'" in policy
    assert f'<script nonce="{nonce}">' in answer.content.decode()
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", "id"),
        ("en-GB,en;q=0.9,id;q=0.8", "en"),
        ("in-ID", "id"),
        ("zh-CN,en;q=0.5", "en"),
        ("fr", "id"),
        ("!!;;q=x", "id"),
    ],
)
def test_the_page_speaks_the_language_of_the_telephone(link, accepts, language):
    page = Client(headers={"accept-language": accepts}).get(f"/l/{link['code']}").content.decode()

    assert f'<html lang="{language}">' in page
    assert ("Send my position" if language == "en" else "Kirim lokasi saya") in page


def test_a_wrong_code_is_told_in_words(db):
    answer = Client().get("/l/0000000000")

    assert answer.status_code == 404
    assert 'class="unknown"' in answer.content.decode()


def test_a_code_that_was_read_aloud_is_typed_with_spaces(link):
    answer = Client().get("/l/", {"code": link["spoken"]})

    assert answer.headers["Location"] == f"/l/{link['code']}"
    assert 'id="code"' in Client().get("/l/").content.decode()


def test_the_page_is_there_without_the_database_and_what_it_sends_is_kept_by_it(link):
    away = OperationalError("gone")
    with patch("calls.share._link", side_effect=away):
        page = Client().get(f"/l/{link['code']}")
        answer = shares(link["code"])

    assert page.status_code == 200
    assert 'class="ask"' in page.content.decode()
    assert answer.status_code == 503
    assert answer.json()["code"] == "share_try_again"
    assert answer.headers["Retry-After"]


# --- positions ---------------------------------------------------------------------------------


def test_a_position_becomes_evidence_of_the_call_and_moves(ada, call_id, link):
    first = shares(link["code"])
    second = post(
        link["code"],
        {"device": "phone", "page": "page", "points": [{**HERE, "n": 2, "lat": 0.92}]},
    )

    row = on_board(ada, call_id)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["help"]["state"] == "received"
    (location,) = row["locations"]
    assert location["source"] == "share_link"
    assert location["lat"] == 0.92
    assert location["radius_m"] == 12
    (phone,) = row["share"]["phones"]
    assert phone["location_id"] == location["id"]
    assert phone["trail"] == [[0.9186, 104.4665], [0.92, 104.4665]]


def test_the_same_points_again_change_nothing(ada, link):
    shares(link["code"])
    head = eventlog.head_seq()

    answer = shares(link["code"])

    assert answer.json()["taken"]["new"] == 0
    assert eventlog.head_seq() == head


def test_a_telephone_that_lies_still_does_not_fill_the_log(ada, link):
    for n in range(1, 40):
        post(
            link["code"],
            {
                "device": "phone",
                "page": "page",
                "points": [{**HERE, "n": n, "lat": 0.9186 + n / 1e7}],
            },
        )

    assert len(events("call.location_shared")) == 1


def test_a_thousand_points_are_one_row_and_a_bounded_trail(ada, call_id, link):
    for start in range(1, 1001, 100):
        points = [
            {**HERE, "n": n, "lat": 0.9 + n / 5000, "age_ms": (start + 100 - n) * 1000}
            for n in range(start, start + 100)
        ]
        with later(seconds=start):
            answer = post(link["code"], {"device": "a", "page": "p", "points": points})
        assert answer.status_code == 200

    row = on_board(ada, call_id)
    assert len(row["locations"]) == 1
    assert row["locations"][0]["lat"] == pytest.approx(1.1)
    assert len(row["share"]["phones"][0]["trail"]) == sharing.TRAIL_ON_BOARD_MAX
    phone = share.ShareLink.objects.get().phones.get()
    assert len(phone.trail) <= sharing.TRAIL_POINTS_MAX
    assert len(events("call.location_shared")) == 10


def test_what_was_kept_offline_comes_with_its_age_and_in_its_order(ada, call_id, link):
    shares(link["code"], {"age_ms": 600_000, "lat": 0.90}, {"age_ms": 5_000, "lat": 0.91})

    (location,) = on_board(ada, call_id)["locations"]
    assert location["lat"] == 0.91
    measured = timezone.datetime.fromisoformat(location["at"])
    assert timezone.now() - measured < timedelta(seconds=60)


@pytest.mark.parametrize(
    "wrong",
    [{"lat": 0, "lng": 0}, {"lat": 1e999}, {"lat": "x"}, {"lng": 181}],
    ids=["null island", "infinite", "no number", "past the end"],
)
def test_what_cannot_be_a_position_never_reaches_the_board(ada, call_id, link, wrong):
    row = {"n": 1, **HERE, **wrong}
    answer = post(link["code"], {"device": "a", "page": "p", "points": [row]})

    assert answer.status_code == 200
    assert answer.json()["taken"]["left_out"] == 1
    assert on_board(ada, call_id)["locations"] == []


def test_a_link_that_was_passed_on_is_a_second_piece_and_a_fifth_telephone_is_refused(
    ada, call_id, link
):
    for number in range(1, 5):
        shares(link["code"], {"lat": 0.9 + number / 100}, device=f"phone{number}")
    fifth = shares(link["code"], device="phone5")

    row = on_board(ada, call_id)
    assert [one["label"] for one in row["locations"]] == [None, "#2", "#3", "#4"]
    assert fifth.status_code == 409
    assert fifth.json()["code"] == "share_phones_full"


def test_the_page_opened_twice_on_one_telephone_is_one_piece(ada, call_id, link):
    shares(link["code"], {"lat": 0.90}, page="one")
    shares(link["code"], {"lat": 0.91}, page="two")

    (location,) = on_board(ada, call_id)["locations"]
    assert location["lat"] == 0.91


def test_who_stops_is_shown_as_stopped_and_may_begin_again(ada, call_id, link):
    shares(link["code"])
    post(link["code"], {"device": "phone"}, "/stop")
    stopped = on_board(ada, call_id)["share"]["phones"][0]["stopped_at"]
    shares(link["code"], page="again")

    assert stopped is not None
    assert on_board(ada, call_id)["share"]["phones"][0]["stopped_at"] is None


# --- words and pictures ------------------------------------------------------------------------


def test_words_are_a_message_of_the_call_once(ada, call_id, link):
    for _ in range(2):
        answer = post(
            link["code"], {"key": "w1", "text": "di 0.91, 104.45 belakang klenteng"}, "/words"
        )

    row = on_board(ada, call_id)
    assert answer.status_code == 200
    assert [one["text"] for one in row["messages"] if one["direction"] == "in"] == [
        "di 0.91, 104.45 belakang klenteng"
    ]


def test_too_many_words_are_refused_in_words(link, monkeypatch):
    monkeypatch.setattr(share, "WORDS_MAX", 2)
    answers = [post(link["code"], {"key": f"w{n}", "text": "x"}, "/words") for n in range(3)]

    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "share_too_much"
    assert answers[-1].json()["detail"]


def test_a_picture_is_written_anew_without_what_it_knew_and_shown_to_the_centre(
    ada, call_id, link, settings
):
    exif = Image.Exif()
    exif[0x010F] = "SecretTelephone"
    exif[0x0112] = 6  # lies on its side
    sends_picture(link["code"], jpeg((400, 200), exif=exif) + b"<script>alert(1)</script>")

    (shown,) = on_board(ada, call_id)["pictures"]
    assert (shown["width"], shown["height"]) == (200, 400)
    (file,) = settings.MEDIA_ROOT.rglob("*.jpg")
    assert b"SecretTelephone" not in file.read_bytes()
    assert b"script" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_picture_again_is_one(ada, call_id, link, settings):
    for _ in range(2):
        assert sends_picture(link["code"], jpeg()).status_code == 200

    assert len(on_board(ada, call_id)["pictures"]) == 1
    assert len(list(settings.MEDIA_ROOT.rglob("*.jpg"))) == 1


def bomb():
    """A few kilobytes that unpack to hundreds of megabytes."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"no picture", "image/jpeg", 415),
        (b"", "image/jpeg", 415),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml", 415),
        (jpeg()[:200], "image/jpeg", 415),
        (jpeg(), "text/plain", 415),
        (b"\xff\xd8" + bytes(10_000_001), "image/jpeg", 413),
        (bomb(), "image/png", 413),
    ],
    ids=["words", "nothing", "svg", "cut off", "named as text", "too long", "bomb"],
)
def test_what_is_no_harmless_picture_is_refused_in_words(
    ada, call_id, link, settings, data, content_type, status
):
    answer = sends_picture(link["code"], data, content_type=content_type)

    assert answer.status_code == status
    assert answer.json()["detail"]
    assert on_board(ada, call_id)["pictures"] == []
    assert list(settings.MEDIA_ROOT.rglob("*.jpg")) == []


def test_on_a_full_disk_pictures_are_refused_and_positions_are_taken(ada, call_id, link):
    full = [Disk(("media",), bytes_free=0, used_share=0.97)]
    with patch("realtime.storage.read", return_value=full):
        picture, position = sends_picture(link["code"], jpeg()), shares(link["code"])

    assert picture.status_code == 507
    assert picture.json()["code"] == "picture_no_room"
    assert position.status_code == 200


def test_a_link_takes_so_many_pictures(link, monkeypatch):
    monkeypatch.setattr("calls.shared_pictures.PICTURES_MAX", 1)
    assert PICTURES_MAX > 1
    answers = [sends_picture(link["code"], jpeg(), key=f"k{n}").status_code for n in range(2)]

    assert answers == [200, 429]


# --- what it is told ---------------------------------------------------------------------------


def test_the_caller_sees_help_come_and_nothing_else_of_it(ada, crew, engine, call_id, link):
    def state():
        answer = Client().get(f"/l/{link['code']}/state")
        assert "DAMKAR" not in answer.content.decode()
        assert set(answer.json()) == {"ok", "taken", "help"}
        assert set(answer.json()["help"]) == {"state", "eta_min", "expires_at"}
        return answer.json()["help"]["state"], answer.json()["help"]["eta_min"]

    seen = [state()]
    incident = ada.done(
        "incident.open", type="fire", priority=1, location=factories.PLACE, call_id=call_id
    )
    seen.append(state())
    assigned = ada.done("unit.assign", incident_id=incident["incident_id"], unit_id=str(engine))
    act = {"assignment_id": assigned["assignment_id"]}
    seen.append(state())
    crew.done("assignment.acknowledge", **act)
    crew.done("assignment.advance", status="en_route", **act)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE dispatch_assignment SET eta_s = 290")
    seen.append(state())
    with later(minutes=10):
        seen.append(state())
    crew.done("assignment.advance", status="on_scene", **act)
    seen.append(state())

    assert seen == [
        ("received", None),
        ("received", None),
        ("assigned", None),
        ("on_the_way", 5),
        ("on_the_way", None),
        ("arrived", None),
    ]


# --- when it ends ------------------------------------------------------------------------------


def test_a_withdrawn_link_takes_nothing_more_and_what_it_brought_stays(ada, call_id, link):
    shares(link["code"])
    ada.done("call.end_sharing", call_id=call_id)
    answers = [
        shares(link["code"], {"lat": 0.95}),
        post(link["code"], {"key": "w", "text": "x"}, "/words"),
        sends_picture(link["code"], jpeg()),
        Client().get(f"/l/{link['code']}/state"),
        Client().get(f"/l/{link['code']}"),
    ]

    assert [one.status_code for one in answers] == [410] * 5
    assert 'class="over"' in answers[-1].content.decode()
    assert on_board(ada, call_id)["locations"][0]["lat"] == 0.9186
    assert ada.done("call.share_location", call_id=call_id)["code"] != link["code"]


def test_a_link_ends_by_itself(link):
    with later(hours=3, minutes=59):
        assert shares(link["code"]).status_code == 200
    with later(hours=4, seconds=1):
        assert shares(link["code"]).status_code == 410


def test_a_link_ends_an_hour_after_its_call_unless_an_incident_is_open(ada, call_id, link):
    ada.done("call.hang_up", call_id=call_id)
    with later(minutes=59):
        assert shares(link["code"]).status_code == 200
    with later(minutes=61):
        assert shares(link["code"]).status_code == 410
        incident = ada.done("incident.open", type="fire", call_id=call_id)["incident_id"]
        assert shares(link["code"], page="b").status_code == 200
    ada.done("incident.close", incident_id=incident, disposition="handled")
    with later(minutes=61):
        assert shares(link["code"], page="c").status_code == 410


# --- too much, and from elsewhere --------------------------------------------------------------


def test_too_many_requests_of_one_code_are_told_when_to_come_again(link, monkeypatch):
    monkeypatch.setattr(views, "_requests", views.Rates(3))
    answers = [shares(link["code"]) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].json()["detail"]


def test_who_guesses_is_stopped_and_who_shares_goes_on(ada, link, monkeypatch):
    monkeypatch.setattr(views, "_guesses", views.Rates(3))
    shares(link["code"])
    guessed = [Client().get(f"/l/{n:010d}/state").status_code for n in range(5)]
    other = ada.done("call.share_location", call_id=answered(ada))

    assert guessed == [404, 404, 404, 429, 429]
    assert shares(link["code"], page="b").status_code == 200
    assert shares(other["code"]).status_code == 429, "a right guess must look like a wrong one"


def answered(ada):
    call_id = factories.ring("CA77", "+628127011077")
    ada.done("call.answer", call_id=call_id)
    return call_id


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_a_form_of_another_site_sends_nothing(ada, call_id, link, content_type):
    body = json.dumps({"device": "a", "page": "p", "points": [{"n": 1, **HERE}]})
    answer = Client().post(f"/l/{link['code']}", body, content_type=content_type)

    assert answer.status_code == 415
    assert on_board(ada, call_id)["locations"] == []


@pytest.mark.parametrize(
    "body", ["[]", "null", "{", '{"device": 5}', '{"points": []}', "9" * 70_000]
)
def test_what_cannot_be_read_is_refused_in_words(link, body):
    for way in ("", "/words"):
        answer = Client(raise_request_exception=False).post(
            f"/l/{link['code']}{way}", body, content_type="application/json"
        )
        assert answer.status_code == 422, body[:20]
        assert answer.json()["detail"]


@pytest.mark.parametrize("way", ["/words", "/stop", "/picture"])
def test_nothing_is_changed_by_looking(link, way):
    assert Client().get(f"/l/{link['code']}{way}").status_code == 405


def test_a_code_of_any_letters_is_only_unknown(db):
    for code in ("x" * 300, "%00", "../admin", "١٢٣٤٥٦٧٨٩٠", "1234567890%0a"):
        assert Client().get(f"/l/{code}").status_code in {404, 301}
