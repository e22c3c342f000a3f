"""What providers tell us over HTTP. Checked, written down as it came, then believed."""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calls import aml as aml_rules
from calls import intake, metrics, selectors
from calls.domain import Channel, LocationSource, limited, storable
from calls.intake import MEDIA_MAX, SEQUENCE_MAX, SeenCall, SeenMessage, SeenStatus
from calls.messaging import twilio_messages
from calls.models import SID_CHARS_MAX, WebhookRecord
from calls.services import Evidence
from calls.telephony import twilio_voice
from calls.written_places import places_in
from maps.geo import position_or_none
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to

logger = logging.getLogger(__name__)

PATH_CHARS_MAX = 300
TOKEN_CHARS_MAX = 100
REJECTED_VALUE_CHARS_MAX = 1_000
REJECTED_PARAMS_MAX = 100
DURATION_S_MAX = 2**31 - 1
LIVES_ON = frozenset({"bridged", "redirected", "redirected-from-bridged"})
UNSIGNED = "The signature is missing or wrong. Check PUBLIC_BASE_URL and the auth token.\n"


@dataclass(frozen=True, slots=True)
class Request:
    """A provider's request. Values are safe to store; `pairs` are as they came, for the signature."""

    path: str
    query: str
    body: bytes
    pairs: list[tuple[str, str]]
    is_json: bool
    signature: str
    token: str
    now: datetime

    def get(self, name: str) -> str:
        """The first value of a parameter; a repeated one is kept whole in the record only."""
        return next((storable(value) for key, value in self.pairs if key == name), "")

    @property
    def sid(self) -> str:
        """What identifies it at the provider; without any, a repetition still carries the same token."""
        for name in ("CallSid", "MessageSid", "SmsMessageSid", "SmsSid", "RecordingSid"):
            if value := self.get(name).strip():
                return value[:SID_CHARS_MAX]
        return f"token:{self.token}"[:SID_CHARS_MAX] if self.token else ""


Answer = tuple[HttpResponse, str]  # what to answer, and the outcome for the record
View = Callable[..., Answer]


# --- the frame ---------------------------------------------------------------------------------


