"""Who we are towards the running service: the sign-ins of credentials.json, and nothing of its database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NoAccess(Exception):  # noqa: N818 - said to a person, in a sentence
    """The credentials cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Access:
    """`crews` are tokens by callsign; `people` are tokens by username."""

    base_url: str
    public_base_url: str
    account_sid: str
    auth_token: str
    people: Mapping[str, str]
    crews: Mapping[str, str]
    dispatchers: tuple[str, ...]
    emulator_url: str = (
        ""  # of the emulated provider that this service asks; empty: it plays that part itself
    )

    def dispatcher_token(self, preferred: str) -> str:
        """The token of the preferred dispatcher, else of the last one: the first is left to the newcomer."""
        if preferred in self.people:
            return self.people[preferred]
        if not self.dispatchers:
            raise NoAccess("The credentials name no dispatcher; seed the demo city first.")
        return self.people[self.dispatchers[-1]]


def read_access(path: Path, *, base_url: str | None = None) -> Access:
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        sentence = f"There is no {path}. Start the service first, or name its file."
        raise NoAccess(sentence) from None
    except (OSError, ValueError) as error:
        sentence = f"{path} cannot be read: {error}"
        raise NoAccess(sentence) from None
    return access_of(content, base_url=base_url, name=str(path))


def access_of(content: Any, *, base_url: str | None = None, name: str = "credentials") -> Access:
    try:
        twilio, users = content["twilio"], content["users"]
        own_url = (base_url or content["base_url"]).rstrip("/")
        if not own_url.startswith(("http://", "https://")):
            sentence = (
                f"“{own_url}” is no address such as http://127.0.0.1:8000; it comes from"
                f" {'--base-url' if base_url else name}."
            )
            raise NoAccess(sentence)
        return Access(
            base_url=own_url,
            public_base_url=(twilio.get("public_base_url") or own_url).rstrip("/"),
            account_sid=twilio["account_sid"],
            auth_token=twilio["auth_token"],
            people={user["username"]: user["token"] for user in users},
            crews={user["unit"]: user["token"] for user in users if user.get("unit")},
            dispatchers=tuple(
                user["username"] for user in users if user.get("role") == "dispatcher"
            ),
            emulator_url=(twilio.get("api_base_url") or "").rstrip("/"),
        )
    except (AttributeError, KeyError, TypeError) as error:
        sentence = f"{name} is not complete: {error} is missing or wrong."
        raise NoAccess(sentence) from None
