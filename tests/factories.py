"""The fixed cast and small builders: real rows through the product's own services."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify

import calls.selectors
import units.selectors
import units.services
from calls.telephony.emulator.in_process import signed_request
from dispatch.accounts.models import User
from dispatch.accounts.services import create_person, issue_token
from dispatch.accounts.viewers import viewer_of_token
from dispatch.demo.incident_types import CAPABILITIES, INCIDENT_TYPES
from dispatch.models import IncidentType
from maps.geo import LatLng
from maps.models import Certainty, Place, PlaceKind
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


def hospital(name: str = "RSUD Kota") -> uuid.UUID:
    place = Place.objects.create(
        key=f"hospital-{slugify(name)}",
        name=name,
        kind=PlaceKind.HOSPITAL,
        point=Point(104.442, 0.9175, srid=4326),
        radius_m=80,
        certainty=Certainty.EXACT,
    )
    return place.pk


def crew_of(unit_id: uuid.UUID) -> Person:
    callsign = units.selectors.states([unit_id])[0].callsign
    return person(f"crew.{callsign.lower()}", Role.CREW, unit_id=unit_id)


def webhook(path: str, params: dict[str, Any]) -> Any:
    """Post a really signed webhook of the provider; returns the answer."""
    url, headers, body = signed_request(path, params)
    assert url.endswith(path)
    answer = Client().post(
        path, body, content_type="application/x-www-form-urlencoded", headers=headers
    )
    assert answer.status_code < 300, (answer.status_code, answer.content)
    return answer


def ring(sid: str = "CA1", caller: str = "+628127011001") -> str:
    """A citizen calls; returns the call's id."""
    webhook(
        "/twilio/voice/incoming",
        {"CallSid": sid, "From": caller, "To": "+62771112", "CallStatus": "ringing"},
    )
    return _newest_call()


def text(words: str, *, sid: str = "SM1", caller: str = "+628127011003", **changes: str) -> str:
    """A citizen writes by WhatsApp; returns the id of the conversation."""
    webhook(
        "/twilio/messages/incoming",
        {
            "MessageSid": sid,
            "From": f"whatsapp:{caller}",
            "To": "whatsapp:+62771112",
            "Body": words,
            "NumMedia": "0",
            **changes,
        },
    )
    return _newest_call()


def status(sid: str, word: str, sequence: int) -> None:
    webhook(
        "/twilio/voice/status",
        {
            "CallSid": sid,
            "From": "+628127011001",
            "To": "+62771112",
            "CallStatus": word,
            "SequenceNumber": str(sequence),
        },
    )


def _newest_call() -> str:
    return str(max(row["id"] for row in calls.selectors.wires()))