def twilio_webhook(kind: str, *, speaks: bool) -> Callable[[View], Callable[..., HttpResponse]]:
    """1. read; 2. check the signature; 3. write down in a transaction of its own; 4. act; 5. note the outcome.

    A document that a caller hears never fails: whatever happens they are greeted and queued. Other requests are
    answered with 503 when we could not store them, so that the provider tries its fallback.
    """

    def frame(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_POST
        @functools.wraps(view)
        def answer(http_request: HttpRequest, **arguments: Any) -> HttpResponse:
            with metrics.WEBHOOK_SECONDS.labels(kind).time():
                request = _read(http_request)
                if request is None:
                    metrics.WEBHOOKS.labels(kind, "too_large").inc()
                    return HttpResponse(
                        "The body is too large.\n", status=413, content_type="text/plain"
                    )
                if not _signed(request):
                    return _reject(kind, request)
                record = _write_down(kind, request, verified=True)
                response, outcome = _act(kind, view, request, arguments, speaks=speaks)
                _note(record, outcome)
                metrics.WEBHOOKS.labels(kind, outcome).inc()
                return response

        return answer

    return frame


def _act(
    kind: str, view: View, request: Request, arguments: dict[str, Any], *, speaks: bool
) -> Answer:
    try:
        return view(request, **arguments)
    except Exception as error:
        _log_failure(kind, error)
        if speaks:
            return _twiml(twilio_voice.greet_and_queue()), "error"
        return HttpResponse(
            "Not stored, try again.\n", status=503, content_type="text/plain"
        ), "error"


def _read(http_request: HttpRequest) -> Request | None:
    try:
        body = http_request.body
    except RequestDataTooBig:
        return None
    headers = http_request.headers
    return Request(
        path=http_request.path,
        query=http_request.META.get("QUERY_STRING", ""),
        body=body,
        pairs=parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace"),
        is_json=headers.get("Content-Type", "").startswith("application/json"),
        signature=headers.get("X-Twilio-Signature", ""),
        token=limited(headers.get("I-Twilio-Idempotency-Token", ""), TOKEN_CHARS_MAX),
        now=timezone.now(),
    )


def _signed(request: Request) -> bool:
    params: dict[str, list[str]] = {}
    for name, value in request.pairs:
        params.setdefault(name, []).append(value)
    return twilio_voice.signature_valid(
        path=request.path,
        query=request.query,
        params=request.body.decode("utf-8", "replace") if request.is_json else params,
        signature=request.signature,
    )


def _reject(kind: str, request: Request) -> HttpResponse:
    """Refused, but kept: a token changed at the provider only must not lose calls without a trace."""
    metrics.WEBHOOKS.labels(kind, "rejected").inc()
    _note(_write_down(kind, request, verified=False), "rejected")
    try:
        with change(by=Actor.system("webhooks"), now=request.now) as log:
            recent = selectors.rejected_webhooks(now=request.now)
            react_to("webhook.rejected", log, recent=recent)
    except Error as error:
        _log_failure(kind, error)
    return HttpResponse(UNSIGNED, status=403, content_type="text/plain")


def _write_down(kind: str, request: Request, *, verified: bool) -> WebhookRecord | None:
    pairs = [[storable(name), storable(value)] for name, value in request.pairs]
    if not verified:  # a stranger may not fill the disk
        pairs = [
            [limited(name, REJECTED_VALUE_CHARS_MAX), limited(value, REJECTED_VALUE_CHARS_MAX)]
            for name, value in pairs[:REJECTED_PARAMS_MAX]
        ]
    if request.is_json and verified:
        pairs = [["", storable(request.body.decode("utf-8", "replace"))]]
    try:
        return WebhookRecord.objects.create(
            at=request.now,
            kind=kind,
            path=limited(request.path, PATH_CHARS_MAX),
            verified=verified,
            provider_sid=request.sid,
            idempotency_token=request.token,
            params=pairs,
            body_sha256=hashlib.sha256(request.body).hexdigest(),
            body_bytes=len(request.body),
        )
    except Error as error:
        _log_failure(kind, error)
        return None


def _note(record: WebhookRecord | None, outcome: str) -> None:
    if record is None:
        return
    try:
        WebhookRecord.objects.filter(pk=record.pk).update(outcome=outcome)
    except Error as error:
        _log_failure(record.kind, error)


def _log_failure(kind: str, error: BaseException) -> None:
    """The place and the kind of error only: messages of the database quote the row, and with it the caller."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    logger.error("webhook %s failed with %s at %s", kind, type(error).__name__, where)


def _twiml(document: str) -> HttpResponse:
    return HttpResponse(document, content_type="text/xml; charset=utf-8")


def _no_content() -> HttpResponse:
    return HttpResponse(status=204)


# --- voice -------------------------------------------------------------------------------------


@twilio_webhook("voice_incoming", speaks=True)
def voice_incoming(request: Request) -> Answer:
    intake.receive_call(_seen_call(request), now=request.now)
    return _twiml(twilio_voice.greet_and_queue()), "received"


@twilio_webhook("voice_status", speaks=False)
def voice_status(request: Request) -> Answer:
    seen = SeenStatus(
        call=_seen_call(request),
        status=request.get("CallStatus").strip().lower(),
        sequence=_whole(request.get("SequenceNumber"), SEQUENCE_MAX),
        at=_instant(request.get("Timestamp")),
        inbound=request.get("Direction") == "inbound" and bool(request.get("CallSid").strip()),
    )
    return _no_content(), intake.receive_status(seen, now=request.now)


@twilio_webhook("voice_recording", speaks=False)
def voice_recording(request: Request) -> Answer:
    if not request.get("RecordingSid").strip():
        return _no_content(), "incomplete"
    seen = {
        "sid": request.get("RecordingSid").strip(),
        "call_sid": request.get("CallSid").strip(),
        "status": request.get("RecordingStatus"),
        "url": request.get("RecordingUrl"),
        "duration_s": _whole(request.get("RecordingDuration"), DURATION_S_MAX),
    }
    return _no_content(), intake.receive_recording(seen, provider="twilio", now=request.now)


@twilio_webhook("voice_wait", speaks=True)
def voice_wait(request: Request) -> Answer:
    response = _twiml(twilio_voice.wait())
    try:
        return response, intake.queue_call(provider="twilio", sid=request.sid, now=request.now)
    except Error as error:
        # The caller is in the queue already: greeting and queueing again would be the wrong document here.
        _log_failure("voice_wait", error)
        return response, "error"


@twilio_webhook("voice_left_queue", speaks=True)
def voice_left_queue(request: Request) -> Answer:
    result = request.get("QueueResult").strip().lower()
    if result == "hangup":
        seen = SeenStatus(call=_seen_call(request), status="completed")
        return _twiml(twilio_voice.nothing()), intake.receive_status(seen, now=request.now)
    if result in LIVES_ON:
        return _twiml(twilio_voice.nothing()), "connected"
    # Full, failed, or a word we do not know: the caller is still on the line.
    return _twiml(twilio_voice.queue_after_trouble()), "queued_again"


@twilio_webhook("voice_join", speaks=True)
def voice_join(request: Request, *, call_id: Any) -> Answer:
    if selectors.answered_by(call_id) is None:
        return _twiml(twilio_voice.queue()), "queued_again"  # released in the meantime
    return _twiml(twilio_voice.join(call_id)), "connected"


@twilio_webhook("voice_requeue", speaks=True)
def voice_requeue(request: Request, *, call_id: Any) -> Answer:
    return _twiml(twilio_voice.queue()), "queued_again"


# --- messages ----------------------------------------------------------------------------------


@twilio_webhook("messages_incoming", speaks=False)
def messages_incoming(request: Request) -> Answer:
    text, sender = request.get("Body"), request.get("From")
    answer = _twiml(twilio_messages.nothing())
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


@twilio_webhook("messages_status", speaks=False)
def messages_status(request: Request) -> Answer:
    outcome = intake.receive_message_status(
        provider="twilio",
        sid=request.sid,
        status=(request.get("MessageStatus") or request.get("SmsStatus")).strip().lower(),
        error_code=request.get("ErrorCode"),
        now=request.now,
    )
    return _no_content(), outcome


# --- AML ---------------------------------------------------------------------------------------


@csrf_exempt
@require_POST
def aml(http_request: HttpRequest) -> HttpResponse:
    """A telephone's own position over HTTPS. Always 2xx: the sender can do nothing with an error."""
    request = _read(http_request)
    if request is None:
        metrics.WEBHOOKS.labels("aml", "too_large").inc()
        return _no_content()
    key = settings.AML_HMAC_KEY
    verified = not key or aml_rules.hmac_valid(request.body, key=key)
    record = _write_down("aml", request, verified=verified)
    outcome = "rejected"
    if verified:
        try:
            outcome = _take_aml(request)
        except Exception as error:
            _log_failure("aml", error)
            outcome = "error"
    _note(record, outcome)
    metrics.WEBHOOKS.labels("aml", outcome).inc()
    return _no_content()


def _take_aml(request: Request) -> str:
    fields = {name: request.get(name) for name, _ in request.pairs}
    report = aml_rules.from_form(fields, now=request.now)
    if not settings.AML_HMAC_KEY:
        report = replace(report, warnings=(*report.warnings, "unsigned"))
    return intake.receive_aml(
        report,
        from_raw="",
        route="https",
        raw=request.body.decode("utf-8", "replace"),
        now=request.now,
    )


# --- fields ------------------------------------------------------------------------------------


def _seen_call(request: Request) -> SeenCall:
    return SeenCall(
        sid=request.sid,
        from_raw=request.get("From") or request.get("Caller"),
        to=request.get("To") or request.get("Called"),
        caller_name=request.get("CallerName"),
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
