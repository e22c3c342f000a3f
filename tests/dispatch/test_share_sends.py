"""What the share page sends: positions that become evidence and move, words, pictures."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone
from PIL import Image

from calls import pictures, share, sharing
from calls.shared_pictures import PICTURES_MAX
from realtime import eventlog
from realtime.storage import Disk
from tests.dispatch.sharing import (
    HERE,
    events,
    jpeg,
    later,
    on_board,
    post,
    sends_picture,
    shares,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


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


@pytest.mark.parametrize(("verdict", "after"), [("confirmed", ""), ("rejected", "rejected")])
def test_what_was_confirmed_was_the_place_and_what_was_rejected_is_the_telephone(
    ada, call_id, link, verdict, after
):
    def judged():
        return on_board(ada, call_id)["locations"][0]["verdict"] or ""

    shares(link["code"])
    location = on_board(ada, call_id)["locations"][0]
    ada.done("call.judge_location", call_id=call_id, location_id=location["id"], verdict=verdict)
    shares(link["code"], {"accuracy": 5}, page="better")
    same_place = judged()
    shares(link["code"], {"lat": 0.93}, page="moved")

    assert (same_place, judged()) == (verdict, after)


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


def test_when_many_come_at_once_a_picture_is_asked_for_again(ada, call_id, link, monkeypatch):
    monkeypatch.setattr(pictures, "_turns", threading.BoundedSemaphore(1))
    with pictures._turns:
        refused = sends_picture(link["code"], jpeg())

    assert (refused.status_code, refused.json()["code"]) == (503, "picture_busy")
    assert int(refused["Retry-After"]) > 0
    assert sends_picture(link["code"], jpeg()).status_code == 200


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
