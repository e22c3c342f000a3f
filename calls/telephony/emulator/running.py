"""Runs a scenario against a running service: the telephones by the emulator's page, the centre by its own API."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import uuid6
from pydantic import BaseModel

from calls.telephony.emulator.acts import Wait
from calls.telephony.emulator.scenario import (
    INCIDENT,
    Command,
    Owner,
    Pause,
    Scenario,
    Sees,
    Step,
    Storm,
    parsed,
)

LOOK_EVERY_S = 0.1
REQUEST_S_MAX = 150.0
HAND_OUT = "gets a telephone"
RUNS_KEPT = 100_000  # numbers of a kind, so that two runs seldom draw the same


class Failed(Exception):  # noqa: N818 - a step that did not come out
    """The message says what was expected and what was there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    number: int
    step: Step
    took_s: float
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure over all repetitions, in seconds."""

    name: str
    times_s: tuple[float, ...]
    p99_s_max: float | None = None

    def percentile_s(self, share: float) -> float:
        """The smallest time that so many are not above: with few of them the largest."""
        ordered = sorted(self.times_s)
        return ordered[
            min(len(ordered) - 1, max(0, -(-int(share * 100) * len(ordered) // 100) - 1))
        ]

    @property
    def is_good(self) -> bool:
        limit_s = self.p99_s_max
        return bool(self.times_s) and (limit_s is None or self.percentile_s(0.99) <= limit_s)


@dataclass(frozen=True, slots=True)
class Report:
    outcomes: list[Outcome]
    figures: list[Figure]
    runs: int

    @property
    def is_good(self) -> bool:
        steps = all(not one.trouble for one in self.outcomes)
        return steps and all(one.is_good for one in self.figures)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the telephones and the centre are, and who may act there."""

    phones_url: str
    centre_url: str
    tokens: Mapping[str, str]  # by sign-in name


@dataclass
class _Run:
    """One pass through the steps."""

    number: int = 0
    phones: dict[str, str] = field(default_factory=dict)  # id by name
    numbers: dict[str, str] = field(default_factory=dict)
    incident: str = ""
    begun: dict[str, float] = field(default_factory=dict)  # by mark
    ended: dict[str, float] = field(default_factory=dict)


