"""The frame of webhooks that a partner signs as signed_json.py says: read, proved, answered in JSON, also from the disk."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from calls.provider_request import ProviderRequest
from calls.receiving import Answer, webhook
from calls.signed_json import NotUnderstood, Proof, proof

Event = TypeVar("Event")
# What the other side should hear beside the outcome, because a person there can mend it.
DETAILS = {
    "unknown_agent": (
        "agent: nobody here signs in with this name; the call waits on the board. Give the exchange the name with"
        " which the person signs in"
    )
}


def signed_webhook(
    kind: str, *, key: str, read: Callable[[ProviderRequest], Event]
) -> Callable[[Callable[[Event, ProviderRequest], str]], Callable[..., HttpResponse]]:
    """Make a view of what acts on one event and answers the outcome. `key` names its setting; `read` raises NotUnderstood.

    What is not understood is answered 422 with a sentence, with the database or without: to keep it would help nobody.
    """

    def proved(request: ProviderRequest) -> Proof:
        keys = (getattr(settings, key), getattr(settings, f"{key}_SECONDARY"))
        return proof(request.body, request.signature, keys=keys, now_s=request.now.timestamp())

    def is_understood(request: ProviderRequest) -> bool:
        try:
            read(request)
        except NotUnderstood:
            return False
        return True

    def kept(request: ProviderRequest) -> HttpResponse:
        try:
            read(request)
        except NotUnderstood as error:
            return _not_understood(error)
        return JsonResponse({"ok": True, "outcome": "kept"}, status=202)

    def frame(act: Callable[[Event, ProviderRequest], str]) -> Callable[..., HttpResponse]:
        @webhook(
            kind,
            instead=kept,
            keeps=is_understood,
            verified=lambda request: proved(request) is Proof.GOOD,
            unsigned=lambda request: str(proved(request)),
        )
        @functools.wraps(act)
        def answer(request: ProviderRequest) -> Answer:
            try:
                event = read(request)
            except NotUnderstood as error:
                return _not_understood(error), "invalid"
            outcome = act(event, request)
            said: dict[str, Any] = {"ok": True, "outcome": outcome}
            if outcome in DETAILS:
                said["detail"] = DETAILS[outcome]
            return JsonResponse(said), outcome

        return answer

    return frame


def _not_understood(error: NotUnderstood) -> HttpResponse:
    return JsonResponse({"ok": False, "code": "invalid", "detail": str(error)}, status=422)
