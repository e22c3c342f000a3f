"""What an address says beyond the map: RT and RW, the block of an estate, the number. It is kept for the crew. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from maps.geocoding.candidates import Candidate

AREAS = frozenset({"kelurahan", "kecamatan", "neighbourhood", "housing", "postcode", "island"})


@dataclass(frozen=True, slots=True)
class Details:
    rt: str = ""
    rw: str = ""
    block: str = ""
    number: str = ""

    def __bool__(self) -> bool:
        return bool(self.rt or self.rw or self.block)

    def __str__(self) -> str:
        parts = [f"RT {self.rt.zfill(2)}"] if self.rt else []
        parts += [f"RW {self.rw.zfill(2)}"] if self.rw else []
        parts += [f"Blok {self.block.upper()}"] if self.block else []
        parts += [f"No. {self.number.upper()}"] if self.block and self.number else []
        return " ".join(parts)


def details_in(words: Sequence[str]) -> Details:
    """ "rt 3 rw 5", "rt 8 12", "blok c no 4", "blok c1 4" in the searched spelling."""
    rt = rw = block = number = ""
    for at, word in enumerate(words):
        after = words[at + 1 : at + 4]
        if word == "rt" and after and _is_number(after[0]):
            rt = after[0]
            if len(after) > 1 and _is_number(after[1]) and not rw:
                rw = after[1].lstrip("0") or "0"
        elif word == "rw" and after and _is_number(after[0]):
            rw = after[0]
        elif word == "blok" and after and len(after[0]) <= 3:
            block = after[0]
            rest = [part for part in after[1:] if part != "no"]
            number = rest[0] if rest and rest[0][:1].isdigit() and len(rest[0]) <= 4 else ""
            if len(rest) > 1 and rest[1].isdigit() and rest[0].isdigit() is False:
                number = rest[1]
    return Details(rt, rw, block, number)


def with_detail(candidate: Candidate, said: Details) -> Candidate:
    """The detail stands beside the place, so that the crew reads it; on an area it is a reason to ask on."""
    if not said or candidate.label is None:
        return candidate
    detailed = replace(candidate, detail=str(said), label=f"{candidate.label} ({said})")
    return detailed.because("detail", detail=str(said)) if candidate.kind in AREAS else detailed


def _is_number(word: str) -> bool:
    return word.isdigit() and len(word) <= 3