class Runner:
    """`told` hears of every step as it is done."""

    def __init__(
        self, scenario: Scenario, places: Places, *, told: Callable[[Outcome], None]
    ) -> None:
        self._scenario, self._places, self._told = scenario, places, told
        self._outcomes: list[Outcome] = []
        self._times: dict[str, list[float]] = {one.name: [] for one in scenario.measures}
        self._first_run = secrets.randbelow(RUNS_KEPT)

    async def run(self) -> Report:
        """Stops at the first step that does not come out: what follows would only say the same."""
        async with httpx.AsyncClient(trust_env=False, timeout=REQUEST_S_MAX) as self._http:
            runs = 0
            for _ in range(self._scenario.repeat):
                whole = await self._once((self._first_run + runs) % RUNS_KEPT)
                runs += 1
                if not whole:
                    break
        figures = [
            Figure(one.name, tuple(self._times[one.name]), one.p99_s_max)
            for one in self._scenario.measures
        ]
        return Report(self._outcomes, figures, runs)

    async def _once(self, number: int) -> bool:
        run = _Run()
        owners = [Step(phone=name, do=HAND_OUT) for name in self._scenario.phones]
        run.number = number
        try:
            for place, step in enumerate([*owners, *self._scenario.steps], 1 - len(owners)):
                outcome = await self._outcome(run, place, step)
                if outcome.trouble or step.do != HAND_OUT:
                    self._outcomes.append(outcome)
                    self._told(outcome)
                if outcome.trouble:
                    return False
        finally:
            for id_ in run.phones.values():
                with suppress(httpx.HTTPError):
                    await self._http.post(self._act("remove", id_), json={})
        for one in self._scenario.measures:
            if one.begins in run.begun and one.ends in run.ended:
                self._times[one.name].append(run.ended[one.ends] - run.begun[one.begins])
        return True

    async def _outcome(self, run: _Run, place: int, step: Step) -> Outcome:
        begun_s = time.monotonic()
        trouble = ""
        try:
            await self._do(run, step)
        except Failed as failed:
            trouble = str(failed)
        except httpx.HTTPError as error:
            trouble = f"{type(error).__name__}: nobody answers at {error.request.url.host}"
        ended_s = time.monotonic()
        if step.mark:
            run.begun.setdefault(step.mark, begun_s)
            run.ended[step.mark] = ended_s
        return Outcome(place, step, ended_s - begun_s, trouble)

    async def _do(self, run: _Run, step: Step) -> None:
        if step.do == HAND_OUT:
            await self._hand_out(run, step.phone, self._scenario.phones[step.phone])
            return
        details = parsed(step)
        acts: dict[type[BaseModel], Callable[..., Awaitable[None]]] = {
            Command: self._command,
            Sees: self._sees,
            Storm: self._storm,
            Pause: self._pause,
        }
        act = acts.get(type(details), self._phone)
        await act(run, step, details)

    # --- telephones ----------------------------------------------------------------------------

    async def _hand_out(self, run: _Run, name: str, owner: Owner) -> None:
        run.numbers[name] = owner.number.format(run=run.number)
        body = {"number": run.numbers[name], "name": owner.name or name}
        answer = await self._http.post(self._act("add"), json=body)
        run.phones[name] = _good(answer)["id"]

    async def _phone(self, run: _Run, step: Step, details: BaseModel) -> None:
        name = "wait" if isinstance(details, Wait) else step.do
        body = details.model_dump(mode="json")
        answer = await self._http.post(self._act(name, run.phones[step.phone]), json=body)
        result = _good(answer)
        if result.get("found") is False:
            sentence = f"not within {body['within_s']:g} s; {_seen(result['call'])}"
            raise Failed(sentence)
        if result.get("taken") is False:
            raise Failed("no machine on the line was waiting for a key")
        if result.get("accepted") is False:
            raise Failed("the service did not take it")

    async def _storm(self, _run: _Run, _step: Step, storm: Storm) -> None:
        """The last of them is put down before the storm is over."""
        async with asyncio.TaskGroup() as group:
            for count in range(storm.calls):
                number = f"{storm.prefix}{count % storm.numbers:05}"
                group.create_task(self._prank(number, storm.rings_s))
                await asyncio.sleep(1 / storm.per_s)

    async def _prank(self, number: str, rings_s: float) -> None:
        ring = await self._http.post(self._act("citizen_ring"), json={"number": number})
        sid = _good(ring)["sid"]
        await asyncio.sleep(rings_s)
        await self._http.post(self._act("citizen_hang_up"), json={"sid": sid})

    async def _pause(self, _run: _Run, _step: Step, pause: Pause) -> None:
        await asyncio.sleep(pause.seconds)

    def _act(self, name: str, phone_id: str = "") -> str:
        behind = f"/{phone_id}" if phone_id else ""
        return f"{self._places.phones_url}/phone/api/{name}{behind}"

    # --- the centre ----------------------------------------------------------------------------

    async def _command(self, run: _Run, step: Step, command: Command) -> None:
        body = await self._filled(run, step.centre, command.body)
        run.begun[step.mark] = (
            time.monotonic()
        )  # what it takes to find the call is not the centre's time
        answer = await self._http.post(
            f"{self._places.centre_url}/api/v1/commands/{command.name}",
            json={"request_id": str(uuid6.uuid7()), **body},
            headers=self._signed_in(step.centre),
        )
        result = answer.json() if answer.content else {}
        code = result.get("code", "")
        if code != command.refused:
            raise Failed(
                f"answered {answer.status_code} {code} {result.get('detail', '')}".strip()
            )
        found = result.get("result") or {}
        run.incident = found.get("incident_id", run.incident)

    async def _sees(self, run: _Run, step: Step, sees: Sees) -> None:
        ends_s = time.monotonic() + sees.within_s
        wanted = await self._filled(run, step.centre, sees.fields)
        while True:
            calls = await self._calls(run, step.centre, sees.call)
            right = [call for call in calls if _holds(call, wanted)]
            as_many = sees.count is None or len(calls) == sees.count
            if (right or sees.count == 0) and as_many:
                return
            if time.monotonic() > ends_s:
                shown = [
                    {name: call.get(name) for name in ("status", *sees.fields)} for call in calls
                ]
                sentence = f"not within {sees.within_s:g} s; the board has {shown}"
                raise Failed(sentence)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _calls(self, run: _Run, who: str, phone: str) -> list[dict[str, Any]]:
        """Of this telephone, the oldest first."""
        answer = await self._http.get(
            f"{self._places.centre_url}/api/v1/board", headers=self._signed_in(who)
        )
        if answer.status_code != 200:
            sentence = f"the board answered {answer.status_code}"
            raise Failed(sentence)
        number = run.numbers[phone] or None
        calls: list[dict[str, Any]] = answer.json()["state"]["calls"]
        own = [call for call in calls if call["caller"] == number]
        return sorted(own, key=lambda call: str(call["received_at"]))

    async def _filled(self, run: _Run, who: str, body: Mapping[str, Any]) -> dict[str, Any]:
        filled = {}
        for name, value in body.items():
            if value == INCIDENT:
                filled[name] = run.incident
            elif isinstance(value, str) and value.startswith("#"):
                filled[name] = run.numbers[value.removeprefix("#")]
            elif isinstance(value, str) and value.startswith("@"):
                calls = await self._calls(run, who, value.removeprefix("@"))
                if not calls:
                    sentence = f"the board has no call of “{value.removeprefix('@')}”"
                    raise Failed(sentence)
                filled[name] = calls[-1]["id"]
            else:
                filled[name] = value
        return filled

    def _signed_in(self, who: str) -> dict[str, str]:
        if who not in self._places.tokens:
            sentence = f"the credentials name no “{who}”"
            raise Failed(sentence)
        return {"Authorization": f"Bearer {self._places.tokens[who]}"}


def _good(answer: httpx.Response) -> dict[str, Any]:
    result: dict[str, Any] = answer.json()
    if not result.get("ok"):
        raise Failed(f"{result.get('code')} {result.get('detail', '')}".strip())
    return result


def _seen(call: Mapping[str, Any] | None) -> str:
    if call is None:
        return "there is no call on this telephone"
    heard = [one["text"] for one in call["captions"]]
    return f"the call is {call['state']}, last heard: {heard[-1] if heard else 'nothing'}"


def _holds(found: Any, wanted: Any) -> bool:
    """Every field as wanted; of a list, any member."""
    if isinstance(wanted, Mapping):
        rows = found if isinstance(found, list) else [found]
        return any(
            isinstance(row, Mapping)
            and all(_holds(row.get(name), value) for name, value in wanted.items())
            for row in rows
        )
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        return abs(found - wanted) < 1e-4
    return bool(found == wanted)
