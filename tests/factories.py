"""The fixed cast and small builders: real rows through the product's own services."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

import units.selectors
import units.services
from dispatch.accounts.models import User
from dispatch.accounts.services import create_person, issue_token
from dispatch.accounts.viewers import viewer_of_token
from dispatch.demo.incident_types import CAPABILITIES, INCIDENT_TYPES
from dispatch.models import IncidentType
from maps.geo import LatLng
from realtime.execution import Answer, execute
from realtime.protocol import Role, Viewer

PLACE = {"lat": 0.9186, "lng": 104.4665}
STATION = LatLng(0.914, 104.4497)


@dataclass
class Person:
    """One of the cast: acts by commands, as a program with a token would."""

    user: User
    token: str

    @property
    def viewer(self) -> Viewer:
        viewer = viewer_of_token(self.token)
        assert viewer is not None
        return viewer

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def does(self, name: str, *, now: datetime | None = None, **payload: Any) -> Answer:
        return execute(viewer=self.viewer, name=name, payload=payload, now=now or timezone.now())

    def done(self, name: str, **payload: Any) -> dict[str, Any]:
        """The result of a command that must succeed."""
        answer = self.does(name, **payload)
        assert answer.body["ok"], answer.body
        return answer.body["result"]

    def refused(self, name: str, **payload: Any) -> str:
        """The code of a command that must be refused."""
        answer = self.does(name, **payload)
        assert not answer.body["ok"], answer.body
        return answer.body["code"]


def person(username: str, role: str = Role.DISPATCHER, **fields: Any) -> Person:
    user = create_person(
        username=username,
        password=f"{username}-Xq7-lamp-9321",
        role=role,
        name=username.title(),
        **fields,
    )
    return Person(user, issue_token(user=user, label="test", now=timezone.now()))


def make_types() -> None:
    for key, (name_id, name_en) in CAPABILITIES.items():
        units.services.add_capability(key=key, name_id=name_id, name_en=name_en)
    for key, name_id, name_en, priority, needs in INCIDENT_TYPES:
        IncidentType.objects.get_or_create(
            key=key,
            defaults={
                "name_id": name_id,
                "name_en": name_en,
                "default_priority": priority,
                "needs": needs,
            },
        )


def make_unit(callsign: str = "DAMKAR-1", **changes: Any) -> uuid.UUID:
    fields: dict[str, Any] = {
        "agency": "DAMKAR",
        "station": "Mako",
        "kind": "engine",
        "travels_by": "road",
        "capabilities": ["fire_attack"],
        "now": timezone.now(),
        **changes,
    }
    units.services.add_agency(code=fields["agency"], name=fields["agency"], phone="", order=1)
    units.services.add_station(
        agency=fields["agency"],
        name=fields["station"],
        position=STATION,
        is_approximate=False,
        address="",
    )
    return units.services.add_unit(callsign=callsign, **fields)


def crew_of(unit_id: uuid.UUID) -> Person:
    callsign = units.selectors.states([unit_id])[0].callsign
    return person(f"crew.{callsign.lower()}", Role.CREW, unit_id=unit_id)
