"""The emulated dispatcher at work. Hears what the emulated citizens say, and leaves some of them to the newcomer."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Collection, Mapping
from typing import Any

from dispatch.training import dispatching
from dispatch.training.centre import Centre
from dispatch.training.citizens import Caller, is_emulated
from dispatch.training.feed import Feed

logger = logging.getLogger(__name__)

TICK_S = 0.5
ABANDONED_AFTER_S = 20.0
CLOSE_AFTER_S = (4.0, 12.0)
TRY_AGAIN_S = 20.0
LISTENS_S = (5.0, 15.0)
BRISK_LISTENS_S = (1.5, 3.0)
DISPOSES_S = (3.0, 10.0)
BRISK_ANSWERS = 3
ASKED_RADIUS_M = 120


class Desk:
    """`matters` is what the callers want, by their number; the emulated citizens write it."""

    def __init__(
        self,
        feed: Feed,
        centre: Centre,
        matters: Mapping[str, Caller],
        *,
        without: Collection[str],
        chance: random.Random,
    ) -> None:
        self._feed = feed
        self._centre = centre
        self._matters = matters
        self._without = without
        self._chance = chance
        self._intentions = dispatching.Intentions(chance, brisk=BRISK_ANSWERS)
        self._busy: set[str] = set()
        self._incidents: dict[int, str] = {}  # matter -> incident
        self._own_id = ""
        self._answered = 0

    async def work(self, group: asyncio.TaskGroup) -> None:
        """Until cancelled; what is begun runs in the group and ends with it."""
        self._group = group
        board = await self._centre.get("/api/v1/board")
        self._own_id = board["viewer"]["id"] if board else ""
        while True:
            now = time.monotonic()
            self._look_at_calls(now)
            self._look_at_incidents()
            await asyncio.sleep(TICK_S)

    def _look_at_calls(self, now: float) -> None:
        calls = [call for call in self._feed.rows("calls") if is_emulated(call["caller"])]
        calls.sort(key=lambda call: call["received_at"])
        waiting = [
            call
            for call in calls
            if call["status"] in dispatching.WAITING and call["id"] not in self._busy
        ]
        for id_ in self._intentions.to_answer(waiting, now=now):
            self._begin(id_, self._handle_call(id_))
        for call in dispatching.abandoned(calls):
            self._begin(call["id"], self._dispose_abandoned(call["id"]))

    def _look_at_incidents(self) -> None:
        incidents = self._feed.rows("incidents")
        for id_ in dispatching.to_close(incidents, own_id=self._own_id):
            self._begin(id_, self._close(id_))
        for id_ in dispatching.unserved(incidents, own_id=self._own_id):
            self._begin(id_, self._send_units(id_, then_wait_s=TRY_AGAIN_S))

    def _begin(self, id_: str, act: Any) -> None:
        if id_ in self._busy:
            act.close()
            return
        self._busy.add(id_)
        self._group.create_task(self._guarded(id_, act))

    async def _guarded(self, id_: str, act: Any) -> None:
        try:
            await act
        except Exception:
            # One case's trouble must not stop the city; it is seen in the log and tried again.
            logger.exception("desk_failed", extra={"id": id_})
            await asyncio.sleep(TRY_AGAIN_S)
        finally:
            self._busy.discard(id_)

    async def _pause(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._chance.uniform(*between))

    # --- one call ------------------------------------------------------------------------------

    async def _handle_call(self, call_id: str) -> None:
        if await self._centre.command("call.answer", call_id=call_id) is None:
            await asyncio.sleep(TICK_S * 2)  # somebody was first; the board will show it
            return
        self._answered += 1
        await self._pause(BRISK_LISTENS_S if self._answered <= BRISK_ANSWERS else LISTENS_S)
        call = self._feed.state["calls"].get(call_id)
        caller = self._matters.get(call["caller"]) if call else None
        if call is None:
            return
        if caller is None:  # the caller of an earlier demonstration: the line is dead
            await self._centre.command("call.dispose", call_id=call_id, disposition="test")
            return
        if caller.type is not None:
            await self._open_or_attach(call, caller)
            await self._pause(DISPOSES_S)
        await self._centre.command("call.dispose", call_id=call_id, disposition=caller.disposition)

    async def _open_or_attach(self, call: Mapping[str, Any], caller: Caller) -> None:
        known = self._incidents.get(caller.matter, "")
        if known in self._feed.state["incidents"]:
            await self._centre.command(
                "incident.attach_call", incident_id=known, call_id=call["id"]
            )
            return
        location = dispatching.best_location(call) or {
            "lat": caller.spot.lat,
            "lng": caller.spot.lng,
            "radius_m": ASKED_RADIUS_M,
            "source": "operator",
            "label": caller.spot.name,
        }
        opened = await self._centre.command(
            "incident.open",
            type=caller.type,
            priority=caller.priority,
            location=location,
            call_id=call["id"],
            address=caller.spot.name,
            note=caller.words if call["channel"] == "voice" else "",
        )
        if opened is None:
            return
        incident_id = opened["incident_id"]
        self._incidents[caller.matter] = incident_id
        self._busy.add(incident_id)
        try:
            await self._send_units(incident_id)
        finally:
            self._busy.discard(incident_id)

    async def _dispose_abandoned(self, call_id: str) -> None:
        await asyncio.sleep(ABANDONED_AFTER_S)
        await self._centre.command("call.dispose", call_id=call_id, disposition="abandoned")

    # --- one incident --------------------------------------------------------------------------

    async def _send_units(self, incident_id: str, *, then_wait_s: float = 0.0) -> None:
        found = await self._centre.get(f"/api/v1/incidents/{incident_id}/recommendation")
        for unit_id in dispatching.units_to_assign(found or {}, without=self._without):
            await self._centre.command("unit.assign", incident_id=incident_id, unit_id=unit_id)
        await asyncio.sleep(then_wait_s)

    async def _close(self, incident_id: str) -> None:
        await self._pause(CLOSE_AFTER_S)
        kind = self._feed.state["incidents"].get(incident_id, {}).get("type")
        disposition = "transported" if kind == "medical" else "handled"
        await self._centre.command(
            "incident.close", incident_id=incident_id, disposition=disposition
        )
