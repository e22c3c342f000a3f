"""A telephone exchange of the city or its telephone company: what we ask of it, as signed requests to its control address.

The program at that address is the exchange's own business; deploy/pbx/ has one for Asterisk and FreePBX.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import uuid6
from django.conf import settings

from calls.domain import Channel, ProviderError
from calls.exchange import PROVIDER, dialled
from calls.signed_json import ID_CHARS_MAX
from calls.signed_partner import Partner
from calls.telephony.port import CrewCall, Leg, Line, ListedCall
from realtime.protocol import stamp

STATUS_WORDS: Mapping[str, str] = {  # ours for what the exchange lists
    "ringing": "ringing",
    "answered": "in-progress",
    "ended": "completed",
}
CREW_ACCEPT_KEY = "1"


class PbxVoice:
    name = PROVIDER
    channel = Channel.PBX
    is_metered = False  # a telephone of the house is rung, not a number of the network
    has_conferences = False

    def __init__(self) -> None:
        keys = (settings.PBX_HMAC_KEY, settings.PBX_HMAC_KEY_SECONDARY)
        self._exchange = Partner(url=settings.PBX_CONTROL_URL, keys=keys)

    def connect_caller(self, leg: Leg) -> None:
        self._act("connect_caller", leg)

    def ring_dispatcher(self, leg: Leg, *, dispatcher_id: str, line: Line | None = None) -> str:
        """The exchange knows telephones by the name with which a person signs in, not by our keys."""
        self._act("ring_dispatcher", leg, seat=leg.seat)
        return ""

    def ring_participant(self, leg: Leg, line: Line) -> str:
        """Refused before it comes to this, as are the next three (calls/conferencing.py)."""
        raise ProviderError("the exchange rings nobody else for us", permanent=True)

    def shape_participant(self, leg: Leg, line: Line) -> None:
        raise ProviderError("the exchange holds and mutes nobody for us", permanent=True)

    def drop_participant(self, leg: Leg, line: Line) -> None:
        raise ProviderError("the exchange drops nobody for us", permanent=True)

    def close_conference(self, leg: Leg) -> None:
        raise ProviderError("the exchange has no conferences of ours", permanent=True)

    def ring_caller(self, leg: Leg) -> str:
        """Refused before it comes to this (calls/call_back.py): the exchange is dialled by hand."""
        raise ProviderError("the exchange rings no citizens for us", permanent=True)

    def ask_for_a_key(self, leg: Leg) -> None:
        """Refused before it comes to this (calls/services.py)."""
        raise ProviderError("the exchange asks for no key", permanent=True)

    def return_to_queue(self, leg: Leg) -> None:
        self._act("return_to_queue", leg)

    def hang_up(self, leg: Leg) -> None:
        self._act("hang_up", leg)

    def list_calls(self, *, since: datetime) -> list[ListedCall] | None:
        """What the exchange itself has written down. One that keeps no list says so: {"calls": null}."""
        answer = self._exchange.ask(
            {"act": "list_calls", "act_id": str(uuid6.uuid7()), "since": stamp(since)}
        )
        rows = answer.get("calls")
        if rows is None:
            return None
        try:
            return [_listed(row) for row in rows]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ProviderError("the list of calls is not understood") from None

    def call_crew(self, call: CrewCall) -> str:
        act_id = str(call.notice_id)
        answer = self._exchange.ask(
            {
                "act": "call_crew",
                "act_id": act_id,
                "notice_id": act_id,
                "to": call.to,
                "text": call.text,
                "accept_key": CREW_ACCEPT_KEY,
            }
        )
        return str(answer.get("id") or act_id)[:ID_CHARS_MAX]

    def _act(self, act: str, leg: Leg, **more: str) -> None:
        act_id = leg.act_id or str(uuid6.uuid7())
        self._exchange.ask({"act": act, "act_id": act_id, "call_id": leg.provider_sid, **more})


def _listed(row: Mapping[str, Any]) -> ListedCall:
    ended_at = row.get("ended_at")
    return ListedCall(
        sid=str(row["call_id"])[:ID_CHARS_MAX],
        from_raw=dialled(str(row.get("from") or "")),
        to=dialled(str(row.get("to") or "")),
        caller_name=str(row.get("caller_name") or ""),
        status=STATUS_WORDS[row["status"]],
        inbound=True,
        at=_instant(row["at"]),
        ended_at=_instant(ended_at) if ended_at else None,
    )


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at
