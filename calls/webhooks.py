"""What providers tell us over HTTP: what each webhook means. The frame around them is in receiving.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from calls import aml as aml_rules
from calls import delivery, intake, legs, seats, selectors
from calls.domain import Channel, LocationSource
from calls.intake import MEDIA_MAX, SEQUENCE_MAX, SeenCall, SeenMessage, SeenStatus
from calls.messaging import twilio_messages
from calls.provider_request import ProviderRequest as Request
from calls.receiving import Answer, aml_verified, never, webhook
from calls.services import Evidence
from calls.telephony import hold_music, twilio_voice
from calls.written_places import places_in
from maps.geo import position_or_none

HOLD_MUSIC_KEPT_S = 24 * 3600
HELD_MAX = timedelta(hours=4)  # the longest that a provider lets a call last
SINCE_MS_MAX = 2**53
LIVES_ON = frozenset({"bridged", "redirected", "redirected-from-bridged"})


# --- answers without the database ---------------------------------------------------------------


def _twiml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8")


def _no_content(*_args: Any, **_arguments: Any) -> HttpResponse:
    return HttpResponse(status=204)


def _hold(request: Request) -> HttpResponse:
    since_ms = _milliseconds(_held_since(request))
    return _twiml(twilio_voice.hold(since_ms, kept=request.kept or not _not_kept_yet(request)))


def _greet_and_hold(request: Request) -> HttpResponse:
    return _twiml(twilio_voice.greet_and_hold(_milliseconds(request.now), kept=request.kept))


def _not_kept_yet(request: Request) -> bool:
    return dict(parse_qsl(request.query)).get("kept") != "1"


def _greet_and_queue(*_args: Any, **_arguments: Any) -> HttpResponse:
    return _twiml(twilio_voice.greet_and_queue())


def _queue(*_args: Any, **_arguments: Any) -> HttpResponse:
    return _twiml(twilio_voice.queue())


def _empty_document(*_args: Any, **_arguments: Any) -> HttpResponse:
    return _twiml(twilio_messages.nothing())


# --- voice -------------------------------------------------------------------------------------


@webhook("voice_incoming", instead=_greet_and_hold, mistaken=_greet_and_queue, never_fails=True)
def voice_incoming(request: Request) -> Answer:
    call = intake.receive_call(_seen_call(request), now=request.now)
    if call.restricted or call.burst or seats.asks_for_key_first():
        return _twiml(twilio_voice.greet_and_ask_for_a_key()), "received"
    return _greet_and_queue(), "received"


@webhook("voice_key", instead=_queue, never_fails=True, keeps=never)
def voice_key(request: Request) -> Answer:
    """Who was asked for a key has pressed one, or not: either way the queue follows, nobody is shut out."""
    pressed = bool(request.get("Digits").strip())
    outcome = "no_key"
    if pressed:
        outcome = legs.key_pressed(provider="twilio", sid=request.sid, now=request.now)
    return _queue(), outcome


@webhook("voice_retry", instead=_hold, mistaken=_queue, never_fails=True, keeps=_not_kept_yet)
def voice_retry(request: Request) -> Answer:
    """The caller was greeted and held while the database was away; is it back?"""
    intake.receive_call(_seen_call(request), now=_held_since(request))
    return _queue(), "received"


@webhook("voice_status", instead=_no_content)
def voice_status(request: Request) -> Answer:
    seen = SeenStatus(
        call=_seen_call(request),
        status=request.get("CallStatus").strip().lower(),
        sequence=_whole(request.get("SequenceNumber"), SEQUENCE_MAX),
        at=_instant(request.get("Timestamp")),
        inbound=request.get("Direction") == "inbound" and bool(request.get("CallSid").strip()),
    )
    return _no_content(), intake.receive_status(seen, now=request.now)


@webhook("voice_call_back", instead=_no_content)
def voice_call_back(request: Request, *, call_id: Any) -> Answer:
    """How a call of ours to a citizen goes."""
    outcome = legs.receive_call_back_status(
        call_id=call_id,
        sid=request.sid,
        status=request.get("CallStatus").strip().lower(),
        sequence=_whole(request.get("SequenceNumber"), SEQUENCE_MAX),
        now=request.now,
    )
    return _no_content(), outcome


def _go_on_waiting(*_args: Any, **_arguments: Any) -> HttpResponse:
    # The caller is in the queue already: greeting and queueing again would be the wrong document here.
    return _twiml(twilio_voice.wait())


@webhook("voice_wait", instead=_go_on_waiting, never_fails=True, keeps=never)
def voice_wait(request: Request) -> Answer:
    outcome = intake.queue_call(provider="twilio", sid=request.sid, now=request.now)
    return _go_on_waiting(), outcome


def _left_queue(request: Request) -> HttpResponse:
    result = request.get("QueueResult").strip().lower()
    if result == "hangup" or result in LIVES_ON:
        return _twiml(twilio_voice.nothing())
    # Full, failed, or a word we do not know: the caller is still on the line.
    return _twiml(twilio_voice.queue_after_trouble())


@webhook("voice_left_queue", instead=_left_queue, never_fails=True)
def voice_left_queue(request: Request) -> Answer:
    result = request.get("QueueResult").strip().lower()
    outcome = "connected" if result in LIVES_ON else "queued_again"
    if result == "hangup":
        seen = SeenStatus(call=_seen_call(request), status="completed")
        outcome = intake.receive_status(seen, now=request.now)
    return _left_queue(request), outcome


def _join(_request: Request, *, call_id: Any) -> HttpResponse:
    return _twiml(twilio_voice.join(call_id))


@webhook("voice_join", instead=_join, never_fails=True, keeps=never)
def voice_join(request: Request, *, call_id: Any) -> Answer:
    if selectors.answered_by(call_id) is None:
        return _queue(), "queued_again"  # released in the meantime
    # Whom we rang up has heard no greeting, and so not that the call is kept.
    ours = request.get("Direction").startswith("outbound")
    return _twiml(twilio_voice.join(call_id, tell=ours)), "connected"


def _ask_for_a_key(_request: Request, *, call_id: Any) -> HttpResponse:
    return _twiml(twilio_voice.ask_for_a_key(call_id))


@webhook("voice_ask", instead=_ask_for_a_key, never_fails=True, keeps=never)
def voice_ask(request: Request, *, call_id: Any) -> Answer:
    return _ask_for_a_key(request, call_id=call_id), "asked"


@webhook("voice_silent_key", instead=_join, never_fails=True)
def voice_silent_key(request: Request, *, call_id: Any) -> Answer:
    """Whoever could not speak has pressed a key, or not; then back to the dispatcher."""
    outcome = "no_key"
    if request.get("Digits").strip():
        outcome = legs.key_pressed(provider="twilio", sid=request.sid, now=request.now)
    if selectors.answered_by(call_id) is None:
        return _queue(), "queued_again"  # given back in the meantime
    return _join(request, call_id=call_id), outcome


def _requeue(_request: Request, *, call_id: Any) -> HttpResponse:
    return _twiml(twilio_voice.queue())


@webhook("voice_requeue", instead=_requeue, never_fails=True, keeps=never)
def voice_requeue(request: Request, *, call_id: Any) -> Answer:
    """Given back; or whoever had the call is gone, and the caller is told so."""
    if selectors.is_returned(call_id):
        return _twiml(twilio_voice.queue_after_loss()), "queued_after_loss"
    return _requeue(request, call_id=call_id), "queued_again"


@require_safe
def voice_hold_music(_request: HttpRequest) -> HttpResponse:
    """What is heard while waiting. The provider fetches it without a signature; it tells nobody anything."""
    response = HttpResponse(hold_music.wav(), content_type="audio/wav")
    response["Cache-Control"] = f"public, max-age={HOLD_MUSIC_KEPT_S}"
    return response


# --- messages ----------------------------------------------------------------------------------


@webhook("messages_incoming", instead=_empty_document)
def messages_incoming(request: Request) -> Answer:
    text, sender = request.get("Body"), request.get("From")
    answer = _empty_document()
    report = aml_rules.from_text(text, now=request.now)
    if report is not None:
        outcome = intake.receive_aml(
            report, from_raw=sender, route="sms", raw=text, sid=request.sid, now=request.now
        )
        return answer, f"aml_{outcome}"
    whatsapp = sender.strip().lower().startswith("whatsapp:")
    text = text or request.get("ButtonText") or request.get("ButtonPayload")
    intake.receive_message(
        SeenMessage(
            sid=request.sid,
            channel=Channel.WHATSAPP if whatsapp else Channel.SMS,
            from_raw=sender,
            to=request.get("To"),
            text=text,
            sender_name=request.get("ProfileName"),
            media=_media(request),
            evidence=[*_pin(request), *places_in(text, now=request.now)],
        ),
        now=request.now,
    )
    return answer, "received"


@webhook("messages_status", instead=_no_content)
def messages_status(request: Request) -> Answer:
    outcome = delivery.reported(
        provider="twilio",
        sid=request.sid,
        status=(request.get("MessageStatus") or request.get("SmsStatus")).strip().lower(),
        error_code=request.get("ErrorCode"),
        now=request.now,
    )
    return _no_content(), outcome


# --- AML ---------------------------------------------------------------------------------------


@webhook("aml", instead=_no_content, never_fails=True, verified=aml_verified, refusal=_no_content)
def aml(request: Request) -> Answer:
    """A telephone's own position over HTTPS. Always 2xx: the sender can do nothing with an error."""
    fields = {name: request.get(name) for name, _ in request.pairs}
    report = aml_rules.from_form(fields, now=request.now)
    if not settings.AML_HMAC_KEY:
        report = replace(report, warnings=(*report.warnings, "unsigned"))
    outcome = intake.receive_aml(
        report,
        from_raw="",
        route="https",
        raw=request.body.decode("utf-8", "replace"),
        now=request.now,
    )
    return _no_content(), outcome


