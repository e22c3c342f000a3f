"""Limits of a provider that the scheduler knows: so many requests of one kind a second, over all processes."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from realtime.clock import register_shift, timer_now
from realtime.models import Pace

MARGIN = 1.05  # between our start and the provider's receipt the network may take back a little


def turn(name: str, *, per_s: float) -> float:
    """0: go now. Otherwise the seconds after which to ask again; each who waits gets a second of its own."""
    gap = timedelta(seconds=MARGIN / per_s)
    with transaction.atomic():
        now = timer_now()
        Pace.objects.get_or_create(name=name, defaults={"next_at": now, "tail_at": now})
        pace = Pace.objects.select_for_update().get(name=name)
        if pace.next_at <= now:
            pace.next_at = now + gap
            pace.save(update_fields=["next_at"])
            return 0.0
        again_at = max(pace.tail_at, pace.next_at)
        pace.tail_at = again_at + gap
        pace.save(update_fields=["tail_at"])
        return (again_at - now).total_seconds()


def take(name: str, *, per_s: float) -> None:
    """Go now whatever waits, and push the others on: a caller who is being connected waits for nobody."""
    gap = timedelta(seconds=MARGIN / per_s)
    with transaction.atomic():
        now = timer_now()
        Pace.objects.get_or_create(name=name, defaults={"next_at": now, "tail_at": now})
        pace = Pace.objects.select_for_update().get(name=name)
        pace.next_at = max(pace.next_at, now) + gap
        pace.save(update_fields=["next_at"])


def _shift(by: timedelta) -> None:
    for pace in Pace.objects.select_for_update().order_by("name"):
        pace.next_at += by
        pace.tail_at += by
        pace.save(update_fields=["next_at", "tail_at"])


register_shift(_shift)
