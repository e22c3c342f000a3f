"""What a new centre starts with: reference data for every one, a whole demo city for those who want to look."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

import maps.services
import units.services
from dispatch.accounts import services as accounts
from dispatch.accounts.selectors import has_people
from dispatch.demo import agencies, people
from dispatch.demo.incident_types import INCIDENT_TYPES
from dispatch.models import IncidentType
from maps.demo.stations import STATIONS as STANDS
from realtime.eventlog import Change, change
from realtime.protocol import Actor, Role

HASHING_THREADS = 4
PASSWORD_CONSONANTS = "bdfghjkmnprstvz"
PASSWORD_VOWELS = "aeiou"
PASSWORD_GROUPS = 3

Say = Callable[[str], None]
Keep = Callable[[list[dict[str, str]]], None]


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    role: Role
    name: str
    unit: str | None = None  # callsign
    unit_id: Any = None
    agency_id: Any = None


def is_empty() -> bool:
    return not has_people()


def seed(*, city: str, now: datetime, say: Say, keep: Keep) -> None:
    """Fill an empty database, all or nothing. `keep` stores the sign-ins before the commit, so none is ever lost."""
    with change(by=Actor.system("seed"), now=now) as log:
        say(f"incident types: {_seed_incident_types()}")
        say(f"capabilities: {units.services.ensure_capabilities(agencies.CAPABILITIES)}")
        crews: list[Person] = []
        if city == "demo":
            say("districts, places, roads and piers of the demo city")
            maps.services.seed_city()
            crews = _seed_units(log, say=say)
        keep(_seed_people([*_staff(city), *crews], now=now, say=say))


def _seed_incident_types() -> int:
    rows = [
        IncidentType(
            key=kind.key,
            name_id=kind.name_id,
            name_en=kind.name_en,
            icon=kind.icon,
            default_priority=kind.default_priority,
            needs=kind.needs,
            order=10 * number,
        )
        for number, kind in enumerate(INCIDENT_TYPES, start=1)
    ]
    for row in rows:
        row.full_clean(validate_unique=False)
    IncidentType.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _seed_units(log: Change, *, say: Say) -> list[Person]:
    agency_ids = units.services.ensure_agencies(
        {agency.code: (agency.name, agency.phone) for agency in agencies.AGENCIES}
    )
    stations = {
        (code, key): STANDS[key] for code, keys in agencies.STATIONS.items() for key in keys
    }
    station_ids = units.services.ensure_stations(
        {place: (agency_ids[place[0]], stand) for place, stand in stations.items()}
    )
    say(f"agencies: {len(agency_ids)}, stations: {len(station_ids)}")
    crews = []
    for unit in agencies.UNITS:
        unit_id = units.services.ensure_unit(
            callsign=unit.callsign,
            now=log.now,
            capabilities=unit.capabilities,
            fields={
                "agency_id": agency_ids[unit.agency],
                "station_id": station_ids[unit.agency, unit.station],
                "kind": unit.kind,
                "travels_by": unit.travels_by,
                "status": unit.status,
                "status_reason": unit.reason,
            },
        )
        crews.append(
            Person(
                username=f"crew.{unit.callsign.lower()}",
                role=Role.CREW,
                name=people.CREW.format(callsign=unit.callsign),
                unit=unit.callsign,
                unit_id=unit_id,
                agency_id=agency_ids[unit.agency],
            )
        )
    log.record(
        "reference.changed", units=[crew.unit_id for crew in crews], facts={"what": "units"}
    )
    say(f"units: {len(crews)}")
    return crews


def _staff(city: str) -> Iterable[Person]:
    if city == "demo":
        for number, name in enumerate(people.DISPATCHERS, start=1):
            yield Person(f"dispatcher{number}", Role.DISPATCHER, name)
        yield Person("supervisor1", Role.SUPERVISOR, people.SUPERVISOR)
    yield Person("admin1", Role.ADMIN, people.ADMIN if city == "demo" else "")


def _seed_people(wanted: list[Person], *, now: datetime, say: Say) -> list[dict[str, str]]:
    """Make the people; returns their sign-ins. Hashing a password is slow by intent, so it runs on every core."""
    say(f"people: {len(wanted)}, hashing their passwords")
    passwords = [new_password() for _person in wanted]
    with ThreadPoolExecutor(HASHING_THREADS) as threads:
        hashed = list(threads.map(make_password, passwords))
    sign_ins = []
    for person, password, digest in zip(wanted, passwords, hashed, strict=True):
        user = accounts.create_person(
            username=person.username,
            password=digest,
            hashed=True,
            role=person.role,
            name=person.name,
            unit_id=person.unit_id,
            agency_id=person.agency_id,
        )
        sign_in = {"username": person.username, "role": str(person.role)}
        if person.unit:
            sign_in["unit"] = person.unit
        sign_in["password"] = password
        sign_in["token"] = accounts.issue_token(user=user, label="demo", now=now)
        sign_ins.append(sign_in)
    return sign_ins


def new_password() -> str:
    """About 50 bits that can be read out on the telephone, like `kabo-mitu-sela-7294`."""
    groups = [
        "".join(secrets.choice(letters) for letters in (PASSWORD_CONSONANTS, PASSWORD_VOWELS) * 2)
        for _group in range(PASSWORD_GROUPS)
    ]
    return "-".join([*groups, f"{secrets.randbelow(10_000):04d}"])
