"""The emulated city rings at the emulator where there is one: whoever brought a call is asked to move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from dispatch.training.access import Access, access_of
from dispatch.training.citizens import SPOTS
from dispatch.training.provider import Provider as City
from tests.calls.scripted_centre import Centre, serving
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

NUMBER = "+6281277123456"


@pytest.fixture
def centre() -> Iterator[Centre]:
    with serving() as one:
        one.says("/twilio/voice/incoming", "<Pause length='600'/>")
        yield one


@pytest.fixture
def emulator(background: Background, centre: Centre) -> Iterator[Provider]:
    with closing(Provider(background, public_base_url=centre.url)) as running:
        yield running


def access(emulator_url: str, centre: Centre) -> Access:
    twilio = {"account_sid": "AC1", "auth_token": centre.auth_token}
    if emulator_url:
        twilio["api_base_url"] = emulator_url
    return access_of({"base_url": centre.url, "twilio": twilio, "users": []})


def done(background: Background, known: Access, act: Any) -> Any:
    async def do() -> Any:
        async with httpx.AsyncClient(trust_env=False) as client:
            return await act(City(client, known, attempts_max=1))

    return background.ask(do())


def test_a_citizen_of_the_city_is_on_the_emulators_line(background, emulator, centre) -> None:
    known = access(emulator.url, centre)

    sid = done(background, known, lambda city: city.call(NUMBER))
    assert emulator.legs[sid].status == "in-progress"
    done(
        background,
        known,
        lambda city: city.write(NUMBER, "banjir", channel="whatsapp", where=SPOTS[0]),
    )
    done(background, known, lambda city: city.hang_up(sid, NUMBER))

    assert emulator.legs[sid].status == "completed"
    told = centre.at("/twilio/messages/incoming")[0]
    assert (told["From"], told["Latitude"]) == (f"whatsapp:{NUMBER}", str(SPOTS[0].lat))


def test_without_an_emulator_the_webhooks_are_sent_from_here(background, centre) -> None:
    sid = done(background, access("", centre), lambda city: city.call(NUMBER))

    assert [one["CallSid"] for one in centre.at("/twilio/voice/incoming")] == [sid]
    assert all(one.signed for one in centre.heard)


def test_a_service_that_does_not_take_it_is_a_refusal_either_way(
    background, emulator, centre
) -> None:
    centre.statuses["/twilio/messages/incoming"] = 500
    for url in ("", emulator.url):
        with pytest.raises(httpx.HTTPStatusError):
            done(
                background,
                access(url, centre),
                lambda city: city.write(NUMBER, "x", channel="sms"),
            )
