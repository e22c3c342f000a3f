"""A provider that behaves like Twilio: its API, its signed requests, callers who hear what the service says.

    15 s for a request with its retry, one retry with the same I-Twilio-Idempotency-Token, then the fallback address
    TwiML is obeyed (twiml), conferences, recordings and transcriptions are kept and reported
    outgoing calls leave at `calls_per_s`, the others wait
    the lists hold everything that was offered, also what never reached the service

One event loop, no threads. Pauses pass faster than in life by `pace`. Knows nothing of the centre but its webhooks.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from calls.telephony.emulator.account_setup import Setup
from calls.telephony.emulator.api import Api
from calls.telephony.emulator.bell import Bell
from calls.telephony.emulator.conferences import HUNG_UP, MOVED, Conference, Conferences
from calls.telephony.emulator.dialling import Dialling
from calls.telephony.emulator.listening import Listening
from calls.telephony.emulator.messages import Messages
from calls.telephony.emulator.recording import Recorder
from calls.telephony.emulator.records import (
    Callee,
    Document,
    Leg,
    Params,
    Text,
    Warned,
    now,
)
from calls.telephony.emulator.requests import Disorder, Hook, Outgoing
from calls.telephony.emulator.twiml import APPLICATION_ERROR, Interpreter, Step

LEGS_MAX = 20_000  # calls that the lists hold; the oldest of those that are over are forgotten
WARNINGS_MAX = 200
API_RING_S = 60.0  # the provider's own limit where nobody says another
READING_SPEED = 14.0  # letters a second of somebody who reads aloud
SOUND_S = 8.0
ENDS = {"completed": "completed", "canceled": "canceled"}
EVENTS: Mapping[str, str] = {  # of a status, the event that one asks for
    "initiated": "initiated",
    "queued": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
}


@dataclass(frozen=True, slots=True)
class Account:
    sid: str
    token: str
    number: str  # of the centre, for calls and messages


@dataclass(frozen=True, slots=True)
class Manner:
    """`lively`: sentences last as long as they take to say, as in life; else one second of `pace` each."""

    calls_per_s: float = 1.0
    pace: float = 1.0
    lively: bool = True
    disorder: Disorder | None = None


def chance_of(seed: int | None) -> random.Random:
    """The same seed draws the same; without one nothing repeats, also not after a restart."""
    return random.SystemRandom() if seed is None else random.Random(seed)


class Emulator:
    def __init__(
        self,
        account: Account,
        manner: Manner,
        *,
        public_base_url: str,
        chance: random.Random,
    ) -> None:
        self.account, self.token, self.number = account.sid, account.token, account.number
        self.public_base_url = public_base_url
        self.fallback_base_url = ""
        self.static_fallback = ""  # TwiML of another host, for when nobody of ours answers
        self.url = ""  # where this very API is reached
        self.chance = chance
        self.calls_per_s, self.pace, self.lively = manner.calls_per_s, manner.pace, manner.lively
        self.sound_s = SOUND_S if manner.lively else 1.0
        self.legs: dict[str, Leg] = {}
        self.queues: dict[str, list[Leg]] = {}
        self.callees: dict[str, Callee] = {}
        self.phones: set[str] = set()  # numbers that a person holds: they answer or decline
        self.rung_at: dict[str, Leg] = {}  # the last call to each of them
        self.warnings: deque[Warned] = deque(maxlen=WARNINGS_MAX)
        self.bell = Bell()
        self.setup = Setup(self.account)  # numbers and what answers for them
        self.out = Outgoing(
            token=self.token,
            chance=chance,
            public_base_url=lambda: self.public_base_url,
            spawn=self.spawn,
            disorder=manner.disorder,
        )
        self.interpreter = Interpreter(self)
        self.dialling = Dialling(self)
        self.conferences = Conferences(self)
        self.listening = Listening(self)
        self.recorder = Recorder(self)
        self.messages = Messages(self)
        self.api = Api(self)
        self._next_dial_s = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def texts(self) -> dict[str, Text]:
        return self.messages.by_sid

    def offered(self, kind: str, sid: str, document: Document) -> None:
        """A call or message has been handed to the service, or could not be. For whoever keeps a record of it."""

    # --- what citizens do ----------------------------------------------------------------------

    def incoming(self, caller: str, *, at: datetime | None = None) -> Leg:
        leg = Leg(sid=self.new_sid("CA"), from_=caller, to=self.number, created_at=at or now())
        self._keep(leg)
        return leg

    async def ring(
        self,
        caller: str,
        *,
        hook: Hook | None = None,
        at: datetime | None = None,
        **params: str,
    ) -> Leg:
        """A citizen rings; comes back when the first document was heard, or nothing could be."""
        return await self.offer(self.incoming(caller, at=at), hook=hook, **params)

    async def offer(self, leg: Leg, *, hook: Hook | None = None, **params: str) -> Leg:
        first = await self.out.fetch(
            hook or self.hook("/twilio/voice/incoming"), {**self.described(leg), **params}
        )
        leg.keep(first)
        self.offered("call", leg.sid, first)
        if leg.is_over:  # put down while it rang
            return leg
        if not first.is_good and not self.static_fallback:
            leg.hear(APPLICATION_ERROR)  # the caller hears the provider's recorded apology
            leg.answered_at = now()
            leg.end()
        elif status := self.interpreter.rejects(first):
            await self.hang_up(leg, status=status)
        else:
            leg.status, leg.answered_at = "in-progress", now()
            document = first if first.is_good else self._static()
            leg.task = self.spawn(self.interpreter.follow(leg, document))
        self.bell.ring()
        return leg

    def presses(self, leg: Leg, keys: str) -> bool:
        """Whether a machine on the line was waiting for a key."""
        if "keys" not in leg.listens_to:
            return False
        for key in keys:
            leg.keys.put_nowait(key)
        return True

    def decides(self, leg: Leg, outcome: str) -> bool:
        """A person whose telephone rings answers it or not. False: it rings no more."""
        if leg.status not in {"queued", "ringing"} or leg.is_over:
            return False
        leg.decision.put_nowait(outcome)
        return True

    async def hang_up(
        self, leg: Leg, *, status: str = "completed", reason: str = HUNG_UP, by_us: bool = False
    ) -> None:
        """The person on this leg puts the receiver down, or the provider does it for them."""
        if leg.is_over:
            return
        self._take_from_document(leg)
        leg.end(status)
        for one in list(leg.transcriptions):
            self.listening.stop(leg, one)
        self.conferences.leave(leg, reason, by_us=by_us)
        self.conferences.did_not_come(leg)
        if leg.is_queued:
            told = self.described(leg) | self.out_of_queue(leg, "hangup")
            await self._tell_queue_action(leg, told)
        self.recorder.call_ended(leg)
        reported = self.report(leg, status)
        self.bell.ring()
        if reported is not None:
            await asyncio.wait([reported])

    # --- what the service asks for by the API --------------------------------------------------

    def dial(self, params: Params, *, conference: Conference | None = None) -> Leg:
        leg = Leg(
            sid=self.new_sid("CA"),
            from_=params.get("From", ""),
            to=params.get("To", ""),
            direction="outbound-api",
            status="queued",
            params=params,
        )
        self._keep(leg)
        if conference is not None:
            self.conferences.invite(conference, leg, params)
        starts_s = max(time.monotonic(), self._next_dial_s)
        self._next_dial_s = starts_s + 1 / self.calls_per_s
        leg.task = self.spawn(self._dial(leg, starts_s - time.monotonic()))
        return leg

    def child(self, parent: Leg, dial: Element, to: str, params: Params) -> Leg:
        """A telephone that a Dial rings."""
        leg = Leg(
            sid=self.new_sid("CA"),
            from_=dial.get("callerId") or parent.from_,
            to=to,
            direction="outbound-dial",
            status="queued",
            parent=parent.sid,
            params=params,
        )
        self._keep(leg)
        return leg

    def change(self, leg: Leg, params: Params) -> None:
        if params.get("Status") in ENDS:
            was_live = leg.status in {"queued", "ringing"}
            status = "canceled" if was_live else ENDS[params["Status"]]
            self.spawn(self.hang_up(leg, status=status, reason=MOVED))
        elif twiml := params.get("Twiml"):
            self._redirect(leg, Document(self.public_base_url, 200, twiml, 0.0))
        elif url := params.get("Url"):
            self._redirect(leg, Step(Hook(url, method=params.get("Method", "POST"))))

    async def ring_out(self, leg: Leg, limit_s: float) -> str:
        """Rings until somebody decides: answers, busy, no-answer, failed."""
        leg.status = "ringing"
        self.report(leg, "initiated")
        self.report(leg, "ringing")
        self.bell.ring()
        outcome = await self._decision(leg, limit_s)
        if outcome != "answers":
            self.spawn(self.hang_up(leg, status=outcome))
            return outcome
        leg.status, leg.answered_at = "in-progress", now()
        self.report(leg, "in-progress")
        self.bell.ring()
        return outcome

    async def _dial(self, leg: Leg, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        if await self.ring_out(leg, float(leg.params.get("Timeout", API_RING_S))) != "answers":
            return
        if leg.params.get("Record", "").lower() == "true":
            self.recorder.start(leg, leg.params, source="OutboundAPI")
        invited = next(
            (
                one.invited[leg.sid]
                for one in self.conferences.by_sid.values()
                if leg.sid in one.invited
            ),
            None,
        )
        if invited is not None:
            self.conferences.join(invited, wait_url=leg.params.get("WaitUrl"))
            await invited.left.wait()
            leg.task = None
            await self.hang_up(leg)
        elif twiml := leg.params.get("Twiml"):
            await self.interpreter.follow(leg, Document(self.public_base_url, 200, twiml, 0.0))
        elif url := leg.params.get("Url"):
            fallback = leg.params.get("FallbackUrl", "")
            method = leg.params.get("Method", "POST")
            await self.interpreter.follow(leg, Step(Hook(url, fallback, method)))

    async def _decision(self, leg: Leg, limit_s: float) -> str:
        if leg.to in self.phones:
            self.rung_at[leg.to] = leg
            self.bell.ring()
            try:
                return await asyncio.wait_for(leg.decision.get(), limit_s * self.pace)
            except TimeoutError:
                return "no-answer"
        callee = self.callees.get(leg.to, Callee())
        late_s = limit_s * self.pace if callee.outcome == "no-answer" else 0.0
        await asyncio.sleep(max(callee.after_s, late_s))
        return callee.outcome

    def _redirect(self, leg: Leg, to: Step | Document) -> None:
        if leg.is_over:
            return
        self._take_from_document(leg)
        self.conferences.leave(leg, MOVED, by_us=True)
        leg.task = self.spawn(self._go_elsewhere(leg, to))

    async def _go_elsewhere(self, leg: Leg, to: Step | Document) -> None:
        if leg.is_queued:
            told = self.described(leg) | self.out_of_queue(leg, "redirected")
            await self._tell_queue_action(leg, told)
        await self.interpreter.follow(leg, to)

    # --- queues --------------------------------------------------------------------------------

    def place_in_queue(self, leg: Leg) -> dict[str, str]:
        queue = self.queues.get(leg.queue or "", [])
        place = queue.index(leg) + 1 if leg in queue else 0
        waits_s = int((now() - (leg.queued_at or now())).total_seconds())
        return {
            "QueuePosition": str(place),
            "QueueTime": str(waits_s),
            "CurrentQueueSize": str(len(queue)),
        }

    def out_of_queue(self, leg: Leg, result: str) -> dict[str, str]:
        waited_s = int((now() - (leg.queued_at or now())).total_seconds())
        queue = self.queues.get(leg.queue or "", [])
        if leg in queue:
            queue.remove(leg)
        leg.queue = leg.queued_at = None
        return {"QueueResult": result, "QueueTime": str(waited_s)}

    def take_from_queue(self, leg: Leg) -> str | None:
        """For somebody who has dialled the queue: out of its document, into their conversation."""
        self._take_from_document(leg)
        self.out_of_queue(leg, "bridged")
        action, leg.queue_action = leg.queue_action, None
        return action

    def goes_on(self, leg: Leg, action: str | None, told: Mapping[str, str]) -> None:
        """After a conversation that somebody else began."""
        if leg.is_over:
            return
        if action is None:
            self.spawn(self.hang_up(leg))
        else:
            leg.task = self.spawn(self.interpreter.follow(leg, Step(Hook(action), told)))

    async def _tell_queue_action(self, leg: Leg, told: Mapping[str, str]) -> None:
        action, leg.queue_action = leg.queue_action, None
        if action:
            leg.keep(await self.out.fetch(Hook(action), told))

    # --- reports -------------------------------------------------------------------------------

    def described(self, leg: Leg) -> dict[str, str]:
        told = {
            "CallSid": leg.sid,
            "AccountSid": self.account,
            "From": leg.from_,
            "To": leg.to,
            "Caller": leg.from_,
            "Called": leg.to,
            "CallStatus": leg.status,
            "Direction": leg.direction,
            "ApiVersion": "2010-04-01",
        }
        return told | ({"ParentCallSid": leg.parent} if leg.parent else {})

    def report(self, leg: Leg, status: str) -> asyncio.Task[Any] | None:
        """To whoever asked for it. Of a citizen's call only its end is told, to the number's own address."""
        event = EVENTS.get(status, "completed")
        if leg.direction == "inbound":
            if event != "completed":
                return None
        elif "StatusCallback" not in leg.params or event not in leg.params.all(
            "StatusCallbackEvent", ["completed"]
        ):
            return None
        return self.out.report(leg.sid, *self._status(leg, status))

    async def tell_status(self, leg: Leg, status: str, *, sequence: int | None = None) -> Document:
        hook, told = self._status(leg, status, sequence)
        return await self.out.fetch(hook, told)

    def _status(
        self, leg: Leg, status: str, sequence: int | None = None
    ) -> tuple[Hook, dict[str, str]]:
        if sequence is None:
            sequence, leg.sequence = leg.sequence, leg.sequence + 1
        url = leg.params.get("StatusCallback") or self.public_base_url + "/twilio/voice/status"
        told = self.described(leg) | {
            "CallStatus": status,
            "SequenceNumber": str(sequence),
            "Timestamp": format_datetime(now()),
            "CallbackSource": "call-progress-events",
        }
        if leg.lasted_s is not None:
            told |= {"CallDuration": str(leg.lasted_s), "Duration": str(-(-leg.lasted_s // 60))}
        return Hook(url, method=leg.params.get("StatusCallbackMethod", "POST")), told

    # --- inside --------------------------------------------------------------------------------

    def hears(self, leg: Leg, text: str, *, kind: str, language: str = "") -> None:
        leg.hear(text, kind=kind, language=language)
        self.bell.ring()

    def warn(self, code: int, text: str, leg: Leg | None = None, hook: Hook | None = None) -> None:
        """The same again at once is told once."""
        sid, url = leg.sid if leg else "", hook.url if hook else ""
        if not any((one.text, one.url) == (text, url) for one in self.warnings):
            self.warnings.append(Warned(code, text, url, sid))
            self.bell.ring()

    def spoken_s(self, words: str) -> float:
        return len(words) / READING_SPEED if self.lively else 1.0

    async def passes(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.pace)

    def preset_digits(self, leg: Leg) -> str:
        """What a callee of a test presses at this Gather."""
        callee = self.callees.get(leg.to)
        if callee is None or not callee.digits:
            return ""
        pressed, callee.digits = callee.digits[0], callee.digits[1:]
        return pressed

    def hook(self, path: str) -> Hook:
        fallback = urljoin(self.fallback_base_url, path) if self.fallback_base_url else ""
        return Hook(self.public_base_url + path, fallback)

    def new_sid(self, prefix: str) -> str:
        return f"{prefix}{self.chance.getrandbits(128):032x}"

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def shut_down(self) -> None:
        tasks: Sequence[asyncio.Task[Any]] = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.out.http.aclose()

    def _take_from_document(self, leg: Leg) -> None:
        task, leg.task = leg.task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def _keep(self, leg: Leg) -> None:
        self.legs[leg.sid] = leg
        if len(self.legs) > LEGS_MAX:
            over = next((sid for sid, one in self.legs.items() if one.is_over), None)
            if over is not None:
                del self.legs[over]
        self.bell.ring()

    def _static(self) -> Document:
        return Document("http://127.0.0.1/static", 200, self.static_fallback, 0.0)
