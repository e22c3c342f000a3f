"""Make people and tokens."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from dispatch.accounts.models import ApiToken, User
from dispatch.accounts.selectors import digest_of
from realtime.protocol import Role

TOKEN_BYTES = 32


def create_person(
    *,
    username: str,
    password: str,
    role: str,
    name: str = "",
    hashed: bool = False,
    **fields: Any,
) -> User:
    """A new person. Only administrators enter the admin pages, and they may do everything there.

    `hashed`: the password has gone through `make_password` already, because hashing many takes long.
    """
    first, _space, last = name.partition(" ")
    user = User(username=username, role=role, first_name=first, last_name=last, **fields)
    grant_admin(user)
    if hashed:
        user.password = password
    else:
        user.set_password(password)
    user.full_clean()
    user.save()
    return user


def grant_admin(user: User) -> None:
    """The one place where a role becomes rights in the admin pages."""
    user.is_staff = user.is_superuser = user.role == Role.ADMIN


def issue_token(*, user: User, label: str, now: datetime) -> str:
    """A new token; it is returned once and cannot be read again."""
    return issue(ApiToken(user=user, label=label), now=now)


def issue(row: ApiToken, *, now: datetime) -> str:
    """Give an unsaved row its secret and save it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row.digest, row.created_at = digest_of(token), now
    row.save(force_insert=True)
    return token


def revoke_token(*, token_id: Any, now: datetime) -> None:
    ApiToken.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now)
