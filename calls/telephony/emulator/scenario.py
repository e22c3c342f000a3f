"""A story in a file: who has a telephone, what they do, what the centre does, what must come of it. Pure.

title = "A caller who says nothing"
[phones.caller]
number = "+62812770{run:05}"

[[steps]]
phone = "caller"
do = "ring"

[[steps]]
centre = "dispatcher1"
do = "sees"
call = "caller"
fields = { status = "queued" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calls.telephony.emulator import acts

STEPS_MAX = 500
REPEAT_MAX = 10_000
STORM_CALLS_MAX = 5_000
STORM_PER_S_MAX = 200.0
WITHIN_S = 10.0
WITHIN_S_MAX = 300.0
# What a person waits for, by the word for it in a file.
WAITS: Mapping[str, str] = {
    "hears": "hears",
    "receives": "receives",
    "is_rung": "rung",
    "is_queued": "queued",
    "is_connected": "connected",
    "is_asked_for_a_key": "asked_for_a_key",
    "is_over": "over",
}
# In the body of a command: the call of a telephone, its number.
NAMES = ("@", "#")
INCIDENT = "@incident"
PHONE_ACTS = (
    "ring",
    "hang_up",
    "answer",
    "decline",
    "press",
    "say",
    "write",
    "pin",
    "photo",
    "aml",
)


class Wrong(Exception):  # noqa: N818 - said to whoever wrote the file
    """The file is no scenario; each line says where and why."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Owner(_Part):
    """Who has a telephone. Without a number the caller hides it. `{run}` is another number in every repetition."""

    number: str = ""
    name: str = ""


class Pause(_Part):
    seconds: float = Field(ge=0, le=WITHIN_S_MAX)


class Command(_Part):
    """A command of the centre's own. In the body `@caller` is the id of that telephone's call, `@incident` the last one
    that was opened, `#hospital` the number of that telephone."""

    name: str
    body: dict[str, Any] = Field(default_factory=dict)
    refused: str = ""  # the code with which it must be refused


class Sees(_Part):
    """The board shows a call of that telephone with these fields; `{"locations": {"source": "aml"}}` looks into a list."""

    call: str
    fields: dict[str, Any] = Field(default_factory=dict)
    count: int | None = None  # so many calls of this telephone, and no more
    within_s: float = Field(default=WITHIN_S, gt=0, le=WITHIN_S_MAX)


class Storm(_Part):
    """Many calls of a few numbers that are put down again."""

    calls: int = Field(ge=1, le=STORM_CALLS_MAX)
    numbers: int = Field(ge=1, le=STORM_CALLS_MAX)
    per_s: float = Field(gt=0, le=STORM_PER_S_MAX)
    prefix: str = "+62812779"
    rings_s: float = Field(default=1.0, ge=0, le=WITHIN_S_MAX)


class Step(_Part):
    """`mark` names the instant for `measures`: of an act its beginning, of a wait its end."""

    model_config = ConfigDict(extra="allow")

    phone: str = ""
    centre: str = ""
    do: str
    mark: str = ""
    note: str = ""

    @property
    def details(self) -> dict[str, Any]:
        return self.model_extra or {}


class Measure(_Part):
    name: str
    begins: str
    ends: str
    p99_s_max: float | None = None


class Scenario(_Part):
    title: str
    about: str = ""
    phones: dict[str, Owner] = Field(default_factory=dict)
    steps: list[Step] = Field(min_length=1, max_length=STEPS_MAX)
    repeat: int = Field(default=1, ge=1, le=REPEAT_MAX)
    measures: list[Measure] = Field(default_factory=list)


CENTRE_ACTS: Mapping[str, type[_Part]] = {"command": Command, "sees": Sees}
PLAIN_ACTS: Mapping[str, type[_Part]] = {"pause": Pause, "storm": Storm}


def read(text: str) -> Scenario:
    """Raises Wrong with a line for everything that is."""
    try:
        found = Scenario.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        sentence = f"not TOML: {error}"
        raise Wrong(sentence) from None
    except ValidationError as error:
        raise Wrong("\n".join(_lines(error, ""))) from None
    problems = [
        line for number, step in enumerate(found.steps, 1) for line in _of(found, number, step)
    ]
    marks = {step.mark for step in found.steps}
    for one in found.measures:
        problems += [
            f"measures “{one.name}”: no step has mark = “{mark}”"
            for mark in (one.begins, one.ends)
            if mark not in marks
        ]
    if problems:
        raise Wrong("\n".join(problems))
    return found


def parsed(step: Step) -> BaseModel:
    """The details of a step in the form of its act."""
    kind, extra = _kind(step)
    assert kind is not None
    return kind.model_validate({**step.details, **extra})


def _kind(step: Step) -> tuple[type[BaseModel] | None, dict[str, Any]]:
    if step.phone:
        if step.do in WAITS:
            return acts.Wait, {"until": WAITS[step.do]}
        return (acts.KINDS[step.do] if step.do in PHONE_ACTS else None), {}
    return (CENTRE_ACTS if step.centre else PLAIN_ACTS).get(step.do), {}


def _of(scenario: Scenario, number: int, step: Step) -> list[str]:
    place = f"step {number} ({step.phone or step.centre or 'nobody'}, {step.do})"
    problems = []
    if step.phone and step.centre:
        problems.append(f"{place}: either phone or centre, not both")
    if step.phone and step.phone not in scenario.phones:
        known = ", ".join(scenario.phones) or "none"
        problems.append(f"{place}: there is no telephone “{step.phone}” (there are: {known})")
    kind, extra = _kind(step)
    if kind is None:
        problems.append(f"{place}: cannot be done; what can: {', '.join(_possible(step))}")
        return problems
    try:
        details = kind.model_validate({**step.details, **extra})
    except ValidationError as error:
        return [*problems, *_lines(error, place)]
    if isinstance(details, Sees) and details.call not in scenario.phones:
        problems.append(f"{place}: call = “{details.call}” is no telephone of this file")
    if isinstance(details, Command):
        problems += [
            f"{place}: body.{name} = “{value}” names no telephone of this file"
            for name, value in details.body.items()
            if isinstance(value, str)
            and value[:1] in NAMES
            and value != INCIDENT
            and value[1:] not in scenario.phones
        ]
    return problems


def _possible(step: Step) -> list[str]:
    if step.phone:
        return sorted([*PHONE_ACTS, *WAITS])
    return sorted(CENTRE_ACTS if step.centre else PLAIN_ACTS)


def _lines(error: ValidationError, place: str) -> list[str]:
    return [
        ": ".join(
            part
            for part in (place, ".".join(str(word) for word in one["loc"]), one["msg"])
            if part
        )
        for one in error.errors(include_url=False)
    ]
