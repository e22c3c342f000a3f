"""The settings of one exchange, from an INI file; what is wrong is said before anything starts."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

KEY_LENGTH_MIN = 32


class Wrong(Exception):
    """Which setting, and what it should be."""


@dataclass(frozen=True)
class Settings:
    centre_url: str
    keys: list[str]
    listen: tuple[str, int]
    certificate: str
    spool: Path
    asterisk_host: str
    asterisk_port: int
    asterisk_user: str
    asterisk_secret: str
    ring_s: int
    crew_dial: str
    recordings_url: str
    cdr: Path | None
    seats: dict[str, str]

    def device(self, seat: str) -> str:
        return self.seats.get(seat.lower(), "")

    def seat_of_channel(self, channel: str) -> str:
        """Whose telephone a channel such as PJSIP/101-0000002a is; its device when it is nobody's."""
        device = channel.rpartition("-")[0]
        return next((seat for seat, one in self.seats.items() if one == device), device)


def read(path: Path) -> Settings:
    # No interpolation: a secret may hold a percent sign.
    parser = configparser.ConfigParser(interpolation=None)
    if not parser.read(path):
        raise Wrong(f"{path} cannot be read")
    centre, control, asterisk = (
        parser[name] if name in parser else _missing(name)
        for name in ("centre", "control", "asterisk")
    )
    keys = [key for key in (centre.get("key", ""), centre.get("second_key", "")) if key]
    if not keys or any(len(key) < KEY_LENGTH_MIN for key in keys):
        raise Wrong(
            f"[centre] key: at least {KEY_LENGTH_MIN} characters, PBX_HMAC_KEY of the centre"
        )
    url = centre.get("url", "").rstrip("/")
    if not url.startswith(("https://", "http://")):
        raise Wrong("[centre] url: the centre's address, such as https://112.example.go.id")
    cdr = asterisk.get("cdr", "")
    return Settings(
        centre_url=url,
        keys=keys,
        listen=(control.get("address", "127.0.0.1"), control.getint("port", 8113)),
        certificate=control.get("certificate", ""),
        spool=Path(centre.get("spool", "/var/lib/siaga-pbx")),
        asterisk_host=asterisk.get("host", "127.0.0.1"),
        asterisk_port=asterisk.getint("port", 5038),
        asterisk_user=asterisk.get("user", "siaga"),
        asterisk_secret=asterisk.get("secret", ""),
        ring_s=asterisk.getint("ring_s", 20),
        crew_dial=asterisk.get("crew_dial", ""),
        recordings_url=asterisk.get("recordings_url", ""),
        cdr=Path(cdr) if cdr else None,
        seats=dict(parser["seats"]) if "seats" in parser else {},
    )


def _missing(name: str) -> configparser.SectionProxy:
    raise Wrong(f"[{name}] is missing")
