"""Rooms in which several people talk: who is in, who hears whom, and what is reported of it in which order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from calls.telephony.emulator.records import API_VERSION, Leg, Params, now, resource, rfc2822
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

CONFERENCES_MAX = 2_000  # that are remembered; ended ones are forgotten first
PARTICIPANTS_MAX = 250  # of one conference, as Twilio's
HOLD_AGAIN_S = 0.05  # a hold document that says nothing must not spin
HUNG_UP, MOVED, ENDED, MODERATOR, NOT_ADDED = (
    "participant_hung_up",
    "participant_updated_via_api",
    "conference_ended_via_api",
    "moderator_ended_conference",
    "participant_add_failed",
)


@dataclass(eq=False)
class Participant:
    leg: Leg
    conference: Conference
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaches: str = ""  # the call that alone hears them
    starts: bool = True
    ends: bool = False
    status: str = "connected"
    created_at: datetime = field(default_factory=now)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    music: asyncio.Task[Any] | None = None

    def is_named(self, name: str) -> bool:
        return name == self.leg.sid or (bool(self.label) and name == self.label)

    def told(self) -> dict[str, str]:
        more = {"ParticipantLabel": self.label} if self.label else {}
        coached = {"CallSidToCoach": self.coaches} if self.coaches else {}
        return {
            "CallSid": self.leg.sid,
            "Muted": _word(self.muted),
            "Hold": _word(self.hold),
            "Coaching": _word(bool(self.coaches)),
            "StartConferenceOnEnter": _word(self.starts),
            "EndConferenceOnExit": _word(self.ends),
            **more,
            **coached,
        }

    def wire(self, account: str) -> dict[str, Any]:
        return {
            "account_sid": account,
            "call_sid": self.leg.sid,
            "label": self.label or None,
            "call_sid_to_coach": self.coaches or None,
            "coaching": bool(self.coaches),
            "conference_sid": self.conference.sid,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.created_at),
            "end_conference_on_exit": self.ends,
            "muted": self.muted,
            "hold": self.hold,
            "start_conference_on_enter": self.starts,
            "status": self.status,
            "queue_time": "0",
            "uri": resource(
                account, f"Conferences/{self.conference.sid}/Participants/{self.leg.sid}"
            ),
        }


@dataclass(eq=False)
class Conference:
    sid: str
    name: str
    status: str = "init"
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    participants: dict[str, Participant] = field(default_factory=dict)  # in the room, by call
    invited: dict[str, Participant] = field(default_factory=dict)  # rung by the API, not in yet
    hook: Hook | None = None  # of whoever was first to name one
    events: frozenset[str] = frozenset()
    sequence: int = 0
    reason: str | None = None
    ended_by: str | None = None

    def at(self) -> datetime:
        return self.created_at

    @property
    def is_over(self) -> bool:
        return self.status == "completed"

    @property
    def is_full(self) -> bool:
        return len(self.participants) + len(self.invited) >= PARTICIPANTS_MAX

    def find(self, name: str) -> Participant | None:
        everybody = [*self.participants.values(), *self.invited.values()]
        return next((one for one in everybody if one.is_named(name)), None)

    def wire(self, account: str) -> dict[str, Any]:
        path = f"Conferences/{self.sid}"
        return {
            "sid": self.sid,
            "account_sid": account,
            "friendly_name": self.name,
            "status": self.status,
            "region": "us1",
            "api_version": API_VERSION,
            "date_created": rfc2822(self.created_at),
            "date_updated": rfc2822(self.updated_at),
            "reason_conference_ended": self.reason,
            "call_sid_ending_conference": self.ended_by,
            "uri": resource(account, path),
            "subresource_uris": {
                name: resource(account, f"{path}/{name.title()}")
                for name in ("participants", "recordings")
            },
        }


class Conferences:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.by_sid: dict[str, Conference] = {}

    def live(self, name: str) -> Conference | None:
        """By its SID or its name."""
        for one in reversed(self.by_sid.values()):
            if not one.is_over and name in (one.sid, one.name):
                return one
        return None

    def open(self, name: str) -> Conference:
        found = self.live(name)
        if found is None:
            found = Conference(sid=self._emulator.new_sid("CF"), name=name)
            self.by_sid[found.sid] = found
            self._forget()
        return found

    def of(self, leg: Leg) -> Participant | None:
        if leg.conference is None:
            return None
        for conference in self.by_sid.values():
            if not conference.is_over and leg.sid in conference.participants:
                return conference.participants[leg.sid]
        return None

    # --- coming and going ----------------------------------------------------------------------

    def invite(self, conference: Conference, leg: Leg, params: Params) -> Participant:
        """A participant whom the API rings; in the room once they answer."""
        participant = _participant(leg, conference, params)
        participant.status = "queued"
        conference.invited[leg.sid] = participant
        self._hear_of(conference, params, prefix="Conference")
        if params.get("ConferenceRecord") in {"true", "record-from-start"}:
            self._record(conference, leg, params, prefix="Conference")
        return participant

    def enter(self, leg: Leg, name: str, params: Params) -> Participant:
        """By the TwiML of a leg; `params` are its attributes under the API's names."""
        conference = self.open(name)
        self._hear_of(conference, params, prefix="")
        if params.get("Record", "do-not-record") in {"true", "record-from-start"}:
            self._record(conference, leg, params, prefix="")
        participant = _participant(leg, conference, params)
        self.join(participant, wait_url=params.get("WaitUrl"))
        return participant

    def join(self, participant: Participant, *, wait_url: str | None = None) -> None:
        conference, leg = participant.conference, participant.leg
        conference.invited.pop(leg.sid, None)
        conference.participants[leg.sid] = participant
        participant.status, leg.conference = "connected", conference.name
        self._report(conference, "join", "participant-join", participant.told())
        everybody = conference.participants.values()
        if conference.status == "init":
            if len(everybody) > 1 and any(one.starts for one in everybody):
                conference.status, conference.updated_at = "in-progress", now()
                for one in everybody:
                    _quiet(one)
                self._report(conference, "start", "conference-start", {})
            elif wait_url != "":
                self._play(participant, Hook(wait_url) if wait_url else None)
        self._emulator.bell.ring()

    def leave(self, leg: Leg, reason: str, *, by_us: bool = False) -> None:
        """Out of the room, if in one. The last one, and whoever ends it by leaving, end the conference."""
        participant = self.of(leg)
        if participant is None:
            return
        conference = participant.conference
        self._remove(participant, reason)
        how = "kicked" if by_us else "left"
        if participant.ends and conference.status == "in-progress":
            self.end(conference, f"participant-with-end-conference-on-exit-{how}", by=participant)
        elif not conference.participants:
            self.end(conference, f"last-participant-{how}", by=participant)

    def end(self, conference: Conference, reason: str, *, by: Participant | None = None) -> None:
        if conference.is_over:
            return
        why = MODERATOR if by is not None else ENDED
        for participant in list(conference.participants.values()):
            self._remove(participant, why)
        conference.status, conference.updated_at = "completed", now()
        conference.reason, conference.ended_by = reason, by.leg.sid if by else None
        told = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ")}
        if by is not None:
            told["CallSidEndingConference"] = by.leg.sid
            if by.label:
                told["ParticipantLabelEndingConference"] = by.label
        self._emulator.recorder.conference_ended(conference.sid)
        self._report(conference, "end", "conference-end", told)
        self._emulator.bell.ring()

    def did_not_come(self, leg: Leg) -> None:
        """Rung by the API, and busy, not there, or gone."""
        for conference in self.by_sid.values():
            participant = conference.invited.pop(leg.sid, None)
            if participant is not None:
                participant.status = "failed"
                told = participant.told() | {
                    "ParticipantCallStatus": leg.status,
                    "ReasonParticipantLeft": NOT_ADDED,
                }
                self._report(conference, "leave", "participant-leave", told)

    # --- what the API changes ------------------------------------------------------------------

    def update(self, participant: Participant, params: Params) -> None:
        if "Muted" in params:
            self._mute(participant, to=_flag(params["Muted"]))
        if "Hold" in params:
            self._hold(participant, params)
        changed = {"EndConferenceOnExit", "Coaching", "CallSidToCoach", "BeepOnExit", "WaitUrl"}
        if changed & params.keys():
            self._modify(participant, params)
        if url := params.get("AnnounceUrl"):
            method = params.get("AnnounceMethod", "POST")
            self._emulator.spawn(
                self._announce(participant.conference, [participant], Hook(url, method=method))
            )
        self._emulator.bell.ring()

    def announce(self, conference: Conference, hook: Hook) -> None:
        everybody = list(conference.participants.values())
        self._emulator.spawn(self._announce(conference, everybody, hook))

    def hearers(self, speaker: Leg) -> list[Leg]:
        """Who hears what this leg says. Whoever is muted or on hold says nothing, whoever is on hold hears nothing."""
        own = self.of(speaker)
        if own is None:
            talks = speaker.peer is not None and not speaker.peer.is_over
            return [speaker.peer] if talks and speaker.peer else []
        if own.muted or own.hold or own.conference.status != "in-progress":
            return []
        others = [one for one in own.conference.participants.values() if one is not own]
        if own.coaches:
            others = [one for one in others if one.leg.sid == own.coaches]
        return [one.leg for one in others if not one.hold]

    # --- inside --------------------------------------------------------------------------------

    def _mute(self, participant: Participant, *, to: bool) -> None:
        if participant.muted != to:
            participant.muted = to
            event = "participant-mute" if to else "participant-unmute"
            self._report(participant.conference, "mute", event, participant.told())

    def _hold(self, participant: Participant, params: Params) -> None:
        to = _flag(params["Hold"])
        if to:
            url = params.get("HoldUrl")
            method = params.get("HoldMethod", "POST")
            _quiet(participant)
            self._play(participant, Hook(url, method=method) if url else None)
        if participant.hold == to:
            return
        participant.hold = to
        if not to:
            _quiet(participant)
        event = "participant-hold" if to else "participant-unhold"
        self._report(participant.conference, "hold", event, participant.told())

    def _modify(self, participant: Participant, params: Params) -> None:
        if "EndConferenceOnExit" in params:
            participant.ends = _flag(params["EndConferenceOnExit"])
        if "CallSidToCoach" in params:
            participant.coaches = params["CallSidToCoach"]
        if "Coaching" in params and not _flag(params["Coaching"]):
            participant.coaches = ""
        self._report(participant.conference, "modify", "participant-modify", participant.told())

    def _play(self, participant: Participant, hook: Hook | None) -> None:
        """Music, or a document again and again, until somebody talks."""
        if hook is None:
            self._emulator.hears(participant.leg, "", kind="play")
        else:
            participant.music = self._emulator.spawn(self._loop(participant, hook))

    async def _loop(self, participant: Participant, hook: Hook) -> None:
        told = {
            "ConferenceSid": participant.conference.sid,
            "FriendlyName": participant.conference.name,
        }
        while True:
            await self._emulator.interpreter.speak(participant.leg, hook, told)
            await asyncio.sleep(HOLD_AGAIN_S)

    async def _announce(self, conference: Conference, to: list[Participant], hook: Hook) -> None:
        told = {"ConferenceSid": conference.sid}
        await asyncio.gather(
            *(self._emulator.interpreter.speak(one.leg, hook, told) for one in to)
        )
        own = to[0].told() if len(to) == 1 else {}
        self._report(
            conference, "announcement", "announcement-end", {"AnnounceUrl": hook.url, **own}
        )

    def _remove(self, participant: Participant, reason: str) -> None:
        leg = participant.leg
        del participant.conference.participants[leg.sid]
        _quiet(participant)
        participant.status, leg.conference = "complete", None
        status = leg.status if leg.is_over else "in-progress"
        told = participant.told() | {
            "ParticipantCallStatus": status,
            "ReasonParticipantLeft": reason,
        }
        self._report(participant.conference, "leave", "participant-leave", told)
        participant.left.set()

    def _record(self, conference: Conference, leg: Leg, params: Params, *, prefix: str) -> None:
        named = {
            name.removeprefix(prefix): value
            for name, value in params.items()
            if name.startswith(f"{prefix}RecordingStatusCallback")
        }
        self._emulator.recorder.start_conference(conference.sid, leg, Params(named.items()))

    def _hear_of(self, conference: Conference, params: Params, *, prefix: str) -> None:
        """The first to name an address is the one that counts."""
        url = params.get(f"{prefix}StatusCallback")
        if url and conference.hook is None:
            method = params.get(f"{prefix}StatusCallbackMethod", "POST")
            conference.hook = Hook(url, method=method)
            conference.events = frozenset(params.all(f"{prefix}StatusCallbackEvent"))

    def _report(
        self, conference: Conference, kind: str, event: str, told: Mapping[str, str]
    ) -> None:
        if conference.hook is None or kind not in conference.events:
            return
        conference.sequence += 1
        self._emulator.out.report(
            conference.sid,
            conference.hook,
            {
                "ConferenceSid": conference.sid,
                "FriendlyName": conference.name,
                "AccountSid": self._emulator.account,
                "SequenceNumber": str(conference.sequence),
                "Timestamp": format_datetime(now()),
                "StatusCallbackEvent": event,
                **told,
            },
        )

    def _forget(self) -> None:
        over = [one.sid for one in self.by_sid.values() if one.is_over]
        for sid in over[: max(0, len(self.by_sid) - CONFERENCES_MAX)]:
            del self.by_sid[sid]


def _participant(leg: Leg, conference: Conference, params: Params) -> Participant:
    return Participant(
        leg=leg,
        conference=conference,
        label=params.get("Label") or params.get("ParticipantLabel", ""),
        muted=_flag(params.get("Muted", "false")),
        coaches=params.get("CallSidToCoach") or params.get("Coach", ""),
        starts=_flag(params.get("StartConferenceOnEnter", "true")),
        ends=_flag(params.get("EndConferenceOnExit", "false")),
    )


def _quiet(participant: Participant) -> None:
    if participant.music is not None:
        participant.music.cancel()
        participant.music = None


def _flag(word: str) -> bool:
    return word.strip().lower() == "true"


def _word(flag: object) -> str:
    return "true" if flag else "false"
