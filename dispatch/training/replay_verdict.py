"""What became of a replay, by what the service says, not by what was sent. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dispatch.training.replay_rows import Report
from maps.geo import LatLng, distance_m

DISTANCE_M_MAX = 50.0
EXACT_SOURCES = {"voice": "aml", "whatsapp": "whatsapp"}
KINDS_OF_WRONG = ("missing", "duplicated", "wrong_channel", "wrong_location", "wrong_text")


@dataclass(slots=True)
class Verdict:
    """`wrong` counts by kind; `examples` are (kind, line of the file)."""

    expected: int = 0
    found: int = 0
    wrong: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS_OF_WRONG, 0))
    examples: list[tuple[str, int]] = field(default_factory=list)
    farthest_m: float | None = None

    @property
    def is_good(self) -> bool:
        return not any(self.wrong.values())


def judge(reports: Iterable[Report], calls: Iterable[Mapping[str, Any]]) -> Verdict:
    """Compare what citizens reported with the calls the service knows, by the citizens' numbers."""
    by_number: dict[str, list[Mapping[str, Any]]] = {}
    for call in calls:
        by_number.setdefault(call["caller"], []).append(call)
    verdict = Verdict()
    for report in reports:
        verdict.expected += 1
        found = by_number.get(report.number, [])
        verdict.found += len(found)
        for kind in _wrong(report, found, verdict):
            verdict.wrong[kind] += 1
            verdict.examples.append((kind, report.line))
    return verdict


def _wrong(report: Report, calls: Sequence[Mapping[str, Any]], verdict: Verdict) -> Iterable[str]:
    if not calls:
        yield "missing"
        return
    if len(calls) > 1:
        yield "duplicated"
    call = calls[0]
    if call["channel"] != report.channel:
        yield "wrong_channel"
    off_m = _off_m(report, call)
    if off_m is not None:
        verdict.farthest_m = max(off_m, verdict.farthest_m or 0.0)
    if off_m is None or off_m > DISTANCE_M_MAX:
        yield "wrong_location"
    if report.channel != "voice" and not _says(call, report.text):
        yield "wrong_text"


def _off_m(report: Report, call: Mapping[str, Any]) -> float | None:
    """Metres between what was sent and the one position of that source; None when there is not just one."""
    source = EXACT_SOURCES[report.channel]
    own = [one for one in call["locations"] if one["source"] == source]
    if len(own) != 1:
        return None
    return distance_m(LatLng(own[0]["lat"], own[0]["lng"]), report.position)


def _says(call: Mapping[str, Any], text: str) -> bool:
    said = [message["text"] for message in call["messages"] if message["direction"] == "in"]
    return said == [text]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below or at which this share of the values lies; None without values."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]
