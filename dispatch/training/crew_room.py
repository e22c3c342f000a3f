"""All emulated crews at work: what the board says, what they do about it, where they report to be."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from dispatch.training.centre import Centre
from dispatch.training.crews import BRISK_SHARE, Crew, way_of
from dispatch.training.feed import Feed
from realtime.protocol import stamp

logger = logging.getLogger(__name__)

TICK_S = 0.5
REPORT_S = 2.0
BRISK_S = 60.0
STROLL_PAUSE_S = (10.0, 60.0)
LEFT_STANDING_S = (
    300.0  # a unit nobody emulates is reported where it stands, so that it does not look lost
)


class CrewRoom:
    """`centre` reports positions for all; each crew acts with its own token in `crews_access`."""

    def __init__(
        self,
        feed: Feed,
        centre: Centre,
        crews_access: Mapping[str, Centre],
        *,
        speed: float,
        chance: random.Random,
    ) -> None:
        self._feed = feed
        self._centre = centre
        self._access = crews_access
        self._speed = speed
        self._chance = chance
        self._crews: dict[str, Crew] = {}
        self._acting: set[str] = set()
        self._stroll_at: dict[str, float] = {}
        self._begun = time.monotonic()

    async def work(self, group: asyncio.TaskGroup) -> None:
        """Until cancelled; what is begun runs in the group and ends with it."""
        self._group = group
        report_at = 0.0
        while True:
            now = time.monotonic()
            self._muster(now)
            for crew in self._crews.values():
                self._tick(crew, now)
            if now >= report_at:
                report_at = now + REPORT_S
                await self._report(now)
            await asyncio.sleep(TICK_S)

    def is_brisk(self, now: float) -> bool:
        return now - self._begun < BRISK_S

    def _muster(self, now: float) -> None:
        """Crews for units new on the board; they begin where the board has them, else at home."""
        for unit in self._feed.rows("units"):
            if unit["id"] not in self._crews:
                home, position = unit["home"], unit["position"]
                at_home = (home["lat"], home["lng"]) if home else None
                here = (position["lat"], position["lng"]) if position else at_home
                self._crews[unit["id"]] = Crew(
                    unit["id"], unit["callsign"], unit["kind"], at_home, here, self._speed
                )

    def _tick(self, crew: Crew, now: float) -> None:
        unit = self._feed.state["units"].get(crew.unit_id)
        if unit is None or crew.callsign not in self._access:
            return
        assignment = self._feed.state["assignments"].get(unit["assignment_id"] or "")
        had = crew.assignment_id
        crew.follow(assignment, now=now, chance=self._chance, brisk=self.is_brisk(now))
        if crew.move(now) and unit["status"] == "returning":
            self._act(crew, self._is_back(crew))
        if assignment is None:
            if had is not None or self._is_astray(crew, unit):
                self._act(crew, self._return(crew))
            elif unit["kind"] == "patrol" and unit["status"] == "available":
                self._stroll(crew, now)
            return
        if crew.unit_id not in self._acting:
            step = crew.next_step(now, self._chance)
            if step is not None:
                self._act(crew, self._take(crew, assignment, step))

    def _act(self, crew: Crew, act: Any) -> None:
        """One act of a crew at a time; what is skipped now is due again at the next tick."""
        if crew.unit_id in self._acting:
            act.close()
            return
        self._acting.add(crew.unit_id)
        self._group.create_task(self._guarded(crew, act))

    async def _guarded(self, crew: Crew, act: Any) -> None:
        try:
            await act
        except Exception:
            # One crew's trouble must not stop the city; it is seen in the log and tried again.
            logger.exception("crew_failed", extra={"unit_id": crew.unit_id})
        finally:
            self._acting.discard(crew.unit_id)

    async def _take(self, crew: Crew, assignment: Mapping[str, Any], step: str) -> None:
        access = self._access[crew.callsign]
        id_ = assignment["id"]
        if step == "notified":
            done = await access.command("assignment.notified", assignment_id=id_)
        elif step == "acknowledged":
            done = await access.command("assignment.acknowledge", assignment_id=id_)
        else:
            done = await access.command("assignment.advance", assignment_id=id_, status=step)
        now = time.monotonic()
        if done is None:
            crew.due_at = now + REPORT_S  # the board will say what is true by then
            return
        crew.due_at = float("inf")  # until the board shows the new step
        if step == "en_route":
            way = way_of(await access.get(f"/api/v1/assignments/{id_}/route"))
            now = time.monotonic()
            if way is not None:
                crew.set_out(way, now=now)
                crew.due_at = now
            else:
                crew.wait_instead_of_driving(now, self._chance)
        elif step == "transporting" and not crew.go_home(now):
            crew.wait_instead_of_driving(now, self._chance)

    def _is_astray(self, crew: Crew, unit: Mapping[str, Any]) -> bool:
        """Free, standing, not at home: left over from before this program began."""
        free = unit["status"] in {"available", "returning"}
        return free and crew.drive is None and not crew.is_home()

    async def _return(self, crew: Crew) -> None:
        now = time.monotonic()
        if crew.drive is None and crew.go_home(now):
            await self._access[crew.callsign].command(
                "unit.set_status", unit_id=crew.unit_id, status="returning"
            )

    async def _is_back(self, crew: Crew) -> None:
        await self._access[crew.callsign].command(
            "unit.set_status", unit_id=crew.unit_id, status="available"
        )

    def _stroll(self, crew: Crew, now: float) -> None:
        due = self._stroll_at.setdefault(
            crew.unit_id, now + self._chance.uniform(*STROLL_PAUSE_S) * BRISK_SHARE
        )
        if crew.drive is None and now >= due:
            crew.stroll(now, self._chance)
            self._stroll_at[crew.unit_id] = now + self._chance.uniform(*STROLL_PAUSE_S)

    async def _report(self, now: float) -> None:
        at = stamp(timezone.now()) or ""
        rows = []
        for crew in self._crews.values():
            emulated = crew.callsign in self._access
            if emulated or crew.reported is None or self._is_silent(crew, now):
                rows.append(crew.report(now, at=at))
        known = [row for row in rows if row is not None]
        if known:
            await self._centre.positions(known)

    def _is_silent(self, crew: Crew, now: float) -> bool:
        """A unit left to a person: its own tablet reports it, and only if that does not, we do."""
        unit = self._feed.state["units"].get(crew.unit_id)
        position = unit["position"] if unit else None
        if position:
            there = (position["lat"], position["lng"])
            if there != crew.reported:
                crew.here = crew.reported = there
                crew.reported_at = now
        return now - crew.reported_at >= LEFT_STANDING_S
