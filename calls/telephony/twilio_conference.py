"""Twilio: who is in the conference of a call. Asked for by Twilio's own resources, Conferences and Participants.

A conference has our name for it, and a participant our label: so a job that runs again finds what the first try has
made, and never needs an id that only an answer which never came would have told.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from calls.domain import ProviderError
from calls.telephony import kept_calls
from calls.telephony.port import Leg, Line
from calls.twilio_api import asked

PARTICIPANT_RINGS_S = 40  # a hospital's switchboard lets it ring
CONFERENCE_EVENTS = "start end join leave mute hold modify"
LEG_EVENTS = ["initiated", "ringing", "answered", "completed"]
LABEL_IN_USE = (
    16_025  # somebody with this label is there, or is being rung: an earlier try of this very job
)
NOT_FOUND = 404
LISTED_MAX = 5  # of our name, the newest first; earlier ones are over


def name_of(call_id: UUID | str) -> str:
    return f"call-{call_id}"


class Conference:
    """The conference of one call, by the REST client of the adapter."""

    def __init__(self, client: Any, leg: Leg) -> None:
        self._client, self._leg = client, leg
        self._name = name_of(leg.call_id)

    def ring(self, line: Line) -> str:
        base = settings.PUBLIC_BASE_URL
        path = reverse("twilio-voice-participant", args=[line.participant_id])
        coached = {"coaching": True, "call_sid_to_coach": self._sid_of(line.coaches)}
        try:
            taken = asked(
                lambda: self._client.conferences(self._name).participants.create(
                    from_=settings.TWILIO_NUMBER or self._leg.to_number,
                    to=line.to,
                    label=line.label,
                    timeout=line.rings_s or PARTICIPANT_RINGS_S,
                    early_media=True,
                    beep="false",
                    muted=line.muted,
                    start_conference_on_enter=True,
                    end_conference_on_exit=False,
                    status_callback=base + path,
                    status_callback_method="POST",
                    status_callback_event=LEG_EVENTS,
                    conference_status_callback=base + events_path(self._leg.call_id),
                    conference_status_callback_method="POST",
                    conference_status_callback_event=CONFERENCE_EVENTS.split(),
                    **kept_calls.participant(self._leg.call_id),
                    **(coached if line.coaches else {}),
                )
            )
        except ProviderError as error:
            if error.code == LABEL_IN_USE:
                return ""
            raise
        return str(taken.call_sid)

    def shape(self, line: Line) -> None:
        """Held, muted, heard by whom. Who is not in has nothing to be changed: it is asked again when they come."""
        sid = self._sid()
        if sid is None:
            return
        base = settings.PUBLIC_BASE_URL
        wanted: dict[str, Any] = {
            "hold": line.held,
            "muted": line.muted,
            "coaching": bool(line.coaches),
        }
        if line.held:
            wanted |= {"hold_url": base + reverse("twilio-voice-held"), "hold_method": "POST"}
        if line.coaches:
            wanted["call_sid_to_coach"] = self._sid_of(line.coaches)
        participant = self._client.conferences(sid).participants(line.label)
        _unless_gone(lambda: participant.update(**wanted))

    def drop(self, line: Line) -> None:
        """By the leg when we know it: one that still rings is in no conference yet."""
        if line.sid:
            _unless_gone(lambda: self._client.calls(line.sid).update(status="completed"))
            return
        sid = self._sid()
        if sid is not None:
            _unless_gone(self._client.conferences(sid).participants(line.label).delete)

    def close(self) -> None:
        sid = self._sid()
        if sid is not None:
            _unless_gone(lambda: self._client.conferences(sid).update(status="completed"))

    def _sid(self) -> str | None:
        """The conference of our name that is not over; None: nobody is in. One with a single person has not begun yet."""
        newest = asked(
            lambda: self._client.conferences.list(friendly_name=self._name, limit=LISTED_MAX)
        )
        return next((str(one.sid) for one in newest if one.status != "completed"), None)

    def _sid_of(self, label: str) -> str | None:
        """The leg of the participant with this label: whom to coach is named by it alone."""
        sid = self._sid() if label else None
        if sid is None:
            return None
        found = asked(lambda: self._client.conferences(sid).participants(label).fetch())
        return str(found.call_sid)


def events_path(call_id: UUID | str) -> str:
    return reverse("twilio-voice-conference", args=[call_id])


def _unless_gone(act: Any) -> None:
    try:
        asked(act)
    except ProviderError as error:
        if error.status != NOT_FOUND:
            raise
