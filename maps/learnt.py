"""Keep what has been learnt of speeds and arrivals. A cell with too few drives stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from maps.models import ArrivalSpread, SpeedProfile
from maps.routing.learning import ArrivalsLearnt, Learnt


def save_speeds(found: Iterable[Learnt], *, now: datetime) -> None:
    SpeedProfile.objects.bulk_create(
        [
            SpeedProfile(
                group=one.group.value,
                road_class=one.road_class,
                is_weekend=one.slot.is_weekend,
                band=one.slot.band,
                ratio=one.ratio,
                spread=one.spread,
                samples=one.samples,
                learnt_at=now,
            )
            for one in found
        ],
        update_conflicts=True,
        unique_fields=["group", "road_class", "is_weekend", "band"],
        update_fields=["ratio", "spread", "samples", "learnt_at"],
    )


def save_arrivals(found: Iterable[ArrivalsLearnt], *, now: datetime) -> None:
    ArrivalSpread.objects.bulk_create(
        [
            ArrivalSpread(
                by=one.by,
                band_m=one.band_m,
                median=one.median,
                p90=one.p90,
                samples=one.samples,
                learnt_at=now,
            )
            for one in found
        ],
        update_conflicts=True,
        unique_fields=["by", "band_m"],
        update_fields=["median", "p90", "samples", "learnt_at"],
    )
