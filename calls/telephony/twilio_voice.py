"""Twilio: the documents it fetches, the signatures it sends, the acts we ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from calls import twilio_api
from calls.domain import Channel
from calls.telephony import kept_calls, twilio_conference
from calls.telephony.port import CALLER_LABEL, CrewCall, Leg, Line, ListedCall
from calls.twilio_api import asked

QUEUE_NAME = "emergency"
LIVE_STATUSES = ("queued", "ringing", "in-progress")
CALLER_RINGS_S = 45  # the provider takes it for no answer then
CREW_RINGS_S = 25  # shorter than the step to the next rung of the ladder
KEY_WAIT_S = 6
NOTICE_READ_TIMES = 2
ACCEPT_KEY = "1"

# Spoken by the provider before anybody's language is known: both, Indonesian first. Digits are words on purpose.
GREETING = (
    (
        "id-ID",
        "Anda terhubung dengan layanan darurat satu satu dua. Jangan tutup telepon, petugas segera menjawab.",
    ),
    (
        "en-GB",
        "You have reached emergency service one one two. Stay on the line, we will answer you shortly.",
    ),
)
WAITING = (
    ("id-ID", "Mohon tetap di telepon. Petugas kami segera menjawab Anda."),
    ("en-GB", "Please stay on the line. We will answer you shortly."),
)
HOLDING = (
    ("id-ID", "Panggilan Anda sudah kami terima. Jangan tutup telepon."),
    ("en-GB", "We have your call. Please stay on the line."),
)
PRESS_A_KEY = (
    ("id-ID", "Jika ini keadaan darurat, tekan tombol apa saja."),
    ("en-GB", "If this is an emergency, press any key."),
)
PRESS_IF_SILENT = (
    ("id-ID", "Jika Anda tidak bisa berbicara, tekan tombol apa saja sekarang."),
    ("en-GB", "If you cannot speak, press any key now."),
)
LOST_THE_LINE = (
    (
        "id-ID",
        "Maaf, sambungan dengan petugas terputus. Jangan tutup telepon, Anda yang berikutnya.",
    ),
    ("en-GB", "Sorry, the line to our officer was cut. Stay on the line, you are next."),
)
HELD = (
    ("id-ID", "Mohon tunggu sebentar. Petugas kami segera kembali kepada Anda."),
    ("en-GB", "One moment, please. Our officer will be back with you shortly."),
)
QUEUE_TROUBLE = (
    ("id-ID", "Mohon tunggu, Anda tetap terhubung."),
    ("en-GB", "Please wait, you are still connected."),
)
# What a crew hears. The crews of the centre speak Indonesian.
CREW_PRESS = "Tekan satu untuk menerima penugasan ini."
CREW_NO_KEY = "Tidak ada tombol yang ditekan. Hubungi pusat segera."
CREW_ACCEPTED = "Terima kasih. Penugasan diterima. Lihat tablet untuk rincian."
CREW_SETTLED = "Penugasan ini sudah ditangani. Terima kasih."
CREW_TROUBLE = "Pusat sedang terganggu. Lihat tablet, atau hubungi pusat lewat radio."


# --- documents ---------------------------------------------------------------------------------


def greet_and_queue() -> str:
    """The first thing a caller hears, and the answer to every voice error: never silence."""
    response = VoiceResponse()
    _greet(response)
    _enqueue(response)
    return str(response)


def greet_and_ask_for_a_key() -> str:
    """A key says that somebody is there and means it. Without one the queue follows all the same."""
    response = VoiceResponse()
    _greet(response)
    path = reverse("twilio-voice-key")
    gather = Gather(num_digits=1, timeout=KEY_WAIT_S, action=path, method="POST")
    for language, words in PRESS_A_KEY:
        gather.say(words, language=language)
    response.append(gather)
    response.redirect(path, method="POST")
    return str(response)


def ask_for_a_key(call_id: Any) -> str:
    """For somebody who says nothing: perhaps they cannot. Then back to the dispatcher, with a key or without."""
    response = VoiceResponse()
    path = reverse("twilio-voice-silent-key", args=[call_id])
    gather = Gather(num_digits=1, timeout=KEY_WAIT_S, action=path, method="POST")
    for language, words in PRESS_IF_SILENT:
        gather.say(words, language=language)
    response.append(gather)
    response.redirect(path, method="POST")
    return str(response)


def greet_and_hold(since_ms: int, *, kept: bool) -> str:
    """Greeting, music, and the question again: while the database is away a caller hears that we are here.

    `since_ms` is when the call came, in milliseconds of the epoch. It travels in the address of the question, under
    the provider's signature, so that the call keeps its true time whichever way it gets into the database first; so
    does whether it lies in the journal already.
    """
    response = VoiceResponse()
    _greet(response)
    _hold(response, since_ms, kept=kept)
    return str(response)


def hold(since_ms: int, *, kept: bool) -> str:
    """The same without a second greeting."""
    response = VoiceResponse()
    _say(response, HOLDING)
    _hold(response, since_ms, kept=kept)
    return str(response)


def queue() -> str:
    """Back into the queue without a second greeting."""
    response = VoiceResponse()
    _enqueue(response)
    return str(response)


def queue_after_loss() -> str:
    """Whoever had the call is gone: the caller hears that, and that they are next."""
    response = VoiceResponse()
    _say(response, LOST_THE_LINE)
    _enqueue(response)
    return str(response)


def held() -> str:
    """What somebody hears who is held. The provider plays it again at its end."""
    response = VoiceResponse()
    for language, words in HELD:
        response.say(words, language=language)
        response.play(reverse("twilio-voice-hold-music"))
    return str(response)


def queue_after_trouble() -> str:
    response = VoiceResponse()
    _say(response, QUEUE_TROUBLE)
    response.pause(length=2)
    _enqueue(response)
    return str(response)


def wait() -> str:
    """What is heard in the queue. Twilio fetches it again at its end, so it goes on until somebody answers."""
    response = VoiceResponse()
    for language, words in WAITING:
        response.say(words, language=language)
        response.play(reverse("twilio-voice-hold-music"))
    return str(response)


def join(call_id: Any, *, tell: bool = False) -> str:
    """The caller's leg enters the conference and stays there whoever else leaves. `tell`: say first what is kept."""
    response = VoiceResponse()
    if tell:
        _say(response, kept_calls.consent())
    kept_calls.begin_transcript(response, call_id)
    dial = Dial()
    dial.conference(
        twilio_conference.name_of(call_id),
        participant_label=CALLER_LABEL,
        beep="false",
        start_conference_on_enter=True,
        end_conference_on_exit=False,
        **kept_calls.conference(call_id),
        status_callback=twilio_conference.events_path(call_id),
        status_callback_method="POST",
        status_callback_event=twilio_conference.CONFERENCE_EVENTS,
    )
    response.append(dial)
    return str(response)


