"""What must survive the emulator's own end: who was on the line. After a restart they are cut off, and that is reported.

A network that loses its power drops its calls, and says so when it is back. Calls that nobody ever reported as over would
stand on the board for ever, and every act on them would fail.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from calls.telephony.emulator.provider import Emulator
from calls.telephony.emulator.records import Leg, Params, now

WRITE_EVERY_S = 0.5


class Memory:
    def __init__(self, emulator: Emulator, file: Path) -> None:
        self._emulator, self._file = emulator, file
        self._written = ""

    async def cut_off_who_was_on_the_line(self) -> int:
        """How many there were."""
        rows = self._read()
        for row in rows:
            leg = _leg(row)
            self._emulator.legs[leg.sid] = leg
            self._emulator.spawn(self._emulator.hang_up(leg))
        return len(rows)

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            self._write()
            seen = self._emulator.bell.rung
            await asyncio.sleep(WRITE_EVERY_S)
            await self._emulator.bell.wait(seen)

    def _read(self) -> list[dict[str, Any]]:
        with contextlib.suppress(OSError, ValueError):
            rows = json.loads(self._file.read_text())
            return [row for row in rows if isinstance(row, dict) and "sid" in row]
        return []

    def _write(self) -> None:
        live = [leg for leg in self._emulator.legs.values() if not leg.is_over]
        text = json.dumps([_row(leg) for leg in live])
        if text == self._written:
            return
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        with contextlib.suppress(OSError):  # on a full disk a trial goes on without its memory
            part.write_text(text)
            part.replace(self._file)
            self._written = text


def _row(leg: Leg) -> dict[str, Any]:
    return {
        "sid": leg.sid,
        "from": leg.from_,
        "to": leg.to,
        "direction": leg.direction,
        "created_at": leg.created_at.isoformat(),
        "sequence": leg.sequence,
        "params": leg.params.pairs,
    }


def _leg(row: dict[str, Any]) -> Leg:
    return Leg(
        sid=str(row["sid"]),
        from_=str(row.get("from", "")),
        to=str(row.get("to", "")),
        direction=str(row.get("direction", "inbound")),
        status="in-progress",
        created_at=datetime.fromisoformat(row["created_at"]) if "created_at" in row else now(),
        sequence=int(row.get("sequence", 0)) + 1,
        params=Params([(str(name), str(value)) for name, value in row.get("params", [])]),
    )
