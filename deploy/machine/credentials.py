"""The home's secrets: made once, kept for ever, readable by the owner alone."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from deploy.machine.commands import Failed


def secret_key(home: Path) -> str:
    path = home / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_urlsafe(50) + "\n")
    return path.read_text().strip()


def load(home: Path) -> dict[str, Any]:
    path = home / "credentials.json"
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text())
    except ValueError as error:
        raise Failed(
            f"{path} is not JSON ({error}). Repair it, or put it away to have a new one made."
        ) from error
    if not isinstance(content, dict):
        raise Failed(f"{path} must hold a JSON object.")
    return content


def ensure(
    home: Path, *, base_url: str, public_base_url: str, phone_url: str = ""
) -> dict[str, Any]:
    """credentials.json for this start: the secrets of the first start, the addresses of this one."""
    content = load(home)
    twilio = content.get("twilio") or {}
    content["base_url"] = base_url
    content["twilio"] = {
        "account_sid": os.environ.get("TWILIO_ACCOUNT_SID")
        or twilio.get("account_sid")
        or f"AC{secrets.token_hex(16)}",
        "auth_token": os.environ.get("TWILIO_AUTH_TOKEN")
        or twilio.get("auth_token")
        or secrets.token_hex(16),
        "public_base_url": public_base_url,
    }
    if phone_url:  # the emulated provider
        content["twilio"]["api_base_url"] = phone_url
    content.setdefault("users", [])
    write_private(
        home / "credentials.json", json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    )
    return content


def write_private(path: Path, text: str) -> None:
    """Mode 0600 from its first byte, and never half a file."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
