"""Standards response times are held against: data with their source, never constants in the code.

Each agency is judged by its own. What has no figure anybody could read is a draft and judges nobody. Editions of
NFPA and NENA differ; a city changes these figures with the standard it has adopted.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Standard:
    """`interval` of the chain; `limit_s` None is a draft. `measure` is "mean" or the share that must be within."""

    key: str
    name: str
    interval: str
    limit_s: int | None
    measure: str  # mean | share
    share: float | None
    source: str


NENA = Standard(
    "nena-sta-020",
    "NENA-STA-020.1",
    "answer",
    15,
    "share",
    0.90,
    "NENA-STA-020.1-2020: 90 % ≤ 15 s",
)
NENA_20 = Standard(
    "nena-sta-020-20",
    "NENA-STA-020.1",
    "answer",
    20,
    "share",
    0.95,
    "NENA-STA-020.1-2020: 95 % ≤ 20 s",
)
NFPA_ANSWER = Standard(
    "nfpa-1225-answer", "NFPA 1225", "answer", 10, "share", 0.90, "NFPA 1225 (2022): 90 % ≤ 10 s"
)
NFPA_PROCESSING = Standard(
    "nfpa-1225", "NFPA 1225", "processing", 60, "share", 0.90, "NFPA 1225 (2022): 90 % ≤ 60 s"
)
NFPA_TURNOUT_FIRE = Standard(
    "nfpa-1710-turnout", "NFPA 1710", "turnout", 80, "share", 0.90, "NFPA 1710: 90 % ≤ 80 s"
)
NFPA_TURNOUT_EMS = Standard(
    "nfpa-1710-turnout-ems", "NFPA 1710", "turnout", 60, "share", 0.90, "NFPA 1710: 90 % ≤ 60 s"
)
NFPA_TRAVEL = Standard(
    "nfpa-1710-travel", "NFPA 1710", "travel", 240, "share", 0.90, "NFPA 1710: 90 % ≤ 240 s"
)

ANSWER: tuple[Standard, ...] = (NENA, NENA_20, NFPA_ANSWER)

# Total response, by agency. The 15 minutes are the fire service's area of responsibility (Kepmen PU 11/KPTS/2000) and
# the older minimum service standard; Permendagri 114/2018 defines the measure, an average, without a figure.
TOTAL: dict[str, Standard] = {
    "DAMKAR": Standard(
        "damkar", "SPM Damkar", "total", 900, "mean", None, "Permendagri 114/2018; WMK 15 min"
    ),
    "POLRESTA": Standard(
        "polri-110", "Polri 110", "total", 600, "share", 0.90, "Polri 110, Jan 2026"
    ),
    "PSC119": Standard("psc-119", "PSC 119", "total", None, "share", None, "KMK 1588/2024"),
    "BASARNAS": Standard("basarnas", "Basarnas 115", "total", None, "share", None, "Basarnas"),
}

NAMES = {
    "answer": _("Answer"),
    "processing": _("Processing"),
    "turnout": _("Turnout"),
    "travel": _("Travel"),
    "total": _("Total response"),
}


def standard_for(*, agency: str, interval: str) -> Standard | None:
    """The standard one agency's interval is held against; None where there is none."""
    if interval == "total":
        return TOTAL.get(agency)
    if interval == "turnout":
        return NFPA_TURNOUT_EMS if agency == "PSC119" else NFPA_TURNOUT_FIRE
    return {"answer": NENA, "processing": NFPA_PROCESSING, "travel": NFPA_TRAVEL}.get(interval)
