"""The exchange as the centre sees it: calls that wait, who picked up, and the acts that move them."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from siaga_pbx.ami import Ami, Message, Unreachable
from siaga_pbx.cdr import calls_since
from siaga_pbx.settings import Settings
from siaga_pbx.spool import Spool

ACCOUNT = "siaga112"  # by which the dialplan marks the callers of 112
LEFT_ALONE_S = 2.0
ENDED_CALLS_MAX = 1_000  # remembered, so that an act for one of them is answered with 404 and a late event with nothing
ACTS_MAX = 1_000  # of these the answers are remembered: the same act again is not done again

logger = logging.getLogger("siaga_pbx")


class Refused(Exception):
    """What the centre hears instead of yes; 4xx: do not ask again."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass
class Call:
    call_id: str
    channel: str
    caller: str
    name: str
    called: str
    trunk: str
    offered_at: datetime
    seats: dict[str, str] = field(default_factory=dict)  # seat -> its channel, of those who talk
    ringing: dict[str, str] = field(default_factory=dict)  # seat -> the act that rings it
    picked_up_alone: bool = False  # at a telephone, without the console
    recording: str = ""
    answered_at: datetime | None = None

    @property
    def status(self) -> str:
        return "answered" if self.seats else "ringing"


def now() -> datetime:
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


