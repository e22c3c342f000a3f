"""What a new centre starts with: reference data for every one, a whole demo city for those who want to look."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection

import calls.seats
import maps.services
import units.area_drafts
import units.services
from dispatch.accounts import services as accounts
from dispatch.accounts.selectors import has_people
from dispatch.demo import fleet
from dispatch.demo.incident_types import CAPABILITIES, INCIDENT_TYPES
from dispatch.engine.ladder import DEFAULT
from dispatch.models import AcknowledgementRule, IncidentType
from maps.demo.stations import STATIONS as STANDS
from realtime.eventlog import Change, change
from realtime.protocol import Actor, Role

HASHING_THREADS = 4
CONSONANTS = "bdfghjkmnprstvz"
VOWELS = "aeiou"
SYLLABLE_GROUPS = 3

Say = Callable[[str], None]
Keep = Callable[[list[dict[str, str]]], None]


@dataclass(frozen=True, slots=True)
class Person:
    username: str
    role: Role
    name: str
    unit: str | None = None  # callsign
    unit_id: Any = None


def is_empty() -> bool:
    return not has_people()


def seed(*, city: str, now: datetime, say: Say, keep: Keep) -> None:
    """Fill an empty database, all or nothing. `keep` stores the sign-ins before the commit, so none is ever lost."""
    with change(by=Actor.system("seed"), now=now) as log:
        _take_time()
        _seed_reference(say)
        crews: list[Person] = []
        if city == "demo":
            say("districts, places, roads and piers of the demo city")
            maps.services.seed_city()
            crews = _seed_units(log, say=say)
        keep(_seed_people([*_staff(city), *crews], now=now, say=say))


def _take_time() -> None:
    """A slow machine reckons for longer than a client may be silent in a transaction; nobody else waits for this one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")


def _seed_reference(say: Say) -> None:
    for key, (name_id, name_en) in CAPABILITIES.items():
        units.services.add_capability(key=key, name_id=name_id, name_en=name_en)
    for number, (key, name_id, name_en, priority, needs) in enumerate(INCIDENT_TYPES, start=1):
        kind = IncidentType(
            key=key,
            name_id=name_id,
            name_en=name_en,
            default_priority=priority,
            needs=needs,
            order=10 * number,
        )
        kind.full_clean()
        kind.save(force_insert=True)
    AcknowledgementRule.objects.get_or_create(agency=None, priority=None, defaults=asdict(DEFAULT))
    say(f"{len(CAPABILITIES)} capabilities, {len(INCIDENT_TYPES)} incident types")


def _seed_units(log: Change, *, say: Say) -> list[Person]:
    for number, (code, name, phone) in enumerate(fleet.AGENCIES, start=1):
        units.services.add_agency(code=code, name=name, phone=phone, order=10 * number)
    for number, (name, phone, note) in enumerate(fleet.CONTACTS, start=1):
        calls.seats.add_contact(name=name, phone=phone, note=note, order=10 * number)
    for agency, key in fleet.STATIONS:
        stand = STANDS[key]
        units.services.add_station(
            agency=agency,
            name=stand.name,
            position=stand.position,
            is_approximate=stand.is_demo_position,
            address=stand.address,
        )
    drafted = sum(units.area_drafts.draft(code) for code in fleet.AGENCIES_WITH_AREAS)
    say(
        f"{len(fleet.AGENCIES)} agencies, {len(fleet.STATIONS)} stations, {drafted} response areas"
    )
    crews = []
    for number, row in enumerate(fleet.UNITS, start=1):
        callsign, agency, kind, station, travels_by, capabilities, status = row
        unit_id = units.services.add_unit(
            callsign=callsign,
            agency=agency,
            station=STANDS[station].name,
            kind=kind,
            travels_by=travels_by,
            capabilities=capabilities.split(),
            now=log.now,
            status=status,
            reason=fleet.REASONS.get(callsign, ""),
            phone=fleet.PHONE.format(number=number),
        )
        name = fleet.CREW_NAME.format(callsign=callsign)
        crews.append(Person(f"crew.{callsign.lower()}", Role.CREW, name, callsign, unit_id))
    log.record(
        "reference.changed", units=[crew.unit_id for crew in crews], facts={"what": "units"}
    )
    say(f"{len(crews)} units")
    return crews


def _staff(city: str) -> list[Person]:
    staff = [Person(username, Role(role), name) for username, role, name in fleet.PEOPLE]
    return staff if city == "demo" else [one for one in staff if one.role is Role.ADMIN]


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
        "".join(secrets.choice(letters) for letters in (CONSONANTS, VOWELS) * 2)
        for _group in range(SYLLABLE_GROUPS)
    ]
    return "-".join([*groups, f"{secrets.randbelow(10_000):04d}"])
