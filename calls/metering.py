"""What the centre has written, what arrived of it and what it cost, by channel."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from calls import conversation
from calls.conversation import ARRIVED, Delivery
from calls.models import Message


def written(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Messages of the centre in [start, end) by channel: how many, in how many parts, how many arrived, the price."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"sent": 0, "parts": 0, "arrived": 0, "failed": 0, "prices": defaultdict(Decimal)}
    )
    rows = (
        Message.objects.filter(direction="out", at__gte=start, at__lt=end)
        .order_by("channel")
        .values("channel", "call__channel", "provider_status", "price_unit")
        .annotate(number=Count("id"), parts_sum=Sum("parts"), price_sum=Sum("price"))
    )
    for row in rows:
        one = found[row["channel"] or row["call__channel"]]
        stands = conversation.delivery(row["provider_status"])
        one["sent"] += row["number"]
        one["parts"] += row["parts_sum"]
        one["arrived"] += row["number"] if stands in ARRIVED else 0
        one["failed"] += row["number"] if stands is Delivery.FAILED else 0
        if row["price_sum"] is not None:
            one["prices"][row["price_unit"]] += row["price_sum"]
    return [
        {"channel": channel, **one, "prices": sorted(one["prices"].items())}
        for channel, one in sorted(found.items())
    ]
