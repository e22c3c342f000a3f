"""The share link from the click to its end: who gets it, what the page is told, how much is too much."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from calls import sharing
from dispatch.views import share as views
from tests import factories
from tests.dispatch.sharing import (
    HERE,
    jpeg,
    later,
    on_board,
    post,
    sends_picture,
    shares,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

PAGE_BYTES_MAX = 40_000  # the promise to old telephones on bad networks


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
