"""The nearest line to a position: which edge, how far along it, how far off it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from maps.routing.graph import Floats, Ints, Roads

SAMPLE_M = 40.0


@dataclass(frozen=True, slots=True)
class Snaps:
    """For each position the metres to its line (infinite: none is near), the edge, and the share along it."""

    off_m: Floats
    edge: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Lines:
    """Points every SAMPLE_M along the edges that count here."""

    tree: cKDTree
    edge: Ints
    share: Floats

    def nearest(self, local: Floats, *, within_m: float) -> Snaps:
        """The nearest sample finds the edge; the exact point lies on one of the two pieces beside that sample."""
        metres, at = self.tree.query(local, distance_upper_bound=within_m + SAMPLE_M)
        hit = np.isfinite(metres)
        at = np.where(hit, at, 0)
        share = self.share[at]
        points, last = self.tree.data, len(self.edge) - 1
        for beside in (np.maximum(at - 1, 0), np.minimum(at + 1, last)):
            begin, piece = points[at], points[beside] - points[at]
            length2 = np.maximum((piece**2).sum(axis=1), 1e-9)
            along = np.clip(((local - begin) * piece).sum(axis=1) / length2, 0.0, 1.0)
            off = np.hypot(*(local - begin - along[:, None] * piece).T)
            better = hit & (self.edge[beside] == self.edge[at]) & (off < metres)
            metres = np.where(better, off, metres)
            further = self.share[at] + along * (self.share[beside] - self.share[at])
            share = np.where(better, further, share)
        return Snaps(np.where(metres <= within_m, metres, np.inf), self.edge[at], share)


def lines_of(roads: Roads, chosen: Ints) -> Lines | None:
    """Samples along the chosen edges; None when there are none."""
    if not len(chosen):
        return None
    drawn = roads.drawn_m()[chosen]
    steps = np.maximum(1, np.ceil(drawn / SAMPLE_M)).astype(np.int64)
    counts = steps + 1
    edge = np.repeat(chosen, counts)
    begins = np.concatenate(([0], np.cumsum(counts)[:-1]))
    share = (np.arange(len(edge)) - np.repeat(begins, counts)) / np.repeat(steps, counts)
    # All edges laid end to end on one axis, a metre apart, so that one interpolation serves them all.
    base = np.concatenate(([0.0], np.cumsum(roads.drawn_m() + 1.0)[:-1]))
    axis = roads.along + np.repeat(base, np.diff(roads.first))
    wanted = base[edge] + share * np.repeat(drawn, counts)
    points = np.column_stack([np.interp(wanted, axis, roads.points[:, side]) for side in (0, 1)])
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    return Lines(tree, edge, share)
