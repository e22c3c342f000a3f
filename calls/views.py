"""A conversation page by page, for the console."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from calls import conversations
from realtime.protocol import CONTROL_ROLES
from realtime.views import api, refusal


@api("GET", roles=frozenset(CONTROL_ROLES))
def conversation(request: HttpRequest) -> HttpResponse:
    """`?call_id=` or `?incident_id=`, and `before=` a message: what was written before it, a page of it."""
    try:
        asked = {
            name: UUID(request.GET[name])
            for name in ("call_id", "incident_id", "before")
            if name in request.GET
        }
    except ValueError:
        return refusal(422, "invalid", _("call_id, incident_id and before must be UUIDs."))
    if len(asked.keys() & {"call_id", "incident_id"}) != 1:
        return refusal(422, "invalid", _("Say call_id or incident_id."))
    found = conversations.page(**asked)
    if found is None:
        return refusal(404, "conversation_unknown", _("There is no such conversation."))
    return JsonResponse(found)
