"""The documents of a second host: what Twilio reads to a caller, or writes back, when nobody of ours answers it.

A file cannot know whether somebody has already spoken with the caller: after every Dial Twilio goes on with the next
sentence, also when the helper has put the receiver down. So each sentence says “if”.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, VoiceResponse

RING_S = 25  # shorter than most mailboxes wait before they take the call
ROUNDS_TOGETHER = 2
APOLOGY_TIMES = 2

INDONESIAN, ENGLISH = "id-ID", "en-GB"
GREETING = {
    INDONESIAN: "Anda terhubung dengan layanan darurat satu satu dua."
    " Jangan tutup telepon, Anda kami sambungkan ke petugas.",
    ENGLISH: "You have reached emergency service one one two. Stay on the line, we are connecting you.",
}
AGAIN = {
    INDONESIAN: "Bila Anda masih membutuhkan bantuan, jangan tutup telepon, kami sambungkan lagi.",
    ENGLISH: "If you still need help, stay on the line, we are connecting you again.",
}
APOLOGY = {
    INDONESIAN: "Bila Anda belum mendapat bantuan, kami mohon maaf. Tutup telepon, lalu hubungi {other_way}."
    " Bila Anda dalam bahaya, menjauhlah dan mintalah bantuan orang di dekat Anda.",
    ENGLISH: "If nobody has helped you yet, we are sorry. Hang up, then call {other_way}."
    " If you are in danger, move away and ask people near you for help.",
}
# Nothing is promised: what is written during a long outage may be found by nobody.
ANSWER = {
    INDONESIAN: "Siaga 112: pesan Anda BELUM dibaca petugas. Telepon 112 sekarang, atau {other_way}."
    " Tidak bisa menelepon? Minta orang di dekat Anda.",
    ENGLISH: "Your message has NOT been read. Call 112 now, or {other_way}."
    " Cannot call? Ask somebody near you.",
}
OTHER_WAY_IN_INDONESIA = {
    INDONESIAN: "110 untuk polisi, 119 untuk ambulans, 113 untuk pemadam kebakaran",
    ENGLISH: "110 for the police, 119 for an ambulance, 113 for the fire brigade",
}
DIGITS = {
    INDONESIAN: [
        "nol",
        "satu",
        "dua",
        "tiga",
        "empat",
        "lima",
        "enam",
        "tujuh",
        "delapan",
        "sembilan",
    ],
    ENGLISH: ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
}


class Ring(StrEnum):
    TOGETHER = "together"
    IN_TURN = "in-turn"


def voice_document(
    numbers: Sequence[str], *, ring: Ring, other_way: Mapping[str, str], caller_id: str = ""
) -> str:
    """Greeting, the numbers, a question and the numbers again, another way. It ends; it is never silent."""
    rounds = [list(numbers)] * ROUNDS_TOGETHER
    if ring == Ring.IN_TURN:
        rounds = [[number] for number in numbers]
    response = VoiceResponse()
    for place, rung in enumerate(rounds):
        _say(response, AGAIN if place else GREETING)
        dial = Dial(timeout=RING_S, caller_id=caller_id or None)
        for number in rung:
            dial.number(number)
        response.append(dial)
    for _ in range(APOLOGY_TIMES):
        _say(response, APOLOGY, other_way)
    response.hangup()
    return str(response)


def messages_document(*, other_way: Mapping[str, str], answers: bool = True) -> str:
    """An answer by default: whoever writes for help and hears nothing waits for help that nobody sends."""
    response = MessagingResponse()
    if answers:
        response.message(
            "\n".join(
                words.format(other_way=other_way[language]) for language, words in ANSWER.items()
            )
        )
    return str(response)


def _say(
    response: VoiceResponse, words: Mapping[str, str], other_way: Mapping[str, str] | None = None
) -> None:
    for language, text in words.items():
        other = _spoken(other_way[language], language) if other_way else ""
        response.say(text.format(other_way=other), language=language)


def _spoken(text: str, language: str) -> str:
    """110 -> satu satu nol: a voice would read a hundred and ten."""
    names = DIGITS[language]
    return re.sub(
        r"\+?[0-9]+",
        lambda number: " ".join(names[int(digit)] for digit in number[0].lstrip("+")),
        text,
    )
