"""The emulator ends in the middle of calls: after its restart they are over, everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from calls.telephony.emulator.memory import Memory
from tests.calls.scripted_centre import Centre, serving
from tests.failure.harness.background import Background
from tests.failure.harness.provider import Provider

CALLER, DOCTOR = "+6281277000001", "+6281277000002"


@pytest.fixture
def centre() -> Iterator[Centre]:
    with serving() as one:
        one.says("/twilio/voice/incoming", "<Pause length='600'/>")
        yield one


def test_who_was_on_the_line_is_cut_off_and_reported_once(
    background: Background, centre: Centre, tmp_path: Path
) -> None:
    file = tmp_path / "calls.json"
    with closing(Provider(background, public_base_url=centre.url)) as before:
        live, over = before.rings(CALLER), before.rings(DOCTOR)
        before.hangs_up(over)
        background.ask(_written(Memory(before, file)))
    centre.heard.clear()

    with closing(Provider(background, public_base_url=centre.url)) as after:
        memory = Memory(after, file)
        assert background.ask(memory.cut_off_who_was_on_the_line()) == 1
        centre.wait(lambda: centre.at("/twilio/voice/status"), "the end is reported")

        told = centre.at("/twilio/voice/status")
        assert [(one["CallSid"], one["CallStatus"]) for one in told] == [(live.sid, "completed")]
        assert after.legs[live.sid].status == "completed"
        background.ask(_written(memory))
        assert background.ask(Memory(after, file).cut_off_who_was_on_the_line()) == 0


@pytest.mark.parametrize("content", ["", "[", "{}", "[1]", "[{}]"])
def test_a_memory_that_cannot_be_read_is_none(
    background: Background, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "calls.json"
    file.write_text(content)
    with closing(Provider(background, public_base_url="http://127.0.0.1:1")) as provider:
        assert background.ask(Memory(provider, file).cut_off_who_was_on_the_line()) == 0


async def _written(memory: Memory) -> None:
    memory._write()
