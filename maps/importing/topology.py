"""Whether borders fit together: what two kelurahan both claim, and what lies between them and none has."""

from __future__ import annotations

import numpy as np
import shapely

from maps.geo import METRES_PER_DEGREE
from maps.importing.rows import Content

# Published borders miss each other by strips of a few metres; a strip is no street that two kelurahan answer for.
MISFIT_M2_MIN = 10_000


def check(content: Content) -> None:
    """Adds overlaps by both codes, and gaps by a point in them and their hectares."""
    if not content.districts:
        return
    codes = sorted(content.districts)
    areas = np.array([content.districts[code].area for code in codes])
    one, other = shapely.STRtree(areas).query(areas, predicate="intersects")
    for first, second in zip(one, other, strict=True):
        if first < second:
            m2 = _area_m2(shapely.intersection(areas[first], areas[second]))
            if m2 >= MISFIT_M2_MIN:
                where = f"{codes[first]} + {codes[second]} ({_hectares(m2)})"
                content.problems.add("borders_overlap", where)
    for part in shapely.get_parts(shapely.union_all(areas)):
        for ring in part.interiors:
            hole = shapely.Polygon(ring)
            m2 = _area_m2(hole)
            if m2 >= MISFIT_M2_MIN:
                at = hole.representative_point()
                content.problems.add(
                    "borders_leave_a_gap", f"{at.y:.5f}, {at.x:.5f} ({_hectares(m2)})"
                )


def _area_m2(shape: shapely.Geometry) -> float:
    if shape.is_empty:
        return 0.0
    return float(shape.area * METRES_PER_DEGREE**2 * np.cos(np.radians(shape.centroid.y)))


def _hectares(m2: float) -> str:
    return f"{m2 / 10_000:.0f} ha"
