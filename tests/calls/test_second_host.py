"""The documents of a second host: what a caller hears, and what cannot help anybody."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.provider_setup import Advice, State
from calls.second_host import (
    DOCUMENT_BYTES_MAX,
    NUMBERS_MAX,
    Answer,
    Kind,
    NumberProblem,
    Problem,
    dialled,
    judge,
    number_problems,
    problems,
)
from calls.telephony.twilio_fallback import (
    ANSWER,
    ENGLISH,
    INDONESIAN,
    OTHER_WAY_IN_INDONESIA,
    Ring,
    messages_document,
    voice_document,
)
from tests.calls import twiml

A, B, C = "+62771123456", "+6281234567890", "+62215550199"
OWN = ["+622155500112"]
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
e164 = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True)


def voice(*numbers: str, ring: Ring = Ring.TOGETHER, **more: str) -> str:
    return voice_document(numbers, ring=ring, other_way=OTHER_WAY_IN_INDONESIA, **more)


def said(document: str) -> list[str]:
    return [
        (verb.text or "").strip() if verb.tag == "Say" else verb.tag
        for verb in ET.fromstring(document)
    ]


def test_all_telephones_ring_at_once_and_once_more_then_another_way_is_named_twice() -> None:
    document = voice(A, B)

    assert dialled(document.encode()) == [[A, B], [A, B]]
    told = said(document)
    assert "satu satu dua" in told[0]
    assert "one one two" in told[1]
    assert told[2] == told[5] == "Dial"
    assert "jangan tutup telepon" in told[3]
    apology = [words for words in told if "satu satu nol untuk polisi" in words]
    assert len(apology) == 2
    assert told[-1] == "Hangup"
    assert not any(letter.isdigit() for words in told for letter in words), "digits are words"


def test_in_turn_each_telephone_rings_alone_in_the_order_given() -> None:
    assert dialled(voice(B, A, C, ring=Ring.IN_TURN).encode()) == [[B], [A], [C]]


def test_both_languages_are_spoken_by_their_own_voice() -> None:
    languages = [verb.get("language") for verb in ET.fromstring(voice(A)).iter("Say")]
    assert languages[::2] == [INDONESIAN] * (len(languages) // 2)
    assert languages[1::2] == [ENGLISH] * (len(languages) // 2)


def test_the_callers_number_is_shown_unless_another_is_named() -> None:
    plain, named = voice(A), voice(A, caller_id=C)
    assert ET.fromstring(plain).find("Dial").get("callerId") is None
    assert {dial.get("callerId") for dial in ET.fromstring(named).iter("Dial")} == {C}


@given(st.lists(e164, min_size=1, max_size=NUMBERS_MAX, unique=True), st.sampled_from(Ring))
def test_whatever_numbers_the_document_is_one_that_the_provider_follows(numbers, ring) -> None:
    document = voice(*numbers, ring=ring)

    assert number_problems(numbers, own=[]) == []
    assert twiml.errors(document) == []
    assert problems(document.encode(), Kind.VOICE) == []
    rung = [number for group in dialled(document.encode()) for number in group]
    assert set(rung) == set(numbers)


def test_another_way_of_ones_own_is_never_markup() -> None:
    other = {INDONESIAN: "<Dial>1</Dial> & {0}", ENGLISH: "“a” <b>"}
    spoken = voice_document([A], ring=Ring.TOGETHER, other_way=other)

    assert dialled(spoken.encode()) == [[A], [A]]
    assert twiml.errors(spoken) == []
    assert twiml.errors(messages_document(other_way=other), twiml.MESSAGES) == []


# --- messages ------------------------------------------------------------------------------------


def test_who_writes_is_told_that_nobody_has_read_it_and_to_call() -> None:
    document = messages_document(other_way=OTHER_WAY_IN_INDONESIA)

    assert twiml.errors(document, twiml.MESSAGES) == []
    text = ET.fromstring(document).findtext("Message")
    assert text.startswith("Siaga 112: pesan Anda BELUM dibaca petugas. Telepon 112 sekarang")
    assert "has NOT been read. Call 112 now" in text
    assert "110 untuk polisi" in text
    assert set(text) <= GSM7, "one letter more and an SMS holds less than half"
    assert len(text) <= 3 * 153


def test_an_empty_answer_is_an_answer() -> None:
    document = messages_document(other_way=OTHER_WAY_IN_INDONESIA, answers=False)

    assert list(ET.fromstring(document)) == []
    assert problems(document.encode(), Kind.MESSAGES) == []
    assert len(ANSWER) == 2


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ([A, B], []),
        ([], [(NumberProblem.NONE, "")]),
        (["0771123456"], [(NumberProblem.NOT_E164, "0771123456")]),
        (["112"], [(NumberProblem.NOT_E164, "112")]),
        (["+0771123456"], [(NumberProblem.NOT_E164, "+0771123456")]),
        (["+62 771 123456"], [(NumberProblem.NOT_E164, "+62 771 123456")]),
        (["+6277112345٦"], [(NumberProblem.NOT_E164, "+6277112345٦")]),
        ([A + "\n"], [(NumberProblem.NOT_E164, A + "\n")]),
        (["+" + "1" * 16], [(NumberProblem.NOT_E164, "+" + "1" * 16)]),
        ([A, B, A], [(NumberProblem.TWICE, A)]),
        ([*OWN, A], [(NumberProblem.OURSELVES, OWN[0])]),
        (
            [f"+6277112345{number}" for number in range(NUMBERS_MAX + 1)],
            [(NumberProblem.TOO_MANY, str(NUMBERS_MAX + 1))],
        ),
    ],
)
def test_numbers_that_cannot_be_rung_are_named(numbers, found) -> None:
    assert number_problems(numbers, own=OWN) == found


# --- what lies on a second host ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"<Response><Dial>+62771123456</Dial></Response>", []),
        (b"<Response><Dial><Sip>sip:a@b</Sip></Dial></Response>", []),
        (b"<Response><Gather><Say/></Gather><Dial><Number>+62</Number></Dial></Response>", []),
        (b"", [Problem.NOT_XML]),
        (b"Not found", [Problem.NOT_XML]),
        (b"<Response>", [Problem.NOT_XML]),
        (b'<?xml version="1.0" encoding="x-nothing"?><Response/>', [Problem.NOT_XML]),
        (
            b'<!DOCTYPE r [<!ENTITY a "b">]><Response><Dial>&a;</Dial></Response>',
            [Problem.NOT_XML],
        ),
        (b"<html><body/></html>", [Problem.NO_RESPONSE]),
        (b"<Response/>", [Problem.DIALS_NOBODY]),
        (b"<Response><Say>Maaf</Say></Response>", [Problem.DIALS_NOBODY]),
        (b"<Response><Dial> </Dial></Response>", [Problem.DIALS_NOBODY]),
        (b"<Response><Dial><Number/></Dial></Response>", [Problem.DIALS_NOBODY]),
        (b"<Response>" + b" " * DOCUMENT_BYTES_MAX, [Problem.TOO_LONG]),
    ],
)
def test_a_document_that_rings_nobody_helps_nobody(document, found) -> None:
    assert problems(document, Kind.VOICE) == found


@given(st.binary(max_size=200))
def test_no_bytes_whatever_upset_the_reading(document) -> None:
    assert problems(document, Kind.VOICE)
    assert dialled(document) == []


GOOD = voice(A).encode()


@pytest.mark.parametrize(
    ("method", "answer", "advice"),
    [
        ("POST", Answer(200, "text/xml", GOOD), Advice.NOTHING),
        ("POST", Answer(200, "Application/XML; charset=utf-8", GOOD), Advice.NOTHING),
        ("GET", Answer(200, "text/html", GOOD), Advice.NOTHING),
        ("POST", Answer(error="ConnectError"), Advice.HOST_SILENT),
        ("POST", Answer(405, "text/html"), Advice.HOST_METHOD),
        ("POST", Answer(501, "text/html"), Advice.HOST_METHOD),
        ("GET", Answer(403, "text/html"), Advice.HOST_STATUS),
        ("POST", Answer(404, "text/html"), Advice.HOST_STATUS),
        ("POST", Answer(301, "text/html"), Advice.HOST_STATUS),
        ("POST", Answer(500, "text/xml", GOOD), Advice.HOST_STATUS),
        ("POST", Answer(200, "text/plain", GOOD), Advice.HOST_TYPE),
        ("POST", Answer(200, "", GOOD), Advice.HOST_TYPE),
        ("POST", Answer(200, "text/xml", b"<Response/>"), Advice.HOST_DOCUMENT),
    ],
)
def test_an_answer_of_the_second_host_is_judged_as_a_caller_would(method, answer, advice) -> None:
    row = judge(Kind.VOICE, url="https://second.example.net/v", method=method, answer=answer)

    assert row.advice == advice
    assert row.state == (State.WRONG if advice else State.RIGHT)
    assert row.found
