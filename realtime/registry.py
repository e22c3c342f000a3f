"""What the packages above hang into the bottom: commands, entities of the board, reactions, words.

realtime knows no call, unit or incident. The higher package calls these functions from its AppConfig.ready().
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from realtime.protocol import KINDS, Actor, Rejected, Viewer

if TYPE_CHECKING:
    from realtime.eventlog import Change

Ids = Iterable[str]
Loader = Callable[[Ids | None], list[dict[str, Any]]]
Touched = dict[str, set[str]]


class CommandBody(BaseModel):
    """Base of every command's body; an unknown field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a command handler may know of its caller."""

    viewer: Viewer
    now: datetime
    request_id: str | None = None
    command: str = ""

    @property
    def actor(self) -> Actor:
        return self.viewer.actor


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    body: type[CommandBody]
    roles: frozenset[str]
    handle: Callable[[Context, Any], Any]
    summary: str


commands: dict[str, Command] = {}
loaders: dict[str, Loader] = {}
_rejections: dict[str, Any] = {}
_reactions: dict[str, list[Callable[..., None]]] = {}
_single: dict[str, Callable[..., Any]] = {}


def register_command(
    name: str,
    body: type[CommandBody],
    *,
    roles: Iterable[str],
    handle: Callable[[Context, Any], Any],
) -> None:
    """`handle(ctx, body)` opens a `change(...)`, writes, and returns its `done`."""
    assert name not in commands or commands[name].handle is handle, f"{name} is registered twice"
    summary = (handle.__doc__ or "").strip().split("\n")[0]
    commands[name] = Command(name, body, frozenset(roles), handle, summary)


def register_entity(kind: str, load: Loader) -> None:
    """`load(ids)` gives the wire form of those of `ids` that are on the board; `load(None)` of all."""
    assert kind in KINDS
    loaders[kind] = load


def register_rejection(code: str, words: Any) -> None:
    """Words (lazily translated, %-named parameters) shown to a person for a rejection code."""
    _rejections[code] = words


def words_for(error: Rejected) -> str:
    template = str(_rejections.get(error.code, error.code))
    try:
        return template % error.params
    except (KeyError, TypeError, ValueError):
        return template


def rejection_codes() -> dict[str, Any]:
    return dict(_rejections)


def register_reaction(topic: str, react: Callable[..., None]) -> None:
    """`react(log, **facts)` runs inside the change of the lower package that calls `react_to`."""
    if react not in _reactions.setdefault(topic, []):
        _reactions[topic].append(react)


def react_to(topic: str, log: Change, **facts: Any) -> None:
    for react in _reactions.get(topic, ()):
        react(log, **facts)


# --- companions --------------------------------------------------------------------------------

Companion = Callable[[threading.Event], None]
companions: dict[str, Companion] = {}


def register_companion(name: str, run: Companion) -> None:
    """`run(stop)` goes on in a thread of its own beside each web process until `stop` is set."""
    companions[name] = run


# --- single hooks ------------------------------------------------------------------------------


def register_expansion(expand: Callable[[Touched], Touched]) -> None:
    """`expand(touched)` adds the entities that change with those touched (the units of an incident…)."""
    _single["expand"] = expand


def expand(touched: Touched) -> Touched:
    hook = _single.get("expand")
    return hook(touched) if hook else touched


def register_audience(topics: Callable[[Mapping[str, Any]], set[str]]) -> None:
    """`topics(data)` names who may see an event with this data, besides the centre."""
    _single["topics"] = topics


def audience(data: Mapping[str, Any]) -> set[str]:
    hook = _single.get("topics")
    return hook(data) if hook else set()


def register_projection(project: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]) -> None:
    """`project(topic, data)` is what the viewers of a topic see of an event."""
    _single["project"] = project


def project(topic: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    hook = _single.get("project")
    return hook(topic, data) if hook else data


def register_snapshot(snapshot: Callable[[Viewer], dict[str, list[dict[str, Any]]]]) -> None:
    """`snapshot(viewer)` is the board as this viewer may see it."""
    _single["snapshot"] = snapshot


def snapshot(viewer: Viewer) -> dict[str, list[dict[str, Any]]]:
    board: dict[str, list[dict[str, Any]]] = _single["snapshot"](viewer)
    return board


def register_people(
    *,
    viewer_of_session: Callable[[str], Viewer | None],
    viewer_of_token: Callable[[str], Viewer | None],
    still_valid: Callable[[list[Viewer]], list[bool]],
) -> None:
    """How people are recognised; `still_valid` answers for many sockets with a fixed number of queries."""
    _single["viewer_of_session"] = viewer_of_session
    _single["viewer_of_token"] = viewer_of_token
    _single["still_valid"] = still_valid


def viewer_of_session(key: str) -> Viewer | None:
    found: Viewer | None = _single["viewer_of_session"](key)
    return found


def viewer_of_token(token: str) -> Viewer | None:
    found: Viewer | None = _single["viewer_of_token"](token)
    return found


def still_valid(viewers: list[Viewer]) -> list[bool]:
    valid: list[bool] = _single["still_valid"](viewers)
    return valid


def register_position_handler(handle: Callable[[Viewer, dict[str, Any], datetime], None]) -> None:
    """`handle(viewer, frame, now)` takes a position that came over the socket; raises Rejected."""
    _single["position"] = handle


def register_position_reader(read: Callable[[datetime], list[dict[str, Any]]]) -> None:
    """`read(since)` gives the positions received since then, as `telemetry.publish` takes them."""
    _single["positions"] = read


def positions_since(since: datetime) -> list[dict[str, Any]]:
    hook = _single.get("positions")
    return hook(since) if hook else []


def take_position(viewer: Viewer, frame: dict[str, Any], now: datetime) -> None:
    hook = _single.get("position")
    if hook is None:
        raise Rejected("unknown_command", status=404, name="position")
    hook(viewer, frame, now)
