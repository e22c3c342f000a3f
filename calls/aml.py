"""Advanced Mobile Location (ETSI TS 103 625): what a telephone says about where it is. Pure; never raises.

Only the coordinate may be refused, never the report: a report without a position still says which telephone called.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

RADIUS_M_MAX = 100_000.0
OLD_AFTER = timedelta(minutes=10)
FUTURE_AFTER = timedelta(minutes=2)
HEX_CHARS_MAX = 1_000
FIELDS_MAX = 60
METHOD_CHARS_MAX = 20
NUMBER_CHARS_MAX = 40
LANGUAGE_CHARS_MAX = 10
_HEAD = re.compile(r'^\s*A["”“\']?\s*ML=(\d+)', re.IGNORECASE)
_HEX = re.compile(r"^\s*[0-9A-Fa-f]{40,1000}\s*$")


@dataclass(frozen=True, slots=True)
class Aml:
    """One report. lat and lng are both known or both None; confidence is 0..1."""

    version: str
    lat: float | None = None
    lng: float | None = None
    radius_m: float | None = None
    at: datetime | None = None
    confidence: float | None = None
    method: str = ""
    altitude_m: float | None = None
    altitude_radius_m: float | None = None
    imei: str = ""
    number: str = ""
    language: str = ""
    network: str = ""
    warnings: tuple[str, ...] = field(default=())


def from_text(text: str, *, now: datetime) -> Aml | None:
    """The report in an SMS, as text or as the hex of packed 7-bit data; None: this is not AML."""
    if _HEX.match(text):
        text = unpack_7bit(text.strip())
    match = _HEAD.match(text)
    if match is None:
        return None
    fields = _fields(text)
    version = match.group(1)
    # Read the version first: version 2 uses lt for seconds and lg for the language.
    aml = _version_2(fields) if version == "2" else _version_1(fields, version)
    warnings = list(aml.warnings)
    length = _integer(fields.get("ml"))
    # Published examples of the makers themselves are off by one: worth a note, never a refusal.
    if length is not None and length != len(text.strip()):
        warnings.append("ml")
    warnings += _age(aml.at, now)
    return _with(aml, warnings)


def from_form(fields: Mapping[str, str], *, now: datetime) -> Aml:
    """The report in an HTTPS form; every field is optional."""
    lat, lng = _number(fields.get("location_latitude")), _number(fields.get("location_longitude"))
    warnings: list[str] = []
    at = _from_ms(fields.get("location_time")) or _from_ms(fields.get("time"))
    confidence = _share(fields.get("location_confidence"), whole=1.0)
    if confidence is None:  # the older name counts to 100
        confidence = _share(fields.get("location_certainty"), whole=100.0)
    position = _position(lat, lng, warnings)
    warnings += _age(at, now)
    return Aml(
        version=f"https-{fields.get('v', '')[:5]}",
        lat=position[0],
        lng=position[1],
        radius_m=_radius(fields.get("location_accuracy")),
        at=at,
        confidence=confidence,
        method=fields.get("location_source", "")[:METHOD_CHARS_MAX].lower(),
        altitude_m=_number(fields.get("location_altitude")),
        altitude_radius_m=_radius(fields.get("location_vertical_accuracy")),
        imei=_digits(fields.get("device_imei")),
        number=fields.get("device_number", "").strip()[:NUMBER_CHARS_MAX],
        language=fields.get("device_languages", "").split(",")[0][:LANGUAGE_CHARS_MAX],
        network=fields.get("cell_network_mcc", "")[:3] + fields.get("cell_network_mnc", "")[:3],
        warnings=tuple(warnings),
    )


def hmac_valid(body: bytes, *, key: str) -> bool:
    """HMAC-SHA1 in hex over everything before its own field, which is the last one."""
    head, found, given = body.rpartition(b"&hmac=")
    if not found:
        return False
    expected = hmac.new(key.encode(), head, hashlib.sha1).hexdigest().encode()
    return hmac.compare_digest(expected, given.strip().lower())


def unpack_7bit(packed_hex: str) -> str:
    """GSM 03.38 septets packed into octets. The letters AML uses are the same as in ASCII."""
    if len(packed_hex) % 2 or len(packed_hex) > HEX_CHARS_MAX:
        return ""
    try:
        octets = bytes.fromhex(packed_hex)
    except ValueError:
        return ""
    bits = int.from_bytes(octets, "little")
    count = len(octets) * 8 // 7
    text = "".join(chr(bits >> 7 * i & 0x7F) for i in range(count))
    # With seven bits left over the last septet is padding: NUL, "@" in GSM, or carriage return.
    return text.rstrip("\x00\r")


# --- versions ----------------------------------------------------------------------------------


def _version_1(fields: Mapping[str, str], version: str) -> Aml:
    warnings: list[str] = []
    method = fields.get("pm", "").upper()[:5]
    radius_text = fields.get("rd", "")
    lat, lng = _position(_number(fields.get("lt")), _number(fields.get("lg")), warnings)
    if method == "N" or radius_text.upper() == "N":
        lat = lng = None
    return Aml(
        version=version,
        lat=lat,
        lng=lng,
        radius_m=_radius(radius_text),
        at=_compact_time(fields.get("top")),
        confidence=_share(fields.get("lc"), whole=100.0),
        method=method,
        imei=_digits(fields.get("ei")),
        network=fields.get("mcc", "")[:3] + fields.get("mnc", "")[:3],
        warnings=tuple(warnings),
    )


def _version_2(fields: Mapping[str, str]) -> Aml:
    warnings: list[str] = []
    place = fields.get("lo", "").split(",")
    height = fields.get("lz", "").split(",")
    lat, lng = _position(_number(_nth(place, 0)), _number(_nth(place, 1)), warnings)
    event_at = _from_ms(fields.get("et"), per_s=1)
    after_s = _number(fields.get("lt"))
    at = event_at
    # lt: seconds after the call began, negative when it was measured before.
    if event_at is not None and after_s is not None and abs(after_s) < 10**7:
        at = event_at + timedelta(seconds=after_s)
    return Aml(
        version="2",
        lat=lat,
        lng=lng,
        radius_m=_radius(_nth(place, 2)),
        at=at,
        confidence=_share(fields.get("lc"), whole=100.0),
        method=fields.get("ls", "").upper()[:5],
        altitude_m=_number(_nth(height, 0)),
        altitude_radius_m=_radius(_nth(height, 1)),
        imei=_digits(fields.get("ei")),
        language=fields.get("lg", "")[:LANGUAGE_CHARS_MAX],
        network=fields.get("nc", "")[:6],
        warnings=tuple(warnings),
    )


# --- fields ------------------------------------------------------------------------------------


def _fields(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";")[:FIELDS_MAX])
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}


def _position(
    lat: float | None, lng: float | None, warnings: list[str]
) -> tuple[float | None, float | None]:
    if lat is None or lng is None:
        return None, None
    if abs(lat) < 1e-6 and abs(lng) < 1e-6:
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        warnings.append("range")
        return None, None
    return lat, lng


def _number(text: str | None) -> float | None:
    if text is None or not re.fullmatch(r"\s*[+-]?\d{1,15}(\.\d{1,12})?\s*", text, re.ASCII):
        return None
    return float(text)


def _integer(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None else None


def _radius(text: str | None) -> float | None:
    radius_m = _number(text)
    return radius_m if radius_m is not None and 0 <= radius_m <= RADIUS_M_MAX else None


def _share(text: str | None, *, whole: float) -> float | None:
    number = _number(text)
    if number is None or not 0 <= number <= whole:
        return None
    return number / whole


def _digits(text: str | None) -> str:
    return text.strip() if text and re.fullmatch(r"\s*\d{14,16}\s*", text, re.ASCII) else ""


def _nth(parts: list[str], index: int) -> str | None:
    return parts[index] if index < len(parts) else None


def _compact_time(text: str | None) -> datetime | None:
    try:
        return datetime.strptime(text or "", "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _from_ms(text: str | None, *, per_s: int = 1000) -> datetime | None:
    number = _number(text)
    if number is None or number <= 0:
        return None
    try:
        at = datetime.fromtimestamp(number / per_s, tz=UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return at if at.year < 9000 else None


def _age(at: datetime | None, now: datetime) -> list[str]:
    if at is None or not math.isfinite(at.timestamp()):
        return ["no_time"]
    if now - at > OLD_AFTER:
        return ["old"]
    return ["clock"] if at - now > FUTURE_AFTER else []


def _with(aml: Aml, warnings: list[str]) -> Aml:
    values = {name: getattr(aml, name) for name in Aml.__dataclass_fields__}
    return Aml(**{**values, "warnings": tuple(warnings)})