class Exchange:
    def __init__(self, settings: Settings, spool: Spool) -> None:
        self.settings, self.spool = settings, spool
        self.calls: dict[str, Call] = {}
        self.ended: OrderedDict[str, None] = OrderedDict()
        self.acts: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.originated: dict[str, tuple[str, str, str]] = {}  # ActionID -> (what, id, seat)
        self._does: dict[str, Callable[[Mapping[str, Any]], dict[str, Any] | None]] = {
            "connect_caller": self._connect,
            "ring_dispatcher": self._ring,
            "return_to_queue": self._return,
            "hang_up": self._hang_up,
            "call_crew": self._call_crew,
        }
        self._lock = threading.RLock()
        self._one_act_at_a_time = threading.Lock()
        self.ami = Ami(
            (settings.asterisk_host, settings.asterisk_port),
            settings.asterisk_user,
            settings.asterisk_secret,
            on_connect=self.look_around,
            on_event=self.hear,
        )

    # --- what Asterisk says --------------------------------------------------------------------

    def hear(self, event: Message) -> None:
        with self._lock:
            match event["Event"]:
                case "UserEvent":
                    self._hear_dialplan(event)
                case "Hangup":
                    self._hear_hangup(event)
                case "OriginateResponse":
                    self._hear_originated(event)

    def _hear_dialplan(self, event: Message) -> None:
        call_id = event.get("Call", "")
        match event.get("UserEvent"):
            case "SiagaRinging":
                self._offered(
                    call_id,
                    channel=event.get("Channel", ""),
                    caller=unquote(event.get("From", "")),
                    name=unquote(event.get("Name", "")),
                    called=event.get("To", ""),
                    trunk=event.get("Trunk", ""),
                )
            case "SiagaAnswered" if call_id in self.calls:
                self._picked_up(self.calls[call_id], event)
            case "SiagaRecording" if call_id in self.calls:
                self.calls[call_id].recording = event.get("File", "")
            case "SiagaKey":
                self._notice(event.get("Notice", ""), key=event.get("Key", ""))
            case "SiagaNotice":
                self._notice(event.get("Notice", ""), status=event.get("Status", ""))

    def _offered(self, call_id: str, *, at: datetime | None = None, **facts: str) -> None:
        if not call_id or call_id in self.calls or call_id in self.ended:
            return
        call = self.calls[call_id] = Call(call_id=call_id, offered_at=at or now(), **facts)
        self._tell("ringing", call, event_id=f"{call_id}:ringing")

    def _picked_up(self, call: Call, event: Message) -> None:
        """`Act` is empty when the telephone was picked up without the console having asked for it."""
        channel, act_id = event.get("Channel", ""), event.get("Act", "")
        seat = event.get("Seat") or self.settings.seat_of_channel(channel)
        call.ringing.pop(seat, None)
        call.seats[seat] = channel
        call.answered_at = call.answered_at or now()
        call.picked_up_alone = call.picked_up_alone or not act_id
        self._tell("answered", call, agent=seat, act_id=act_id)

    def _hear_hangup(self, event: Message) -> None:
        call = self.calls.get(event.get("Uniqueid", ""))
        if call is not None:
            self._over(call, cause=event.get("Cause-txt", ""))
            return
        for call in self.calls.values():
            for seat, channel in list(call.seats.items()):
                if channel == event.get("Channel"):
                    del call.seats[seat]
                    # A caller who hangs up at the same moment needs nobody any more: wait for that first.
                    soon = threading.Timer(LEFT_ALONE_S, self._left_alone, (call, seat))
                    soon.daemon = True
                    soon.start()

    def _left_alone(self, call: Call, seat: str) -> None:
        """The last telephone was put down, or died, and the caller is still there: everybody must see that."""
        with self._lock:
            if call.call_id in self.calls and not call.seats and not call.ringing:
                self._tell("left", call, agent=seat)

    def _over(self, call: Call, *, cause: str) -> None:
        del self.calls[call.call_id]
        _remember(self.ended, call.call_id, None, ENDED_CALLS_MAX)
        self._tell("ended", call, event_id=f"{call.call_id}:ended", cause=cause)
        if call.recording:
            talked = (now() - (call.answered_at or call.offered_at)).total_seconds()
            self._tell(
                "recording",
                call,
                event_id=f"{call.call_id}:recording",
                recording_id=call.recording,
                url=self.settings.recordings_url + call.recording,
                duration_s=int(talked),
            )
        if (
            call.seats or call.ringing
        ):  # not from here: Asterisk's answer comes by the thread we are in
            threading.Thread(target=self._silence, args=(call,), daemon=True).start()

    def _silence(self, call: Call) -> None:
        """The caller has gone: a telephone that still rings or waits for nobody must stop."""
        with contextlib.suppress(Unreachable):
            self._put_down(call)

    def _hear_originated(self, event: Message) -> None:
        """Only failures matter: whoever picks up says so in the dialplan."""
        what, number, seat = self.originated.pop(event.get("ActionID", ""), ("", "", ""))
        if event.get("Response") != "Failure" or not what:
            return
        if what == "notice":
            # 5: busy, 3: rang in vain; all else is a number that cannot be reached
            word = {"5": "busy", "3": "no-answer"}.get(event.get("Reason", ""), "failed")
            self._notice(number, status=word)
            return
        call = self.calls.get(number)
        if call is not None and (act_id := call.ringing.pop(seat, "")):
            self._tell("no_answer", call, agent=seat, act_id=act_id)

    def look_around(self) -> None:
        """After a break: who came meanwhile is told, and who left meanwhile."""
        before = set(self.calls)  # who comes while the list is read is not in it, and has not left
        found = {
            one.get("Uniqueid", ""): one
            for one in self.ami.list("CoreShowChannels")
            if one.get("AccountCode") == ACCOUNT
        }
        with self._lock:
            for call_id, one in found.items():
                self._offered(
                    call_id,
                    at=_begun_at(call_id),
                    channel=one.get("Channel", ""),
                    caller=one.get("CallerIDNum", ""),
                    name=one.get("CallerIDName", ""),
                    called="112",
                    trunk="",
                )
            for call in [self.calls[one] for one in before - set(found) if one in self.calls]:
                self._over(call, cause="")

    # --- what the centre hears -----------------------------------------------------------------

    def _tell(self, told: str, call: Call, *, event_id: str = "", **more: Any) -> None:
        """Every event carries the whole call: whichever arrives first makes it."""
        at = now()
        milliseconds = int(at.timestamp() * 1000)
        self.spool.put(
            "/pbx/calls",
            {
                "event": told,
                "event_id": event_id or f"{call.call_id}:{told}:{milliseconds}",
                "call_id": call.call_id,
                "sequence": milliseconds,
                "at": stamp(at),
                "offered_at": stamp(call.offered_at),
                "from": call.caller,
                "caller_name": call.name,
                "to": call.called,
                "trunk": call.trunk,
                **more,
            },
        )
        logger.info("%s %s", told, call.call_id)

    def _notice(self, notice_id: str, **said: str) -> None:
        self.spool.put("/pbx/notices", {"notice_id": notice_id, "at": stamp(now()), **said})

    # --- what the centre asks for --------------------------------------------------------------

    def do(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Do one act, once; raises Refused, ami.Unreachable."""
        act, act_id = str(fields.get("act", "")), str(fields.get("act_id", ""))
        if act == "list_calls":
            return {"act_id": act_id, **self._list(fields)}
        if act not in self._does or not act_id:
            raise Refused(422, f"act: must be one of {', '.join(self._does)}, with an act_id")
        with self._one_act_at_a_time:
            if act_id not in self.acts:
                said = self._does[act](fields) or {}
                _remember(self.acts, act_id, {"act_id": act_id, "ok": True, **said}, ACTS_MAX)
            return self.acts[act_id]

    def _connect(self, fields: Mapping[str, Any]) -> None:
        call = self._call(fields)
        if call.picked_up_alone and call.seats:
            raise Refused(409, f"the caller talks with {', '.join(call.seats)}")
        self._redirect(call, "siaga-join")

    def _ring(self, fields: Mapping[str, Any]) -> None:
        call, seat, act_id = self._call(fields), str(fields.get("seat", "")), str(fields["act_id"])
        device = self.settings.device(seat)
        if not device:
            raise Refused(422, f"seat: “{seat}” has no telephone; add it to [seats]")
        with self._lock:
            if seat in call.seats or seat in call.ringing:
                return
            call.ringing[seat] = act_id
        variables = {"SIAGA_CALL": call.call_id, "SIAGA_SEAT": seat, "SIAGA_ACT": act_id}
        try:
            self._originate(
                act_id,
                ("seat", call.call_id, seat),
                channel=device,
                context="siaga-seat",
                caller_id=f"112 <{call.caller}>",
                variables=variables,
            )
        except BaseException:
            call.ringing.pop(seat, None)
            raise

    def _return(self, fields: Mapping[str, Any]) -> None:
        call = self._call(fields)
        self._redirect(call, "siaga-wait")
        self._put_down(call)

    def _hang_up(self, fields: Mapping[str, Any]) -> None:
        """A caller who has gone already is what was wanted."""
        call = self.calls.get(str(fields.get("call_id", "")))
        if call is not None:
            self.ami.ask("Hangup", Channel=call.channel, Cause="16")
            self._put_down(call)

    def _call_crew(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        number, notice_id = str(fields.get("to", "")), str(fields["act_id"])
        if not number.lstrip("+").isdigit():
            raise Refused(422, "to: must be a number such as +6281234567890")
        if not self.settings.crew_dial:
            raise Refused(422, "no way out: set crew_dial in [asterisk]")
        self._originate(
            notice_id,
            ("notice", notice_id, ""),
            channel=self.settings.crew_dial.format(number=number, digits=number.lstrip("+")),
            context="siaga-crew",
            caller_id="112",
            variables={"SIAGA_NOTICE": notice_id},
        )
        return {"id": notice_id}

    def _list(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Asterisk's own record of calls, which it writes whether or not this program runs, and who is on the line."""
        if not self.settings.cdr:
            return {"calls": None}
        since = datetime.fromisoformat(str(fields.get("since")))
        rows = calls_since(self.settings.cdr, since, account=ACCOUNT)
        with self._lock:
            live = {
                call.call_id: {
                    "call_id": call.call_id,
                    "from": call.caller,
                    "to": call.called,
                    "status": call.status,
                    "at": stamp(call.offered_at),
                }
                for call in self.calls.values()
            }
        return {"calls": [*(row for row in rows if row["call_id"] not in live), *live.values()]}

    # --- inside --------------------------------------------------------------------------------

    def _call(self, fields: Mapping[str, Any]) -> Call:
        call_id = str(fields.get("call_id", ""))
        call = self.calls.get(call_id)
        if call is None and call_id not in self.ended:
            self.look_around()
            call = self.calls.get(call_id)
        if call is None:
            raise Refused(404, "call_id: this call is not on the line")
        return call

    def _redirect(self, call: Call, context: str) -> None:
        answer = self.ami.ask(
            "Redirect", Channel=call.channel, Context=context, Exten="s", Priority="1"
        )
        if answer.get("Response") != "Success":
            raise Refused(404, f"Asterisk: {answer.get('Message', 'no')}")

    def _put_down(self, call: Call) -> None:
        """The dispatchers' telephones leave the call; those that still ring stop."""
        with self._lock:
            channels, ringing = list(call.seats.values()), dict(call.ringing)
            call.seats, call.ringing, call.picked_up_alone = {}, {}, False
        for seat in ringing:
            channels += self._channels_of(seat)
        for channel in channels:
            self.ami.ask("Hangup", Channel=channel, Cause="16")

    def _channels_of(self, seat: str) -> list[str]:
        device = self.settings.device(seat)
        listed = self.ami.list("CoreShowChannels")
        return [
            one["Channel"] for one in listed if one.get("Channel", "").startswith(f"{device}-")
        ]

    def _originate(
        self,
        action_id: str,
        what: tuple[str, str, str],
        *,
        channel: str,
        context: str,
        caller_id: str,
        variables: Mapping[str, str],
    ) -> None:
        number = f"{action_id}:{time.monotonic_ns()}"
        self.originated[number] = what
        answer = self.ami.ask(
            "Originate",
            ActionID=number,
            Channel=channel,
            Context=context,
            Exten="s",
            Priority="1",
            Timeout=str(self.settings.ring_s * 1000),
            CallerID=caller_id,
            Async="true",
            Variable=",".join(f"{name}={value}" for name, value in variables.items()),
        )
        if answer.get("Response") != "Success":
            self.originated.pop(number, None)
            raise Refused(422, f"Asterisk: {answer.get('Message', 'no')}")


def _begun_at(call_id: str) -> datetime:
    """Asterisk's number of a call begins with its second, after the name of the system if it has one."""
    try:
        return datetime.fromtimestamp(float(call_id.rsplit("-", maxsplit=1)[-1]), tz=UTC)
    except (ValueError, OverflowError):
        return now()


def _remember(shelf: OrderedDict[str, Any], key: str, value: Any, most: int) -> None:
    shelf[key] = value
    while len(shelf) > most:
        shelf.popitem(last=False)
