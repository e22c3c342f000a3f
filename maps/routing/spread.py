"""How much longer a drive may take than expected: the time that nine of ten drives keep. Pure."""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Z90 = 1.2816
BAND_M = (0, 1_000, 3_000, 6_000, 15_000)  # where each band of distance begins
# The spread of the logarithm of travel times at the same distance falls with the distance: after the curve that
# Budge, Ingolfsson and Zerom fitted to the ambulances of Calgary (Management Science 56, 2010). Own drives replace it.
SIGMA = (0.45, 0.33, 0.25, 0.21, 0.20)
SIGMA_STRAIGHT_LINE = 0.5  # an estimate that knows no road
SIGMA_FLIGHT = 0.15
SIGMA_BOAT = 0.30  # current, wind and what floats there; no figures of boats are known

Floats = NDArray[np.float64]
Learnt = Mapping[
    tuple[str, int], float
]  # how travelled, band -> how many times the expectation nine of ten keep


def band_of(distance_m: float) -> int:
    """The distance at which the band of this one begins."""
    return BAND_M[bisect.bisect_right(BAND_M, max(0.0, distance_m)) - 1]


def p90_s(eta_s: Floats, distance_m: Floats, by: str, learnt: Learnt) -> Floats:
    """Never before the expectation itself."""
    factors = np.array([max(1.0, _factor(band, by, learnt)) for band in BAND_M])
    band = np.searchsorted(BAND_M, np.maximum(distance_m, 0), side="right") - 1
    return eta_s * factors[band]


def _factor(band: int, by: str, learnt: Learnt) -> float:
    known = learnt.get((by, band))
    if known is not None:
        return known
    return math.exp(Z90 * (SIGMA_BOAT if by == "boat" else SIGMA[BAND_M.index(band)]))
