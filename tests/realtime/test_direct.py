"""Frames written straight to a socket: as RFC 6455 wants them, none lost, none twice, none before an earlier one."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import OP_TEXT, Frame
from websockets.streams import StreamReader

from realtime.direct import framed
from realtime.subscriber import Ready, Subscriber


def read(data: bytes) -> list[str]:
    """What another implementation reads in these bytes."""
    stream, texts = StreamReader(), []
    stream.feed_data(data)
    stream.feed_eof()
    while stream.buffer:
        parsing = Frame.parse(stream.read_exact, mask=False)
        with pytest.raises(StopIteration) as parsed:
            next(parsing)
        frame = parsed.value.value
        assert (frame.opcode, frame.fin) == (OP_TEXT, True)
        texts.append(bytes(frame.data).decode())
    return texts


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_text_of_any_length_is_one_frame(size):
    assert read(framed("a" * size) + framed("next")) == ["a" * size, "next"]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_every_text_comes_back_as_it_was(text):
    assert read(framed(text)) == [text]


class Screen:
    """A client that sometimes does not keep up; the writer of the consumer beside it."""

    def __init__(self, floor: int) -> None:
        self.keeps_up = asyncio.Event()
        self.keeps_up.set()
        self.got: list[str] = []
        self.place = Subscriber(None, "control", floor, self._write)  # type: ignore[arg-type]
        self.place.begin(floor)
        self.writer = asyncio.ensure_future(self._send_on())

    def _write(self, frame: bytes) -> bool:
        if not self.keeps_up.is_set():
            return False
        self.got += read(frame)
        return True

    async def _send_on(self) -> None:
        while (text := await self.place.next_text()) is not None:
            await self.keeps_up.wait()
            await asyncio.sleep(0)  # the transport is free, and another may have come first
            self.got.append(text)


@example(floor=0, acts=["turn", "stall", "event", "turn", "turn", "wake", "event"])
@given(
    floor=st.integers(0, 6),
    acts=st.lists(st.sampled_from(["event", "beat", "stall", "wake", "turn"]), max_size=60),
)
def test_whatever_the_client_does_frames_come_once_and_in_their_order(floor, acts):
    async def play() -> tuple[list[str], list[str]]:
        screen, seq, offered = Screen(floor), 0, []
        for number, act in enumerate(acts):
            if act == "event":
                seq += 1
                screen.place.offer(Ready(seq, f"event {seq}"))
                if seq > floor:  # what is up to the floor was part of the first answer
                    offered.append(f"event {seq}")
            elif act == "beat":
                screen.place.offer(Ready(0, f"beat {number}"))
                offered.append(f"beat {number}")
            elif act == "stall":
                screen.keeps_up.clear()
            elif act == "wake":
                screen.keeps_up.set()
            else:
                await asyncio.sleep(0)
        screen.keeps_up.set()
        for _turn in range(10 * len(acts)):  # more than the writer can need
            await asyncio.sleep(0)
        screen.place.close(1000)
        await screen.writer
        return screen.got, offered

    got, offered = asyncio.run(play())
    assert got == offered
