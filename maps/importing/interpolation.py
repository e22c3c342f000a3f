"""House numbers between two that are known: a line of which only the ends are written down. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import shapely

from maps.importing.place_tags import Address

LngLat = tuple[float, float]
STEPS = {"all": 1, "odd": 2, "even": 2, "1": 1, "2": 2}
BETWEEN_MAX = 200
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)


def between(
    nodes: Sequence[tuple[int, LngLat]], known: Mapping[int, Address], way: str
) -> Iterator[tuple[Address, LngLat]]:
    """The numbers between each two known ones of one street along a line, evenly apart."""
    step = STEPS.get(way, 0)
    stops = [at for at, (ref, _) in enumerate(nodes) if ref in known]
    for begin, end in itertools.pairwise(stops):
        first, last = known[nodes[begin][0]], known[nodes[end][0]]
        low, high = _number(first), _number(last)
        if not step or low is None or high is None or first.street != last.street:
            continue
        numbers = range(low, high, step if high > low else -step)[1:]
        if len(numbers) > BETWEEN_MAX or (high - low) % step:
            continue
        line = shapely.LineString([point for _, point in nodes[begin : end + 1]])
        for number in numbers:
            point = line.interpolate((number - low) / (high - low), normalized=True)
            address = Address(
                first.street, str(number), first.postcode, f"{first.street} {number}"
            )
            yield address, (point.x, point.y)


def _number(address: Address) -> int | None:
    text = address.house_number
    return int(text) if address.street and _NUMBER.fullmatch(text) else None
