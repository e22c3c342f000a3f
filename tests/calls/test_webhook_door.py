"""Webhooks come in past Django's handler: what is answered there must be what the view would have answered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from calls import journal
from calls.asgi import WebhookDoor
from calls.models import Call, WebhookRecord
from calls.telephony.emulator.in_process import signed_request
from realtime import reserve

INCOMING = "/twilio/voice/incoming"
PARAMS = {"CallSid": "CA1", "From": "+6281234567890", "Direction": "inbound"}
FORM = "application/x-www-form-urlencoded"

pytestmark = pytest.mark.django_db(transaction=True)


async def behind(scope, receive, send):
    """What else there is."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


@pytest.fixture(autouse=True)
def threads(settings) -> Iterator[None]:
    settings.RESERVE_THREADS = 2
    yield
    reserve.close_reserve()


def ask(method: str, path: str, body: bytes | str = b"", **headers: str) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(WebhookDoor(behind))
        async with httpx.AsyncClient(transport=transport, base_url="http://city") as client:
            return await client.request(method, path, content=body, headers=headers, timeout=10)

    return asyncio.run(once())


def signed(path=INCOMING, params=PARAMS) -> httpx.Response:
    _, headers, body = signed_request(path, params)
    return ask("POST", path, body, **headers)


def test_the_answer_and_what_is_stored_are_the_views(post):
    by_door = signed()
    by_view = post(INCOMING, {**PARAMS, "CallSid": "CA2"})

    assert (by_door.status_code, by_door.content) == (200, by_view.content)
    assert by_door.headers["content-type"] == by_view["Content-Type"]
    assert by_door.headers["x-content-type-options"] == "nosniff"
    assert set(Call.objects.values_list("provider_sid", flat=True)) == {"CA1", "CA2"}
    assert list(WebhookRecord.objects.values_list("outcome", flat=True)) == ["received"] * 2


def test_a_part_of_the_address_reaches_the_webhook():
    answer = signed("/twilio/voice/requeue/0192f0c1-2345-7000-8000-000000000001")

    assert answer.status_code == 200
    assert b"<Enqueue" in answer.content


def test_what_is_no_webhook_goes_to_the_application_behind():
    assert ask("GET", INCOMING).status_code == 299  # which says that only POST is allowed
    assert ask("POST", "/somewhere/else").text == "/somewhere/else"
    assert ask("GET", "/twilio/voice/hold-music.wav").status_code == 299
    assert not WebhookRecord.objects.exists()


def test_an_unsigned_one_is_refused_and_kept_as_refused():
    answer = ask("POST", INCOMING, "CallSid=CA1", **{"Content-Type": FORM})

    assert answer.status_code == 403
    assert "signature" in answer.text
    assert WebhookRecord.objects.get().outcome == "rejected"
    assert not Call.objects.exists()


@pytest.mark.parametrize(("extra", "status"), [(0, 403), (1, 413)])
def test_the_largest_body_is_read_and_one_byte_more_is_refused(settings, extra, status):
    body = b"a=" + b"b" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 2 + extra)

    assert ask("POST", INCOMING, body, **{"Content-Type": FORM}).status_code == status


def test_while_the_database_is_away_the_caller_is_held_and_the_request_kept(
    monkeypatch,
):
    kept = []

    def keep(row, *, at_ns):
        assert at_ns
        kept.append(row)

    monkeypatch.setattr(journal, "keep", keep)

    def away(_reserve, _work, **_deadline):
        raise reserve.Unavailable

    monkeypatch.setattr(reserve.Reserve, "_begin", away)
    answer = signed()

    assert answer.status_code == 200
    assert b"<Redirect" in answer.content
    assert [row["kind"] for row in kept] == ["voice_incoming"]


def test_a_client_that_goes_away_in_the_middle_leaves_nothing():
    async def gone() -> list[dict]:
        sent: list[dict] = []
        messages = iter(
            [
                {"type": "http.request", "body": b"CallSid=", "more_body": True},
                {"type": "http.disconnect"},
            ]
        )
        scope = {"type": "http", "method": "POST", "path": INCOMING, "headers": []}

        async def receive() -> dict:
            return next(messages)

        async def send(message: dict) -> None:
            sent.append(message)

        await WebhookDoor(behind)(scope, receive, send)
        return sent

    assert asyncio.run(gone()) == []
    assert not WebhookRecord.objects.exists()
