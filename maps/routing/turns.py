"""Turn restrictions: only the nodes where one begins are split, so that the graph stays small. Pure.

Whoever arrives by a restricted edge arrives at a copy of the node, from which only the allowed turns lead on. An arc
out of the copy ends where the arc itself ends, which may again be a copy: restrictions in a row hold. To turn round
on the spot is no way around a sign; where nothing else leads on, it is allowed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maps.routing.graph import Ints, Roads, Turn


@dataclass(frozen=True, slots=True)
class Arcs:
    """Directed arcs: from node `tail` to node `head` along an edge, in its drawn direction or against it."""

    tail: Ints
    head: Ints
    edge: Ints
    backward: Ints  # 0 or 1


def expand(arcs: Arcs, turns: Sequence[Turn], roads: Roads) -> tuple[Arcs, Ints]:
    """The arcs with restricted turns taken out, and of which node each new one is a copy."""
    count = roads.node_count
    if not turns:
        return arcs, np.zeros(0, dtype=np.int64)
    position = {
        (edge, back): at
        for at, (edge, back) in enumerate(
            zip(arcs.edge.tolist(), arcs.backward.tolist(), strict=True)
        )
    }
    banned: dict[int, set[int]] = {}
    only: dict[int, set[int]] = {}
    for turn in turns:
        arrives = position.get((turn.from_edge, int(roads.target[turn.from_edge] != turn.via)))
        leaves = position.get((turn.to_edge, int(roads.source[turn.to_edge] != turn.via)))
        if arrives is None or leaves is None:
            continue  # one of the two is not driven that way at all
        if arcs.head[arrives] != turn.via or arcs.tail[leaves] != turn.via:
            continue  # the roads do not meet there: the sign says nothing
        (only if turn.only else banned).setdefault(arrives, set()).add(leaves)
    restricted = sorted(banned.keys() | only.keys())
    head, copied = arcs.head.copy(), arcs.head[restricted]
    head[restricted] = count + np.arange(len(restricted))
    by_tail = np.argsort(arcs.tail, kind="stable")
    sorted_tail = arcs.tail[by_tail]
    copies: list[tuple[int, int]] = []
    for at, arrives in enumerate(restricted):
        via = arcs.head[arrives]
        leaving = by_tail[
            np.searchsorted(sorted_tail, via) : np.searchsorted(sorted_tail, via, "right")
        ].tolist()
        allowed = _allowed(
            leaving,
            only.get(arrives, set()),
            banned.get(arrives, set()),
            back=position.get((int(arcs.edge[arrives]), 1 - int(arcs.backward[arrives]))),
        )
        copies.extend((count + at, leaves) for leaves in allowed)
    tails = np.array([tail for tail, _ in copies], dtype=np.int64)
    of = np.array([leaves for _, leaves in copies], dtype=np.int64)
    return (
        Arcs(
            tail=np.concatenate((arcs.tail, tails)),
            head=np.concatenate((head, head[of])),
            edge=np.concatenate((arcs.edge, arcs.edge[of])),
            backward=np.concatenate((arcs.backward, arcs.backward[of])),
        ),
        copied,
    )


def _allowed(
    leaving: Sequence[int], only: set[int], banned: set[int], *, back: int | None
) -> list[int]:
    onward = [arc for arc in leaving if arc not in banned and (not only or arc in only)]
    without_turning = [arc for arc in onward if arc != back]
    return without_turning or ([back] if back in onward and len(leaving) == 1 else [])
