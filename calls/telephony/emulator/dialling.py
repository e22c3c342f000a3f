"""The verb Dial: a conference, somebody who waits in a queue, or telephones that ring at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from calls.telephony.emulator.conferences import MOVED
from calls.telephony.emulator.records import Leg, Params
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

RING_S = 30.0
TARGETS_MAX = 10  # telephones that ring at once, as Twilio's
Target = tuple[str, Params]


class Dialling:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def dial(self, leg: Leg, verb: Element, base: str) -> dict[str, str]:
        """Comes back when the connection is over; what the address in `action` is told."""
        conference, queue = verb.find("Conference"), verb.find("Queue")
        if conference is not None:
            return await self._conference(leg, conference, base)
        if queue is not None:
            return await self._queue(leg, queue, base)
        return await self._ring(leg, verb, base)

    async def _conference(self, leg: Leg, noun: Element, base: str) -> dict[str, str]:
        name = "".join(noun.itertext()).strip()
        if self._emulator.conferences.open(name).is_full:
            return {"DialCallStatus": "failed"}
        participant = self._emulator.conferences.enter(leg, name, _params(noun, base))
        await participant.left.wait()
        return {"DialCallStatus": "completed"}

    async def _queue(self, leg: Leg, noun: Element, base: str) -> dict[str, str]:
        """Whoever waits longest. Nobody there: wait until somebody is."""
        queue = self._emulator.queues.setdefault("".join(noun.itertext()).strip(), [])
        while not queue:
            await self._emulator.bell.wait(self._emulator.bell.rung)
        waiting = queue[0]
        if url := noun.get("url"):
            hook = Hook(urljoin(base, url))
            await self._emulator.interpreter.speak(waiting, hook, {"DequeingCallSid": leg.sid})
        action = self._emulator.take_from_queue(waiting)
        try:
            await self._talk(leg, waiting)
        finally:
            self._emulator.goes_on(waiting, action, {"QueueResult": "bridged"})
        return {"DialCallStatus": "completed", "DialCallSid": waiting.sid}

    async def _ring(self, leg: Leg, verb: Element, base: str) -> dict[str, str]:
        """All of them at once. Whoever answers talks until somebody hangs up; the others stop ringing."""
        targets = _targets(verb, base)[:TARGETS_MAX]
        self._emulator.hears(leg, f"dials {', '.join(to for to, _ in targets)}", kind="note")
        limit_s = float(verb.get("timeout", RING_S))
        rung = [self._emulator.child(leg, verb, to, params) for to, params in targets]
        tasks = {self._emulator.spawn(self._emulator.ring_out(one, limit_s)): one for one in rung}
        winner: Leg | None = None
        outcome = "failed"
        try:
            waiting = set(tasks)
            while waiting and winner is None:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    outcome = task.result()
                    if outcome == "answers" and winner is None:
                        winner = tasks[task]
            self._stop_ringing(rung, winner, "canceled")
            if winner is None:
                return {"DialCallStatus": outcome}
            if url := winner.params.get("Url"):  # read to whoever answered, before the two talk
                await self._emulator.interpreter.speak(winner, Hook(url), {})
            await self._talk(leg, winner)
            return _told(winner)
        finally:
            for task in tasks:
                task.cancel()
            self._stop_ringing(rung, None, "completed" if winner else "canceled")

    async def _talk(self, leg: Leg, other: Leg) -> None:
        leg.peer, other.peer = other, leg
        self._emulator.bell.ring()
        try:
            await other.finished.wait()
        finally:
            leg.peer = other.peer = None

    def _stop_ringing(self, rung: list[Leg], winner: Leg | None, status: str) -> None:
        for one in rung:
            if one is not winner and not one.is_over:
                self._emulator.spawn(self._emulator.hang_up(one, status=status, reason=MOVED))


def _targets(verb: Element, base: str) -> list[Target]:
    found = []
    if verb.text and verb.text.strip():
        found.append((verb.text.strip(), Params()))
    for noun in verb:
        words = "".join(noun.itertext()).strip()
        if noun.tag == "Client":
            identity = noun.find("Identity")
            name = words if identity is None else (identity.text or "").strip()
            found.append((f"client:{name.removeprefix('client:')}", _params(noun, base)))
        elif noun.tag in {"Number", "Sip"} and words:
            found.append((words, _params(noun, base)))
    return found


def _params(noun: Element, base: str) -> Params:
    """Its attributes under the API's names; `Url` of a Number is what is read to whoever answers."""
    return Params(
        (
            name[0].upper() + name[1:],
            urljoin(base, value)
            if name.lower().endswith(("callback", "url")) and value
            else value,
        )
        for name, value in noun.attrib.items()
    )


def _told(winner: Leg) -> dict[str, str]:
    return {
        "DialCallStatus": "completed",
        "DialCallSid": winner.sid,
        "DialCallDuration": str(winner.lasted_s or 0),
        "DialBridged": "true",
    }
