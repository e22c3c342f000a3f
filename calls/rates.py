"""So many requests a minute of one who asks, counted in this process. Pure: the moment comes in.

Each web process counts for itself: with N of them the bound is N times as wide, and nothing outside is asked for it.
"""

from __future__ import annotations

import threading

WINDOW_S = 60.0
KEYS_MAX = 10_000


class Rates:
    """`per_window` requests of each key in WINDOW_S."""

    def __init__(self, per_window: int) -> None:
        self._per_window = per_window
        self._counts: dict[str, int] = {}
        self._began_s = 0.0
        self._lock = threading.Lock()

    def admits(self, key: str, *, now_s: float) -> bool:
        """Counts this request, and says whether it is still within the bound."""
        with self._lock:
            # More keys than anybody needs are somebody's attack: all begin anew rather than filling the memory.
            if now_s - self._began_s >= WINDOW_S or len(self._counts) >= KEYS_MAX:
                self._began_s, self._counts = now_s, {}
            self._counts[key] = count = self._counts.get(key, 0) + 1
            return count <= self._per_window

    def is_spent(self, key: str, *, now_s: float) -> bool:
        """Whether the next request of this key would be over the bound; counts nothing."""
        with self._lock:
            if now_s - self._began_s >= WINDOW_S:
                return False
            return self._counts.get(key, 0) >= self._per_window

    def forget(self) -> None:
        with self._lock:
            self._counts = {}
