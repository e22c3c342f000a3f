"""Prometheus counters of positions."""

from prometheus_client import Counter

POSITIONS = Counter("siaga_positions_total", "Positions taken, by verdict", ["verdict"])
HISTORY_SKIPPED = Counter(
    "siaga_position_history_skipped_total", "Batches whose history a full disk did not take"
)
