"""A provider that behaves like Twilio: its API, its signed requests, callers who hear what the service says.

    15 s for a request with its retry, one retry with the same I-Twilio-Idempotency-Token, then the fallback address
    TwiML is followed: Say, Play, Pause, Redirect, Enqueue with its wait loop, Dial, Gather, Hangup
    outgoing calls leave at `calls_per_s`, the others wait
    the lists hold everything that was offered, also what never reached the service

Pauses pass faster than in life by `pace`. Public methods may be called from any thread.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree

import uvicorn

from tests.failure.harness.background import Background, chance
from tests.failure.harness.journal import Journal
from tests.failure.harness.twilio_api import Api, Fault
from tests.failure.harness.twilio_records import Document, Leg, Text, now
from tests.failure.harness.twilio_requests import Hook, Outgoing
from tests.failure.harness.twilio_setup import Setup

REDIRECT_S_MIN = 0.05  # a document that only redirects to itself must not spin
START_S = 10.0


@dataclass(slots=True)
class Callee:
    """Who picks up a telephone that the service rings."""

    outcome: str = "answers"  # or busy, no-answer, failed
    after_s: float = 0.05
    digits: Sequence[str] = ()  # pressed at one Gather after the other; then nothing is pressed


@dataclass
class Provider:
    background: Background
    public_base_url: str
    seed: int = 0
    account: str = "AC" + "1" * 32
    token: str = "provider-token-of-the-tests"
    number: str = "+622155500112"
    calls_per_s: float = 1.0
    pace: float = 0.02
    fallback_base_url: str = ""
    journal: Journal = field(default_factory=Journal)

    def __post_init__(self) -> None:
        self.legs: dict[str, Leg] = {}
        self.texts: dict[str, Text] = {}
        self.callees: dict[str, Callee] = {}
        self.undeliverable: dict[str, int] = {}  # numbers that SMS do not reach, with the error
        self.static_fallback = ""  # TwiML of another host, for when nobody of ours answers
        self.setup = Setup(self.account)  # numbers and what answers for them
        self.api = Api(self)
        self.chance = chance(self.seed, "provider")
        self.out = Outgoing(self)
        self._next_dial_s = 0.0
        self._tasks: set[asyncio.Task[Any]] = set()
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = int(listener.getsockname()[1])
        config = uvicorn.Config(
            self.api, ws="none", lifespan="off", log_level="critical", access_log=False
        )
        self._server = uvicorn.Server(config)
        self.background.ask(self._start(listener))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.background.ask(self._stop())

    # --- what the test makes happen ------------------------------------------------------------

    def rings(
        self, caller: str, *, hook: Hook | None = None, at: datetime | None = None, **params: str
    ) -> Leg:
        """A citizen rings; comes back when the first document was heard, or nothing could be. `at`: as if then."""
        return self.background.ask(self.ring(caller, hook=hook, at=at, **params))

    def writes(
        self,
        sender: str,
        text: str,
        *,
        hook: Hook | None = None,
        at: datetime | None = None,
        **params: str,
    ) -> Text:
        return self.background.ask(self.write(sender, text, hook=hook, at=at, **params))

    def hangs_up(self, leg: Leg) -> None:
        """The person on this leg puts the receiver down."""
        self.background.ask(self._hang_up(leg))

    def tells_status(self, leg: Leg, status: str, sequence: int) -> Document:
        return self.background.ask(self.tell_status(leg, status, sequence=sequence))

    def tells_statuses_in_any_order(self, leg: Leg, statuses: Sequence[str]) -> list[str]:
        """One callback for each, numbered in the order given, sent in an order drawn from the seed; answers that."""
        numbered = list(enumerate(statuses))
        self.chance.shuffle(numbered)
        for sequence, status in numbered:
            self.tells_status(leg, status, sequence)
        return [status for _, status in numbered]

    def repeats(
        self, path: str, params: dict[str, str], *, base_urls: Sequence[str]
    ) -> list[Document]:
        """The same request, with the same token, to all addresses at the same instant."""
        return self.background.ask(self.out.repeat(path, params, base_urls))

    def fails(self, path: str = "", **how: Any) -> Fault:
        """The API fails in this way for paths that contain `path`, until `recovers`."""
        fault = Fault(path=path, **how)
        self.api.faults.append(fault)
        return fault

    def recovers(self) -> None:
        self.api.faults.clear()

    # --- the same for coroutines of the harness -------------------------------------------------

    async def ring(
        self, caller: str, *, hook: Hook | None = None, at: datetime | None = None, **params: str
    ) -> Leg:
        leg = Leg(sid=self._sid("CA"), from_=caller, to=self.number, created_at=at or now())
        self.legs[leg.sid] = leg
        first = await self.out.fetch(
            hook or self._hook("/twilio/voice/incoming"), {**self._described(leg), **params}
        )
        leg.documents.append(first)
        self.journal.note("call", leg.sid, accepted=first.is_good)
        if first.is_good or self.static_fallback:
            leg.status, leg.answered_at = "in-progress", now()
            self._perform_soon(leg, first if first.is_good else self._static())
        else:  # the caller hears the provider's recorded apology
            leg.heard.append("application error")
            leg.status, leg.answered_at, leg.ended_at = "completed", now(), now()
        return leg

    async def write(
        self,
        sender: str,
        text: str,
        *,
        hook: Hook | None = None,
        at: datetime | None = None,
        **params: str,
    ) -> Text:
        message = Text(
            sid=self._sid("SM"), from_=sender, to=self.number, body=text, created_at=at or now()
        )
        self.texts[message.sid] = message
        told = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self.account,
            "From": sender,
            "To": self.number,
            "Body": text,
            "NumMedia": "0",
            "NumSegments": "1",
            **params,
        }
        answer = await self.out.fetch(hook or self._hook("/twilio/messages/incoming"), told)
        message.documents.append(answer)
        self.journal.note("message", message.sid, accepted=answer.is_good)
        return message

    async def tell_status(self, leg: Leg, status: str, *, sequence: int | None = None) -> Document:
        if sequence is None:
            sequence, leg.sequence = leg.sequence, leg.sequence + 1
        url = leg.params.get("StatusCallback") or self.public_base_url + "/twilio/voice/status"
        told = self._described(leg) | {
            "CallStatus": status,
            "SequenceNumber": str(sequence),
            "Timestamp": format_datetime(now()),
            "CallbackSource": "call-progress-events",
        }
        return await self.out.fetch(Hook(url), told)

    # --- what the service asks for by the API (in the loop) -------------------------------------

    def dial(self, params: dict[str, str]) -> Leg:
        leg = Leg(
            sid=self._sid("CA"),
            from_=params.get("From", ""),
            to=params.get("To", ""),
            direction="outbound-api",
            status="queued",
            params=params,
        )
        self.legs[leg.sid] = leg
        starts_s = max(time.monotonic(), self._next_dial_s)
        self._next_dial_s = starts_s + 1 / self.calls_per_s
        leg.task = self._spawn(self._dial(leg, starts_s - time.monotonic()))
        return leg

    def change(self, leg: Leg, params: dict[str, str]) -> None:
        if leg.is_over:
            return
        if params.get("Status") in {"completed", "canceled"}:
            self._spawn(self._hang_up(leg))
        elif url := params.get("Url"):
            self._spawn(self._redirect(leg, url))

    def take_message(self, params: dict[str, str]) -> Text:
        message = Text(
            sid=self._sid("SM"),
            from_=params.get("From", ""),
            to=params.get("To", ""),
            body=params.get("Body", ""),
            direction="outbound-api",
            status="queued",
            error_code=self.undeliverable.get(params.get("To", "")),
            params=params,
        )
        self.texts[message.sid] = message
        self._spawn(self._deliver(message))
        return message

    # --- lives of calls and messages -----------------------------------------------------------

    async def _dial(self, leg: Leg, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        leg.status = "ringing"
        await self._report(leg, "initiated", "ringing")
        callee = self.callees.get(leg.to, Callee())
        await asyncio.sleep(callee.after_s)
        if callee.outcome != "answers":
            leg.status, leg.ended_at = callee.outcome, now()
            await self._report(leg, callee.outcome)
            return
        leg.status, leg.answered_at = "in-progress", now()
        await self._report(leg, "in-progress")
        if conference := leg.params.get("Conference"):
            leg.conference = conference
        elif twiml := leg.params.get("Twiml"):
            await self._perform(leg, Document(self.public_base_url, 200, twiml, 0.0))
        elif url := leg.params.get("Url"):
            await self._go_on(leg, url)

    async def _deliver(self, message: Text) -> None:
        for status in ("sent", "undelivered" if message.error_code else "delivered"):
            message.status = status
            if url := message.params.get("StatusCallback"):
                told = {
                    "MessageSid": message.sid,
                    "MessageStatus": status,
                    "SmsStatus": status,
                    "AccountSid": self.account,
                    "From": message.from_,
                    "To": message.to,
                    **({"ErrorCode": str(message.error_code)} if message.error_code else {}),
                }
                await self.out.fetch(Hook(url), told)

    async def _report(self, leg: Leg, *statuses: str) -> None:
        if leg.direction == "inbound" or "StatusCallback" in leg.params:
            for status in statuses:
                await self.tell_status(leg, status)

    async def _hang_up(self, leg: Leg) -> None:
        if leg.is_over:
            return
        if leg.task is not None:
            leg.task.cancel()
        leg.status, leg.ended_at = "completed", now()
        await self._leave_queue(leg, "hangup")
        await self._report(leg, "completed")

    async def _redirect(self, leg: Leg, url: str) -> None:
        if leg.task is not None:
            leg.task.cancel()
        await self._leave_queue(leg, "redirected")
        leg.conference = None
        leg.task = self._spawn(self._go_on(leg, url))

    async def _leave_queue(self, leg: Leg, result: str) -> None:
        action, leg.queue_action = leg.queue_action, None
        if action:
            told = self._described(leg) | {"QueueResult": result, "QueueTime": "1"}
            leg.documents.append(await self.out.fetch(Hook(action), told))

    # --- TwiML ---------------------------------------------------------------------------------

    def _perform_soon(self, leg: Leg, document: Document) -> None:
        leg.task = self._spawn(self._perform(leg, document))

    async def _go_on(self, leg: Leg, url: str, **params: str) -> None:
        document = await self.out.fetch(Hook(url), {**self._described(leg), **params})
        leg.documents.append(document)
        if document.is_good:
            await self._perform(leg, document)
        else:
            leg.heard.append("application error")
            await self._end(leg)

    async def _perform(self, leg: Leg, document: Document) -> None:
        try:
            verbs = list(ElementTree.fromstring(document.body))
        except ElementTree.ParseError:
            leg.heard.append("application error")
            verbs = []
        for verb in verbs:
            if await self._do(leg, verb, document.url):
                return
        await self._end(leg)

    async def _do(self, leg: Leg, verb: ElementTree.Element, base: str) -> bool:
        """Whether the rest of the document is not reached any more."""
        action = urljoin(base, verb.get("action", ""))
        match verb.tag:
            case "Say" | "Play":
                leg.heard.append((verb.text or "").strip())
                await asyncio.sleep(self.pace)
            case "Pause":
                await asyncio.sleep(float(verb.get("length", "1")) * self.pace)
            case "Redirect":
                await asyncio.sleep(REDIRECT_S_MIN)
                await self._go_on(leg, urljoin(base, (verb.text or "").strip()))
                return True
            case "Enqueue":
                leg.queue_action = action
                await self._wait(leg, urljoin(base, verb.get("waitUrl", "")))
            case "Dial":
                conference = verb.find("Conference")
                if conference is not None:
                    leg.conference = conference.text
                    await asyncio.Event().wait()  # until redirected or hung up
                await self._ring(leg, verb)
            case "Gather":
                return await self._gather(leg, verb, base, action)
            case "Hangup" | "Reject":
                await self._end(leg)
                return True
        return False

    async def _ring(self, leg: Leg, dial: ElementTree.Element) -> None:
        """All numbers of the Dial at once. Whoever answers talks until somebody hangs up; else the document goes on."""
        numbers = [text.strip() for text in dial.itertext() if text.strip()]
        leg.heard.append(f"dials {', '.join(numbers)}")
        if any(self.callees.get(number, Callee()).outcome == "answers" for number in numbers):
            await asyncio.Event().wait()
        await asyncio.sleep(float(dial.get("timeout", "30")) * self.pace)

    async def _wait(self, leg: Leg, wait_url: str) -> None:
        while True:
            document = await self.out.fetch(Hook(wait_url), self._described(leg))
            leg.documents.append(document)
            if document.is_good:
                for verb in ElementTree.fromstring(document.body):
                    await self._do(leg, verb, document.url)
            await asyncio.sleep(REDIRECT_S_MIN)

    async def _gather(self, leg: Leg, verb: ElementTree.Element, base: str, action: str) -> bool:
        for inner in verb:
            await self._do(leg, inner, base)
        callee = self.callees.get(leg.to, Callee())
        if not callee.digits:
            await asyncio.sleep(float(verb.get("timeout", "5")) * self.pace)
            return False
        pressed, callee.digits = callee.digits[0], callee.digits[1:]
        await self._go_on(leg, action, Digits=pressed)
        return True

    async def _end(self, leg: Leg) -> None:
        leg.task = None
        await self._hang_up(leg)

    def _static(self) -> Document:
        return Document("http://127.0.0.1/static", 200, self.static_fallback, 0.0)

    # --- inside --------------------------------------------------------------------------------

    def _described(self, leg: Leg) -> dict[str, str]:
        return {
            "CallSid": leg.sid,
            "AccountSid": self.account,
            "From": leg.from_,
            "To": leg.to,
            "CallStatus": leg.status,
            "Direction": leg.direction,
            "ApiVersion": "2010-04-01",
        }

    def _hook(self, path: str) -> Hook:
        fallback = self.fallback_base_url + path if self.fallback_base_url else ""
        return Hook(self.public_base_url + path, fallback)

    def _sid(self, prefix: str) -> str:
        return f"{prefix}{self.chance.getrandbits(128):032x}"

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self.background.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _start(self, listener: socket.socket) -> None:
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        async with asyncio.timeout(START_S):
            while not self._server.started:  # noqa: ASYNC110 - uvicorn has a flag, no event
                await asyncio.sleep(0.01)

    async def _stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self.out.http.aclose()
        self._server.should_exit = True
        self._server.force_exit = True
        await self._serving
