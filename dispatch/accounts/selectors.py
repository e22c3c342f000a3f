"""Recognise people by session or token, and notice when their rights change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from dispatch.accounts.models import ApiToken, User

SESSION_KEY_CHARS_MAX = 64
TOKEN_CHARS_MAX = 200


@dataclass(frozen=True, slots=True)
class TokenBearer:
    user: User
    token_id: Any


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def user_by_token(token: str) -> TokenBearer | None:
    if not 0 < len(token) <= TOKEN_CHARS_MAX:
        return None
    found = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(token), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    return TokenBearer(found.user, found.pk) if found else None


def user_by_session_key(key: str) -> User | None:
    """The signed-in person of a session that is still good, as Django's own middleware would see it."""
    if not 0 < len(key) <= SESSION_KEY_CHARS_MAX or "\x00" in key:
        return None
    session = Session.objects.filter(session_key=key, expire_date__gt=timezone.now()).first()
    if session is None:
        return None
    data = session.get_decoded()
    if SESSION_KEY not in data or BACKEND_SESSION_KEY not in data:
        return None
    try:
        user = User.objects.filter(pk=data[SESSION_KEY], is_active=True).first()
    except ValidationError:
        return None
    if user is None:
        return None
    good = data.get(HASH_SESSION_KEY, "")
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return user if any(constant_time_compare(good, one) for one in hashes) else None


def has_people() -> bool:
    return User.objects.exists()


def fingerprint(user: User) -> str:
    """Changes when the person's rights change: role, unit, agency, password, activity."""
    parts = (user.role, user.unit_id, user.agency_id, user.password, user.is_active)
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def fingerprints(user_ids: Iterable[str]) -> dict[str, str]:
    return {
        str(user.pk): fingerprint(user)
        for user in User.objects.filter(pk__in=list(user_ids), is_active=True)
    }


def existing_sessions(keys: Iterable[str]) -> set[str]:
    return set(
        Session.objects.filter(
            session_key__in=list(keys), expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )


def valid_tokens(ids: Iterable[str]) -> set[str]:
    found = ApiToken.objects.filter(pk__in=list(ids), revoked_at__isnull=True)
    return {str(pk) for pk in found.values_list("pk", flat=True)}
