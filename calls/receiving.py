"""The frame around every webhook: checked, written down as it came, then believed; or kept on disk and done later.

1. read; 2. check the signature; 3. in a bounded time: write down in a transaction of its own, act, note the outcome;
4. past that, or with the database away: fsync the raw request to the journal and answer without the database.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calls import aml as aml_rules
from calls import journal, metrics, selectors
from calls.domain import limited, storable
from calls.models import WebhookRecord
from calls.provider_request import TOKEN_CHARS_MAX, ProviderRequest
from calls.telephony import twilio_voice
from realtime import failpoints, prepared
from realtime.eventlog import change
from realtime.protocol import Actor
from realtime.registry import react_to
from realtime.reserve import (
    Unavailable,
    in_second_line,
    is_away,
    within_deadline,
    within_deadline_async,
)

logger = logging.getLogger(__name__)

PATH_CHARS_MAX = 300
REJECTED_VALUE_CHARS_MAX = 1_000
REJECTED_PARAMS_MAX = 100
UNSIGNED = "The signature is missing or wrong. Check PUBLIC_BASE_URL and the auth token.\n"

Answer = tuple[HttpResponse, str]  # what to answer, and the outcome for the record
View = Callable[..., Answer]
REFUSED = frozenset({"too_large", "rejected"})


@dataclass(frozen=True, slots=True)
class Webhook:
    """`instead` answers without the database; with `never_fails` it also answers when nothing could be kept at all.

    `keeps`: whether the journal must have it; a question that is asked again and again need not be.
    `mistaken` answers when we failed by our own fault: a caller must not be held until a mistake goes away.
    `unsigned` says what is wrong with an unsigned one. `refusal` answers an unsigned or too large one; 403 and 413
    otherwise.
    """

    kind: str
    view: View
    instead: Callable[..., HttpResponse]
    mistaken: Callable[..., HttpResponse]
    never_fails: bool
    keeps: Callable[[ProviderRequest], bool]
    verified: Callable[[ProviderRequest], bool]
    unsigned: Callable[[ProviderRequest], str]
    refusal: Callable[[], HttpResponse] | None


webhooks: dict[str, Webhook] = {}
_by_view: dict[Any, Webhook] = {}


def _always(_request: ProviderRequest) -> bool:
    return True


def never(_request: ProviderRequest) -> bool:
    return False


def _check_address_and_token(_request: ProviderRequest) -> str:
    return UNSIGNED


def webhook(  # noqa: PLR0913 - each is named where it is used
    kind: str,
    *,
    instead: Callable[..., HttpResponse],
    mistaken: Callable[..., HttpResponse] | None = None,
    never_fails: bool = False,
    keeps: Callable[[ProviderRequest], bool] = _always,
    verified: Callable[[ProviderRequest], bool] | None = None,
    unsigned: Callable[[ProviderRequest], str] = _check_address_and_token,
    refusal: Callable[[], HttpResponse] | None = None,
) -> Callable[[View], Callable[..., HttpResponse]]:
    """Make a view of a webhook."""

    def frame(view: View) -> Callable[..., HttpResponse]:
        one = webhooks[kind] = Webhook(
            kind,
            view,
            instead,
            mistaken or instead,
            never_fails,
            keeps,
            verified or _signed,
            unsigned,
            refusal,
        )

        @csrf_exempt
        @require_POST
        @functools.wraps(view)
        def answer(http_request: HttpRequest, **arguments: Any) -> HttpResponse:
            request = ProviderRequest.read(http_request, now=timezone.now())
            with _judged(one) as judged:
                judged.answer = _refused(one, request)
                if request is not None and judged.answer is None:
                    judged.answer = _answer(one, request, arguments)
            return judged.response

        _by_view[answer] = one
        return answer

    return frame


def webhook_of_view(view: Any) -> Webhook | None:
    return _by_view.get(view)


async def answer_async(
    one: Webhook, request: ProviderRequest | None, arguments: dict[str, Any]
) -> HttpResponse:
    """What the view of `one` answers, for an event loop that must go on meanwhile. No request: it was too large."""
    with _judged(one) as judged:
        if request is None or not one.verified(request):
            judged.answer = await asyncio.to_thread(_refused, one, request)
        else:
            judged.answer = await _answer_async(one, request, arguments)
    return judged.response


class _Judged:
    answer: Answer | None = None

    def __init__(self, one: Webhook) -> None:
        self.one = one

    @property
    def response(self) -> HttpResponse:
        assert self.answer is not None
        response, outcome = self.answer
        if self.one.refusal and outcome in REFUSED:
            return self.one.refusal()
        return response


@contextmanager
def _judged(one: Webhook) -> Iterator[_Judged]:
    """Counts and times what is answered inside, and writes the line by which one request is found again."""
    judged, begun_s = _Judged(one), time.perf_counter()
    yield judged
    took_s = time.perf_counter() - begun_s
    assert judged.answer is not None
    outcome = judged.answer[1]
    metrics.WEBHOOK_SECONDS.labels(one.kind).observe(took_s)
    metrics.WEBHOOKS.labels(one.kind, outcome).inc()
    facts = {"kind": one.kind, "outcome": outcome, "ms": round(1000 * took_s)}
    logger.info("webhook_answered", extra=facts)


def _refused(one: Webhook, request: ProviderRequest | None) -> Answer | None:
    """The answer to what is not to be believed."""
    if request is None:
        return _plain("The body is too large.\n", 413), "too_large"
    if one.verified(request):
        return None
    _refuse(one.kind, request)
    return _plain(one.unsigned(request), 403), "rejected"


def _answer(one: Webhook, request: ProviderRequest, arguments: dict[str, Any]) -> Answer:
    failpoints.passed("webhook.verified")
    try:
        return within_deadline(functools.partial(_take, one, request, arguments))
    except Unavailable:
        return _keep_for_later(one, request, arguments)


async def _answer_async(
    one: Webhook, request: ProviderRequest, arguments: dict[str, Any]
) -> Answer:
    failpoints.passed("webhook.verified")
    try:
        return await within_deadline_async(functools.partial(_take, one, request, arguments))
    except Unavailable:
        return await asyncio.to_thread(_keep_for_later, one, request, arguments)


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
    except Exception as error:
        if is_away(error):
            raise
        log_failure(one.kind, error)
        response, outcome = _not_understood(one, request, arguments)
    failpoints.passed("webhook.acted")
    _note(record, outcome)
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
    return in_second_line(functools.partial(_take_once, one, request, arguments, entry.id))


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
        _note(record, "rejected")
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
        "idempotency_token": request.token or limited(request.get("event_id"), TOKEN_CHARS_MAX),
        "params": pairs,
        "body_sha256": hashlib.sha256(request.body).hexdigest(),
        "body_bytes": len(request.body),
    }
    if journal_id is None:
        return WebhookRecord.objects.create(**fields)
    return WebhookRecord.objects.get_or_create(journal_id=journal_id, defaults=fields)[0]


def _note(record: WebhookRecord, outcome: str) -> None:
    prepared.run("UPDATE calls_webhookrecord SET outcome = %s WHERE id = %s", [outcome, record.pk])


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
