"""Run a command once: rights, body, receipt, words. HTTP and socket both come here."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _
from pydantic import ValidationError

from realtime import metrics, registry
from realtime.eventlog import AlreadyAnswered
from realtime.models import CommandReceipt
from realtime.protocol import Rejected, Viewer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is the HTTP status; `body` is the same on HTTP and on the socket."""

    status: int
    body: dict[str, Any]


def execute(*, viewer: Viewer, name: str, payload: Any, now: datetime) -> Answer:
    """Answer one command. The same request_id of the same person gets the same answer and acts once."""
    with (
        translation.override(viewer.language),
        structlog.contextvars.bound_contextvars(command=name, user_id=viewer.user_id),
        metrics.COMMAND_SECONDS.labels(name if name in registry.commands else "unknown").time(),
    ):
        answer = _execute(viewer=viewer, name=name, payload=payload, now=now)
    outcome = "ok" if answer.body["ok"] else answer.body["code"]
    metrics.COMMANDS.labels(name if name in registry.commands else "unknown", outcome).inc()
    return answer


def _execute(*, viewer: Viewer, name: str, payload: Any, now: datetime) -> Answer:
    command = registry.commands.get(name)
    if command is None:
        return _refusal(404, "unknown_command", _("There is no such command."))
    if viewer.role not in command.roles:
        return _refusal(403, "forbidden", _("Your role may not do this."))
    if not isinstance(payload, dict):
        return _refusal(422, "invalid", _("The body must be a JSON object."))
    fields = dict(payload)
    try:
        request_id = _request_id(fields.pop("request_id", None))
        body = command.body.model_validate(fields)
    except ValidationError as error:
        return _refusal(422, "invalid", _sentence(error))
    except Rejected as error:
        return _refusal(error.status, error.code, _("request_id must be a UUID."))
    context = registry.Context(viewer=viewer, now=now, request_id=request_id, command=name)
    if request_id and (earlier := _earlier(context)):
        return earlier
    try:
        done = command.handle(context, body)
    except AlreadyAnswered:
        earlier = _earlier(context)
        assert earlier is not None, "the receipt that refused us has committed"
        return earlier
    except Rejected as error:
        return _keep(context, _refusal(error.status, error.code, registry.words_for(error)))
    return Answer(200, {"ok": True, "seq": done.seq, "result": done.result})


def _request_id(value: Any) -> str | None:
    if value is None:
        return None
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise Rejected("invalid", status=422) from None


def _refusal(status: int, code: str, detail: str) -> Answer:
    return Answer(status, {"ok": False, "code": code, "detail": detail})


def _sentence(error: ValidationError) -> str:
    """What is wrong with the body, field by field, without echoing what was sent."""
    parts = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(str(step) for step in problem["loc"]) or "body"
        parts.append(f"{field}: {problem['msg']}")
    return "; ".join(parts)


def _earlier(context: registry.Context) -> Answer | None:
    if context.request_id is None:
        return None
    receipt = CommandReceipt.objects.filter(
        actor=context.actor.id, request_id=context.request_id
    ).first()
    if receipt is None or not receipt.answer:
        return None
    return Answer(receipt.status, receipt.answer)


def _keep(context: registry.Context, answer: Answer) -> Answer:
    """A refusal is an answer, too: the repetition must not act because the world has changed since."""
    if context.request_id is None:
        return answer
    try:
        CommandReceipt.objects.create(
            actor=context.actor.id,
            request_id=context.request_id,
            command=context.command,
            status=answer.status,
            answer=answer.body,
            at=context.now,
        )
    except IntegrityError:
        return _earlier(context) or answer
    return answer
