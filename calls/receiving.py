"""The frame around every webhook: checked, written down as it came, then believed; or kept on disk and done later.

1. read; 2. check the signature; 3. in a bounded time: write down in a transaction of its own, act, note the outcome;
4. past that, or with the database away: fsync the raw request to the journal and answer without the database.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calls import aml as aml_rules
from calls import journal, metrics, selectors
from calls.domain import limited, storable
from calls.models import WebhookRecord
from calls.provider_request import ProviderRequest
from calls.telephony import twilio_voice
from realtime import failpoints
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to
from realtime.reserve import Unavailable, within_deadline

logger = logging.getLogger(__name__)

PATH_CHARS_MAX = 300
REJECTED_VALUE_CHARS_MAX = 1_000
REJECTED_PARAMS_MAX = 100
UNSIGNED = "The signature is missing or wrong. Check PUBLIC_BASE_URL and the auth token.\n"

Answer = tuple[HttpResponse, str]  # what to answer, and the outcome for the record
View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Webhook:
    """`instead` answers without the database; with `never_fails` it also answers when nothing could be kept at all.

    `keeps`: whether the journal must have it; a question that is asked again and again need not be.
    `mistaken` answers when we failed by our own fault: a caller must not be held until a mistake goes away.
    """

    kind: str
    view: View
    instead: Callable[..., HttpResponse]
    mistaken: Callable[..., HttpResponse]
    never_fails: bool
    keeps: Callable[[ProviderRequest], bool]
    verified: Callable[[ProviderRequest], bool]


webhooks: dict[str, Webhook] = {}


def _always(_request: ProviderRequest) -> bool:
    return True


def never(_request: ProviderRequest) -> bool:
    return False


def webhook(  # noqa: PLR0913 - each is named where it is used
    kind: str,
    *,
    instead: Callable[..., HttpResponse],
    mistaken: Callable[..., HttpResponse] | None = None,
    never_fails: bool = False,
    keeps: Callable[[ProviderRequest], bool] = _always,
    verified: Callable[[ProviderRequest], bool] | None = None,
    refusal: Callable[[], HttpResponse] | None = None,
) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make a view of a webhook. `refusal` is the answer to an unsigned or too large one; 403 and 413 otherwise."""

    def frame(view: View) -> Callable[..., HttpResponse]:
        one = webhooks[kind] = Webhook(
            kind, view, instead, mistaken or instead, never_fails, keeps, verified or _signed
        )

        @csrf_exempt
        @require_POST
        @functools.wraps(view)
        def answer(http_request: HttpRequest, **arguments: Any) -> HttpResponse:
            with metrics.WEBHOOK_SECONDS.labels(kind).time():
                request = ProviderRequest.read(http_request, now=timezone.now())
                if request is None:
                    response, outcome = _plain("The body is too large.\n", 413), "too_large"
                elif not one.verified(request):
                    _refuse(kind, request)
                    response, outcome = _plain(UNSIGNED, 403), "rejected"
                else:
                    response, outcome = _answer(one, request, arguments)
                metrics.WEBHOOKS.labels(kind, outcome).inc()
                if refusal and outcome in {"too_large", "rejected"}:
                    return refusal()
                return response

        return answer

    return frame


def _answer(one: Webhook, request: ProviderRequest, arguments: dict[str, Any]) -> Answer:
    failpoints.passed("webhook.verified")
    try:
        return within_deadline(functools.partial(_take, one, request, arguments))
    except Unavailable:
        return _keep_for_later(one, request, arguments)


def _take(
    one: Webhook,
    request: ProviderRequest,
    arguments: dict[str, Any],
    journal_id: str | None = None,
) -> Answer:
    """Write down and act. Errors of the database itself go up; a mistake of ours is noted and told to a person."""
    record = _write_down(one.kind, request, verified=True, journal_id=journal_id)
    failpoints.passed("webhook.written_down")
    try:
        response, outcome = one.view(request, **arguments)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log_failure(one.kind, error)
        response, outcome = _not_understood(one, request, arguments)
    failpoints.passed("webhook.acted")
    WebhookRecord.objects.filter(pk=record.pk).update(outcome=outcome)
    failpoints.passed("webhook.noted")
    return response, outcome


