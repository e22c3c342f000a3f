"""Small networks drawn by hand: positions are steps of about 1.1 km east and north of one corner."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maps.geo import LatLng, distance_m
from maps.routing.closures import Closed
from maps.routing.graph import Edge
from maps.routing.network import Network, build
from maps.routing.travel import travel_in

ORIGIN = LatLng(0.92, 104.46)
STEP = 0.01  # degrees, about 1.1 km


def at(x: float, y: float) -> LatLng:
    return LatLng(ORIGIN.lat + y * STEP, ORIGIN.lng + x * STEP)


def edge(source, target, a, b, *, kph=36.0, oneway=False, mode="road", **more) -> Edge:
    metres = distance_m(at(*a), at(*b))
    points = np.array([[at(*a).lng, at(*a).lat], [at(*b).lng, at(*b).lat]])
    more.setdefault("access", "foot" if mode == "boat" else "open")
    return Edge(source, target, mode, metres / (kph / 3.6), metres, oneway, points, **more)


def network(edges, nodes, *, turns=(), closures=()) -> Network:
    made = build(edges, nodes, origin=ORIGIN, turns=turns)
    return Network(made.roads, closures=closures)


def shut(kind, *parts, id_="c1", speed_share=None) -> Closed:
    """A closure over parts of edges: (edge, from share, to share)."""
    rows = sorted(parts)
    return Closed(
        id=id_,
        kind=kind,
        valid_from=None,
        valid_to=None,
        speed_share=speed_share,
        edge=np.array([row[0] for row in rows]),
        low=np.array([row[1] for row in rows], dtype=float),
        high=np.array([row[2] for row in rows], dtype=float),
    )


def seconds(start, target, found: Network, *, by="road", kind=""):
    """Travel time of one; None where there is no way."""
    travels = travel_in(found, target, {"u": (start, by, kind)})
    return travels["u"].eta_s if "u" in travels else None


def with_closures(found: Network, *closures: Closed) -> Network:
    return Network(found.roads, closures=closures, parts=found.parts)


def renamed(closed: Closed, id_: str) -> Closed:
    return replace(closed, id=id_)