# --- fields ------------------------------------------------------------------------------------


def _held_since(request: Request) -> datetime:
    """When the held call came, as our own answer to it said; a time that cannot be is not believed."""
    since_ms = _whole(dict(parse_qsl(request.query)).get("since", ""), SINCE_MS_MAX)
    if since_ms is None:
        return request.now
    since = datetime.fromtimestamp(since_ms / 1000, tz=UTC)
    return since if request.now - HELD_MAX < since < request.now else request.now


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _seen_call(request: Request) -> SeenCall:
    return SeenCall(
        sid=request.sid,
        from_raw=request.get("From") or request.get("Caller"),
        to=request.get("To") or request.get("Called"),
        caller_name=request.get("CallerName"),
        city=request.get("FromCity") or request.get("CallerCity"),
        postcode=request.get("FromZip") or request.get("CallerZip"),
    )


def _media(request: Request) -> list[tuple[str, str]]:
    numbered = ((request.get(f"MediaUrl{n}"), n) for n in range(MEDIA_MAX))
    return [(url, request.get(f"MediaContentType{n}")) for url, n in numbered if url]


def _pin(request: Request) -> list[Evidence]:
    position = position_or_none(
        _decimal(request.get("Latitude")), _decimal(request.get("Longitude"))
    )
    if position is None:
        return []
    label = request.get("Label") or request.get("Address")
    return [
        Evidence(position=position, source=LocationSource.WHATSAPP, at=request.now, label=label)
    ]


def _whole(text: str, largest: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    return int(text) if int(text) <= largest else None


def _decimal(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    """Twilio writes RFC 2822; a time without a zone is not believed."""
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at if at.tzinfo is not None else None