def _not_understood(one: Webhook, request: ProviderRequest, arguments: dict[str, Any]) -> Answer:
    with change(by=Actor.system("webhooks"), now=timezone.now()) as log:
        react_to("webhook.failed", log, webhook=one.kind)
    if one.never_fails:
        return one.mistaken(request, **arguments), "error"
    return _plain("Not stored, try again.\n", 503), "error"


def _keep_for_later(one: Webhook, request: ProviderRequest, arguments: dict[str, Any]) -> Answer:
    if not one.keeps(request):
        return one.instead(request, **arguments), "asked_again"
    row = {
        "kind": one.kind,
        "arguments": {name: str(value) for name, value in arguments.items()},
        **request.packed(),
    }
    try:
        journal.keep(row, at_ns=time.time_ns())
    except OSError as error:
        log_failure(one.kind, error)
        if one.never_fails:
            return one.instead(request, **arguments), "not_kept"
        return _plain("Not stored, try again.\n", 503), "not_kept"
    return one.instead(replace(request, kept=True), **arguments), "journaled"


def replay(entry: journal.Entry) -> str:
    """Act on a kept request as if it came now, with its own time; twice is once. Raises Unavailable, Unreadable."""
    try:
        one = webhooks[entry.content["kind"]]
        request = ProviderRequest.unpacked(entry.content)
        arguments = dict(entry.content["arguments"])
    except (KeyError, TypeError, ValueError) as error:
        raise journal.Unreadable from error
    return within_deadline(functools.partial(_take_once, one, request, arguments, entry.id))


def _take_once(
    one: Webhook, request: ProviderRequest, arguments: dict[str, Any], journal_id: str
) -> str:
    if WebhookRecord.objects.filter(journal_id=journal_id).exclude(outcome="").exists():
        return "nothing_new"
    return _take(one, request, arguments, journal_id)[1]


# --- signature and record ----------------------------------------------------------------------


def _signed(request: ProviderRequest) -> bool:
    params: dict[str, list[str]] = {}
    for name, value in request.pairs:
        params.setdefault(name, []).append(value)
    return twilio_voice.signature_valid(
        path=request.path,
        query=request.query,
        params=request.body.decode("utf-8", "replace") if request.is_json else params,
        signature=request.signature,
    )


def aml_verified(request: ProviderRequest) -> bool:
    key = settings.AML_HMAC_KEY
    return not key or aml_rules.hmac_valid(request.body, key=key)


def _refuse(kind: str, request: ProviderRequest) -> None:
    """Refused, but kept: a token changed at the provider only must not lose calls without a trace."""

    def note() -> None:
        record = _write_down(kind, request, verified=False)
        WebhookRecord.objects.filter(pk=record.pk).update(outcome="rejected")
        with change(by=Actor.system("webhooks"), now=request.now) as log:
            recent = selectors.rejected_webhooks(now=request.now)
            react_to("webhook.rejected", log, recent=recent)

    try:
        within_deadline(note)
    except (Unavailable, Error) as error:
        log_failure(kind, error)


def _write_down(
    kind: str, request: ProviderRequest, *, verified: bool, journal_id: str | None = None
) -> WebhookRecord:
    pairs = [[storable(name), storable(value)] for name, value in request.pairs]
    if not verified:  # a stranger may not fill the disk
        pairs = [
            [limited(name, REJECTED_VALUE_CHARS_MAX), limited(value, REJECTED_VALUE_CHARS_MAX)]
            for name, value in pairs[:REJECTED_PARAMS_MAX]
        ]
    if request.is_json and verified:
        pairs = [["", storable(request.body.decode("utf-8", "replace"))]]
    fields = {
        "at": request.now,
        "kind": kind,
        "path": limited(request.path, PATH_CHARS_MAX),
        "verified": verified,
        "provider_sid": request.sid,
        "idempotency_token": request.token,
        "params": pairs,
        "body_sha256": hashlib.sha256(request.body).hexdigest(),
        "body_bytes": len(request.body),
    }
    if journal_id is None:
        return WebhookRecord.objects.create(**fields)
    return WebhookRecord.objects.get_or_create(journal_id=journal_id, defaults=fields)[0]


def log_failure(kind: str, error: BaseException) -> None:
    """The place and the kind of error only: messages of the database quote the row, and with it the caller."""
    trace, where = error.__traceback__, ""
    while trace is not None:
        code = trace.tb_frame.f_code
        where = f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    logger.error("webhook %s failed with %s at %s", kind, type(error).__name__, where)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")