def read_notice(text: str, *, key_path: str) -> str:
    """Read to a crew, twice, each time waiting for a key; it may be pressed while the voice speaks."""
    response = VoiceResponse()
    for _ in range(NOTICE_READ_TIMES):
        gather = Gather(num_digits=1, timeout=KEY_WAIT_S, action=key_path, method="POST")
        gather.say(f"{text} {CREW_PRESS}", language="id-ID")
        response.append(gather)
    response.say(CREW_NO_KEY, language="id-ID")
    return str(response)


def tell_crew(words: str) -> str:
    """One sentence, then the call ends."""
    response = VoiceResponse()
    response.say(words, language="id-ID")
    response.hangup()
    return str(response)


def nothing() -> str:
    return str(VoiceResponse())


def _greet(response: VoiceResponse) -> None:
    _say(response, GREETING)
    _say(response, kept_calls.consent())


def _say(response: VoiceResponse, words: tuple[tuple[str, str], ...]) -> None:
    for language, text in words:
        response.say(text, language=language)


def _hold(response: VoiceResponse, since_ms: int, *, kept: bool) -> None:
    response.play(reverse("twilio-voice-hold-music"))
    again = f"{reverse('twilio-voice-retry')}?since={since_ms}{'&kept=1' if kept else ''}"
    response.redirect(again, method="POST")


def _enqueue(response: VoiceResponse) -> None:
    response.enqueue(
        QUEUE_NAME,
        wait_url=reverse("twilio-voice-wait"),
        wait_url_method="POST",
        action=reverse("twilio-voice-left-queue"),
        method="POST",
    )


# --- signatures --------------------------------------------------------------------------------


