"""Learn from the drives of the last weeks how fast units are, by kind of unit, class of road and time of the week.

The job worker does the same every night. A cell with too few drives stays as it is.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from dispatch.services.learning import learn_speeds


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        found = learn_speeds(now=timezone.now())
        self.stdout.write(
            f"{found.drives} drives, {found.samples} usable parts: {found.speeds} speeds learnt\n"
            f"{found.arrivals} arrivals with an expected time: {found.spreads} spreads learnt"
        )
