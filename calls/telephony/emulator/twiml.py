"""Obeys a document as the provider does: verb after verb, until something else takes the call over or it ends."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from calls.telephony.emulator import grammar
from calls.telephony.emulator.records import Document, Leg, Params, now
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

REDIRECT_S_MIN = 0.05  # a document that only redirects to itself must not spin
SILENT_DOCUMENTS_MAX = 50  # one after the other in which the caller hears nothing
DOCUMENT_BYTES_MAX = 64 * 1024  # as Twilio's
QUEUE_LEGS_MAX = 1_000  # as Twilio's, without maxQueueSize
REPEATS_MAX = 1_000  # of a Say or Play; loop="0" means that
RECORD_S_MAX = 3_600
GATHER_S, RECORD_SILENCE_S = "5", "5"
CONTENT_TYPES = frozenset({"", "text/xml", "application/xml", "text/html"})
APPLICATION_ERROR = "application error"
UNREACHABLE, TOO_LARGE, BROKEN, WRONG_TYPE, NOT_ALLOWED, SPINS = (
    11_200,
    11_750,
    12_100,
    12_300,
    12_200,
    12_400,
)


class Outcome(enum.Enum):
    """What became of a document or verb, where it is no further document to fetch."""

    NEXT = "the next verb"
    AT_END = "nothing is left to do"
    HANG_UP = "the call ends"
    LEAVE = "out of the queue"
    BROKEN = "the caller hears the provider's apology"


@dataclass(frozen=True, slots=True)
class Step:
    """A document that is to be fetched next."""

    hook: Hook
    params: Mapping[str, str] = field(default_factory=dict)


Result = Outcome | Step


class Interpreter:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    async def follow(self, leg: Leg, first: Step | Document) -> None:
        """From document to document, to the end of the call."""
        following: Step | Document = first
        silent = 0
        while True:
            heard = leg.hearings
            result = await self._document(leg, await self._fetched(leg, following))
            if not isinstance(result, Step):
                break
            silent = 0 if leg.hearings > heard else silent + 1
            if silent >= SILENT_DOCUMENTS_MAX:
                self._emulator.warn(SPINS, f"{silent} documents without a word", leg, result.hook)
                result = Outcome.BROKEN
                break
            following = result
        if result is Outcome.BROKEN:
            leg.hear(APPLICATION_ERROR)
        leg.task = None
        await self._emulator.hang_up(leg)

    def rejects(self, document: Document) -> str:
        """The status of a call that is not even answered; empty when it is."""
        root = self._parsed(document)
        if root is None or not len(root) or root[0].tag != "Reject":
            return ""
        return "busy" if root[0].get("reason") == "busy" else "no-answer"

    async def speak(self, leg: Leg, hook: Hook, params: Mapping[str, str]) -> None:
        """What somebody hears beside their own document: while they are on hold, or as an announcement."""
        await self._document(leg, await self._fetched(leg, Step(hook, params), keep=False))

    # --- documents -----------------------------------------------------------------------------

    async def _fetched(
        self, leg: Leg, following: Step | Document, *, keep: bool = True
    ) -> Document:
        if isinstance(following, Document):
            return following
        told = {**self._emulator.described(leg), **following.params}
        # A request that has begun is sent to its end, also when the call is taken elsewhere meanwhile.
        asking = self._emulator.spawn(self._emulator.out.fetch(following.hook, told))
        document = await asyncio.shield(asking)
        if keep:
            leg.keep(document)
        return document

    def _parsed(self, document: Document) -> Element | None:
        """None: no TwiML. Definitions of entities belong to none, and could make a document as long as they like."""
        if (
            len(document.body) > DOCUMENT_BYTES_MAX
            or "<!" in document.body.split("<Response", 1)[0]
        ):
            return None
        try:
            root = ElementTree.fromstring(document.body)  # noqa: S314 - without definitions
        except ElementTree.ParseError:
            return None
        return root if root.tag == "Response" else None

    async def _document(self, leg: Leg, document: Document) -> Result:
        trouble = self._trouble(document)
        if trouble:
            code, words = trouble
            self._emulator.warn(code, words, leg, Hook(document.url))
            return Outcome.BROKEN
        root = self._parsed(document)
        assert root is not None
        for words in grammar.complaints(root):
            self._emulator.warn(NOT_ALLOWED, words, leg, Hook(document.url))
        for verb in root:
            result = await self._do(leg, verb, document.url)
            if result is not Outcome.NEXT:
                return result
        return Outcome.AT_END

    def _trouble(self, document: Document) -> tuple[int, str] | None:
        if not document.is_good:
            return UNREACHABLE, f"answered {document.status or 'nothing'}"
        if document.content_type not in CONTENT_TYPES:
            return WRONG_TYPE, f"{document.content_type} is no TwiML"
        if len(document.body) > DOCUMENT_BYTES_MAX:
            return TOO_LARGE, f"a document of {len(document.body)} bytes"
        return None if self._parsed(document) is not None else (BROKEN, "no TwiML document")

    # --- verbs ---------------------------------------------------------------------------------

    async def _do(self, leg: Leg, verb: Element, base: str) -> Result:
        act = getattr(self, f"_do_{verb.tag.lower()}", None)
        if act is None:
            if grammar.is_known(verb.tag):
                self._emulator.warn(NOT_ALLOWED, f"<{verb.tag}> is not emulated", leg, Hook(base))
            return Outcome.NEXT
        result: Result = await act(leg, verb, base)
        return result

    async def _do_say(self, leg: Leg, verb: Element, _base: str) -> Result:
        words = " ".join("".join(verb.itertext()).split())
        for _ in range(_repeats(verb)):
            self._emulator.hears(leg, words, kind="say", language=verb.get("language", "en-US"))
            await self._emulator.passes(self._emulator.spoken_s(words))
        return Outcome.NEXT

    async def _do_play(self, leg: Leg, verb: Element, base: str) -> Result:
        sound = urljoin(base, (verb.text or "").strip()) if verb.text else ""
        kind = "play" if sound else "tone"
        for _ in range(_repeats(verb)):
            self._emulator.hears(leg, sound or verb.get("digits", ""), kind=kind)
            await self._emulator.passes(self._emulator.sound_s)
        return Outcome.NEXT

    async def _do_pause(self, _leg: Leg, verb: Element, _base: str) -> Result:
        await self._emulator.passes(_seconds(verb, "length", "1"))
        return Outcome.NEXT

    async def _do_redirect(self, _leg: Leg, verb: Element, base: str) -> Result:
        await asyncio.sleep(REDIRECT_S_MIN)
        return Step(Hook(urljoin(base, (verb.text or "").strip()), method=_method(verb)))

    async def _do_hangup(self, _leg: Leg, _verb: Element, _base: str) -> Result:
        return Outcome.HANG_UP

    _do_reject = _do_hangup  # of a call that has been answered already

    async def _do_leave(self, leg: Leg, _verb: Element, _base: str) -> Result:
        return Outcome.LEAVE if leg.is_queued else Outcome.NEXT

    async def _do_dial(self, leg: Leg, verb: Element, base: str) -> Result:
        told = await self._emulator.dialling.dial(leg, verb, base)
        return _action(verb, base, told) or Outcome.NEXT

    async def _do_start(self, leg: Leg, verb: Element, base: str) -> Result:
        for child in verb:
            params = _as_params(child, base)
            match child.tag:
                case "Transcription":
                    self._emulator.listening.start(leg, params)
                case "Recording":
                    channels = child.get("channels", "mono")
                    params = Params([*params.pairs, ("RecordingChannels", channels)])
                    self._emulator.recorder.start(leg, params, source="StartCallRecordingAPI")
                case _:
                    self._emulator.warn(
                        NOT_ALLOWED, f"<{child.tag}> is not emulated", leg, Hook(base)
                    )
        return Outcome.NEXT

    async def _do_stop(self, leg: Leg, verb: Element, _base: str) -> Result:
        for child in verb.iter("Transcription"):
            name = child.get("name", "")
            for one in leg.transcriptions:
                if name in ("", one.name):
                    self._emulator.listening.stop(leg, one)
        return Outcome.NEXT

    # --- waiting in a queue --------------------------------------------------------------------

    async def _do_enqueue(self, leg: Leg, verb: Element, base: str) -> Result:
        queue = self._emulator.queues.setdefault("".join(verb.itertext()).strip(), [])
        if len(queue) >= int(verb.get("maxQueueSize", QUEUE_LEGS_MAX)):
            return (
                _action(verb, base, {"QueueResult": "queue-full", "QueueTime": "0"})
                or Outcome.NEXT
            )
        action = verb.get("action")
        leg.queue, leg.queued_at = "".join(verb.itertext()).strip(), now()
        leg.queue_action = urljoin(base, action) if action else None
        queue.append(leg)
        self._emulator.bell.ring()
        result = await self._wait(leg, verb, base)
        if result is not Outcome.LEAVE:
            return result
        told = self._emulator.out_of_queue(leg, "leave")
        return _action(verb, base, told) or Outcome.NEXT

    async def _wait(self, leg: Leg, verb: Element, base: str) -> Result:
        """The wait document again and again; what it redirects to takes its place."""
        address = verb.get("waitUrl")
        if address is None:
            self._emulator.hears(leg, "", kind="play")
        again = Step(Hook(urljoin(base, address or ""), method=_method(verb, "waitUrlMethod")))
        following = again
        while True:
            if address:
                told = {**following.params, **self._emulator.place_in_queue(leg)}
                document = await self._fetched(leg, Step(following.hook, told))
                result = await self._document(leg, document)
                if result in (Outcome.LEAVE, Outcome.HANG_UP):
                    return result
                if (
                    result is Outcome.BROKEN
                ):  # a service that restarts must not be asked without pause
                    await self._emulator.passes(1.0)
                following = result if isinstance(result, Step) else again
            await asyncio.sleep(REDIRECT_S_MIN)

    # --- keys and words ------------------------------------------------------------------------

    async def _do_gather(self, leg: Leg, verb: Element, base: str) -> Result:
        told = await self._gathered(leg, verb, base)
        if not told and verb.get("actionOnEmptyResult") != "true":
            return Outcome.NEXT
        address = urljoin(base, verb.get("action", ""))
        return Step(Hook(address, method=_method(verb)), told or {"Digits": ""})

    async def _gathered(self, leg: Leg, verb: Element, base: str) -> dict[str, str]:
        prompt = self._emulator.spawn(self._prompt(leg, verb, base))
        by_keys = "dtmf" in verb.get("input", "dtmf")
        by_voice = "speech" in verb.get("input", "dtmf")
        try:
            with leg.listening(keys=by_keys, words=by_voice):
                preset = self._emulator.preset_digits(leg)
                if preset:
                    await prompt
                    return {"Digits": preset}
                first = await self._first(leg, prompt, _seconds(verb, "timeout", GATHER_S))
                if first is None:
                    return {}
                key, words = first
                if words:
                    return {"SpeechResult": words, "Confidence": "0.95"}
                return {"Digits": await self._more_keys(leg, verb, key)}
        finally:
            prompt.cancel()

    async def _prompt(self, leg: Leg, verb: Element, base: str) -> None:
        for inner in verb:
            if inner.tag in grammar.ALLOWED["Gather"]:
                await self._do(leg, inner, base)

    async def _first(
        self, leg: Leg, prompt: asyncio.Task[None], timeout_s: float
    ) -> tuple[str, str] | None:
        """The first key, or what was said: while the prompt is read, or `timeout_s` after it."""
        key = self._emulator.spawn(leg.keys.get())
        words = self._emulator.spawn(leg.words.get())
        try:
            waiting = {key, words}
            await asyncio.wait({*waiting, prompt}, return_when=asyncio.FIRST_COMPLETED)
            if not (key.done() or words.done()):
                limit_s = timeout_s * self._emulator.pace
                await asyncio.wait(waiting, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if not (key.done() or words.done()):
                return None
            return (key.result() if key.done() else ""), (words.result() if words.done() else "")
        finally:
            key.cancel()
            words.cancel()

    async def _more_keys(self, leg: Leg, verb: Element, key: str) -> str:
        most = int(verb.get("numDigits", "0"))
        finish = verb.get("finishOnKey", "#")
        limit_s = _seconds(verb, "timeout", GATHER_S) * self._emulator.pace
        digits = ""
        while key and key != finish:
            digits += key
            if most and len(digits) >= most:
                break
            try:
                key = await asyncio.wait_for(leg.keys.get(), limit_s)
            except TimeoutError:
                break
        return digits

    async def _do_record(self, leg: Leg, verb: Element, base: str) -> Result:
        """Until a key, or silence; who says nothing at all is not recorded, and the next verb follows."""
        if verb.get("playBeep", "true") != "false":
            self._emulator.hears(leg, "beep", kind="tone")
        recording = self._emulator.recorder.start(leg, _as_params(verb, base), source="RecordVerb")
        said, digit = await self._said(leg, verb)
        self._emulator.recorder.stop(leg, recording, status="completed" if said else "absent")
        if not said:
            return Outcome.NEXT
        told = self._emulator.recorder.described(recording) | {"Digits": digit}
        address = urljoin(base, verb.get("action", ""))
        return Step(Hook(address, method=_method(verb)), told)

    async def _said(self, leg: Leg, verb: Element) -> tuple[bool, str]:
        finish = verb.get("finishOnKey", "1234567890*#")
        silence_s = _seconds(verb, "timeout", RECORD_SILENCE_S)
        most_s = min(_seconds(verb, "maxLength", str(RECORD_S_MAX)), RECORD_S_MAX)
        said = False
        try:
            async with asyncio.timeout(most_s * self._emulator.pace):
                with leg.listening(keys=True, words=True):
                    while True:
                        got = await self._first(leg, self._emulator.spawn(_nothing()), silence_s)
                        if got is None:
                            return said, ""
                        key, words = got
                        said = said or bool(words)
                        if key and key in finish:
                            return True, key
        except TimeoutError:
            return said, ""


async def _nothing() -> None:
    """A prompt that says nothing."""


def _action(verb: Element, base: str, told: Mapping[str, str]) -> Step | None:
    action = verb.get("action")
    return Step(Hook(urljoin(base, action), method=_method(verb)), told) if action else None


def _method(verb: Element, name: str = "method") -> str:
    return "GET" if verb.get(name, "").upper() == "GET" else "POST"


def _seconds(verb: Element, name: str, default: str) -> float:
    try:
        return max(0.0, float(verb.get(name, default)))
    except ValueError:
        return float(default)


def _repeats(verb: Element) -> int:
    loop = verb.get("loop", "1")
    return min(int(loop) or REPEATS_MAX, REPEATS_MAX) if loop.isdigit() else 1


def _as_params(element: Element, base: str) -> Params:
    """The attributes of an element under the names that the API has for them, addresses made whole."""
    return Params(
        (
            name[0].upper() + name[1:],
            urljoin(base, value) if name.lower().endswith(("callback", "callbackurl")) else value,
        )
        for name, value in element.attrib.items()
    )
