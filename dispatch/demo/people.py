"""People of the demonstration. Every name is invented and says so."""

from __future__ import annotations

DISPATCHERS = ("Demo Sri Wahyuni", "Demo Budi Santoso", "Demo Rina Marlina")
SUPERVISOR = "Demo Hendra Gunawan"
ADMIN = "Demo Ayu Lestari"
CREW = "Awak demo {callsign}"
