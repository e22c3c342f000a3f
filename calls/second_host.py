"""What a second host says to callers and writers while ours is silent, and how an answer of it is judged. Pure.

The documents are files: nothing there can look up, decide or remember. So every sentence in them must be true whoever
has been reached before it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from calls.provider_setup import POST, Advice, Place, Row, State

NUMBERS_MAX = 10  # the provider rings so many at once
DOCUMENT_BYTES_MAX = 64 * 1024  # the provider reads no longer ones
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
TWIML_TYPES = frozenset({"text/xml", "application/xml", "text/html"})
METHOD_REFUSED = frozenset(
    {403, 405, 411, 501}
)  # the ways in which stores of files say no to POST
OK = 200
RINGING_PARTS = frozenset({"Number", "Sip", "Client", "Queue", "Conference"})


class Kind(StrEnum):
    VOICE = "voice"
    MESSAGES = "messages"


class NumberProblem(StrEnum):
    NONE = "none"
    TOO_MANY = "too_many"
    NOT_E164 = "not_e164"
    TWICE = "twice"
    OURSELVES = "ourselves"


class Problem(StrEnum):
    """What is wrong with a document."""

    NOT_XML = "not_xml"
    NO_RESPONSE = "no_response"
    TOO_LONG = "too_long"
    DIALS_NOBODY = "dials_nobody"


def number_problems(
    numbers: Sequence[str], *, own: Sequence[str]
) -> list[tuple[NumberProblem, str]]:
    """Why these cannot be rung. `own`: the numbers of the centre, which would ring what has just failed."""
    if not numbers:
        return [(NumberProblem.NONE, "")]
    found: list[tuple[NumberProblem, str]] = []
    if len(numbers) > NUMBERS_MAX:
        found.append((NumberProblem.TOO_MANY, str(len(numbers))))
    for place, number in enumerate(numbers):
        if not E164.fullmatch(number):
            found.append((NumberProblem.NOT_E164, number))
        elif number in own:
            found.append((NumberProblem.OURSELVES, number))
        elif number in numbers[:place]:
            found.append((NumberProblem.TWICE, number))
    return found


def problems(document: bytes, kind: Kind) -> list[Problem]:
    """Why the provider could not help anybody with this document."""
    if len(document) > DOCUMENT_BYTES_MAX:
        return [Problem.TOO_LONG]
    root = _read(document)
    if root is None:
        return [Problem.NOT_XML]
    if root.tag != "Response":
        return [Problem.NO_RESPONSE]
    if kind == Kind.VOICE and not list(_rung(root)):
        return [Problem.DIALS_NOBODY]
    return []


def dialled(document: bytes) -> list[list[str]]:
    """The numbers that a voice document rings, those of one Dial together."""
    root = _read(document)
    return [] if root is None else list(_rung(root))


def _read(document: bytes) -> ET.Element | None:
    # Nobody needs a DOCTYPE here, and entities in it can fill the memory.
    if b"<!DOCTYPE" in document or b"\x00" in document:
        return None
    try:
        return ET.fromstring(document)  # noqa: S314 - without a DOCTYPE there is nothing to expand
    except (ET.ParseError, LookupError, ValueError):  # broken, or in letters that nobody knows
        return None


def _rung(root: ET.Element) -> Iterator[list[str]]:
    for dial in root.iter("Dial"):
        parts = [(part.text or "").strip() for part in dial if part.tag in RINGING_PARTS]
        numbers = [text for text in [(dial.text or "").strip(), *parts] if text]
        if numbers:
            yield numbers


# --- an answer of the second host ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the second host said. Status 0: nothing; `error` then says why."""

    status: int = 0
    content_type: str = ""
    body: bytes = b""
    error: str = ""


def judge(kind: Kind, *, url: str, method: str, answer: Answer) -> Row:
    """Whether somebody whom our own host did not answer would be helped by the second one."""
    content_type = answer.content_type.partition(";")[0].strip().lower()
    found = f"{answer.status} {content_type}".strip() if answer.status else answer.error
    advice = _trouble(answer, content_type, method)
    if not advice and (amiss := problems(answer.body, kind)):
        advice, found = Advice.HOST_DOCUMENT, f"{found}, {', '.join(amiss)}"
    return Row(
        place=Place.SECOND_HOST,
        subject=url,
        setting=f"{method} {kind}",
        found=found,
        wanted="200 text/xml",
        state=State.WRONG if advice else State.RIGHT,
        advice=advice,
    )


def _trouble(answer: Answer, content_type: str, method: str) -> Advice:
    if not answer.status:
        return Advice.HOST_SILENT
    if answer.status in METHOD_REFUSED and method == POST:
        return Advice.HOST_METHOD
    if answer.status != OK:
        return Advice.HOST_STATUS
    return Advice.NOTHING if content_type in TWIML_TYPES else Advice.HOST_TYPE
