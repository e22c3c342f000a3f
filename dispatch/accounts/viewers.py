"""People and programs as the socket and the API see them."""

from __future__ import annotations

from typing import Any

from dispatch.accounts import selectors
from realtime.protocol import Viewer


def viewer_of_session(key: str) -> Viewer | None:
    person = selectors.user_by_session_key(key)
    return _viewer(person, session_key=key) if person else None


def viewer_of_token(token: str) -> Viewer | None:
    found = selectors.user_by_token(token)
    return _viewer(found.user, token_id=str(found.token_id)) if found else None


def still_valid(viewers: list[Viewer]) -> list[bool]:
    """Whether each may stay: same rights, session or token still there. Three queries for any number."""
    fingerprints = selectors.fingerprints({one.user_id for one in viewers})
    sessions = selectors.existing_sessions({one.session_key for one in viewers if one.session_key})
    tokens = selectors.valid_tokens({one.token_id for one in viewers if one.token_id})
    return [
        fingerprints.get(one.user_id) == one.fingerprint
        and (one.session_key is None or one.session_key in sessions)
        and (one.token_id is None or one.token_id in tokens)
        for one in viewers
    ]


def _viewer(person: Any, *, session_key: str | None = None, token_id: str | None = None) -> Viewer:
    return Viewer(
        user_id=str(person.pk),
        username=person.username,
        name=person.get_full_name() or person.username,
        role=person.role,
        unit_id=str(person.unit_id) if person.unit_id else None,
        agency_id=str(person.agency_id) if person.agency_id else None,
        language=person.language or "id",
        fingerprint=selectors.fingerprint(person),
        session_key=session_key,
        token_id=token_id,
    )
