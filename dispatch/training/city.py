"""A living city: citizens turn to the centre, a dispatcher answers most of them, crews drive. API and webhooks only."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass, field

import httpx
from django.utils import timezone

from calls.telephony.emulator.people import Position, aml_text
from dispatch.training.access import Access
from dispatch.training.centre import Centre
from dispatch.training.citizens import Caller, Citizens, pause_s
from dispatch.training.crew_room import CrewRoom
from dispatch.training.desk import Desk
from dispatch.training.feed import Feed
from dispatch.training.provider import Provider

logger = logging.getLogger(__name__)

DISPATCHER = "dispatcher3"
FIRST_CALL_S = 2.0
# The first ones come fast, and three of them are emergencies: a newcomer looks for a minute.
OVERTURE: tuple[tuple[float, bool], ...] = (
    (0.0, True),
    (2.0, True),
    (4.0, True),
    (5.0, False),
    (5.0, True),
    (6.0, True),
    (8.0, False),
)
PATIENCE_S = (75.0, 200.0)
AML_AFTER_S = (0.5, 4.0)
MATTERS_MAX = 2_000
CONNECTIONS_MAX = 60


@dataclass(frozen=True, slots=True)
class Plan:
    per_minute: float
    speed: float
    seed: int | None = None
    minutes: float | None = None
    without: frozenset[str] = field(default=frozenset())


async def live(access: Access, plan: Plan) -> None:
    """Until cancelled, or for `minutes`."""
    chance = random.Random(plan.seed)
    token = access.dispatcher_token(DISPATCHER)
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:
        centre = Centre(client, access.base_url, token)
        crews = {
            callsign: Centre(client, access.base_url, crew_token)
            for callsign, crew_token in access.crews.items()
            if callsign not in plan.without
        }
        feed = Feed(access.base_url, token)
        matters: dict[str, Caller] = {}
        people = Population(Provider(client, access), feed, matters, plan=plan, chance=chance)
        desk = Desk(feed, centre, matters, without=plan.without, chance=chance)
        room = CrewRoom(feed, centre, crews, speed=plan.speed, chance=chance)
        try:
            async with asyncio.timeout(plan.minutes * 60 if plan.minutes else None):
                async with asyncio.TaskGroup() as group:
                    group.create_task(feed.follow())
                    await feed.ready.wait()
                    logger.info("city_lives", extra={"crews": len(crews)})
                    group.create_task(room.work(group))
                    group.create_task(desk.work(group))
                    group.create_task(people.turn_to_the_centre(group))
        except TimeoutError:
            logger.info("city_rests", extra={"minutes": plan.minutes})


class Population:
    """Sends citizens to the centre; each has a task of its own until the matter is out of its hands."""

    def __init__(
        self,
        provider: Provider,
        feed: Feed,
        matters: dict[str, Caller],
        *,
        plan: Plan,
        chance: random.Random,
    ) -> None:
        self._provider = provider
        self._feed = feed
        self._matters = matters
        self._plan = plan
        self._chance = chance
        self._citizens = Citizens(chance)

    async def turn_to_the_centre(self, group: asyncio.TaskGroup) -> None:
        await asyncio.sleep(FIRST_CALL_S)
        for pause, real in OVERTURE:
            await asyncio.sleep(pause)
            self._begin(group, self._citizens.next_caller(real=real))
        while True:
            await asyncio.sleep(pause_s(self._chance, per_minute=self._plan.per_minute))
            self._begin(group, self._citizens.next_caller())

    def _begin(self, group: asyncio.TaskGroup, caller: Caller) -> None:
        self._matters[caller.number] = caller
        while len(self._matters) > MATTERS_MAX:
            del self._matters[next(iter(self._matters))]
        group.create_task(self._guarded(caller))

    async def _guarded(self, caller: Caller) -> None:
        try:
            if caller.channel == "voice":
                await self._call(caller)
            else:
                await self._provider.message(caller)
        except httpx.HTTPError as error:
            logger.info("citizen_gave_up", extra={"error": type(error).__name__})
        except Exception:
            # One citizen's trouble must not stop the city.
            logger.exception("citizen_failed")

    async def _call(self, caller: Caller) -> None:
        sid = await self._provider.call(caller.number)
        if caller.has_aml:
            await asyncio.sleep(self._chance.uniform(*AML_AFTER_S))
            where = Position(caller.spot.lat, caller.spot.lng, caller.radius_m)
            text = aml_text(caller.number, where, at=timezone.now())
            await self._provider.aml(caller.number, text)
        if await self._waits_in_vain(caller):
            await self._provider.hang_up(sid, caller.number)

    async def _waits_in_vain(self, caller: Caller) -> bool:
        """True when the caller's patience ends before anybody answers."""
        ends = time.monotonic() + self._chance.uniform(*PATIENCE_S)
        while time.monotonic() < ends:
            await asyncio.sleep(1.0)
            own = [call for call in self._feed.rows("calls") if call["caller"] == caller.number]
            if own and own[-1]["status"] not in {"ringing", "queued"}:
                return False
        return True
