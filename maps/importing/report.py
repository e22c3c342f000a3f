"""What an import did, or would do: counts by kind, and what was wrong with the files, by name and OSM id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PROBLEMS_OF_A_KIND_MAX = 20
OUTCOMES = ("added", "changed", "unchanged", "retired", "kept_hand", "kept_demo", "kept_referred")
COMPONENTS_MAX = 10


class ImportRefused(Exception):  # noqa: N818 - read as a sentence
    """Nothing was changed; the command says why, and what to do."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code, self.what = code, what


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of trouble: how often, and where the first of them are."""

    code: str
    count: int
    examples: tuple[str, ...]

    @property
    def beyond(self) -> int:
        return self.count - len(self.examples)


class Problems:
    """Counts all of them, and remembers where the first PROBLEMS_OF_A_KIND_MAX of a kind are."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._examples: dict[str, list[str]] = {}

    def add(self, code: str, where: str, count: int = 1) -> None:
        self._counts[code] += count
        examples = self._examples.setdefault(code, [])
        if len(examples) < PROBLEMS_OF_A_KIND_MAX:
            examples.append(where)

    def listed(self) -> list[Problem]:
        return [
            Problem(code, count, tuple(self._examples[code]))
            for code, count in sorted(self._counts.items())
        ]


@dataclass
class Report:
    files: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)  # kind -> outcome -> rows
    problems: list[Problem] = field(default_factory=list)
    components: dict[str, Any] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)
    is_dry_run: bool = False

    def count(self, kind: str, outcome: str, rows: int) -> None:
        assert outcome in OUTCOMES, outcome
        if rows:
            of_kind = self.counts.setdefault(kind, dict.fromkeys(OUTCOMES, 0))
            of_kind[outcome] += rows

    def total(self, outcome: str) -> int:
        return sum(of_kind[outcome] for of_kind in self.counts.values())

    @property
    def changes(self) -> int:
        return sum(self.total(outcome) for outcome in ("added", "changed", "retired"))

    def as_json(self) -> Mapping[str, Any]:
        return {
            "dry_run": self.is_dry_run,
            "files": self.files,
            "counts": self.counts,
            "components": self.components,
            "problems": self.problems_as_json(),
            "took_s": {step: round(seconds, 3) for step, seconds in self.took_s.items()},
        }

    def problems_as_json(self) -> list[dict[str, Any]]:
        return [
            {
                "code": one.code,
                "count": one.count,
                "examples": list(one.examples),
                "beyond": one.beyond,
            }
            for one in self.problems
        ]
