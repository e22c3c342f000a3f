"""The harness's own record of what the outside world handed in, and the comparison with what the service kept."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Entry:
    kind: str  # call, message, command, position …
    key: str  # what identifies it on both sides: a SID, a request_id, a text
    at_s: float  # monotonic
    accepted: bool  # the service answered that it has it


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lost` counts only what the service has accepted; `unaccepted` is what it never took and does not have."""

    kind: str
    accepted: int
    lost: list[str]
    duplicated: dict[str, int]
    unaccepted: list[str]
    unexpected: list[str]

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.unexpected)

    def __str__(self) -> str:
        words = [f"{self.kind}: {self.accepted} accepted, {len(self.lost)} lost"]
        words.append(f"{len(self.duplicated)} duplicated, {len(self.unexpected)} unexpected")
        found = {name: getattr(self, name) for name in ("lost", "duplicated", "unexpected")}
        words += [f"{name}: {sorted(keys)[:10]}" for name, keys in found.items() if keys]
        return "; ".join(words)


@dataclass
class Journal:
    _entries: list[Entry] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, key: str, *, accepted: bool) -> None:
        with self._lock:
            self._entries.append(
                Entry(kind=kind, key=key, at_s=time.monotonic(), accepted=accepted)
            )

    def entries(self, kind: str) -> list[Entry]:
        with self._lock:
            return [entry for entry in self._entries if entry.kind == kind]

    def judge(self, kind: str, kept: Iterable[str], *, all_offered: bool = False) -> Verdict:
        """`kept` is what the service has, a key for each of its rows. `all_offered`: refused ones must be there too."""
        return judge(kind, self.entries(kind), kept, all_offered=all_offered)


def judge(
    kind: str, entries: Iterable[Entry], kept: Iterable[str], *, all_offered: bool = False
) -> Verdict:
    counted = Counter(kept)
    offered: dict[str, bool] = {}
    for entry in entries:  # handed in twice and accepted once is accepted
        offered[entry.key] = offered.get(entry.key, False) or entry.accepted
    owed = [key for key, accepted in offered.items() if accepted or all_offered]
    return Verdict(
        kind=kind,
        accepted=sum(offered.values()),
        lost=[key for key in owed if not counted[key]],
        duplicated={key: count for key, count in counted.items() if count > 1},
        unaccepted=[key for key, ok in offered.items() if not ok and not counted[key]],
        unexpected=[key for key in counted if key not in offered],
    )