class Parameters(dict[str, list[str]]):
    """Parameters as the library expects them, repeated ones included."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def signature_valid(
    *, path: str, query: str, params: Mapping[str, list[str]] | str, signature: str
) -> bool:
    """Whether Twilio sent this. The address comes from settings: headers of a request prove nothing.

    `params` is the body itself for JSON, whose hash is then part of the address. Both tokens count while the token
    is being changed.
    """
    if isinstance(params, str) and "bodySHA256=" not in query:
        return False
    url = settings.PUBLIC_BASE_URL + path + (f"?{query}" if query else "")
    body = params if isinstance(params, str) else Parameters(params)
    tokens = (settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_SECONDARY)
    return bool(signature) and any(
        RequestValidator(token).validate(url, body, signature) for token in tokens if token
    )


# --- acts --------------------------------------------------------------------------------------


class TwilioVoice:
    name = "twilio"
    channel = Channel.VOICE
    is_metered = True
    has_conferences = True

    def __init__(self) -> None:
        self._client = twilio_api.client()

    def connect_caller(self, leg: Leg) -> None:
        self._redirect(leg, reverse("twilio-voice-join", args=[leg.call_id]))

    def return_to_queue(self, leg: Leg) -> None:
        self._redirect(leg, reverse("twilio-voice-requeue", args=[leg.call_id]))

    def ring_dispatcher(self, leg: Leg, *, dispatcher_id: str, line: Line | None = None) -> str:
        """A job of the version before names no line; its label is one that nobody else has."""
        label = f"dispatcher-{dispatcher_id}"
        return self._conference(leg).ring(
            line or Line(participant_id=leg.call_id, label=label, to=f"client:{dispatcher_id}")
        )

    def ring_participant(self, leg: Leg, line: Line) -> str:
        return self._conference(leg).ring(line)

    def shape_participant(self, leg: Leg, line: Line) -> None:
        self._conference(leg).shape(line)

    def drop_participant(self, leg: Leg, line: Line) -> None:
        self._conference(leg).drop(line)

    def close_conference(self, leg: Leg) -> None:
        self._conference(leg).close()

    def ask_for_a_key(self, leg: Leg) -> None:
        self._redirect(leg, reverse("twilio-voice-ask", args=[leg.call_id]))

    def ring_caller(self, leg: Leg) -> str:
        base = settings.PUBLIC_BASE_URL
        taken = asked(
            lambda: self._client.calls.create(
                to=leg.caller,
                from_=settings.TWILIO_NUMBER or leg.to_number,
                url=base + reverse("twilio-voice-join", args=[leg.call_id]),
                method="POST",
                status_callback=base + reverse("twilio-voice-call-back", args=[leg.call_id]),
                status_callback_event=["initiated", "ringing", "answered", "completed"],
                timeout=CALLER_RINGS_S,
            )
        )
        return str(taken.sid)

    def hang_up(self, leg: Leg) -> None:
        asked(lambda: self._client.calls(leg.provider_sid).update(status="completed"))

    def list_calls(self, *, since: datetime) -> list[ListedCall] | None:
        """The window, and whoever is on the line for longer than that: a person may be waiting there."""
        calls = self._client.calls
        # The library writes the hour as it is and calls it UTC.
        start = since.astimezone(UTC)
        lists = [{"start_time_after": start}, *({"status": word} for word in LIVE_STATUSES)]
        found = {
            row.sid: row
            for query in lists
            for row in asked(
                lambda query=query: calls.list(**query, page_size=twilio_api.LIST_PAGE_ROWS)
            )
        }
        return [_listed(row) for row in found.values()]

    def call_crew(self, call: CrewCall) -> str:
        base = settings.PUBLIC_BASE_URL
        taken = asked(
            lambda: self._client.calls.create(
                to=call.to,
                from_=settings.TWILIO_NUMBER,
                url=base + reverse("twilio-notice-voice", args=[call.notice_id]),
                method="POST",
                status_callback=base + reverse("twilio-notice-status", args=[call.notice_id]),
                status_callback_event=["ringing", "answered", "completed"],
                timeout=CREW_RINGS_S,
            )
        )
        return str(taken.sid)

    def _conference(self, leg: Leg) -> twilio_conference.Conference:
        return twilio_conference.Conference(self._client, leg)

    def _redirect(self, leg: Leg, path: str) -> None:
        url = settings.PUBLIC_BASE_URL + path
        asked(lambda: self._client.calls(leg.provider_sid).update(url=url, method="POST"))


def _listed(row: Any) -> ListedCall:
    return ListedCall(
        sid=str(row.sid),
        from_raw=str(row._from or ""),  # noqa: SLF001 - so it is named there
        to=str(row.to or ""),
        caller_name=str(row.caller_name or ""),
        status=str(row.status or ""),
        inbound=row.direction == "inbound",
        at=row.start_time or row.date_created,
        ended_at=row.end_time,
    )
