"""What a telephone itself knows and sends: its position, as Advanced Mobile Location."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

IMEI_DIGITS = 10**13


@dataclass(frozen=True, slots=True)
class Position:
    lat: float
    lng: float
    radius_m: int = 25
    label: str = ""


def aml_text(number: str, position: Position, *, at: datetime) -> str:
    """An Advanced Mobile Location text (ETSI TS 103 625, version 1) as a telephone sends it.

    The device's number is made from the telephone's: two telephones with one would be taken for the same.
    """
    digits = "".join(filter(str.isdigit, number)) or str(zlib.crc32(number.encode()))
    device = f"35{int(digits) % IMEI_DIGITS:013d}"
    head = (
        f'A"ML=1;lt={position.lat:+09.5f};lg={position.lng:+010.5f};rd={position.radius_m};'
        f"top={at:%Y%m%d%H%M%S};lc=68;pm=G;si=510010000000000;ei={device};mcc=510;mnc=10;ml="
    )
    return head + str(len(head) + 3)
