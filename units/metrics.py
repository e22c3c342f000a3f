"""Prometheus counters of positions."""

from prometheus_client import Counter

POSITIONS = Counter("siaga_positions_total", "Positions taken, by verdict", ["verdict"])
